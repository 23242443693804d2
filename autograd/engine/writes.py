"""Noticing writes: fingerprints of arrays, and the seal of a variable whose array has been handed out."""

from __future__ import annotations

from sys import getrefcount

import numpy as np

_SMALL = 1 << 13  # bytes; below this, hashing a copy is cheaper than summing columns
_COLUMNS = 509  # a prime, so that moved rows land in other columns


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
