"""The structure of what a traced function returned: which parts are one object, and which came from the caller.

Lists and dictionaries that were arguments come back as the caller's own; two places that held one object hold one
again. What a replay could not make anew, such as a set made by the function, is refused.
"""

from __future__ import annotations

import enum
import numbers
import types
from collections import OrderedDict

import numpy as np

from autograd.engine.tensor import Tensor
from autograd.errors import refuse
from autograd.jit.program.number import Number
from autograd.jit.trace.standin import StandIn
from autograd.scalar.value import Value
from autograd.transforms.containers import rebuild

_FIXED = (
    StandIn, Number, Tensor, Value, str, bytes, bool, int, float, complex, type(None), type(...), type, range,
    np.generic, np.dtype, np.ufunc, enum.Enum, numbers.Number, types.ModuleType, types.BuiltinFunctionType,
    types.MappingProxyType,
)  # fmt: skip


class Structure:
    """`objects` are the leaves, each once; `build` puts others in their places.

    >>> y = 1.5
    >>> twice = Structure([y, {"again": y}])
    >>> len(twice.objects), twice.build(["new"])
    (1, ['new', {'again': 'new'}])
    """

    def __init__(self, tree, tape=None):
        self.objects: list = []
        self.places: list[int] = []  # for each leaf of the tree, which object
        self._found: dict[int, int] = {}
        self._containers: dict[int, int] = {}  # how often a list or dictionary was met
        self._lifted = {} if tape is None else {id(lifted): i for i, (_, lifted, _) in enumerate(tape.containers)}
        self.is_shared = False
        self.tree = self._walk(tree)
        self.is_shared |= len(self.objects) < len(self.places)
        self.is_single = type(self.tree) is _Leaf
        if not self.is_shared:  # the usual: a plain tree to fill
            self.tree = rebuild(_bare(self.tree), [None] * len(self.places))

    def _walk(self, x):
        kind = type(x)
        if kind in (list, dict, OrderedDict):
            if id(x) in self._lifted:
                self.is_shared = True
                return _Given(self._lifted[id(x)])
            self.is_shared |= id(x) in self._containers
            number = self._containers.setdefault(id(x), len(self._containers))
            parts = x if kind is list else x.values()
            return _Branch(number, kind, None if kind is list else list(x), [self._walk(part) for part in parts])
        if kind is tuple or (isinstance(x, tuple) and hasattr(x, "_fields")):
            return _Branch(None, kind, None, [self._walk(part) for part in x])
        place = self._found.setdefault(id(x), len(self.objects))
        if place == len(self.objects):
            self.objects.append(x)
        self.places.append(place)
        return _Leaf(place)

    def build(self, found, args=(), kwargs=None):
        """The tree with these objects at the places of the first ones."""
        if self.is_single:
            return found[0]
        if not self.is_shared:
            return rebuild(self.tree, found)
        given = containers([list(args), kwargs or {}]) if self._lifted else []
        made: dict[int, object] = {}

        def make(x):
            kind = type(x)
            if kind is _Leaf:
                return found[x.place]
            if kind is _Given:
                return given[x.number]
            if x.number is not None and x.number in made:
                return made[x.number]
            parts = [make(part) for part in x.parts]
            if x.kind is list:
                y = parts
            elif x.keys is not None:
                y = x.kind(zip(x.keys, parts, strict=True))
            else:
                y = x.kind(*parts) if hasattr(x.kind, "_fields") else tuple(parts)
            made[x.number] = y
            return y

        return make(self.tree)


class _Leaf:
    def __init__(self, place):
        self.place = place


class _Given:
    """A list or dictionary that was an argument."""

    def __init__(self, number):
        self.number = number


class _Branch:
    def __init__(self, number, kind, keys, parts):
        self.number, self.kind, self.keys, self.parts = number, kind, keys, parts


def _bare(x):
    """The same as plain containers."""
    if type(x) is _Leaf:
        return None
    parts = [_bare(part) for part in x.parts]
    if x.keys is not None:
        return x.kind(zip(x.keys, parts, strict=True))
    return x.kind(*parts) if hasattr(x.kind, "_fields") else x.kind(parts)


def containers(tree) -> list:
    """The lists and dictionaries in arguments, in the order in which `lift` meets them; not the two around them."""
    found = []

    def walk(x):
        if type(x) in (list, dict):
            found.append(x)
        if isinstance(x, list | tuple | dict):
            for part in x.values() if isinstance(x, dict) else x:
                walk(part)

    args, kwargs = tree
    for x in [*args, *kwargs.values()]:
        walk(x)
    return found


def check_containers(tape) -> None:
    """Refuse what the function wrote to a list or dictionary that is an argument."""
    for _, lifted, before in tape.containers:
        items = list(lifted.items()) if type(lifted) is dict else list(enumerate(lifted))
        same = len(items) == len(before) and all(
            key == other and x is y for (key, x), (other, y) in zip(items, before, strict=True)
        )
        if not same:
            raise refuse(
                f"writing to a {type(lifted).__name__} that is an argument",
                "Return what is new, and put it there outside the function",
            )


def check_leaf(x, outside) -> None:
    """Refuse a result that a replay could not make anew: it would be one and the same for ever."""
    if isinstance(x, _FIXED) or type(x) is np.ndarray or outside.knows(x):
        return
    if isinstance(x, types.FunctionType) and not x.__closure__:
        return
    if isinstance(x, frozenset | slice):
        parts = x if isinstance(x, frozenset) else (x.start, x.stop, x.step)
        if not any(type(part) is Number or isinstance(part, StandIn | Tensor | Value) for part in parts):
            for part in parts:
                check_leaf(part, outside)
            return
    raise refuse(
        f"returning a {type(x).__name__} that the function made",
        "Return arrays and numbers, and lists, tuples and dictionaries of them, and make the rest outside",
    )
