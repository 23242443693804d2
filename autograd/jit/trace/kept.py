"""Stand-ins that a function leaves behind, in what was there before it ran: no program could put anything there."""

from __future__ import annotations

import types

from autograd.engine.graph import LIBRARY
from autograd.engine.tensor import Tensor
from autograd.errors import refuse
from autograd.jit.program.cell import ARRAY
from autograd.jit.trace.things import EMPTY, attributes_of, filled

_OWN = ("_added", "varying")  # of layers and optimizers, for the length of a step


class Kept:
    """What lists, dicts, attributes and variables from outside hold before a function is traced."""

    def __init__(self, things):
        self.places = []  # (owner, what it is kept in, a copy of that)
        for thing in things:
            if isinstance(thing, dict | list):
                self.places.append((thing, thing, thing.copy()))
            elif isinstance(thing, types.CellType):
                self.places.append((thing, thing, filled(thing)))
            elif (space := attributes_of(thing)) and not f"{type(thing).__module__}.".startswith(LIBRARY):
                self.places.append((thing, space, space.copy()))

    def check(self, cells) -> None:
        """Refuse a function that has kept something, other than in the places that a program writes to (`cells`)."""
        for owner, where, key, _ in self._found():
            if (id(owner), key) not in cells:
                name = type(owner).__name__
                place = "a variable around it" if key is None else f"item {key!r} of a {name}"
                if where is not owner:
                    place = f"the attribute {key} of a {name}"
                raise refuse(f"keeping an array that it computed, as {place},", "Return it, and keep what comes back")

    def put_back(self) -> None:
        """The tracing has failed: nothing of it stays."""
        for _, where, key, before in list(self._found()):
            if key is None:
                where.cell_contents = before
            elif before is not EMPTY:
                where[key] = before
            elif isinstance(where, dict):
                del where[key]
        for _, where, before in self.places:
            if type(where) is list and any(map(_is_left, where)):
                where[:] = before

    def _found(self):
        """(owner, what it is kept in, key, what was there) of each stand-in that was not there before."""
        for owner, where, before in self.places:
            if isinstance(where, types.CellType):
                if filled(where) is not before and _is_left(filled(where)):
                    yield owner, where, None, before
                continue
            items = where.items() if isinstance(where, dict) else enumerate(where)
            for key, now in items:
                known = key in before if isinstance(where, dict) else key < len(before)
                then = before[key] if known else EMPTY
                if now is not then and key not in _OWN and _is_left(now):
                    yield owner, where, key, then


def _is_left(x, depth=3) -> bool:
    if isinstance(x, list | tuple) or type(x) is dict:
        return depth > 0 and any(_is_left(part, depth - 1) for part in (x.values() if type(x) is dict else x))
    kind = type(x)
    if kind is Tensor or issubclass(kind, Tensor):
        kind = type(ARRAY.__get__(x))
    return bool(getattr(kind, "__stands_in__", False))
