"""NumPy's functions of a Value: the row of that name, or a sentence that says what to use."""

from __future__ import annotations

import functools

import numpy as np

from autograd.engine.modes import observing_values
from autograd.rules.arrays import array_of
from autograd.rules.structural import Constant, numpy_name
from autograd.rules.table import FUNCTIONS, Elementwise
from autograd.scalar.operands import flat


def array_ufunc(self, ufunc, method, *inputs, **kwargs):
    row = FUNCTIONS.get(ufunc)
    if method != "__call__" or kwargs or row is None:
        raise TypeError(
            f"{numpy_name(ufunc)}{'' if method == '__call__' else '.' + method} with {kwargs or 'a Value'} is not "
            "defined for a Value; use a Tensor, or v.data for a constant"
        )
    if isinstance(row, Constant):
        return flat(ufunc, *map(array_of, inputs))
    if isinstance(row, Elementwise):
        return self.__apply__(row, inputs, {})
    if row.name in ("np.conjugate", "np.real"):
        return +self
    raise TypeError(f"{numpy_name(ufunc)} is not defined for a Value; use a Tensor")


def array_function(self, function, types, args, kwargs):
    if function is np.where and len(args) == 3:
        return where(*args)
    if function is np.clip:
        return clip(*args, **kwargs)
    row = FUNCTIONS.get(function)
    if isinstance(row, Constant):
        places = [k for k, x in enumerate(args) if hasattr(x, "__apply__")]
        return flat(functools.partial(_among, function, places, args, kwargs), *(array_of(args[k]) for k in places))
    raise TypeError(
        f"{numpy_name(function)} works on arrays; make a Tensor for it (or Python's sum, max, min on Values)"
    )


def _among(function, places, args, kwargs, *numbers):
    """The function of these numbers, at their places among arguments that are settings."""
    args = list(args)
    for k, number in zip(places, numbers, strict=True):
        args[k] = number
    return function(*args, **kwargs)


def refuse_number(self):
    raise TypeError(
        "float() and math functions of a Value would lose its gradient; write v.data for the number, or v.sin() or "
        "np.sin(v) to stay in the graph"
    )


def refuse_array(self, dtype=None, copy=None):
    raise TypeError(
        "an array of Values would lose their gradients; keep them in a list, use v.data for the numbers, or make one "
        "Tensor of the array"
    )


def where(condition, x, y):
    """The branch that is taken, recorded; the other gets no gradient."""
    if (who := observing_values()) is not None:
        return who.where(condition, x, y)
    chosen, other = (x, y) if condition else (y, x)
    if hasattr(chosen, "__apply__"):
        return +chosen
    return other._constant(float(chosen)) if hasattr(other, "__apply__") else chosen


def clip(self, min=None, max=None):
    """The number limited to [min, max]; slope 0 outside. nan stays, and a limit of nan is the result."""
    if (who := observing_values()) is not None:
        return who.clip(self, min, max)
    y = self
    if min is not None and (y <= min or min != min):
        y = y * 0.0 + min if np.isfinite(y.data) else y._constant(min)
    if max is not None and (y >= max or max != max):
        y = y * 0.0 + max if np.isfinite(y.data) else y._constant(max)
    return y
