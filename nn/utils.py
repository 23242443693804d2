"""Small helpers with the names that Keras gives them."""

from __future__ import annotations

import math

import numpy as np

from nn.seeds import generator, set_random_seed

__all__ = ["normalize", "set_random_seed", "timeseries_dataset_from_array", "to_categorical"]


def to_categorical(x, num_classes=None) -> np.ndarray:
    """Class numbers as rows of 0 with a single 1.

    >>> to_categorical([0, 2])
    array([[1., 0., 0.],
           [0., 0., 1.]])
    """
    x = np.asarray(x)
    if x.dtype.kind == "f" and np.array_equal(x, np.trunc(x)):
        x = x.astype(np.int64)
    if x.dtype.kind not in "iub":
        raise ValueError(f"to_categorical takes whole numbers, got dtype {x.dtype}; LabelEncoder makes them")
    if x.ndim > 1 and x.shape[-1] == 1:
        x = x[..., 0]
    x = x.astype(np.intp)
    if num_classes is None:
        num_classes = int(x.max(initial=-1)) + 1
    if x.size and (x.min() < 0 or x.max() >= num_classes):
        bad = x[(x < 0) | (x >= num_classes)].flat[0]
        raise ValueError(f"to_categorical: a label of {bad} with {num_classes} classes; wanted 0 to {num_classes - 1}")
    return (x[..., None] == np.arange(num_classes)).astype(np.float64)


def normalize(x, axis=-1, order=2) -> np.ndarray:
    """x scaled to length 1 along an axis; rows of zeros stay."""
    x = np.asarray(x)
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    length = np.linalg.norm(x, ord=order, axis=axis, keepdims=True)
    return x / np.where(length == 0, 1, length)


class Windows:
    """Windows of a series in batches; can be iterated again and again."""

    def __init__(self, data, targets, starts, offsets, batch_size, rng):
        self.data = data
        self.targets = targets
        self.starts = starts
        self.offsets = offsets
        self.batch_size = batch_size
        self.rng = rng

    def __len__(self):
        return math.ceil(len(self.starts) / self.batch_size)

    def __iter__(self):
        starts = self.starts if self.rng is None else self.rng.permutation(self.starts)
        for i in range(0, len(starts), self.batch_size):
            at = starts[i : i + self.batch_size]
            x = self.data[at[:, None] + self.offsets]
            yield (x,) if self.targets is None else (x, self.targets[at])


def timeseries_dataset_from_array(
    data, targets, sequence_length, sequence_stride=1, sampling_rate=1, batch_size=128, shuffle=False, seed=None,
    start_index=None, end_index=None,
) -> Windows:  # fmt: skip
    """Windows of `sequence_length` steps with the target of each, in batches that `fit` takes.

    The window that starts at step i has the target `targets[i]`: for a forecast give `data[sequence_length:]`.

    >>> series = np.arange(6.0)
    >>> for x, y in timeseries_dataset_from_array(series, series[3:], sequence_length=3, batch_size=2):
    ...     print(x.tolist(), y.tolist())
    [[0.0, 1.0, 2.0], [1.0, 2.0, 3.0]] [3.0, 4.0]
    [[2.0, 3.0, 4.0]] [5.0]
    """
    data = np.asarray(data)
    for name, value in [("sequence_length", sequence_length), ("sequence_stride", sequence_stride),
                        ("sampling_rate", sampling_rate), ("batch_size", batch_size)]:  # fmt: skip
        if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
            raise ValueError(f"{name} is a whole number, 1 or more; got {value!r}")
    start, end = start_index or 0, len(data) if end_index is None else end_index
    if not 0 <= start < end <= len(data):
        raise ValueError(f"start_index {start} and end_index {end} do not fit a series of {len(data)} steps")
    reach = (sequence_length - 1) * sampling_rate + 1
    last = end - reach
    if targets is not None:
        targets = np.asarray(targets)
        last = min(last, len(targets) - 1)
    starts = np.arange(start, last + 1, sequence_stride)
    if not len(starts):
        raise ValueError(
            f"a window of {reach} steps does not fit the {end - start} steps of the series (and its targets)"
        )
    rng = generator(seed) if shuffle else None
    return Windows(data, targets, starts, np.arange(0, reach, sampling_rate), batch_size, rng)
