"""Whether two plain things are the same to a program: equal, of one type, to the last bit."""

from __future__ import annotations

import numpy as np

# What cannot change, and what `same` looks into; of anything else only the very object is the same.
PLAIN = frozenset({int, float, complex, bool, str, bytes, type(None), tuple, frozenset, range, slice, type(...)})


def same(a, b) -> bool:
    """1 is not 1.0 and not True, 0.0 is not -0.0, and nan is nan.

    >>> same(1.5, 1.5), same(1, 1.0), same((0.0,), (-0.0,)), same(float("nan"), float("nan"))
    (True, False, False, True)
    """
    if a is b:
        return True
    kind = type(a)
    if kind is not type(b):
        return False
    if kind is tuple:
        return len(a) == len(b) and all(map(same, a, b))
    if kind is frozenset:
        return set(map(_mark, a)) == set(map(_mark, b))
    if kind is float or kind is complex:
        return repr(a) == repr(b)
    if kind is slice:
        return same((a.start, a.stop, a.step), (b.start, b.stop, b.step))
    if kind in PLAIN:
        return a == b
    return isinstance(a, np.generic) and a.dtype == b.dtype and a.dtype.kind != "O" and a.tobytes() == b.tobytes()


def _mark(x):
    return (type(x), repr(x)) if is_plain(x) else id(x)


def is_plain(x) -> bool:
    """Whether nothing in it can change."""
    if type(x) in (tuple, frozenset):
        return all(map(is_plain, x))
    return type(x) in PLAIN or isinstance(x, np.generic)


def every(now, before) -> bool:
    """Whether all of two rows of things are the same."""
    return len(now) == len(before) and all(map(same, now, before))


class Key:
    """What does not vary within a program, as part of its key: equal only to what is the same."""

    __slots__ = ("thing",)

    def __init__(self, thing):
        self.thing = thing

    def __eq__(self, other):
        return type(other) is Key and same(self.thing, other.thing)

    def __hash__(self):
        return hash(self.thing) if is_plain(self.thing) else id(self.thing)

    def __repr__(self):
        return f"Key({self.thing!r})"
