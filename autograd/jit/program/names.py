"""How a program's text calls its arrays and numbers, and what the names mean."""

from __future__ import annotations

import operator

import numpy as np

from autograd.jit.program.number import Number
from autograd.jit.program.steps import Var

_INFIX = {
    operator.add: "+", operator.sub: "-", operator.mul: "*", operator.truediv: "/", operator.floordiv: "//",
    operator.mod: "%", operator.pow: "**", operator.lt: "<", operator.le: "<=", operator.gt: ">", operator.ge: ">=",
    operator.eq: "==", operator.ne: "!=",
}  # fmt: skip


class Names:
    """`space` holds what the global names mean: `b7` for an array whose memory stays, `k2` for a constant.

    Locals: `a0` for an argument, `t9` for an array made afresh at each replay, `n3` for a number, whose line stands in
    `lines` from when it is first asked for.
    """

    def __init__(self, arrays, arguments):
        self.lines: list[str] = []
        self.space: dict = {}
        self.names: dict[Var, str] = {}
        self.fixed: dict[Var, np.ndarray] = {}
        self.numbers: dict[int, str] = {}  # by id
        self.constants: dict = {}
        self.zero_d: dict = {}
        self.arguments = [f"a{i}" for i in range(len(arguments))]
        self.names.update((var, f"a{i}") for i, var in enumerate(arguments) if var is not None)
        for var, array in arrays.items():
            self.fix(var, array)

    def fix(self, var, array):
        """Bind an array that stays where it is to a global name."""
        self.fixed[var] = self.space[f"b{var.index}"] = array
        self.names[var] = f"b{var.index}"

    def of(self, var) -> str:
        return self.names.setdefault(var, f"t{var.index}")

    def is_local(self, var) -> bool:
        """Whether it is made afresh at each replay."""
        return self.names.get(var, "").startswith("t")

    def text(self, x) -> str:
        """An argument as Python text."""
        kind = type(x)
        if kind is Var:
            return self.of(x)
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

    def constant(self, x, dtype):
        """A plain number beside arrays of one dtype as an array, which NumPy need not convert at each call."""
        if type(x) not in (int, float) or not abs(x) <= np.finfo(dtype).max:
            return self.text(x)
        return self.text(self.zero_d.setdefault((repr(x), dtype), np.array(x, dtype)))

    def number(self, number) -> str:
        """A name for a number that the step being written gives."""
        return self.numbers.setdefault(id(number), f"n{len(self.numbers)}")

    def _number(self, x) -> str:
        if id(x) in self.numbers:
            return self.numbers[id(x)]
        if x.op is None:  # an argument: others have their names by now
            return f"a{x.operands[2]}"
        name = self.number(x)
        parts = [self.text(part) for part in x.operands]
        infix = _INFIX.get(x.op)
        value = f" {infix} ".join(parts) if infix else f"{self.text(x.op)}({', '.join(parts)})"
        self.lines.append(f"{name} = {value}")
        return name


def is_live(x) -> bool:
    """Whether nested arguments hold anything that the program computes."""
    x = x.values() if type(x) is dict else x
    return any(type(part) in (Var, Number) or (type(part) in (tuple, list, dict) and is_live(part)) for part in x)
