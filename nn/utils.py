"""Small helpers with the names that Keras gives them."""

from __future__ import annotations

import math

import numpy as np

from nn.preprocessing.image import array_to_img, img_to_array, load_img, save_img
from nn.preprocessing.sequence import pad_sequences
from nn.seeds import generator, set_random_seed
from nn.settings import whole, whole_or_none

__all__ = [
    "array_to_img",
    "img_to_array",
    "load_img",
    "normalize",
    "pad_sequences",
    "save_img",
    "set_random_seed",
    "timeseries_dataset_from_array",
    "to_categorical",
]

LARGEST = 1 << 31  # numbers in a table; what asks for more is a mistake, and is said before memory runs out


def to_categorical(x, num_classes=None) -> np.ndarray:
    """Class numbers as rows of 0 with a single 1.

    >>> to_categorical([0, 2])
    array([[1., 0., 0.],
           [0., 0., 1.]])
    """
    x = np.asarray(x)
    if x.dtype.kind not in "fiub":
        raise ValueError(f"to_categorical takes whole numbers, got dtype {x.dtype}; LabelEncoder makes them")
    if x.dtype.kind == "f" and not (np.isfinite(x) & (x == np.trunc(x))).all():
        raise ValueError(f"to_categorical takes whole numbers, got {x[~np.isfinite(x) | (x != np.trunc(x))].flat[0]}")
    if num_classes is not None:
        whole("num_classes", num_classes)
    if x.ndim > 1 and x.shape[-1] == 1:
        x = x[..., 0]
    least, most = (int(x.min()), int(x.max())) if x.size else (0, -1)
    classes = most + 1 if num_classes is None else int(num_classes)
    if least < 0 or most >= classes:
        wanted = "0 or more" if num_classes is None else f"0 to {classes - 1}, for {classes} classes"
        raise ValueError(f"to_categorical: a label of {least if least < 0 else most}; wanted {wanted}")
    if x.size * classes > LARGEST:
        raise ValueError(
            f"to_categorical: a table of {x.size} x {float(classes):.6g} numbers is too large; LabelEncoder numbers "
            "labels from 0 without gaps"
        )
    table = np.zeros((x.size, classes))
    table[np.arange(x.size), x.ravel().astype(np.intp)] = 1
    return table.reshape(*x.shape, classes)


def normalize(x, axis=-1, order=2) -> np.ndarray:
    """x scaled to length 1 along an axis; rows of zeros stay.

    >>> normalize([[3.0, 4.0], [0.0, 0.0]])
    array([[0.6, 0.8],
           [0. , 0. ]])
    """
    x = np.asarray(x)
    if x.dtype.kind not in "fiub":
        raise ValueError(f"normalize takes numbers, got dtype {x.dtype}")
    if not order > 0:
        raise ValueError(f"order is the p of the norm, such as 1, 2 or inf; got {order!r}")
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    if not np.isfinite(x).all():
        raise ValueError(f"normalize got {x[~np.isfinite(x)].flat[0]}; fill or drop such rows first")
    if not x.size:
        return x.copy()
    # The largest to 1 first: the squares of very large or small numbers leave the range of floats.
    largest = np.abs(x).max(axis=axis, keepdims=True)
    x = x / np.where(largest == 0, 1, largest)
    length = np.linalg.norm(x, ord=order, axis=axis, keepdims=True)
    return x / np.where(length == 0, 1, length)


class Windows:
    """Windows of a series in batches; can be iterated again and again, when shuffled in another order each time."""

    def __init__(self, data, targets, starts, offsets, batch_size, rng):
        self.data = data
        self.targets = targets
        self.starts = starts
        self.offsets = offsets
        self.batch_size = batch_size
        self.rng = rng

    def __len__(self):
        return math.ceil(len(self.starts) / (self.batch_size or 1))

    def __iter__(self):
        starts = self.starts if self.rng is None else self.rng.permutation(self.starts)
        if self.batch_size is None:
            for at in starts:
                x = self.data[at + self.offsets]
                yield x if self.targets is None else (x, self.targets[at])
            return
        for i in range(0, len(starts), self.batch_size):
            at = starts[i : i + self.batch_size]
            x = self.data[at[:, None] + self.offsets]
            yield x if self.targets is None else (x, self.targets[at])


def timeseries_dataset_from_array(
    data, targets, sequence_length, sequence_stride=1, sampling_rate=1, batch_size=128, shuffle=False, seed=None,
    start_index=None, end_index=None,
) -> Windows:  # fmt: skip
    """Windows of `sequence_length` steps with the target of each, in batches that `fit` takes.

    The window that starts at step i has the target `targets[i]`: for a forecast give `data[sequence_length:]`.
    Without targets (None) a batch is (x,). With batch_size=None the windows come one by one.

    >>> series = np.arange(6.0)
    >>> for x, y in timeseries_dataset_from_array(series, series[3:], sequence_length=3, batch_size=2):
    ...     print(x.tolist(), y.tolist())
    [[0.0, 1.0, 2.0], [1.0, 2.0, 3.0]] [3.0, 4.0]
    [[2.0, 3.0, 4.0]] [5.0]
    """
    data = _series("data", data)
    start, end = 0 if start_index is None else start_index, len(data) if end_index is None else end_index
    start, end = whole("start_index", start, 0), whole("end_index", end, 0)
    sequence_length, sampling_rate = whole("sequence_length", sequence_length), whole("sampling_rate", sampling_rate)
    sequence_stride, batch_size = whole("sequence_stride", sequence_stride), whole_or_none("batch_size", batch_size)
    if not start < end <= len(data):
        raise ValueError(f"start_index {start} and end_index {end} do not fit a series of {len(data)} steps")
    reach = (sequence_length - 1) * sampling_rate + 1
    last = end - reach
    if targets is not None:
        targets = _series("targets", targets)
        last = min(last, len(targets) - 1)
    starts = np.arange(start, last + 1, sequence_stride)
    if not len(starts):
        raise ValueError(
            f"a window of {reach} steps does not fit the {end - start} steps of the series (and its targets)"
        )
    rng = generator(seed) if shuffle else None
    return Windows(data, targets, starts, np.arange(0, reach, sampling_rate), batch_size, rng)


def _series(name, values):
    values = np.asarray(values)
    if not values.ndim or values.dtype.kind not in "fiub":
        raise ValueError(f"{name} is a series of numbers; got shape {values.shape} of dtype {values.dtype}")
    return values
