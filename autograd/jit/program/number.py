"""Number: a Python number of a recording, whose value may differ at every replay.

It carries its value now and the expression that gives it again: `op` of `operands`, or a source (`op` is None) that
the program reads at each replay. Expressions are pure, so a program computes those it needs where it needs them.
"""

from __future__ import annotations

import operator

from autograd.engine.modes import observing_values
from autograd.errors import RecordingError

_STATIC = "name the argument in jit(static=...) to record once for each value"
_CHOICE = f"Use np.where(condition, a, b), {_STATIC}, or decide outside the function"


def _refused(what, instead):
    def method(self, *args, **kwargs):
        raise RecordingError(
            f"{what} of a number while jit records: the program would keep {self.value!r} for good. {instead}"
        )

    return method


class Number:
    """Arithmetic and comparisons give Numbers again; what needs the value itself, such as `if`, is refused."""

    __slots__ = ("op", "operands", "value")
    __array_priority__ = 100

    def __init__(self, value, op=None, operands=()):
        self.value = value
        self.op = op
        self.operands = operands

    __bool__ = _refused("bool() (as in if, while, and, or, min, max)", _CHOICE)
    __float__ = __complex__ = __trunc__ = __floor__ = __ceil__ = _refused(
        "float()", f"Use it as it is (x ** 0.5, np.exp(x)), or {_STATIC}"
    )
    __int__ = __index__ = _refused("a loop, index or shape", _STATIC[0].upper() + _STATIC[1:])
    __format__ = _refused("printing or formatting", f"Return it and print it outside, or {_STATIC}")
    __array__ = _refused("np.array()", "Use it as a number beside arrays, or pass an array to the function")

    def __repr__(self):
        return f"<number {self.value!r} of a recording>"

    # -- beside a Value ----------------------------------------------------------------------------------------
    def __operand__(self):
        return taped().operand(self)

    def __variable__(self, v):
        return taped().compute(v, self)

    def __round__(self, digits=None):
        return Number(round(self.value, digits), round, (self, digits))

    __hash__ = object.__hash__

    # NumPy's functions on Numbers are recorded like those on arrays; `autograd.jit.trace.numpy_calls` sets that up.


def taped():
    """The tape of Values that a Number belongs to."""
    if observing_values() is None:
        raise RecordingError(
            "a number that jit gave the function while recording is used after it returned; return it instead of "
            "keeping it"
        )
    return observing_values()


def _binary(op, reflected=False):
    def method(self, other):
        if not isinstance(other, Number | int | float | complex):
            return NotImplemented
        operands = (other, self) if reflected else (self, other)
        return Number(op(*(x.value if type(x) is Number else x for x in operands)), op, operands)

    return method


def _unary(op):
    return lambda self: Number(op(self.value), op, (self,))


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"):
    setattr(Number, f"__{_name}__", _binary(getattr(operator, _name)))
    setattr(Number, f"__r{_name}__", _binary(getattr(operator, _name), reflected=True))
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(Number, f"__{_name}__", _binary(getattr(operator, _name)))
for _name in ("neg", "pos", "abs"):
    setattr(Number, f"__{_name}__", _unary(getattr(operator, _name)))
