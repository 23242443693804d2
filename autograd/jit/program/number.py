"""Number: a Python number of a recording, whose value may differ at every replay.

It carries its value now and the expression that gives it again: `op` of `operands`, or a source (`op` is None) that
the program reads at each replay. Expressions are pure, so a program computes those it needs where it needs them.
"""

from __future__ import annotations

import functools
import math
import operator
import sys

from autograd.engine.graph import LIBRARY
from autograd.engine.modes import observing, observing_values
from autograd.errors import RecordingError

_STATIC = "name the argument in jit(static=...) to record once for each value"
_CHOICE = f"Use np.where(condition, a, b), {_STATIC}, or decide outside the function"
_PRINT = f"Return it and print it outside, or {_STATIC}"


def _refused(what, instead):
    def method(self, *args, **kwargs):
        raise RecordingError(
            f"{what} of a number while jit records: the program would keep {self.value!r} for good. {instead}"
        )

    return method


def asked_by_library() -> bool:
    """Whether the code that called a method of a stand-in is the library's own, as for the text of an error."""
    return f"{sys._getframe(2).f_globals.get('__name__')}.".startswith(LIBRARY)


class Number:
    """Arithmetic and comparisons give Numbers again; what needs the value itself, such as `if`, is refused.

    Whoever asks what it is hears what its value is: `isinstance(k, float)` is the answer of the real thing.
    """

    __slots__ = ("__weakref__", "op", "operands", "value")
    __array_priority__ = 100
    __stands_in__ = True

    def __init__(self, value, op=None, operands=()):
        self.value = value
        self.op = op
        self.operands = operands

    __class__ = property(lambda self: type(self.value))

    __bool__ = _refused("bool() (as in if, while, and, or, min, max)", _CHOICE)
    __float__ = __complex__ = _refused(
        "float() (math functions ask for it too)", f"Use it as it is (x ** 0.5, np.exp(x)), or {_STATIC}"
    )
    __int__ = __index__ = _refused("a loop, index or shape", _STATIC[0].upper() + _STATIC[1:])
    __hash__ = _refused("hash() (as in a set, or as the key of a dict)", _CHOICE)
    __str__ = __format__ = _refused("printing or formatting", _PRINT)
    __reduce_ex__ = _refused("pickling", f"Return it and keep it outside, or {_STATIC}")
    # Plain numbers have none: NumPy hears why not when it looks for it.
    __array__ = property(_refused(
        "np.array()",
        "Use it as a number beside arrays (np.ones(3) * k for np.full(3, k)), join numbers with np.stack([k, 1.0]), or "
        "pass an array to the function",
    ))  # fmt: skip

    def __repr__(self):
        if observing() is None or asked_by_library():
            return f"<number {self.value!r} of a recording>"
        return self.__str__()

    def __dir__(self):
        return dir(self.value)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    # -- beside a Value ----------------------------------------------------------------------------------------
    def __operand__(self):
        return taped().operand(self)

    def __variable__(self, v):
        return taped().compute(v, self)

    # -- what Python's numbers can do --------------------------------------------------------------------------
    def __round__(self, digits=None):
        return made(round, self, digits)

    def __pow__(self, other, modulus=None):
        if modulus is not None:
            return made(pow, self, other, modulus)
        return made(operator.pow, self, other) if _is_number(other) else NotImplemented

    def __divmod__(self, other):
        return (self // other, self % other) if _is_number(other) else NotImplemented

    def __rdivmod__(self, other):
        return (other // self, other % self) if _is_number(other) else NotImplemented

    def __getattr__(self, name):
        getattr(self.value, name)  # an AttributeError as Python's numbers raise it
        if name in ("real", "imag", "numerator", "denominator"):
            return made(operator.attrgetter(name), self)
        if name in ("conjugate", "is_integer"):
            return lambda: made(getattr(type(self.value), name), self)
        if name.startswith("_"):
            raise AttributeError(f"{type(self.value).__name__!r} object has no attribute {name!r} while jit records")
        return functools.partial(_refused(f"{name}()", _PRINT), self)

    # NumPy's functions on Numbers are recorded like those on arrays; `autograd.jit.trace.numpy_calls` sets that up.


def taped():
    """The tape of Values that a Number belongs to."""
    if observing_values() is None:
        raise RecordingError(
            "a number that jit gave the function while recording is used after it returned; return it instead of "
            "keeping it"
        )
    return observing_values()


def made(op, *operands) -> Number:
    """`op` of these, now and at each replay."""
    return Number(attempt(op, *(x.value if type(x) is Number else x for x in operands)), op, operands)


def attempt(function, *args, **kwargs):
    """Compute something now; an error that its numbers cause must not decide what the function does next."""
    try:
        return function(*args, **kwargs)
    except Exception as error:
        tape = observing()
        if tape is not None:
            tape.failed(error, function, args)
        raise


def _is_number(x) -> bool:
    return isinstance(x, int | float | complex) and not hasattr(x, "__traced__")


def _binary(op, reflected=False):
    def method(self, other):
        if not _is_number(other):
            return NotImplemented
        return made(op, other, self) if reflected else made(op, self, other)

    return method


def _unary(op):
    return lambda self: made(op, self)


_ARITHMETIC = ("add", "sub", "mul", "truediv", "floordiv", "mod", "lshift", "rshift", "and_", "or_", "xor")
for _name in _ARITHMETIC:
    _op = getattr(operator, _name)
    setattr(Number, f"__{_name.rstrip('_')}__", _binary(_op))
    setattr(Number, f"__r{_name.rstrip('_')}__", _binary(_op, reflected=True))
Number.__rpow__ = _binary(operator.pow, reflected=True)
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(Number, f"__{_name}__", _binary(getattr(operator, _name)))
for _name in ("neg", "pos", "abs", "invert", "trunc", "floor", "ceil"):
    _op = getattr(operator, _name, None) or getattr(math, _name)
    setattr(Number, f"__{_name}__", _unary(_op))


def _hidden(slot):
    """The library's own attribute of a Number: to others it is as if it were not there, as on the real thing."""

    def get(self):
        if observing() is not None and not asked_by_library():
            raise AttributeError(f"{type(slot.__get__(self)).__name__!r} object has no attribute {slot.__name__!r}")
        return slot.__get__(self)

    return property(get, slot.__set__)


for _name in ("value", "op", "operands"):
    setattr(Number, _name, _hidden(Number.__dict__[_name]))
