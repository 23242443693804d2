"""NumPy's functions as a program sees them: which take out=, which ask only for shapes, which are spelt with others."""

from __future__ import annotations

import math

import numpy as np

from autograd.errors import RecordingError
from autograd.transforms.containers import leaves


def cast(x, dtype):
    """`x.astype(dtype)`."""
    return x.astype(dtype) if isinstance(x, np.generic) else np.asarray(x).astype(dtype)


def copy(x):
    """`x.copy()`."""
    return np.array(x)


def copy_by_rows(x):
    """`x.copy()` of an array that does not lie row by row."""
    return np.array(x, order="C")


def power(x, exponent):
    """`x ** exponent`, by the operator, which knows quicker functions for some exponents."""
    return (x[()] if isinstance(x, np.ndarray) else x) ** (
        exponent[()] if isinstance(exponent, np.ndarray) else exponent
    )


class SameShape:
    """A function that is refused once the shape of its result is not the recorded one."""

    def __init__(self, function, shape):
        self.function = function
        self.shape = shape
        self.__name__ = getattr(function, "__name__", type(function).__name__)

    def __call__(self, *args, **kwargs):
        y = self.function(*args, **kwargs)
        shape = [np.shape(part) for part in y] if isinstance(y, tuple | list) else np.shape(y)
        if shape != self.shape:
            raise RecordingError(
                f"{self.__name__} gave the shape {shape} where {self.shape} was recorded: it depends on the numbers. "
                "Keep shapes fixed (np.where, masks of 0 and 1), or leave this part outside jit"
            )
        return y


class Whole(SameShape):
    """A function that Python runs as it is at each replay; what it gives is its own, and no part of its arguments."""

    def __call__(self, *args, **kwargs):
        return owned(super().__call__(*args, **kwargs), args)


def owned(y, args):
    """`y`, copied where its memory is not its own: that of an argument is used again for others."""
    if isinstance(y, tuple | list):
        return type(y)([owned(part, args) for part in y])
    given = isinstance(y, np.ndarray) and (not y.flags.owndata or any(y is x for x in leaves(list(args))))
    return y.copy() if given else y


WITH_OUT = frozenset({np.concatenate, np.stack, np.clip, np.einsum, cast, copy, copy_by_rows})

# What depends on shapes and dtypes alone.
STATIC = frozenset({
    np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.iscomplexobj, np.isrealobj, np.common_type,
})  # fmt: skip

# What gives a result whose shape depends on the numbers.
SHAPED = frozenset({
    np.nonzero, np.flatnonzero, np.argwhere, np.unique, np.compress, np.extract, np.trim_zeros, np.bincount,
    np.setdiff1d, np.union1d, np.intersect1d, np.setxor1d, np.histogram, np.histogram_bin_edges, np.delete, np.insert,
})  # fmt: skip

# What takes integers or booleans without their values deciding the shape.
FIXED = frozenset({
    np.where, np.take, np.take_along_axis, np.argsort, np.sort, np.concatenate, np.stack, np.reshape, np.transpose,
    np.broadcast_to, np.cumsum, np.choose, cast, copy, copy_by_rows,
})  # fmt: skip

WRITERS = frozenset({np.copyto, np.put, np.put_along_axis, np.fill_diagonal, np.place, np.putmask})

FILLS = {np.zeros_like: 0, np.ones_like: 1, np.empty_like: None, np.zeros: 0, np.ones: 1, np.empty: None}


def _is_set(keepdims):
    return keepdims is not np._NoValue and bool(keepdims)


def _reduction(ufunc):
    def lowered(a, axis=None, dtype=None, out=None, keepdims=False, initial=np._NoValue, where=True):
        if where is not True or out is not None:
            return NotImplemented
        settings = {} if initial is np._NoValue else {"initial": initial}
        return ufunc.reduce(a, axis=axis, dtype=dtype, keepdims=_is_set(keepdims), **settings)

    return lowered


def _extreme(ufunc):
    reduce = _reduction(ufunc)

    def lowered(a, axis=None, out=None, keepdims=False, initial=np._NoValue, where=True):
        return reduce(a, axis, None, out, keepdims, initial, where)

    return lowered


def _mean(a, axis=None, dtype=None, out=None, keepdims=False, where=True):
    if dtype is not None or out is not None or where is not True or a.dtype.char not in "fdFD":
        return NotImplemented
    axes = range(a.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    count = math.prod(a.shape[i] for i in axes)
    return NotImplemented if not count else np.add.reduce(a, axis=axis, keepdims=_is_set(keepdims)) / count


LOWERED = {
    np.sum: _reduction(np.add), np.prod: _reduction(np.multiply), np.max: _extreme(np.maximum),
    np.min: _extreme(np.minimum), np.any: _extreme(np.logical_or), np.all: _extreme(np.logical_and), np.mean: _mean,
    np.copy: lambda a, order="K", subok=False: a.copy(order) if not a.ref.scalar else NotImplemented,
}  # fmt: skip
