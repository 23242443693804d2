"""Sequences of one length, and windows of a series."""

from __future__ import annotations

import math

import numpy as np

from nn.seeds import generator
from nn.settings import whole


def pad_sequences(sequences, maxlen=None, dtype="int32", padding="pre", truncating="pre", value=0.0) -> np.ndarray:
    """A table with a row for each sequence: shorter ones are filled with `value`, longer ones cut, at one end.

    >>> pad_sequences([[1, 2], [3, 4, 5, 6]], maxlen=3)
    array([[0, 1, 2],
           [4, 5, 6]], dtype=int32)

    Numbers that `dtype` cannot hold are refused. Texts need dtype=object, and a `value` of their own.
    """
    for name, side in [("padding", padding), ("truncating", truncating)]:
        if side not in ("pre", "post"):
            raise ValueError(f"{name} is 'pre' or 'post'; got {side!r}")
    if not hasattr(sequences, "__len__") or isinstance(sequences, str | bytes | dict | set):
        raise TypeError(f"wanted a list of sequences; got {type(sequences).__name__} {sequences!r:.40}")
    dtype = np.dtype(dtype)
    if dtype.kind not in "fiubO":
        raise ValueError(f"dtype {dtype} is none of numbers; for texts give dtype=object")
    parts = [_steps(sequence, i, dtype) for i, sequence in enumerate(sequences)]
    if maxlen is None:
        maxlen = max((len(part) for part in parts), default=0)
    maxlen = whole("maxlen", maxlen, 0)
    inner = next((part.shape[1:] for part in parts if len(part)), ())
    table = np.empty((len(parts), maxlen, *inner), dtype=dtype)
    table[...] = _cast(np.asarray(value), "value", dtype)
    for i, part in enumerate(parts):
        if not len(part) or not maxlen:
            continue
        if part.shape[1:] != inner:
            raise ValueError(
                f"sequence {i} has steps of shape {part.shape[1:]}, the first has {inner}; wanted the same"
            )
        cut = part[-maxlen:] if truncating == "pre" else part[:maxlen]
        if padding == "pre":
            table[i, -len(cut) :] = cut
        else:
            table[i, : len(cut)] = cut
    return table


class TimeseriesGenerator:
    """Batches of windows and the target of each: `length` steps before step i, and `targets[i]`.

    >>> windows = TimeseriesGenerator(np.arange(5), np.arange(5) * 10, length=2, batch_size=2)
    >>> for x, y in windows:
    ...     print(x.tolist(), y.tolist())
    [[0, 1], [1, 2]] [20, 30]
    [[2, 3]] [40]

    With `shuffle` the windows come in another order in each pass, each once.
    """

    def __init__(
        self, data, targets, length, sampling_rate=1, stride=1, start_index=0, end_index=None, shuffle=False,
        reverse=False, batch_size=128, *, seed=None,
    ):  # fmt: skip
        self.data, self.targets = np.asarray(data), np.asarray(targets)
        if not self.data.ndim or not self.targets.ndim or len(self.data) != len(self.targets):
            raise ValueError(
                f"data has the shape {self.data.shape} and targets {self.targets.shape}; wanted as many steps"
            )
        end_index = len(self.data) - 1 if end_index is None else end_index
        length, sampling_rate = whole("length", length), whole("sampling_rate", sampling_rate)
        stride, batch_size = whole("stride", stride), whole("batch_size", batch_size)
        start_index, end_index = whole("start_index", start_index, 0), whole("end_index", end_index, 0)
        if not start_index + length <= end_index < len(self.data):
            raise ValueError(
                f"windows of {length} steps and a target do not fit steps {start_index} to {end_index} of a series of "
                f"{len(self.data)}"
            )
        self.ends = np.arange(start_index + length, end_index + 1, stride)
        self.offsets = np.arange(-length, 0, sampling_rate)[:: -1 if reverse else 1]
        self.batch_size = batch_size
        self.rng = generator(seed) if shuffle else None

    def __len__(self):
        return math.ceil(len(self.ends) / self.batch_size)

    def __getitem__(self, index):
        if not -len(self) <= index < len(self):
            raise IndexError(f"batch {index} of {len(self)}")
        return self._batch(self.ends, index % len(self))

    def __iter__(self):
        ends = self.ends if self.rng is None else self.rng.permutation(self.ends)
        return (self._batch(ends, i) for i in range(len(self)))

    def _batch(self, ends, i):
        at = ends[i * self.batch_size : (i + 1) * self.batch_size]
        return self.data[at[:, None] + self.offsets], self.targets[at]


def _steps(sequence, i, dtype):
    """A sequence as an array that fits the dtype."""
    if isinstance(sequence, str | bytes | dict | set) or not hasattr(sequence, "__len__"):
        raise ValueError(f"sequence {i} is {sequence!r:.40}; wanted a list of numbers")
    try:
        part = np.asarray(sequence, dtype=object if dtype.kind == "O" else None)
    except ValueError as error:
        raise ValueError(f"sequence {i} has steps that differ in shape ({error})") from error
    if not part.ndim:
        raise ValueError(f"sequence {i} is {sequence!r:.40}; wanted a list of numbers")
    return _cast(part, f"sequence {i}", dtype)


def _cast(part, what, dtype):
    """The same numbers in another dtype, or an error; floats may be rounded to shorter floats."""
    if dtype.kind == "O" or not part.size:
        return part.astype(dtype)
    if part.dtype.kind not in "fiub":
        raise ValueError(f"{what} has {part.flat[0]!r}, which is no number for dtype {dtype}; give dtype=object")
    with np.errstate(invalid="ignore", over="ignore"):
        cast = part.astype(dtype)
        floats = dtype.kind == part.dtype.kind == "f"
        lost = np.isfinite(part) & ~np.isfinite(cast) if floats else cast != part
    if lost.any():
        bad = part[lost].flat[0]
        wider = "float32" if part.dtype.kind == "f" and dtype.kind != "f" else part.dtype
        raise ValueError(f"{what} has {bad}, which does not fit dtype {dtype}; give dtype='{wider}'")
    return cast
