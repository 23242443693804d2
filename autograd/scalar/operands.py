"""What stands beside a Value in an operation: constants, and the numbers of a recording."""

from __future__ import annotations

import numbers

import numpy as np

from autograd.engine.modes import observing_values
from autograd.rules.arrays import is_stand_in


def is_number(x) -> bool:
    """Whether it is one real number, in whatever form Python and NumPy have for that."""
    if hasattr(x, "__operand__") or is_stand_in(x):  # asked what they are, they answer what they stand for
        return False
    if isinstance(x, np.ndarray | np.generic):  # NumPy counts a span of time among the whole numbers
        return x.ndim == 0 and x.dtype.kind in "fiub"
    return isinstance(x, numbers.Real)


def as_number(x, owner) -> float:
    """A float from what the user gave as the number of a variable, or an error that says what to give."""
    if is_number(x):
        return float(x)
    if hasattr(x, "__variable__"):
        return x.__variable__(owner)
    if isinstance(x, type(owner)):
        raise TypeError("Value of a Value; write v.detach() for a new variable with the same number")
    raise TypeError(f"a Value holds one real number, not {type(x).__name__} {x!r:.60}; for arrays make a Tensor")


def operand(rule, x):
    """A constant beside a Value as a float; arrays and Tensors are refused with the way out."""
    if is_number(x):
        return float(x)
    if hasattr(x, "__operand__"):
        return x.__operand__()
    kind = "a Tensor" if hasattr(x, "__apply__") else f"{x.__class__.__name__} {x!r:.40}"
    raise TypeError(f"{rule.name} of a Value and {kind}: wanted a Value or one real number; for arrays use Tensors")


def flat(function, *args, convert=lambda y: y):
    """A function without a derivative of numbers: a number again, also while recording."""
    if observing_values() is not None:
        return observing_values().apply(function, args, convert)
    return convert(function(*args))
