"""Noticing writes: an array that a gradient needs, and that was written to since, is found when backward comes by.

A variable's array is sealed: as long as nobody has been handed it, nothing needs checking. Constants, which anybody may
write to, are fingerprinted when they are used. A view is out of date once the engine has written to what it looks at.
"""

from __future__ import annotations

from sys import getrefcount

import numpy as np

from autograd.errors import ChangedError

_SMALL = 1 << 18  # bytes; up to this a copy is kept, which is exact and three times as quick as summing columns
_COLUMNS = 509  # a prime, so that moved rows land in other columns


def fingerprint(array: np.ndarray) -> int | bytes:
    """What tells of a write to an array: its bytes, or for large arrays a short summary of them, column sums.

    Order matters to it, so a shuffle or a sort in place is noticed as well.
    """
    if array.nbytes <= _SMALL:
        return array.tobytes()
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
    mark = None if seal.mark is None else EXPOSED
    if getrefcount(seal) > _HELD:
        seal.mark = WRITTEN
        seal = Seal()
    seal.mark = mark
    return seal


WRITTEN = -1  # the mark of a seal whose array was written to: what was recorded with it is out of date
EXPOSED = -2  # handed out before anything was recorded: operations take fingerprints of their own


class _Holder:
    def __init__(self):
        self.seal = Seal()


def _references(seal) -> int:
    return getrefcount(seal)


# How many references a seal shows inside a function when only its node holds it: measured, since Pythons differ.
_HELD = _references(_Holder().seal) + 1


def marks_of(raw, parents, kept):
    """What tells later whether the arrays that a node keeps were written to; None where nobody can."""
    marks = None
    for i in kept:
        mark = mark_of(raw[i], parents[i])
        if mark is not None:
            if marks is None:
                marks = [None] * len(raw)
            marks[i] = mark
    return marks


def mark_of(array, node):
    """The same for one array, which is that of `node` (None for a constant)."""
    seal = None if node is None else node.seal
    if type(array) is not np.ndarray or (seal is None and node is not None and array.base is None):
        return None  # a number, or made by the engine
    return seal if seal is not None and seal.mark is None else fingerprint(array)


def is_unchanged(array, mark) -> bool:
    """Whether an array is what it was when this mark was made."""
    if type(mark) is Seal:
        mark = mark.mark  # without one nobody was handed the array
    return mark is None or fingerprint(array) == mark


def check_unchanged(node) -> None:
    """Refuse to go backward through a node whose arguments are not what they were."""
    for i, mark in enumerate(node.marks):
        if mark is not None and not is_unchanged(node.saved[i], mark):
            raise ChangedError(
                f"argument {i} of {node.rule.name} was written to after it was recorded, so its gradient would be "
                f"wrong; recorded at {node.where}. Write to a copy, or record again after the write"
            )


class Share:
    """Arrays that may share memory: a count of writes, to notice a view that is out of date."""

    __slots__ = ("version",)

    def __init__(self):
        self.version = 0


def share(view, sources) -> None:
    """Let a Tensor that looks at the memory of another be out of date once that is written to."""
    source = next(arg for arg in sources if hasattr(arg, "_share"))
    if source._share is None:
        source._share = Share()
        source._version = 0
    view._share = source._share
    view._version = source._share.version


def check_current(tensor, reader) -> None:
    """Refuse a view of what has been written to since."""
    if tensor._share is not None and tensor._version != tensor._share.version:
        raise RuntimeError(
            f"{reader} got a Tensor that shares memory with one that was written to since; NumPy would show the write "
            "here. Take the view again after the write, or .copy() it before"
        )


class Lent:
    """A gradient in memory that will be written over: copied when somebody asks for it."""

    __slots__ = ("array",)

    def __init__(self, array):
        self.array = array
