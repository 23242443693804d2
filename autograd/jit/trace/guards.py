"""What a function sees of the world around it: variables of enclosing functions, globals, defaults.

A program keeps what they were when it was traced, so a change of one of them has to be noticed.
"""

from __future__ import annotations

import collections
import copy
import functools
import operator
import sys
import types

import numpy as np

from autograd.engine.graph import LIBRARY
from autograd.engine.writes import fingerprint
from autograd.errors import refuse
from autograd.jit.trace.kinds import TYPE
from autograd.jit.trace.streams import is_source

_PLAIN = (int, float, complex, str, bytes, bool, type(None))
PLAIN = (*_PLAIN, np.generic, frozenset)
NOT_OURS = frozenset(sys.stdlib_module_names) | {m.rstrip(".") for m in LIBRARY}
MOST = 20_000  # things looked at: more would make every call slow


class Outside:
    """The names that a function (and user functions it calls) refers to, with what they stand for."""

    def __init__(self, function, kinds):
        self.reads: list = []  # (function that reads, what it gave)
        self.things: list = []
        self.copies: list = []  # (array from outside, its fingerprint)
        self.tables: list = []  # (list or tuple of nothing but plain things, a copy of it)
        self.classes: set = set()
        self._seen: set = set()
        self.kinds = kinds
        self._function(function)

    def same(self) -> bool:
        """Whether every name still stands for the same thing."""
        for read, argument, before in self.reads:
            try:
                now = read(argument)
            except (KeyError, ValueError, IndexError, AttributeError):
                return False
            if now is not before and not (
                type(now) is type(before)
                and isinstance(now, PLAIN)
                and (now == before or (now != now and before != before))
            ):
                return False
        try:
            if any(table != before for table, before in self.tables):
                return False
        except ValueError:  # an array is among them now
            return False
        return not self.copies or all(fingerprint(array) == before for array, before in self.copies)

    def close(self, constants) -> None:
        """Look at the numbers of those arrays too that the program does not read itself.

        What was computed of them by plain NumPy, as in `x * (w / 2)`, the program keeps as it was.
        """
        self.copies = [
            (array, before) for array, before in self.copies
            if not any(np.may_share_memory(array, other) for other in constants)
        ]  # fmt: skip

    def _function(self, function):
        owner = getattr(function, "__self__", None)
        if owner is not None and not isinstance(owner, types.ModuleType):
            self._thing(owner)
        function = getattr(function, "__func__", function)
        if isinstance(function, functools.partial):
            return self._thing((function.func, function.args, function.keywords))
        wrapped = getattr(function, "__wrapped__", None)
        if wrapped is not None:
            self._function(wrapped)
        code = getattr(function, "__code__", None)
        if code is None:
            return None if wrapped is not None or not hasattr(function, "__dict__") else self._thing(function)
        if id(function) in self._seen:
            return
        self._seen.add(id(function))
        module = getattr(function, "__module__", None) or ""
        values = [self._watch(types.CellType.cell_contents.__get__, cell) for cell in function.__closure__ or ()]
        if not f"{module}.".startswith(LIBRARY):
            self.kinds.see(function)
            self._watch(operator.attrgetter("__defaults__"), function)
            self._watch(operator.attrgetter("__kwdefaults__"), function)
            space = function.__globals__
            names = [name for name in _names(code) if name in space and space[name] is not TYPE]
            values += [self._watch(space.__getitem__, name) for name in names]
            self._modules(code, values)

    def _modules(self, code, values):
        """What the code names of modules of the user's."""
        for module in values:
            seen = (id(code), id(module))  # modules may import each other
            if not isinstance(module, types.ModuleType) or _is_foreign(module.__name__) or seen in self._seen:
                continue
            self._seen.add(seen)
            read = vars(module).__getitem__
            self._modules(code, [self._watch(read, name) for name in set(_names(code)) if name in vars(module)])

    def _class(self, kind):
        """The attributes of a user's class, and what its methods refer to."""
        for base in kind.__mro__:
            if base in self.classes or base is object or _is_foreign(base.__module__):
                continue
            self.classes.add(base)
            for key, value in list(vars(base).items()):
                if isinstance(value, property):
                    value = value.fget
                value = getattr(value, "__func__", value)
                if isinstance(value, types.FunctionType):
                    self._function(value)
                elif not key.startswith("__") and not hasattr(type(value), "__get__"):
                    self._watch(vars(base).__getitem__, key)

    def _watch(self, read, argument):
        """Remember what is read there now, and look at it too; gives it."""
        try:
            value = read(argument)
        except ValueError:  # a variable that has no value yet
            return None
        if isinstance(value, type):
            self._class(value)
        elif is_source(owner := getattr(value, "__self__", None)):
            self._thing(owner)  # such as rng.random, kept under another name
        elif not isinstance(value, types.ModuleType | types.BuiltinFunctionType | np.ufunc):
            if len(self.reads) >= MOST:
                what = f"use of more than {MOST:,} things from outside"
                raise refuse(what, "Pass them as arguments, or as one array")
            self.reads.append((read, argument, value))
            self._thing(value)
        return value

    def tensors(self) -> set[int]:
        """The ids of the Tensors among them, and of the parameters of models and optimizers."""
        found = set()
        for thing in self.things:
            if hasattr(thing, "_node"):
                found.add(id(thing))
            parameters = getattr(thing, "parameters", ())
            found.update(map(id, parameters() if callable(parameters) else parameters))
        return found

    def knows(self, thing) -> bool:
        """Whether this very thing is among what the function refers to, or was an argument."""
        return any(thing is other for other in self.things)

    def add(self, things) -> None:
        """Watch these objects too."""
        for thing in things:
            self._thing(thing)

    def _thing(self, value):
        if isinstance(value, PLAIN) or id(value) in self._seen:
            return
        if isinstance(value, types.FunctionType | types.MethodType | functools.partial) or hasattr(
            value, "__wrapped__"
        ):
            return self._function(value)
        self._seen.add(id(value))
        self.things.append(value)
        if isinstance(value, np.ndarray):
            self.copies.append((value, fingerprint(value)))
        elif isinstance(value, set):
            self._watch(frozenset, value)
        elif isinstance(value, dict):
            for key in value:
                self._watch(functools.partial(dict.__getitem__, value), key)
            self._watch(len, value)
        elif type(value) in (list, tuple) and is_plain(value):
            self.tables.append((value, copy.deepcopy(value)))  # compared in one go, however long
        elif isinstance(value, list | tuple | collections.deque):
            for i in range(len(value)):
                self._watch(value.__getitem__, i)
            self._watch(len, value)
        module = type(value).__module__
        if not _is_foreign(module):
            self._class(type(value))
            for base in type(value).__mro__:
                for key in _tuple(vars(base).get("__slots__", ())):
                    if hasattr(value, key):
                        self._watch(functools.partial(getattr, value), key)
        for key, part in list(getattr(value, "__dict__", {}).items()):
            if not f"{module}.".startswith(LIBRARY):
                if key not in getattr(value, "unwatched", ()):
                    self._watch(vars(value).__getitem__, key)
            elif isinstance(part, types.FunctionType | types.MethodType | functools.partial):
                self._function(part)  # such as that of a layer made from a function


def is_plain(x) -> bool:
    """Whether nested lists and tuples hold nothing but numbers, texts and the like."""
    return all(type(part) in _PLAIN or (type(part) in (list, tuple) and is_plain(part)) for part in x)


def _is_foreign(name) -> bool:
    """Whether the name of a module is one of the library's or Python's."""
    return name != "__main__" and name.partition(".")[0] in NOT_OURS


def _tuple(names):
    return (names,) if isinstance(names, str) else tuple(names)


def _names(code):
    """Global names that the code uses, in functions inside it too."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)
