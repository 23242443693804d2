"""Arrays made larger by joining pieces: the gradient of a join is a slice.

`np.pad` and `np.repeat` give the same numbers, but of a Tensor they look each number up, which takes ten times as long.
"""

from __future__ import annotations

import numpy as np


def padded(x, pairs, value=0):
    """x with a constant before and after: `pairs` has (before, after) for each axis behind the first.

    >>> padded(np.ones((1, 2)), [(1, 2)])
    array([[0., 1., 1., 0., 0.]])
    """
    for axis, (before, after) in reversed(list(enumerate(pairs, 1))):
        ends = [np.full((*x.shape[:axis], n, *x.shape[axis + 1 :]), value, x.dtype) for n in (before, after)]
        parts = [part for part in (ends[0], x, ends[1]) if part is x or part.shape[axis]]
        x = np.concatenate(parts, axis=axis) if len(parts) > 1 else x
    return x


def repeated(x, times, axis):
    """Each part of x along an axis so many times.

    >>> repeated(np.array([[1.0, 2.0]]), 2, 1)
    array([[1., 1., 2., 2.]])
    """
    if times == 1:
        return x
    shape = tuple(x.shape)
    each = np.reshape(x, (*shape[: axis + 1], 1, *shape[axis + 1 :]))
    return np.reshape(
        np.concatenate([each] * times, axis=axis + 1), (*shape[:axis], shape[axis] * times, *shape[axis + 1 :])
    )
