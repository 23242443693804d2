"""Keras's files: `.keras` (a zip archive of JSON and weights), `.weights.h5`, and the older `.h5`.

Nothing is unpacked to a disk, nothing is looked up by a name from the file but in the registries, nothing in it runs.
"""

from __future__ import annotations

import io
import json
import warnings
import zipfile
import zlib
from contextlib import contextmanager

from nn.errors import ModelWarning
from nn.files import hdf5
from nn.files.keras_models import architecture_from, model_to
from nn.files.keras_training import optimizer_arrays, restore_optimizer, training_from, training_to
from nn.files.keras_weights import assign, fitting, stored, texts
from nn.layers.base import BUDGET
from nn.safetensors import ModelFileError, opened, quoted, write_whole
from nn.saving import from_architecture, restore_training

VERSION = "3.15.1"  # of Keras, whose files these are
LARGEST = 4 << 30
LARGEST_JSON = 8 << 20
CONFIG, WEIGHTS, METADATA = "config.json", "model.weights.h5", "metadata.json"
MOST_PACKED = 32  # times that a packed part may grow


# -- reading ---------------------------------------------------------------------------------------------------------
def is_keras(path) -> bool:
    """Whether a file is one of Keras's, by its first bytes and names."""
    try:
        with open(path, "rb") as file:
            head = file.read(8)
            if head != hdf5.MAGIC and head[:4] == b"PK\x03\x04":
                with zipfile.ZipFile(file) as archive:
                    return CONFIG in archive.namelist()
            return head == hdf5.MAGIC
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def load_model(path, custom=None, compile=True):
    """A model that Keras saved, as `.keras` or `.h5`."""
    with _named(path):
        about, training, root = _parts(path)
        budget = BUDGET.set([sum(array.size for array in root.arrays().values())])
        try:
            model = from_architecture(architecture_from(about, custom), custom)
            assign(fitting(model, _weights_of(root)))
        finally:
            BUDGET.reset(budget)
        if compile and training:
            _compile(model, training, root, custom)
    return model.eval()


def load_weights(model, path) -> None:
    """The weights in a file of Keras; all are checked before the first is changed."""
    with _named(path):
        assign(fitting(model, _weights_of(_parts(path, json_too=False)[2])))


@contextmanager
def _named(path):
    """What goes wrong within, said with the name of the file."""
    try:
        yield
    except ModelFileError as error:
        text = str(error)
        raise ModelFileError(text if text.startswith(f"{path}") else f"{path}: {text}") from error.__cause__
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError, ArithmeticError, MemoryError) as error:
        said = f"no entry {quoted(error.args[0])}" if isinstance(error, KeyError) and error.args else error
        raise ModelFileError(f"{path}: the model cannot be made: {str(said)[:400]}") from error


def _parts(path, json_too=True):
    """(the description of the model, that of its training, the weights) in a file."""
    with opened(path) as (file, size):
        if size > LARGEST:
            raise ModelFileError(f"has {size} bytes; wanted at most {LARGEST}")
        data = file.read(size)
    if data[:8] == hdf5.MAGIC:
        root = hdf5.read(data)
        if not json_too:
            return None, None, root
        if "model_config" not in root.said:
            raise ModelFileError("holds weights and no model: build the model, and read them with its load_weights")
        training = root.said.get("training_config")
        return _json(root.said["model_config"]), training and _json(training), root
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            about = _json(_member(archive, CONFIG, LARGEST_JSON)) if json_too else {}
            weights = _member(archive, WEIGHTS, MOST_PACKED * size)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise ModelFileError(f"is a damaged zip archive: {error}") from error
    return about, about.get("compile_config"), hdf5.read(weights)


def _member(archive, name, most) -> bytes:
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise ModelFileError(f"has no {name} in it; it has {quoted(archive.namelist())}") from None
    if not 0 <= info.file_size <= min(most, LARGEST) or info.flag_bits & 1:
        raise ModelFileError(f"has a {name} of {info.file_size} bytes, or an encrypted one; wanted up to {most}")
    with archive.open(info) as file:
        return file.read()


def _json(text) -> dict:
    if len(text) > LARGEST_JSON:
        raise ModelFileError(f"has a description of {len(text)} bytes; wanted up to {LARGEST_JSON}")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"has a description that is damaged: {error}") from error
    if not isinstance(found, dict):
        raise ModelFileError(f"has the description {quoted(found)}; wanted an object")
    return found


def _weights_of(root):
    """The weights alone: what belongs to training lies beside them."""
    found = hdf5.Group(root.said)
    found.update({name: part for name, part in root.items() if name not in ("optimizer", "optimizer_weights")})
    return found


def _compile(model, about, root, custom):
    """Compile as the model was; where that cannot be had, the model is there all the same, and a warning says why."""
    try:
        restore_training(model, training_from(about, custom), {}, custom)
    except ValueError as error:
        model.optimizer = model.loss = None
        warnings.warn(f"the model is not compiled: it {error}. Call model.compile(...)", ModelWarning, stacklevel=4)
        return
    arrays = root.at("optimizer/vars")
    if (group := root.at("optimizer_weights")) is not None:
        names = texts(group, "weight_names") or []
        arrays = {str(i): group.at(name) for i, name in enumerate(names)}
    restore_optimizer(model, arrays or {})


# -- writing ---------------------------------------------------------------------------------------------------------
def save_model(model, path) -> None:
    """Write a `.keras` file: architecture, weights, what `compile` was given, the state of the optimizer."""
    if not model.built:
        raise ValueError("the model is not built: give the first layer input_shape=, or call it on data once")
    about = model_to(model)
    training = training_to(model)
    if training is not None:
        about["compile_config"] = training
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, part in [(METADATA, {"keras_version": VERSION}), (CONFIG, about)]:
            archive.writestr(zipfile.ZipInfo(name), json.dumps(part))  # of 1980: the same model gives the same bytes
        archive.writestr(zipfile.ZipInfo(WEIGHTS), _weights(model))
    write_whole(path, [buffer.getbuffer()])


def save_weights(model, path) -> None:
    """Write a `.weights.h5` file."""
    if not model.parameters():
        raise ValueError("the model has no parameters yet: build it first, by input_shape= or a call on data")
    write_whole(path, [_weights(model)])


def _weights(model) -> bytes:
    groups, names = stored(model)
    state = optimizer_arrays(model)
    if state:
        groups["optimizer/vars"], names["optimizer/vars"] = state, model.optimizer.name
    return hdf5.written(groups, names)
