"""Polynomials as arrays of coefficients, highest power first."""

from __future__ import annotations

import numpy as np

from autograd.errors import RecordingError
from autograd.rules.arrays import array_of, checked, constant_only, is_stand_in, is_tensor, operand
from autograd.rules.structural import composition


@composition(np.polyval, samples=("f(x3, x4)", "f(x3, x)"))
def polyval(p, x):
    y = 0 * x
    for i in range(len(p)):
        y = y * x + p[i]
    return y


@composition(np.vander, samples=("f(x3)", "f(x3, 4, increasing=True)"))
def vander(x, N=None, increasing=False):
    n = len(x) if N is None else N
    if n == 0:
        return np.reshape(x[:0], (len(x), 0))
    columns = [np.where(True, 1.0, x)]
    for _ in range(n - 1):
        columns.append(columns[-1] * x)
    return np.stack(columns if increasing else columns[::-1], axis=-1)


def _coefficients(a, b):
    dtype = next(x.dtype for x in (a, b) if is_tensor(x))
    return [np.ravel(operand(x, dtype)) for x in (a, b)]


def _aligned(a, b):
    """Both with as many coefficients, by zeros in front."""
    a, b = _coefficients(a, b)
    n = max(len(a), len(b))
    return [np.concatenate([np.zeros(n - len(x), x.dtype), x]) for x in (a, b)]


@composition(np.polyadd, samples=("f(x3, x2)", "f(x2, [1.0, 2.0, 3.0])"))
def polyadd(a1, a2):
    return np.add(*_aligned(a1, a2))


@composition(np.polysub, samples=("f(x3, x2)",))
def polysub(a1, a2):
    return np.subtract(*_aligned(a1, a2))


def _without_leading_zeros(p):
    raw = array_of(p)
    if not is_stand_in(raw):
        return np.trim_zeros(p, "f") if p.size and raw[0] == 0 else p
    if p.size:  # a program has one shape
        checked(_require_no_zero, raw[:1])
    return p


def _require_no_zero(first):
    if first[0] == 0:
        raise RecordingError("np.polymul leaves out zeros in front, so its shape depends on the numbers")


@composition(np.polymul, samples=("f(x3, x2)",))
def polymul(a1, a2):
    # As NumPy has it, zeros in front are left out, and no coefficients stand for the polynomial 0.
    a, b = map(_without_leading_zeros, _coefficients(a1, a2))
    return np.convolve(*(x if len(x) else np.concatenate([x, np.zeros(1, x.dtype)]) for x in (a, b)))


@composition(np.polyder, samples=("f(x4)", "f(x4, 2)"))
def polyder(p, m=1):
    for _ in range(m):
        p = p[:-1] * np.arange(len(p) - 1, 0, -1).astype(p.dtype)
    return p


@composition(np.polyint, samples=("f(x3)", "f(x3, 2)"))
def polyint(p, m=1, k=None):
    k = constant_only("np.polyint", "k", k)
    constants = np.zeros(m) if k is None else np.broadcast_to(np.asarray(k, dtype=float), (m,))
    for i in range(m):
        p = np.concatenate([p / np.arange(len(p), 0, -1).astype(p.dtype), np.asarray(constants[i : i + 1], p.dtype)])
    return p
