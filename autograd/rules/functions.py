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
    """1 / (1 + exp(-x)), to the last bits in both tails, and without overflow."""
    if np.iscomplexobj(x):
        return 0.5 * np.tanh(0.5 * x) + 0.5
    if type(x) is np.ndarray and x.size > _PIECE and x.flags.c_contiguous:
        return _in_pieces(sigmoid, x)
    small = np.exp(np.abs(x) * -1.0)  # exp of that of x and -x which is negative
    y = np.maximum(small, x >= 0)
    small += 1
    y /= small
    return y


_PIECE = 1 << 15  # elements: what lies between the steps of a formula stays in the cache


def _in_pieces(function, x):
    first = function(x.reshape(-1)[:_PIECE])
    out = np.empty(x.shape, first.dtype)
    flat, into = x.reshape(-1), out.reshape(-1)
    into[:_PIECE] = first
    for start in range(_PIECE, x.size, _PIECE):
        into[start : start + _PIECE] = function(flat[start : start + _PIECE])
    return out


def log_sigmoid(x):
    """log(sigmoid(x)), without overflow."""
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))


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


def i1(x):
    """The modified Bessel function of the first kind and order 1, to 13 digits: the derivative of `np.i0`."""
    # As NumPy does for i0: up to 8, and from there on, times exp(|x|), a series in x and one in 1 / x.
    x = np.asarray(x)
    if x.dtype.kind == "c":
        raise TypeError("i1 of complex numbers: it is not defined here, as NumPy's i0 is not; pass x.real")
    x = x if x.dtype.kind == "f" else x.astype(float)
    size = np.abs(x)
    small, large = np.minimum(size, 8), np.maximum(size, 8)
    near, far = _i1_series()
    inner = small * _chebyshev(small / 4 - 1, near)
    outer = _chebyshev(16 / large - 1, far) / np.sqrt(large)
    return np.copysign(np.exp(size) * np.where(size < 8, inner, outer), x)[()]


@functools.cache
def _i1_series():
    """Chebyshev series of exp(-z) * i1(z) / z up to 8, and of exp(-z) * i1(z) * sqrt(z) in 1 / z beyond."""

    def near(t):
        z = 4 * (t + 1)
        term = total = np.full(z.shape, 0.5)
        for k in range(1, 40):  # (z / 2)**2k / (k! (k + 1)!) / 2, all positive
            term = term * (z / 2) ** 2 / (k * (k + 1))
            total = total + term
        return np.exp(-z) * total

    def far(t):  # the mean over a circle that defines i1
        z = (16 / (t + 1))[:, None]
        cos = np.cos(np.arange(2000) * (np.pi / 1000))
        return np.mean(np.exp(z * (cos - 1)) * cos, axis=1) * np.sqrt(z[:, 0])

    return [np.polynomial.chebyshev.chebinterpolate(f, n) for f, n in ((near, 30), (far, 26))]


def gelu(x):
    """x times the probability that a standard normal number is below x."""
    return 0.5 * x * (1 + erf(x / SQRT2))


def sigmoid_cross_entropy(a, b):
    """log(1 + exp(a)) - a * b, without overflow."""
    return np.maximum(a, 0) - a * b + np.log1p(np.exp(-np.abs(a)))
