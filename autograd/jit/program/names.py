"""How a program's text calls its arrays and numbers, and what the names mean."""

from __future__ import annotations

import operator

import numpy as np

from autograd.jit.program.memory import Memory
from autograd.jit.program.number import Number
from autograd.jit.program.steps import Var

_INFIX = {
    operator.add: "+", operator.sub: "-", operator.mul: "*", operator.truediv: "/", operator.floordiv: "//",
    operator.mod: "%", operator.pow: "**", operator.lt: "<", operator.le: "<=", operator.gt: ">", operator.ge: ">=",
    operator.eq: "==", operator.ne: "!=",
}  # fmt: skip


class Names:
    """`space` holds what the global names mean: `b7` for an array whose memory stays, `k2` for a constant.

    Locals: `a0` for an argument, `t9` for an array made afresh at each replay, `n3` for a number.
    """

    def __init__(self, memory: Memory, arguments):
        self.memory = memory
        self.space: dict = {}
        self.names: dict[Var, str] = {}
        self.fixed: dict[Var, np.ndarray] = {}
        self.numbers: dict[int, str] = {}
        self.constants: dict = {}
        self.zero_d: dict = {}
        self.lines: list[tuple[bool, str]] = []  # the text so far, and whether NumPy's warnings are off there
        self.where: list[int] = []  # for each line the number of its step
        self.number = -1  # that of the step being written
        self.arguments = [f"a{i}" for i in range(len(arguments))]
        self.names.update((var, f"a{i}") for i, var in enumerate(arguments) if var is not None)

    def _line(self, text, quiet=False):
        self.lines.append((quiet, text))
        self.where.append(self.number)

    def _fix(self, var, array):
        self.fixed[var] = array
        self.names[var] = name = f"b{var.index}"
        self.space[name] = array

    def _name(self, var) -> str:
        name = self.names.get(var)
        if name is None:
            buffer = self.memory.buffers.get(var)
            if buffer is None:
                name = self.names[var] = f"t{var.index}"
            else:
                self._fix(var, buffer)
                name = self.names[var]
        return name

    def text(self, x) -> str:
        """An argument as Python text."""
        kind = type(x)
        if kind is Var:
            return self._name(x)
        if kind is Number:
            return self._number(x)
        if kind is int or kind is bool or x is None:
            return repr(x)
        if (kind is tuple or kind is list) and is_live(x):
            inside = ", ".join(map(self.text, x))
            return f"({inside},)" if kind is tuple else f"[{inside}]"
        if kind is dict and is_live(tuple(x.values())):
            return f"{{{', '.join(f'{key!r}: {self.text(value)}' for key, value in x.items())}}}"
        key = (kind, repr(x)) if kind in (float, str) else id(x)
        if key not in self.constants:
            self.constants[key] = name = f"k{len(self.constants)}"
            self.space[name] = x
        return self.constants[key]

    def _number(self, x) -> str:
        name = self.numbers.get(id(x))
        if name is not None:
            return name
        name = self.numbers[id(x)] = f"n{len(self.numbers)}"
        if x.op is None:
            self.numbers[id(x)] = f"a{x.operands[2]}"  # an argument: others have their names by now
            return self.numbers[id(x)]
        parts = [self.text(part) for part in x.operands]
        infix = _INFIX.get(x.op)
        if infix is not None:
            line = f"{name} = {parts[0]} {infix} {parts[1]}"
        else:
            line = f"{name} = {self.text(x.op)}({', '.join(parts)})"
        self._line(line)
        return name


def is_live(x) -> bool:
    """Whether nested arguments hold anything that the program computes."""
    x = x.values() if type(x) is dict else x
    return any(type(part) in (Var, Number) or (type(part) in (tuple, list, dict) and is_live(part)) for part in x)
