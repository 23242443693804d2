"""Helpers on plain arrays: gradients brought back to an argument's shape, fingerprints, ownership."""

from __future__ import annotations

import math
from sys import getrefcount

import numpy as np

from autograd import buffers

_SMALL = 1 << 13  # bytes; below this, hashing a copy is cheaper than summing columns
_COLUMNS = 509  # a prime, so that moved rows land in other columns


def sum_to(x, shape: tuple[int, ...], lead: int = 0):
    """Sum out the axes that broadcasting `shape` to `x.shape` made or stretched; the first `lead` axes stay."""
    whole = x.shape
    extra = len(whole) - lead - len(shape)
    axes = tuple(range(lead, lead + extra))
    if extra and whole[lead + extra :] == shape:
        return np.add.reduce(x, axis=axes)
    axes += tuple(lead + extra + i for i, n in enumerate(shape) if n == 1 and whole[lead + extra + i] != 1)
    if axes:
        x = np.add.reduce(x, axis=axes, keepdims=True)
    return x.reshape(whole[:lead] + shape) if extra else x


def expand(x, shape: tuple[int, ...]):
    """`x` broadcast to `shape`: a new array where that is small, which is quicker than a view."""
    if hasattr(x, "_array") or hasattr(x, "__traced__") or math.prod(shape) * x.itemsize >= buffers.LARGE:
        return np.broadcast_to(x, shape)
    full = np.empty(shape, x.dtype)
    full[...] = x
    return full


def as_array(x, dtype=None):
    """`np.asarray`, which leaves what stands for an array alone."""
    if hasattr(x, "__traced__"):
        return x if dtype is None or x.dtype == dtype else x.astype(dtype)
    return np.asarray(x, dtype)


def zeros(shape, like):
    """Zeros of the dtype of `like`, to write something computed into."""
    return np.zeros(shape, like.dtype, like=like) if hasattr(like, "__traced__") else np.zeros(shape, like.dtype)


def possibly(mask) -> bool:
    """Whether an element is true; while a program is recorded, for all the values it may meet, whether one could be."""
    return hasattr(mask, "__traced__") or bool(np.any(mask))


def fingerprint(array: np.ndarray) -> int | bytes:
    """A short summary of an array's bytes, to notice a write: a hash, or column sums for large arrays.

    Order matters to it, so a shuffle or a sort in place is noticed as well.
    """
    if array.nbytes <= _SMALL:
        return hash(array.tobytes())
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    words = flat[: flat.size // 8 * 8].view(np.uint64)
    rows = words.size // _COLUMNS
    sums = np.add.reduce(words[: rows * _COLUMNS].reshape(rows, _COLUMNS), axis=0)
    return hash((sums.tobytes(), words[rows * _COLUMNS :].tobytes(), flat[words.size * 8 :].tobytes()))


class Seal:
    """Tells whether a variable's array may have been written to by its user since an operation was recorded.

    As long as nobody has been handed the array, nothing needs checking. The first time it is handed out, its
    fingerprint is taken, and what was recorded before is compared with that.
    """

    __slots__ = ("mark",)

    def __init__(self):
        self.mark: int | bytes | None = None

    def expose(self, array) -> None:
        if self.mark is None:
            self.mark = fingerprint(array)


def renewed(seal) -> Seal:
    """The seal of a variable whose array was written to by the engine: another one, if anything recorded holds this."""
    if getrefcount(seal) <= _HELD:
        seal.mark = None if seal.mark is None else EXPOSED
        return seal
    fresh = Seal()
    fresh.mark = None if seal.mark is None else EXPOSED
    seal.mark = WRITTEN
    return fresh


WRITTEN = -1  # the mark of a seal whose array was written to: what was recorded with it is out of date
EXPOSED = -2  # handed out before anything was recorded: operations take fingerprints of their own


class _Holder:
    def __init__(self):
        self.seal = Seal()


def _references(seal) -> int:
    return getrefcount(seal)


# How many references a seal shows inside a function when only its node holds it: measured, since Pythons differ.
_HELD = _references(_Holder().seal) + 1


def has_nan(array) -> bool:
    """Whether a float or complex array has a nan (cheaper than isnan: one BLAS call without a temporary)."""
    if array.ndim == 0:
        return bool(array != array)
    kind = array.dtype.char
    if kind in "dfFD" and array.ndim:
        if array.ndim > 1:
            if not array.flags.c_contiguous:
                return bool(np.isnan(array).any())
            array = array.reshape(-1)
        total = array.dot(array)  # a sum of squares of floats is nan only if an element is
        if kind in "df" or total == total:
            return total != total
    return bool(np.isnan(array).any())


def _count(table: dict, key) -> int:
    value = table.pop(key)
    return getrefcount(value)


# How many references an array shows when only `_count` holds it: measured, since Python versions differ.
_SOLE = _count({0: np.zeros(1)}, 0)


def take_owned(table: dict, key) -> np.ndarray:
    """Pop an array that nobody else holds; a shared one or a view is copied."""
    value = table.pop(key)
    if type(value) is not np.ndarray and hasattr(value, "__traced__"):
        return value if value.base is None and getrefcount(value) <= _SOLE else value.copy()
    if value.base is None:
        held = getrefcount(value) - _SOLE
        if held <= 0 or (held == 1 and value.nbytes >= buffers.LARGE and buffers.is_kept(value)):
            return value
    return value.copy()
