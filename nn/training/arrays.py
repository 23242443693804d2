"""What people give as inputs, targets and weights, as arrays that were looked at."""

from __future__ import annotations

import numbers
from collections.abc import Mapping

import numpy as np

from autograd.extend import array_of, is_tensor
from nn.layers.symbols import Symbol


def as_inputs(model, x):
    """The inputs as arrays of the model's dtype; several for a model of several inputs."""
    dtype = model.dtype or "float32"
    if hasattr(model, "in_order"):
        x = model.in_order(x)
    if isinstance(x, dict):
        raise ValueError(
            f"the inputs are a dict of {', '.join(map(repr, x)):.60}, and the model has no inputs of these names; "
            "Input(shape, name=...) gives them names"
        )
    inputs = getattr(model, "inputs", None)
    if getattr(model, "several", False):
        if not isinstance(x, list | tuple):
            raise ValueError("the model takes several inputs; give a list of arrays, or a dict by name")
        if inputs and len(inputs) != len(x):
            raise ValueError(f"the model takes {len(inputs)} inputs; got {len(x)}")
        wanted = inputs or [None] * len(x)
        return [
            as_numbers(part, f"input {i}", _wanted(w, dtype)) for i, (part, w) in enumerate(zip(x, wanted, strict=True))
        ]
    if inputs:
        return as_numbers(x, "x", _wanted(inputs[0], dtype))
    x = as_numbers(x, "x", None if model.integers else dtype, floats=dtype)
    return x[:, None] if x.ndim == 1 and not model.built and model.takes_rows else x  # samples of one number each


def _wanted(symbol, dtype):
    return dtype if not isinstance(symbol, Symbol) or symbol.dtype.kind == "f" else None


def as_numbers(data, what, dtype=None, floats=None):
    """An array of numbers, finite; integers stay integers when no dtype is wanted."""
    if is_tensor(data):
        data = array_of(data)
    try:
        array = np.asarray(data)
    except ValueError as error:
        raise ValueError(
            f"{what} is no array of numbers: its rows differ in length. Pad them (nn.preprocessing.sequence)"
        ) from error
    if array.dtype == object:
        try:
            array = array.astype(np.float64)
        except (ValueError, TypeError) as error:
            raise ValueError(
                f"{what} has entries that are no numbers ({error}); encode categories and texts first "
                "(nn.preprocessing)"
            ) from error
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{what} has dtype {array.dtype}; wanted numbers. Encode categories and texts first")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"{what} {_first_bad(array)}; fill or drop such rows first")
    if dtype is not None:
        return array.astype(dtype, copy=False)
    return array.astype(floats, copy=False) if floats is not None and array.dtype.kind == "f" else array


def _first_bad(array):
    at = np.argwhere(~np.isfinite(array))[0]
    kind = "nan" if np.isnan(array[tuple(at)]) else "inf"
    return f"has {kind}, first at {tuple(int(i) for i in at)}"


def count_of(x) -> int:
    """How many samples there are in some inputs."""
    return len(x[0] if isinstance(x, list) else x)


def weights_of(count, sample_weight):
    """The weights of samples as a user gave them, or None."""
    if sample_weight is None:
        return None
    weight = np.asarray(sample_weight, dtype=np.float64)
    if not weight.ndim or len(weight) != count:
        raise ValueError(f"sample_weight of shape {weight.shape} for {count} samples; wanted one for each")
    if not np.isfinite(weight).all() or (weight < 0).any():
        raise ValueError("sample_weight has negative numbers, nan or inf")
    return weight


def by_class(weight, y, class_weight, sparse=False):
    """Weights of samples, times those of their classes; `sparse` says that y holds class numbers whatever its shape."""
    if class_weight is None:
        return weight
    if y is None:
        raise ValueError("class_weight needs y")
    if not isinstance(class_weight, Mapping):
        raise TypeError(
            f"class_weight is a dict such as {{0: 1.0, 1: 2.5}}, by class number; got {class_weight!r:.60}. "
            "To weigh rare classes up: dict(enumerate(len(y) / (len(n) * n))) with n = np.bincount(y)"
        )
    if not all(isinstance(w, numbers.Real) and 0 <= w < np.inf for w in class_weight.values()):
        raise ValueError(f"class_weight maps class numbers to weights of 0 or more; got {class_weight!r:.100}")
    if y.ndim > 1 and y.shape[-1] == 1:
        y = y[..., 0]
    elif y.ndim > 1 and not sparse:
        y = y.argmax(axis=-1)
    classes, places = np.unique(y, return_inverse=True)
    missing = [c.item() for c in classes if c.item() not in class_weight]
    if missing:
        raise ValueError(f"class_weight has no weight for class {missing[0]}; it has {sorted(class_weight)}")
    chosen = np.array([class_weight[c.item()] for c in classes], dtype=np.float64)[places].reshape(y.shape)
    if weight is None:
        return chosen
    axes = max(weight.ndim, chosen.ndim)
    weight, chosen = (w.reshape(w.shape + (1,) * (axes - w.ndim)) for w in (weight, chosen))
    return weight * chosen


def aligned(y, output_shape):
    """Targets (n,) as a column for a model with one output: as Keras takes them, and unambiguous here."""
    if y is not None and y.ndim == 1 and len(output_shape) == 2 and output_shape[-1] == 1:
        return y[:, None]
    return y
