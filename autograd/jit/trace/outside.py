"""What a function can see of the world around it: variables, attributes, items, and whatever these lead to.

A program keeps what they were when it was traced. So each of them becomes a guard, before the function runs.
"""

from __future__ import annotations

import collections
import contextvars
import functools
import sys
import threading
import types
import weakref

import numpy as np

from autograd.engine import modes
from autograd.engine.graph import LIBRARY, next_serial
from autograd.engine.writes import fingerprint
from autograd.errors import refuse
from autograd.jit.trace.code import BY_NAME, imported, is_foreign, names_of
from autograd.jit.trace.exact import is_plain
from autograd.jit.trace.guards import Guards
from autograd.jit.trace.iterators import position_of
from autograd.jit.trace.kinds import INSTEAD
from autograd.jit.trace.things import EMPTY, attributes_of, cached, filled, is_buffer, settings_of, slots_of, table_of

MOST = 20_000  # things looked at: more would make every call slow
_CLASS_NOISE = frozenset({"__dict__", "__weakref__", "__doc__", "__module__", "__annotations__", "__abstractmethods__",
                          "_abc_impl", "__firstlineno__", "__static_attributes__", "__qualname__"})  # fmt: skip
NEXT = "Take the next one outside, and pass it as an argument"
_CALLED = types.FunctionType | types.MethodType | functools.partial


