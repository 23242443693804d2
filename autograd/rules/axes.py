"""Axes counted from the end, so that a rule works unchanged when a gradient has extra leading axes."""

from __future__ import annotations

import operator

import numpy as np

ALL = [tuple(range(-n, 0)) for n in range(65)]  # NumPy's arrays have at most 64 axes


def from_end(axis, ndim: int) -> tuple[int, ...]:
    """`axis` (None, an int or a tuple) as a tuple of distinct negative axes; None means all of them.

    >>> from_end((0, -1), 3)
    (-3, -1)
    """
    if axis is None:
        return ALL[ndim]
    if type(axis) is int and -ndim <= axis < 0:
        return (axis,)
    axes = axis if isinstance(axis, tuple | list) else (axis,)
    axes = tuple(operator.index(a) for a in axes)
    for a in axes:
        if not -ndim <= a < ndim:
            raise np.exceptions.AxisError(a, ndim)
    axes = tuple(a - ndim if a >= 0 else a for a in axes)
    if len(set(axes)) != len(axes):
        raise ValueError(f"duplicate axis in {axis}")
    return axes


def one_from_end(axis: int, ndim: int) -> int:
    """A single axis as a negative number."""
    return from_end(operator.index(axis), ndim)[0]


def along(axis: int, part) -> tuple:
    """The index that takes `part` along an axis counted from the end, and all of the others.

    >>> np.arange(6).reshape(2, 3)[along(-2, slice(0, 1))]
    array([[0, 1, 2]])
    """
    return (..., part, *(slice(None),) * (-1 - axis))


def unreduce(g, axis: tuple[int, ...] | None, ndim: int):
    """Put back, with length 1, the axes that a reduction over `axis` of an `ndim`-d array took away.

    `g` may have extra leading axes; `axis` is from the end of the reduced array's shape, or None for all.
    """
    shape = g.shape
    if not shape:
        return g  # one number: broadcasting fills it out
    if axis == (-1,):
        return g[..., None]
    if axis is None:
        axis = ALL[ndim]
    kept = ndim - len(axis)
    lead, rest = shape[: len(shape) - kept], list(shape[len(shape) - kept :])
    for a in sorted(a + ndim for a in axis):
        rest.insert(a, 1)
    return g.reshape(lead + tuple(rest))
