"""Weights in safetensors files that PyTorch wrote, as on Hugging Face: other names, and other layouts.

| here | there | layout there |
|---|---|---|
| Dense `kernel` | `weight` | (out, in) |
| Conv1D, Conv2D, Conv3D `kernel` | `weight` | (out, in, height, width) |
| Conv2DTranspose `kernel` | `weight` | (in, out, height, width) |
| DepthwiseConv2D `kernel` | `weight` | (in * multiplier, 1, height, width) |
| `gamma`, `beta` of a normalization | `weight`, `bias` | as here |
| `moving_mean`, `moving_variance` | `running_mean`, `running_var` | as here |
| Embedding `embeddings`, PReLU `alpha` | `weight` | as here; one number stands for all |
"""

from __future__ import annotations

import re

import numpy as np

from nn import safetensors
from nn.module import Module
from nn.safetensors import ModelFileError, quoted

NAMES = {
    "kernel": "weight", "depthwise_kernel": "weight", "gamma": "weight", "embeddings": "weight", "alpha": "weight",
    "beta": "bias", "moving_mean": "running_mean", "moving_variance": "running_var",
}  # fmt: skip


def is_foreign(path) -> bool:
    """Whether a safetensors file is somebody else's: it has neither this library's name in it nor its checksum."""
    about = safetensors.read_metadata(path, require_checksum=False)
    if about.get("format", "").startswith("glassgrad") or "glassgrad" in about:
        return False
    try:
        safetensors.read_metadata(path)
    except ModelFileError:
        return True
    return False


def load_weights(model, path, names=None) -> None:
    """The weights of a model from such a file; all are checked before the first is changed.

    `names` says what is called otherwise there: {"conv": "features.0"} for a layer, or for all that is inside it;
    {"dense.kernel": "fc.weight"} for one array; {"dense.kernel": ("fc.weight", function)} for one that the function
    brings into the layout that it has here. Without it the names of layers are taken to be the same.
    """
    arrays, _ = safetensors.read(path, require_checksum=False)
    try:
        state, used = {}, set()
        for name, parameter, layer in _named(model):
            there, change = source(name, names or {})
            if there not in arrays:
                raise ModelFileError(
                    f"has no {quoted(there)}, for {quoted(name)}; it has {quoted(list(arrays))}. Say what it is called "
                    f"there: names={{{quoted(name)}: ...}}"
                )
            used.add(there)
            state[name] = _fitting(change or layout(layer, name), arrays[there], parameter, name, there)
        rest = [name for name in arrays if name not in used and not name.endswith("num_batches_tracked")]
        if rest and not names:
            raise ModelFileError(f"has more than the model: {quoted(rest)}. Say by names= which are meant")
    except ModelFileError as error:
        raise ModelFileError(f"{path} {error}; nothing was changed") from error.__cause__
    model.load_state_dict(state)


def _named(model):
    """(name, parameter, the module that it is in) for all."""
    modules = {"": model, **dict(model.modules())}
    for name, parameter in model.named_parameters():
        yield name, parameter, modules.get(name.rpartition(".")[0])


def source(name: str, names: dict) -> tuple[str, object]:
    """What a parameter is called there, and the function that brings it into its layout, if one is given.

    >>> source("block.conv.kernel", {"block": "layer1.0"})
    ('layer1.0.conv.weight', None)
    """
    given = names.get(name)
    if given is not None:
        return given if isinstance(given, tuple) else (given, None)
    layer, _, own = name.rpartition(".")
    before, after = layer, ""
    while before and before not in names:
        before, _, last = before.rpartition(".")
        after = f".{last}{after}"
    layer = f"{names[before]}{after}" if before else layer
    return f"{layer}.{NAMES.get(own, own)}".lstrip("."), None


def layout(layer: Module, name: str):
    """The function that brings an array of PyTorch's into the layout that it has here."""
    kind = " ".join(cls.__name__ for cls in type(layer).__mro__)
    if not name.endswith("kernel"):
        return np.asarray
    if "Depthwise" in kind:
        return lambda w: np.moveaxis(w.reshape(-1, layer.depth_multiplier, *w.shape[2:]), (0, 1), (-2, -1))
    if re.search(r"Conv\dDTranspose", kind):
        return lambda w: np.moveaxis(w, (0, 1), (-1, -2))
    if re.search(r"Conv\dD", kind):
        return lambda w: np.moveaxis(w, (0, 1), (-1, -2))
    return np.transpose


def _fitting(change, array, parameter, name, there):
    try:
        found = np.asarray(change(array))
    except (ValueError, TypeError, IndexError) as error:
        said = f"has {quoted(there)} of shape {array.shape}"
        raise ModelFileError(f"{said}, which is no {quoted(name)}: {error}") from error
    if found.size == 1 and name.endswith("alpha"):
        found = np.broadcast_to(found.reshape(()), parameter.shape)
    if found.shape != parameter.shape or found.dtype.kind != "f":
        raise ModelFileError(
            f"has {quoted(there)} as {array.dtype} {array.shape}, which is {found.shape} here; {quoted(name)} is "
            f"{parameter.shape}"
        )
    if not np.isfinite(found).all():
        raise ModelFileError(f"has nan or inf in {quoted(there)}")
    return np.array(found, parameter.dtype)