class Outside:
    """All that a function refers to, with a guard for each; `things` are the objects among it."""

    def __init__(self, function, kinds):
        self.guards = Guards()
        self.kinds = kinds
        self.things: list = []
        self.arrays: list = []  # (array, its fingerprint before tracing)
        self.places: list = []  # all arrays of others that it may see
        self.moving: list = []  # (iterator, what it showed before tracing)
        self.caches: list = []  # of functions
        self.seen: dict = {}  # all that was looked at, by id
        self._waiting = collections.deque([function])
        self._walk()

    # -- what it is asked -------------------------------------------------------------------------------------------
    def tensors(self) -> set[int]:
        """The ids of the Tensors among them, and of the parameters of models and optimizers."""
        found = set()
        for thing in self.things:
            if hasattr(type(thing), "_node"):
                found.add(id(thing))
            elif hasattr(type(thing), "parameters") or "parameters" in getattr(thing, "__dict__", ()):
                parameters = thing.parameters
                found.update(map(id, parameters() if callable(parameters) else parameters))
        return found

    def knows(self, thing) -> bool:
        """Whether this very thing is among what the function refers to, or was an argument."""
        return id(thing) in self.seen

    def add(self, things) -> None:
        """Watch these objects too."""
        self._waiting.extend(things)
        self._walk()

    def close(self, places) -> None:
        """The function has run. Refuse one that has written to arrays of others, or moved an iterator on, which no
        program would do again. `places`: arrays that the program itself reads where they are, and may write to."""
        self.add([x for cache in self.caches for x in cached(cache)])
        self.places = [*(array for array, _ in self.arrays), *places]
        for array, before in self.arrays:
            if fingerprint(array) != before and not any(np.may_share_memory(array, place) for place in places):
                what = f"a write to an array from outside, {array.dtype} {array.shape}, by plain NumPy"
                raise refuse(what, "Pass it to the function as an argument, or compute a new one and return it")
            self.guards.numbers(array, before)
        for iterator, before in self.moving:
            if position_of(iterator) != before:
                raise refuse(f"next() of a {type(iterator).__name__} from outside", NEXT)

    def moved_on(self) -> None:
        """Iterators are where they are now by right."""
        self.moving = [(iterator, position_of(iterator)) for iterator, _ in self.moving]

    # -- the walk ----------------------------------------------------------------------------------------------------
    def _walk(self):
        while self._waiting:
            thing = self._waiting.popleft()
            if id(thing) in self.seen or is_plain(thing) or thing is None:
                continue
            self.seen[id(thing)] = thing
            if len(self.guards.lines) > MOST or len(self.seen) > MOST:
                what = f"use of more than {MOST:,} things from outside"
                raise refuse(what, "Pass them as arguments, or as one array")
            self._look(thing)

    def _look(self, thing):
        if isinstance(thing, types.FunctionType):
            self._function(thing)
        elif isinstance(thing, types.MethodType):
            self._waiting += (thing.__self__, thing.__func__)
        elif isinstance(thing, functools.partial):
            self._waiting += (thing.func, thing.args, thing.keywords, vars(thing))
        elif isinstance(thing, staticmethod | classmethod):
            self._waiting.append(thing.__func__)
        elif isinstance(thing, property):
            self._waiting += (thing.fget, thing.fset)
        elif isinstance(thing, type):
            self._class(thing)
        elif isinstance(thing, types.CellType):
            self._cell(thing)
        elif isinstance(thing, types.BuiltinFunctionType | types.MethodWrapperType):
            if thing is not next_serial:  # which counts what the engine makes
                self._waiting.append(thing.__self__)  # what it is a method of, if of anything
        elif not isinstance(thing, types.ModuleType | np.ufunc):
            self._thing(thing)

    def _value(self, value):
        self._waiting.append(value)
        return value

    def _function(self, function):
        code, guards = function.__code__, self.guards
        ours = not f"{function.__module__ or ''}.".startswith(LIBRARY)
        for cell in function.__closure__ or ():
            self._value(cell)
        if "__wrapped__" in vars(function):
            self._value(function.__wrapped__)
        if not ours:
            return
        for name in ("__code__", "__defaults__", "__kwdefaults__"):
            guards.attribute(function, name, self._value(getattr(function, name)))
        guards.attribute(function, "__dict__", vars(function))
        guards.keys(vars(function))
        self._some(vars(function), [key for key in vars(function) if key != "__wrapped__"])
        read, mentioned = names_of(code)
        space = function.__globals__
        self.kinds.see(function)
        modules = []
        for name in read:
            if name in space and space[name] is not INSTEAD.get(name, EMPTY):
                guards.item(space, name, self._value(space[name]))
                modules.append(space[name])
            else:
                guards.missing(space, name)
                builtin = vars(sys.modules["builtins"])
                if name in builtin:
                    guards.item(builtin, name, builtin[name])
        modules += [x for x in map(filled, function.__closure__ or ()) if isinstance(x, types.ModuleType)]
        if not is_foreign(space.get("__name__")):
            modules += self._by_name(code, space, mentioned)
        self._modules(modules, mentioned)

    def _by_name(self, code, space, mentioned):
        """The modules that code imports or looks up; and all globals, where it may read any of them."""
        if not BY_NAME.isdisjoint(mentioned):
            self._value(space)
        names = imported(code, space)
        self.guards.modules(names)
        found = [sys.modules[name] for name in names if name in sys.modules]
        self._waiting += found
        return found

    def _modules(self, modules, mentioned):
        """What code mentions of modules of the user's; modules may import each other."""
        any_name = not {"getattr", "vars", "__dict__", "eval", "exec"}.isdisjoint(mentioned)
        waiting = [x for x in modules if isinstance(x, types.ModuleType)]
        seen = set()
        while waiting:
            module = waiting.pop()
            if id(module) in seen:
                continue
            seen.add(id(module))
            space, foreign = vars(module), is_foreign(module.__name__)
            if any_name and not foreign:
                self._value(space)
            for name in mentioned:
                if name in space:
                    self.guards.item(space, name, space[name])
                    if isinstance(space[name], types.ModuleType):
                        waiting.append(space[name])
                    elif not foreign:
                        self._value(space[name])
                elif not foreign and not name.startswith("__"):
                    self.guards.missing(space, name)

    def _class(self, kind):
        """The attributes of a user's class, and what its methods refer to."""
        if is_foreign(kind.__module__):
            return
        space = vars(kind)
        self.guards.attribute(kind, "__mro__", kind.__mro__)
        self._waiting += kind.__mro__
        self._waiting.append(type(kind))
        keys = [key for key in space if key not in _CLASS_NOISE]
        self.guards.lines.append(f"len({self.guards.name(space)}) == {len(space)}")
        for key in keys:
            value = space[key]
            if isinstance(value, types.GetSetDescriptorType | types.MemberDescriptorType):
                continue
            self.guards.item(space, key, self._value(value))

    def _cell(self, cell):
        if (value := filled(cell)) is not EMPTY:
            self.guards.attribute(cell, "cell_contents", self._value(value))

    def _thing(self, thing):
        self.things.append(thing)
        module = type(thing).__module__
        library = f"{module}.".startswith(LIBRARY)
        self._contents(thing)
        if not is_foreign(module):
            self.guards.kind(thing)
            self._value(type(thing))
            self._slots(thing)
        if isinstance(thing, threading.local):  # the same object has other attributes in another thread
            self.guards.lines.append(f"[*{self.guards.name(thing)}.__dict__] == {self.guards.name([*vars(thing)])}")
            for key, value in vars(thing).items():
                self.guards.attribute(thing, key, self._value(value))
            return
        space = attributes_of(thing)
        if space is None:
            return
        if library:  # what matters of it is said by `watch`; but it may hold functions of the user's
            parts = [part for part in space.values() if isinstance(part, _CALLED)]
            self._waiting += parts
            self._some(space, settings_of(thing, space))
            return
        if not is_foreign(module):
            self.guards.space(thing, space)
        unwatched = getattr(type(thing), "unwatched", ())
        if not unwatched:
            self.guards.keys(space)
        self._some(space, [key for key in space if key not in unwatched])

    def _some(self, space, keys):
        """Some of the items of a dict."""
        for key in keys:
            self._value(space[key])
        self.guards.values(space, keys)

    def _slots(self, thing):
        for name in slots_of([base for base in type(thing).__mro__ if not is_foreign(base.__module__)]):
            if (value := getattr(thing, name, EMPTY)) is EMPTY:
                self.guards.lines.append(f"not hasattr({self.guards.name(thing)}, {name!r})")
            else:
                self.guards.attribute(thing, name, self._value(value))

    def _contents(self, thing):
        """What a container holds."""
        guards = self.guards
        if isinstance(thing, np.ndarray):
            self._numbers(thing)
        elif isinstance(thing, dict | types.MappingProxyType):
            guards.keys(thing)
            self._waiting += thing.keys()
            self._some(thing, list(thing))
            if isinstance(thing, collections.defaultdict):
                guards.attribute(thing, "default_factory", self._value(thing.default_factory))
        elif type(thing) is list and (lists := table_of(thing)) is not None:
            guards.table(lists)
            self.seen.update((id(x), x) for x in lists)
        elif isinstance(thing, list | collections.deque):
            guards.items(thing)
            self._waiting += thing
        elif isinstance(thing, tuple | frozenset):
            self._waiting += thing
        elif isinstance(thing, set):
            guards.members(thing)
            self._waiting += thing
        elif is_buffer(thing):
            guards.bytes(thing)
        elif isinstance(thing, weakref.WeakMethod):  # which makes a new one each time
            guards.lines.append(f"({guards.name(thing)}() is None) is {self._value(thing()) is None}")
        elif isinstance(thing, weakref.ref):
            guards.value(f"{guards.name(thing)}()", self._value(thing()))
        elif isinstance(thing, contextvars.ContextVar) and thing not in vars(modes).values():
            guards.value(f"{guards.name(thing)}.get({guards.name(EMPTY)})", self._value(thing.get(EMPTY)))
        elif isinstance(thing, functools._lru_cache_wrapper):
            self.caches.append(thing)
            self._waiting += cached(thing)
        elif (position := position_of(thing)) is not None:
            if position is EMPTY:  # it does not show that
                raise refuse(f"use of a {type(thing).__name__} from outside", NEXT)
            self.moving.append((thing, position))

    def _numbers(self, array):
        if array.dtype.hasobject:
            self._waiting += self.guards.objects(array)
            return
        plain = array if type(array) is np.ndarray else array.view(np.ndarray)
        self.arrays.append((plain, fingerprint(plain)))
        for name in ("shape", "strides", "dtype"):
            self.guards.attribute(array, name, getattr(array, name))
