"""`type(x)` and `id(x)` in the user's code while it is traced: the type of what a stand-in stands for, and no id.

`isinstance` asks `__class__`, which stand-ins answer; `type(x)` looks past it. So modules whose functions name `type`
find another one under that name for the time. It gives what `type` gives to every other thread, and for everything
but stand-ins; asked what it is, or inherited from, it is `type` itself.
"""

from __future__ import annotations

import threading
import types

from autograd.errors import refuse

_lock = threading.Lock()
_named: dict = {}  # (the id of a module's globals, a name) -> (globals, how many tracings need it there)


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


class _Id:
    """`id`, but not of what stands for something else: the object that it stands for is another at each call."""

    def __call__(self, x):
        if getattr(type(x), "__stands_in__", False):
            raise refuse("id() of an array or a number", "Tell them apart by something that lasts, such as a name")
        return id(x)

    def __repr__(self):
        return repr(id)


INSTEAD = {"type": TYPE, "id": _Id()}


class Kinds:
    """The modules that one tracing has given another `type` or `id`."""

    def __init__(self):
        self.places: list[tuple[dict, str]] = []

    def see(self, function) -> None:
        """Look whether a function of the user's says `type` or `id`, and does not mean something of its own by it."""
        code, space = getattr(function, "__code__", None), getattr(function, "__globals__", None)
        for name, instead in INSTEAD.items():
            known = any(space is there and name == said for there, said in self.places)
            if code is None or known or not says(code, name):
                continue
            with _lock:
                count = _named.get((id(space), name), (space, 0))[1]
                if count or name not in space:
                    space[name] = instead
                    _named[id(space), name] = space, count + 1
                    self.places.append((space, name))

    def close(self) -> None:
        with _lock:
            for space, name in self.places:
                count = _named[id(space), name][1] - 1
                _named[id(space), name] = space, count
                if not count:
                    del _named[id(space), name]
                    if space.get(name) is INSTEAD[name]:
                        del space[name]
            self.places.clear()


def says(code, name) -> bool:
    """Whether the code, or a function inside it, says this name."""
    if name in code.co_names:
        return True
    return any(isinstance(part, types.CodeType) and says(part, name) for part in code.co_consts)
