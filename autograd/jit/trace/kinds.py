"""`type(x)` in the user's code while it is traced: the type of what a stand-in stands for.

`isinstance` asks `__class__`, which stand-ins answer; `type(x)` looks past it. So modules whose functions name `type`
find another one under that name for the time. It gives what `type` gives to every other thread, and for everything
but stand-ins; asked what it is, or inherited from, it is `type` itself.
"""

from __future__ import annotations

import threading
import types

_lock = threading.Lock()
_named: dict = {}  # the id of a module's globals -> (globals, how many tracings need it there)


class _Type:
    """`type`, but for what stands for something else."""

    def __call__(self, *args, **kwargs):
        if len(args) != 1 or kwargs:
            return type(*args, **kwargs)
        kind = type(args[0])
        if getattr(kind, "__stands_in__", False):
            return args[0].__class__
        return self if kind is type else kind

    def __instancecheck__(self, x):
        return isinstance(x, type)

    def __subclasscheck__(self, x):
        return issubclass(x, type)

    def __mro_entries__(self, bases):
        return (type,)

    def __getattr__(self, name):
        return getattr(type, name)

    def __eq__(self, other):
        return other is self or other is type

    def __hash__(self):
        return hash(type)

    def __or__(self, other):
        return type | other

    def __ror__(self, other):
        return other | type

    def __getitem__(self, item):
        return type[item]

    def __repr__(self):
        return repr(type)


TYPE = _Type()


class Kinds:
    """The modules that one tracing has given the other `type`."""

    def __init__(self):
        self.spaces: list[dict] = []

    def see(self, function) -> None:
        """Look whether a function of the user's names `type`, and does not mean something of its own by it."""
        code, space = getattr(function, "__code__", None), getattr(function, "__globals__", None)
        if code is None or not names_type(code) or any(space is known for known in self.spaces):
            return
        with _lock:
            count = _named.get(id(space), (space, 0))[1]
            if not count and "type" in space:
                return
            space["type"] = TYPE
            _named[id(space)] = space, count + 1
            self.spaces.append(space)

    def close(self) -> None:
        with _lock:
            for space in self.spaces:
                count = _named[id(space)][1] - 1
                _named[id(space)] = space, count
                if not count:
                    del _named[id(space)]
                    if space.get("type") is TYPE:
                        del space["type"]
            self.spaces.clear()


def names_type(code) -> bool:
    """Whether the code, or a function inside it, says `type`."""
    if "type" in code.co_names:
        return True
    return any(isinstance(part, types.CodeType) and names_type(part) for part in code.co_consts)
