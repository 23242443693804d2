"""Large arrays used again: asking the system for fresh pages costs more than the arithmetic done on them.

A thread keeps up to `CAP` bytes of result arrays it has made. One that nobody else refers to any more, as its reference
count shows, is handed out again for a result of the same shape and dtype.
"""

from __future__ import annotations

import sys
import threading

import numpy as np

LARGE = 1 << 17  # bytes; below this the system's allocator does not ask for fresh pages each time
CAP = 64 << 20


class _Pool(threading.local):
    def __init__(self):
        self.arrays: dict[tuple, list[np.ndarray]] = {}
        self.bytes = 0


_pool = _Pool()


def empty(shape, dtype) -> np.ndarray:
    """Like `np.empty`, with memory of an earlier result that has been dropped if there is one."""
    kept = _pool.arrays.setdefault((shape, dtype), [])
    for array in kept:
        if sys.getrefcount(array) <= _FREE:
            return array
    array = np.empty(shape, dtype)
    if _pool.bytes + array.nbytes > CAP:
        _drop_free()
    if _pool.bytes + array.nbytes <= CAP:
        _pool.arrays.setdefault((shape, dtype), []).append(array)
        _pool.bytes += array.nbytes
    return array


def is_kept(array) -> bool:
    """Whether the pool refers to this array, which then counts one reference more."""
    return any(array is kept for kept in _pool.arrays.get((array.shape, array.dtype), ()))


def apply(ufunc, arrays):
    """`ufunc(*arrays)`, with the result in memory used before where shapes and dtypes are all the same."""
    first = arrays[0]
    for other in arrays[1:]:
        if type(other) is np.ndarray and (other.shape != first.shape or other.dtype != first.dtype):
            return ufunc(*arrays)
        if type(other) is not np.ndarray and type(other) not in (int, float):
            return ufunc(*arrays)
    if first.dtype.char not in "df" or not first.flags.c_contiguous:
        return ufunc(*arrays)
    return ufunc(*arrays, out=empty(first.shape, first.dtype))


def _drop_free():
    """Let go of what is not in use, so that programs that change their shapes do not fill the pool with old ones."""
    for key, kept in list(_pool.arrays.items()):
        in_use = [array for array in kept if sys.getrefcount(array) > _FREE + 1]
        _pool.bytes -= sum(array.nbytes for array in kept) - sum(array.nbytes for array in in_use)
        if in_use:
            _pool.arrays[key] = in_use
        else:
            del _pool.arrays[key]


def _count_in_loop() -> int:
    for array in [np.zeros(1)]:
        return sys.getrefcount(array)
    return 0


# What an array in a list shows while the loop above looks at it: measured, since Python versions differ.
_FREE = _count_in_loop()


def _count(table: dict, key) -> int:
    value = table.pop(key)
    return sys.getrefcount(value)


# How many references an array shows when only `_count` holds it: measured, since Python versions differ.
_SOLE = _count({0: np.zeros(1)}, 0)


def take_owned(table: dict, key) -> np.ndarray:
    """Pop an array that nobody else holds; a shared one or a view is copied."""
    value = table.pop(key)
    if type(value) is not np.ndarray and hasattr(value, "__traced__"):
        return value if value.base is None and sys.getrefcount(value) <= _SOLE else value.copy()
    if value.base is None:
        held = sys.getrefcount(value) - _SOLE
        if held <= 0 or (held == 1 and value.nbytes >= LARGE and is_kept(value)):
            return value
    return value.copy()
