"""What networks use though NumPy has no name for it, as functions of arrays: relu, sigmoid, softplus, gelu, erf ..."""

from __future__ import annotations

import functools
import math

import numpy as np

SQRT2 = math.sqrt(2.0)


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
    """2 / sqrt(pi) * the integral of exp(-t * t) from 0 to x, to the last bits."""
    # Near 0 as x times a series in x * x, where nothing cancels; further out as 1 less what is left, which is small.
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
