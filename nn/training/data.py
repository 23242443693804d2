"""Data for training, as people have it: arrays, lists, data frames, or anything that gives batches."""

from __future__ import annotations

import math

import numpy as np

from autograd.extend import array_of, is_tensor
from nn.layers.symbols import Symbol


class Arrays:
    """Inputs, targets and weights in memory, cut into batches."""

    def __init__(self, x, y, weight, batch_size):
        self.x = x  # an array, or a list of them for a model of several inputs
        self.y = y
        self.weight = weight
        self.count = len(x[0] if isinstance(x, list) else x)
        self.batch_size = min(batch_size or 32, max(self.count, 1))
        self.steps = math.ceil(self.count / self.batch_size)

    def epoch(self, rng=None):
        """The batches of one epoch, in an order drawn from `rng`, or as they lie."""
        order = None if rng is None else rng.permutation(self.count)
        for start in range(0, self.count, self.batch_size):
            at = slice(start, start + self.batch_size)
            if order is not None:
                at = order[at]
            yield take(self.x, at), take(self.y, at), take(self.weight, at)

    def first(self):
        """The first batch, as it lies."""
        return next(self.epoch(), None)


class Stream:
    """Batches from an iterable or a generator: (x, y) or (x, y, sample weights).

    What can be iterated again starts anew with each epoch; with `steps`, an epoch takes that many batches and the next
    one goes on where it ended. A generator can only go on.
    """

    def __init__(self, source, steps, dtype):
        self.source = source
        self.again = not hasattr(source, "__next__")
        self.limit = steps
        self.steps = steps if steps is not None else _length(source)
        self.dtype = dtype
        self.iterator = None
        self.peeked = None

    def epoch(self, rng=None):
        if self.again and self.limit is None and self.peeked is None:
            self.iterator = None
        given = 0
        while self.limit is None or given < self.limit:
            batch = self._next()
            if batch is None and self.again and self.limit is not None and given:
                batch = self._next()  # longer epochs than the data: go round
            if batch is None:
                if not given or self.limit is not None:
                    raise ValueError(
                        f"the data gave {given} batches for an epoch{f' of {self.limit}' if self.limit else ''}: a "
                        "generator is used up once it ends. Give steps_per_epoch=, or something that can be iterated "
                        "again"
                    )
                return
            given += 1
            yield batch

    def _next(self):
        if self.peeked is not None:
            batch, self.peeked = self.peeked, None
            return batch
        if self.iterator is None:
            self.iterator = iter(self.source)
        batch = next(self.iterator, None)
        if batch is None:
            self.iterator = None if self.again else self.iterator
            return None
        return self._checked(batch)

    def _checked(self, batch):
        if isinstance(batch, np.ndarray):  # inputs alone, to predict from
            batch = (batch,)
        if not isinstance(batch, tuple | list) or len(batch) not in (1, 2, 3):
            raise ValueError(
                f"the data gave {type(batch).__name__} {batch!r:.60} for a batch; wanted (x, y) or (x, y, "
                "sample_weight)"
            )
        x, y, weight = (*batch, None, None)[:3]
        x = [_array(part, "x", None) for part in x] if isinstance(x, tuple | list) else _array(x, "x", None)
        y = None if y is None else _array(y, "y", None)
        return x, y, None if weight is None else np.asarray(weight, dtype=np.float64)

    def first(self):
        """The first batch, which the next epoch will give too."""
        if self.peeked is None:
            self.peeked = self._next()
        return self.peeked


def as_data(model, x, y=None, sample_weight=None, batch_size=None, steps=None, class_weight=None):
    """What the user gave as `x` and `y`, as Arrays or a Stream."""
    if isinstance(x, Arrays | Stream):
        return x
    if y is None and _is_stream(x):
        if sample_weight is not None or class_weight is not None:
            raise ValueError("data that comes in batches brings its weights along: give (x, y, sample_weight)")
        if batch_size is not None and not hasattr(x, "__next__"):
            raise ValueError("data that comes in batches has its own batch size; leave batch_size out")
        return Stream(x, steps, model.dtype or "float32")
    if x is None:
        raise ValueError("no data: give x and y as arrays, or batches (x, y) as x")
    if batch_size is not None and (not isinstance(batch_size, int | np.integer) or batch_size < 1):
        raise ValueError(f"batch_size is a whole number, 1 or more; got {batch_size!r}")
    x = as_inputs(model, x)
    y = None if y is None else _array(y, "y", None)
    counts = [len(part) for part in (x if isinstance(x, list) else [x])]
    if len(set(counts)) > 1:
        raise ValueError(f"the inputs have {counts} samples; wanted as many in each")
    if y is not None and (not y.ndim or len(y) != counts[0]):
        raise ValueError(f"x has {counts[0]} samples and y has {len(y) if y.ndim else 'none'}; wanted as many")
    if not counts[0]:
        raise ValueError("the data is empty: x has no samples")
    weight = weights_of(counts[0], y, sample_weight, class_weight)
    return Arrays(x, y, weight, batch_size)


