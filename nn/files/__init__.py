"""Models and weights in files, this library's own and those that others write: which of them a file is."""

from __future__ import annotations

import os
import re
import warnings
from importlib.util import find_spec

from nn import saving
from nn.errors import ModelWarning
from nn.files import keras_files, pytorch
from nn.foreign import refuse_foreign

__all__ = ["load_model", "load_weights", "save_model", "save_weights"]


def save_model(model, path) -> None:
    """Write a whole model: for Keras where the name ends in `.keras`, else in the library's own format."""
    (_for_keras(path) if _ends(path, ".keras") else saving).save_model(model, path)


def load_model(path, custom=None, compile=True):
    """A model as it was saved, ready to predict, or to train on as if it had never stopped.

    Files of this library, and those of Keras: `.keras`, and `.h5` with a whole model. `custom` maps names to the user's
    own classes and functions that the model is made of. `compile=False` leaves out how it was trained.
    """
    if keras_files.is_keras(path):
        return keras_files.load_model(path, custom, compile)
    return saving.load_model(path, custom, compile)


def save_weights(model, path) -> None:
    """Write the parameters: for Keras where the name ends in `.weights.h5`, else in the library's own format."""
    if _ends(path, ".h5") and not _ends(path, ".weights.h5"):
        name = re.sub(r"\.h5$", ".weights.h5", os.fspath(path), flags=re.IGNORECASE)
        raise ValueError(f"Keras wants the names of files of weights to end in .weights.h5: write {name!r}")
    (_for_keras(path) if _ends(path, ".h5") else saving).save_weights(model, path)


def load_weights(model, path, names=None) -> None:
    """Read the parameters of a model; all are checked before any changes.

    From files of this library (weights, or a whole model), of Keras (`.weights.h5`, `.h5`, `.keras`) and safetensors
    files of PyTorch: for these `names` says what is called otherwise there (see `nn.files.pytorch`).
    """
    if not model.parameters():
        raise ValueError("the model has no parameters yet: build it first, by input_shape= or a call on data")
    if keras_files.is_keras(path) and names is None:
        return keras_files.load_weights(model, path)
    refuse_foreign(path)
    if names is not None or pytorch.is_foreign(path):
        return pytorch.load_weights(model, path, names)
    return saving.load_weights(model, path)


def _for_keras(path):
    """What writes files of that name: without h5py the library's own format, which is known by what is in it."""
    if find_spec("h5py") is not None:
        return keras_files
    warnings.warn(
        f"{os.fspath(path)} is written in the library's own format, which is read here and not by Keras: for Keras's, "
        "pip install 'glassgrad[keras]' (h5py)",
        ModelWarning,
        stacklevel=4,
    )
    return saving


def _ends(path, ending) -> bool:
    return os.fspath(path).lower().endswith(ending)
