"""Operations on the numbers of a program of Values besides the rows: gates, and what no gradient goes through."""

from __future__ import annotations

import operator

import numpy as np

from autograd.errors import RecordingError
from autograd.rules.table import ROWS


class NoGradient:
    """An operation on Numbers, through which no gradient goes: a NumPy ufunc, or any function of Python's numbers."""

    formulas = ()
    derivatives = ()

    def __init__(self, name, function, ufunc=False, sign=None):
        self.name = name
        self.sign = sign  # that of Python's comparison
        self.forward = function if ufunc else self._one_by_one
        self.ufunc = ufunc
        self.function = function

    def _one_by_one(self, *arrays):
        """Python's own answer for each number, so that it raises what eager Python raises, such as division by 0."""
        arrays = np.broadcast_arrays(*arrays)
        results = [self.scalar(*xs) for xs in zip(*(x.ravel().tolist() for x in arrays), strict=True)]
        return np.array(results, float).reshape(arrays[0].shape)

    def scalar(self, *xs):
        y = self.function(*xs)
        if isinstance(y, complex):
            raise RecordingError(f"{self.name} gave a complex number; a program of Values holds real ones")
        return float(y)


def gate(x, condition):
    """`x` where the condition holds, else 0: half of a where()."""
    return np.where(condition, x, 0.0)


class Gate:
    """`gate` as the rule of a Value; nothing goes back where it is shut."""

    name = "where"
    arguments = ("a", "b")
    formulas = ("b", "0")
    ufunc = False
    forward = staticmethod(gate)
    derivatives = (lambda a, b, y: b, lambda a, b, y: 0 * b)

    @staticmethod
    def scalar(x, condition):
        return x if condition else 0.0


GATE = Gate()
# Numbers and Values share the rows that are exact twins of Python's operators; division differs at 0.
_SHARED = {operator.add: "add", operator.sub: "subtract", operator.mul: "multiply", operator.neg: "negative",
           operator.pos: "positive", operator.abs: "abs"}  # fmt: skip
_COMPARE = {"<": (operator.lt, np.less), "<=": (operator.le, np.less_equal), ">": (operator.gt, np.greater),
            ">=": (operator.ge, np.greater_equal), "==": (operator.eq, np.equal),
            "!=": (operator.ne, np.not_equal)}  # fmt: skip
_KINDS = {
    **{op: ROWS[name] for op, name in _SHARED.items()},
    **{op: NoGradient(op.__name__, ufunc, True, sign) for sign, (op, ufunc) in _COMPARE.items()},
    gate: GATE,
}
# NumPy's numbers beside a Number arrive as the ufunc of the operator.
_KINDS |= {_KINDS[op].forward: _KINDS[op] for op in (*_SHARED, *(op for op, _ in _COMPARE.values()))}


def kind_of(op):
    """The operation on registers for a Number's `op`."""
    found = _KINDS.get(op)
    if found is None:
        found = _KINDS[op] = NoGradient(getattr(op, "__name__", repr(op)), op, isinstance(op, np.ufunc))
    return found
