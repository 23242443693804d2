"""The names that micrograd gave a Value's insides, for programs written for it, such as its `draw_dot`."""

from __future__ import annotations

import numpy as np

SIGNS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "negative": "-", "relu": "ReLU"}


def _children(self) -> set:
    """What a Value was computed from, constants included: each of those becomes a Value with a gradient of its own."""
    found = set(self.parents)
    formulas = () if self._rule is None else self._rule.formulas
    for i, (operand, slope) in enumerate(((self._a, self._da), (self._b, self._db))):
        if slope is None and i < len(formulas):
            constant = self.__class__(operand)
            constant.grad = None if self.grad is None else _slope(self, i) * getattr(self.grad, "data", self.grad)
            found.add(constant)
    return found


def _slope(result, i) -> float:
    """The derivative of a result by its i-th argument, which was a constant."""
    arguments = [getattr(x, "data", x) for x in (result._a, result._b)]
    with np.errstate(all="ignore"):
        return float(result._rule.derivatives[i](*map(np.float64, [*arguments, result.data])))


def _sign(self) -> str:
    """The operation as micrograd writes it; an empty text for a variable."""
    if self.op == "power" and self._db is None:
        return f"**{self._b}"
    return SIGNS.get(self.op, self.op or "")


def _label(self) -> str:
    return self.name or ""


def _relabel(self, text) -> None:
    self.name = text


children, sign, label = property(_children), property(_sign), property(_label, _relabel)
