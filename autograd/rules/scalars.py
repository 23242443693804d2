"""The scalar twins: Python's `math` with IEEE answers, so that a Value never raises where an array would not.

`math.log(0)` raises; `np.log(0.0)` is -inf. Each twin takes the quick road and falls back on NumPy for the rest.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np


def ieee(quick: Callable, exact: Callable) -> Callable:
    """`quick` on floats, `exact` (NumPy) where `quick` raises."""

    def twin(*args):
        try:
            return quick(*args)
        except (ValueError, ArithmeticError):
            with np.errstate(all="ignore"):
                return float(exact(*map(np.float64, args)))

    twin.__name__ = twin.__qualname__ = quick.__name__
    return twin


def by_numpy(function: Callable) -> Callable:
    """A twin for functions that `math` lacks."""

    def twin(*args):
        with np.errstate(all="ignore"):
            return float(function(*map(np.float64, args)))

    twin.__name__ = twin.__qualname__ = function.__name__
    return twin


def power(a: float, b: float) -> float:
    """a ** b; the square root for b = 0.5, as NumPy has it (they differ at -inf)."""
    return math.sqrt(a) if b == 0.5 else math.pow(a, b)


def sign(x: float) -> float:
    return x if x != x else float((x > 0) - (x < 0))


def where(condition, x, y):
    return x if condition else y


def where_(condition, x, y):
    """`np.where`, without the work where the condition is a plain bool, as for the exponent of `x ** 3`."""
    if type(condition) is bool:
        return x if condition else y
    return np.where(condition, x, y)


def relu(x):
    """max(x, 0) with slope 0 at the kink; nan stays nan."""
    return np.maximum(x, 0)


def sigmoid(x):
    """1 / (1 + exp(-x)), without overflow on either side: through tanh, which saturates."""
    return 0.5 * np.tanh(0.5 * x) + 0.5


def softplus(x):
    """log(1 + exp(x)), without overflow."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def silu(x):
    """x * sigmoid(x)."""
    return x * sigmoid(x)


def erf(x):
    """2 / sqrt(pi) * the integral of exp(-t * t) from 0 to x, to the last bits.

    Near 0 as x times a series in x * x, where nothing cancels; further out as 1 less what is left, which is small.
    """
    x = np.asarray(x)
    near, far = _erf_series(x.dtype == np.float32)
    z = np.minimum(np.abs(x), 6)  # beyond 6 it is 1
    small, large = np.minimum(z, 1), np.maximum(z, 1)
    inner = small * _chebyshev(small * small * 2 - 1, near)
    outer = 1 - np.exp(-large * large) * _chebyshev((large - 3.5) / 2.5, far)
    return np.copysign(np.where(z < 1, inner, outer), x)


def _chebyshev(t, series):
    return np.polynomial.chebyshev.chebval(t, series, tensor=False).astype(t.dtype)


@functools.cache
def _erf_series(short):
    """Chebyshev series of erf(z) / z in z * z up to 1, and of exp(z * z) * erfc(z) from 1 to 6."""

    def near(t):
        return [math.erf(z) / z for z in np.sqrt((t + 1) / 2)]

    def far(t):
        return [math.exp(z * z) * math.erfc(z) for z in t * 2.5 + 3.5]

    degrees = (7, 14) if short else (14, 26)  # as far as it takes for this many digits
    return [np.polynomial.chebyshev.chebinterpolate(f, n) for f, n in zip((near, far), degrees, strict=True)]


def gelu(x):
    """x times the probability that a standard normal number is below x."""
    return 0.5 * x * (1 + erf(x / SQRT2))


def sigmoid_cross_entropy(a, b):
    """log(1 + exp(a)) - a * b, without overflow."""
    return np.maximum(a, 0) - a * b + np.log1p(np.exp(-np.abs(a)))


SQRT2 = math.sqrt(2.0)
LN2 = math.log(2.0)
LN10 = math.log(10.0)

_SHARED = {"pi": math.pi, "SQRT2": SQRT2, "LN2": LN2, "LN10": LN10, "__builtins__": {}}

# What the names in a formula mean on arrays (and, by NumPy's dispatch, on Tensors and Values).
ARRAY_NAMES = {
    name: getattr(np, name) for name in "exp log log1p sqrt sin cos sinh cosh tanh arctan abs sign floor power".split()
} | {"sigmoid": sigmoid, "where": where_, **_SHARED}

# What they mean on floats.
SCALAR_NAMES = {
    "exp": ieee(math.exp, np.exp),
    "log": ieee(math.log, np.log),
    "log1p": ieee(math.log1p, np.log1p),
    "sqrt": ieee(math.sqrt, np.sqrt),
    "sin": ieee(math.sin, np.sin),
    "cos": ieee(math.cos, np.cos),
    "sinh": ieee(math.sinh, np.sinh),
    "cosh": ieee(math.cosh, np.cosh),
    "tanh": math.tanh,
    "arctan": math.atan,
    "abs": abs,
    "sign": sign,
    "where": where,
    "floor": ieee(math.floor, np.floor),
    "power": ieee(power, np.power),
    "hypot": math.hypot,
    "sigmoid": lambda x: 0.5 * math.tanh(0.5 * x) + 0.5,
    "erf": math.erf,
    **_SHARED,
}
