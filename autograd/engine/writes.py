"""Noticing writes: an array that a gradient needs, and that was written to since, is found when backward comes by.

A variable's array is sealed: as long as nobody has been handed it, nothing needs checking. Constants, which anybody may
write to, are fingerprinted when they are used.
"""

from __future__ import annotations

from sys import getrefcount
from weakref import ref

import numpy as np

from autograd.errors import ChangedError

_SMALL = 1 << 18  # bytes; up to this a copy is kept, which is exact and quicker than adding up words
_PRIMES = ((509, 521, 523), (4093, 4099, 4111), (65521, 65537, 65539))  # for fewer words than the product of two


def fingerprint(array: np.ndarray) -> int | bytes:
    """What tells of a write to an array: its bytes, or for large arrays a short summary, a hash of sums of their words.

    Every `p`th word is added up, for three primes `p`. Two words that are in one sum for two of them lie a multiple of
    their product apart, which is more than the array has: so a word that changes places is noticed, and rows whose
    length one prime divides are by the others.
    """
    if array.nbytes <= _SMALL:
        return array.tobytes()
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    words = flat[: flat.size // 8 * 8].view(np.uint64)
    primes = next((few for few in _PRIMES if words.size < few[0] * few[1]), _PRIMES[-1])
    return hash((*(_sums(words, p) for p in primes), flat[words.size * 8 :].tobytes()))


def _sums(words, p) -> int:
    """A hash of the sums of every `p`th word, and of what is left over at the end."""
    rows = words.size // p
    sums = np.add.reduce(words[: rows * p].reshape(rows, p), axis=0)
    return hash((sums.tobytes(), words[rows * p :].tobytes()))


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
    """Whether an array is what it was when the mark was taken."""
    wanted = mark.mark if type(mark) is Seal else mark  # a Seal without a mark: nobody was handed the array
    return wanted is None or fingerprint(array) == wanted


def check_unchanged(node) -> None:
    """Refuse to go backward through a node whose arguments are not what they were."""
    for i, mark in enumerate(node.marks):
        if mark is not None and not is_unchanged(node.saved[i], mark):
            raise ChangedError(
                f"argument {i} of {node.rule.name} was written to after it was recorded, so its gradient would be "
                f"wrong; recorded at {node.where}. Write to a copy, or record again after the write"
            )


# -- gradients --------------------------------------------------------------------------------------------------------
def hold(node, g):
    """What a node keeps of a gradient with a graph of its own, which leads back to that node.

    Its Tensor holds the gradient, and the node a weak reference to it: so they go in no circle, and are freed at once.
    """
    owner = node.owner and node.owner()
    if owner is None or owner._node is not node:
        return g
    owner._held = g
    return ref(g)


class Lent:
    """A gradient in memory that will be written over: copied when somebody asks for it."""

    __slots__ = ("array",)

    def __init__(self, array):
        self.array = array