def as_inputs(model, x):
    """The inputs as arrays of the model's dtype; several for a model of several inputs."""
    dtype = model.dtype or "float32"
    if isinstance(x, dict) and hasattr(model, "in_order"):
        x = model.in_order(x)
    if getattr(model, "several", False):
        if not isinstance(x, list | tuple):
            raise ValueError("the model takes several inputs; give a list of arrays, or a dict by name")
        wanted = getattr(model, "inputs", [None] * len(x))
        return [
            _array(part, f"input {i}", _wanted(w, dtype)) for i, (part, w) in enumerate(zip(x, wanted, strict=True))
        ]
    inputs = getattr(model, "inputs", None)
    if inputs:
        return _array(x, "x", _wanted(inputs[0], dtype))
    return _array(x, "x", None if model.integers else dtype, floats=dtype)


def _wanted(symbol, dtype):
    return dtype if not isinstance(symbol, Symbol) or symbol.dtype.kind == "f" else None


def _array(data, what, dtype, floats=None):
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


def weights_of(count, y, sample_weight, class_weight):
    """One weight for each sample from what the user gave, or None."""
    weight = None
    if sample_weight is not None:
        weight = np.asarray(sample_weight, dtype=np.float64)
        if not weight.ndim or len(weight) != count:
            raise ValueError(f"sample_weight of shape {weight.shape} for {count} samples; wanted one for each")
        if not np.isfinite(weight).all() or (weight < 0).any():
            raise ValueError("sample_weight has negative numbers, nan or inf")
    if class_weight is not None:
        if y is None:
            raise ValueError("class_weight needs y")
        labels = y.argmax(axis=-1) if y.ndim > 1 and y.shape[-1] > 1 else y.reshape(-1)
        classes = np.unique(labels)
        missing = [c.item() for c in classes if c.item() not in class_weight and int(c) not in class_weight]
        if missing:
            raise ValueError(f"class_weight has no weight for class {missing[0]}; it has {sorted(class_weight)}")
        by_class = np.array([class_weight.get(c.item(), class_weight.get(int(c))) for c in classes], dtype=np.float64)
        chosen = by_class[np.searchsorted(classes, labels)]
        weight = chosen if weight is None else weight * chosen
    return weight


def split(data: Arrays, share: float) -> tuple[Arrays, Arrays]:
    """The first samples for training and the last `share` of them for validation."""
    if not isinstance(data, Arrays):
        raise ValueError("validation_split needs arrays; for data in batches give validation_data")
    if not 0 < share < 1:
        raise ValueError(f"validation_split is a share between 0 and 1; got {share!r}")
    at = int(data.count * (1 - share))
    if not 0 < at < data.count:
        raise ValueError(f"validation_split={share} of {data.count} samples leaves one side empty")
    first, last = slice(0, at), slice(at, None)
    return tuple(
        Arrays(take(data.x, part), take(data.y, part), take(data.weight, part), data.batch_size)
        for part in (first, last)
    )


def take(array, at):
    if array is None:
        return None
    return [part[at] for part in array] if isinstance(array, list) else array[at]


def aligned(y, output_shape):
    """Targets (n,) as a column for a model with one output: as Keras takes them, and unambiguous here."""
    if y is not None and y.ndim == 1 and len(output_shape) == 2 and output_shape[-1] == 1:
        return y[:, None]
    return y


def _is_stream(x):
    return hasattr(x, "__next__") or (
        hasattr(x, "__iter__") and not isinstance(x, np.ndarray | list | tuple | dict) and not hasattr(x, "__array__")
    )


def _length(source):
    try:
        return len(source)
    except TypeError:
        return None
