"""What a function sees of the world around it: variables of enclosing functions, globals, defaults.

A program keeps what they were when it was recorded, so a change of one of them has to be noticed.
"""

from __future__ import annotations

import operator
import types

import numpy as np

from autograd.graph import LIBRARY

PLAIN = (int, float, complex, str, bytes, bool, type(None), np.generic)
MOST = 2000  # things looked at, so that a huge container does not make every call slow


class Outside:
    """The names that a function (and user functions it calls) refers to, with what they stand for."""

    def __init__(self, function):
        self.reads: list = []  # (function that reads, what it gave)
        self.things: list = []
        self._seen: set[int] = set()
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
        return True

    def _function(self, function):
        owner = getattr(function, "__self__", None)
        if owner is not None and not isinstance(owner, types.ModuleType):
            self._thing(owner)
        function = getattr(function, "__func__", function)
        wrapped = getattr(function, "__wrapped__", None)
        if wrapped is not None:
            self._function(wrapped)
        code = getattr(function, "__code__", None)
        if code is None or id(function) in self._seen:
            return
        self._seen.add(id(function))
        module = getattr(function, "__module__", None) or ""
        inside = f"{module}.".startswith(LIBRARY)
        for cell in function.__closure__ or ():
            self._watch(types.CellType.cell_contents.__get__, cell)
        self._watch(operator.attrgetter("__defaults__"), function)
        if not inside:
            names = [name for name in _names(code) if name in function.__globals__]
            for name in names:
                self._watch(function.__globals__.__getitem__, name)

    def _watch(self, read, argument):
        try:
            value = read(argument)
        except ValueError:  # a variable that has no value yet
            return
        if isinstance(value, types.ModuleType | type | types.BuiltinFunctionType | np.ufunc):
            return
        if len(self.reads) < MOST:
            self.reads.append((read, argument, value))
            self._thing(value)

    def tensors(self) -> set[int]:
        """The ids of the Tensors among them, and of the parameters of models and optimizers."""
        found = set()
        for thing in self.things:
            if hasattr(thing, "_node"):
                found.add(id(thing))
            parameters = getattr(thing, "parameters", ())
            found.update(map(id, parameters() if callable(parameters) else parameters))
        return found

    def add(self, things) -> None:
        """Watch these objects too."""
        for thing in things:
            self._thing(thing)

    def _thing(self, value):
        if isinstance(value, PLAIN) or id(value) in self._seen or len(self.things) >= MOST:
            return
        if isinstance(value, types.FunctionType | types.MethodType) or hasattr(value, "__wrapped__"):
            return self._function(value)
        self._seen.add(id(value))
        self.things.append(value)
        if type(value) in (list, tuple):
            for i in range(len(value)):
                self._watch(value.__getitem__, i)
            self._watch(len, value)
        elif type(value) is dict:
            for key in value:
                self._watch(value.__getitem__, key)
            self._watch(len, value)
        elif hasattr(value, "__dict__") and not type(value).__module__.startswith(
            tuple(m.rstrip(".") for m in LIBRARY)
        ):
            for key in vars(value):
                self._watch(vars(value).__getitem__, key)


def _names(code):
    """Global names that the code uses, in functions inside it too."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)
