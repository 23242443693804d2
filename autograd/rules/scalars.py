"""Rows on single floats: twins that never raise, and what the names in a formula mean.

`math.log(0)` raises; `np.log(0.0)` is -inf, and a Value never raises where an array would not.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np

from autograd.rules.functions import SQRT2

_SPECIAL = (0.0, -1.0, 1e300, math.inf, math.nan)  # each twin that raises at all does so at one of these (or a pair)


def ieee(twin: Callable | None, function: Callable, count: int = 1) -> Callable:
    """A twin of NumPy's `function` of `count` floats that never raises: `twin`, or NumPy's answer where it would.

    Without a twin it is NumPy's answer everywhere; a twin that raises nowhere is left as it is, so that it stays quick.

    >>> ieee(math.log, np.log)(0.0), ieee(math.tanh, np.tanh) is math.tanh
    (-inf, True)
    """

    def by_numpy(*args):
        with np.errstate(all="ignore"):
            return float(function(*map(np.float64, args)))

    def safe(*args):
        try:
            return twin(*args)
        except (ArithmeticError, ValueError):
            return by_numpy(*args)

    return by_numpy if twin is None else safe if _raises(twin, count) else twin


def _raises(twin, count) -> bool:
    try:
        for args in itertools.product(_SPECIAL, repeat=count):
            twin(*args)
    except (ArithmeticError, ValueError):
        return True
    return False


def power(a: float, b: float) -> float:
    """a ** b; the square root for b = 0.5, as NumPy has it (they differ at -inf)."""
    return math.sqrt(a) if b == 0.5 else math.pow(a, b)


def sigmoid(x: float) -> float:
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    y = math.exp(x)
    return y / (1 + y)


def sign(x: float) -> float:
    return x if x != x else float((x > 0) - (x < 0))


def where(condition, x, y):
    return x if condition else y


def where_(condition, x, y):
    """`np.where`, without the work where the condition is a plain bool, as for the exponent of `x ** 3`."""
    if type(condition) is bool:
        return x if condition else y
    return np.where(condition, x, y)


def inverse(b):
    """1 / b, also for a plain 0.0, by which Python would not divide."""
    try:
        return 1 / b
    except ZeroDivisionError:
        return math.copysign(math.inf, b)


_NUMBERS = {"pi": math.pi, "SQRT2": SQRT2, "LN2": math.log(2.0), "LN10": math.log(10.0), "__builtins__": {}}

# What the names in a formula mean on arrays (and, by NumPy's dispatch, on Tensors and Values). A row without a NumPy
# name adds itself, so that higher orders find its derivative.
ARRAY_NAMES = {
    name: getattr(np, name) for name in "exp log log1p sqrt sin cos sinh cosh tanh arctan abs sign floor power".split()
} | {"where": where_, "inverse": inverse, **_NUMBERS}

# What they mean on floats: each elementwise row adds its own twin.
SCALAR_NAMES = {"sign": sign, "floor": ieee(math.floor, np.floor), "where": where, **_NUMBERS}
