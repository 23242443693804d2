"""Odds and ends of numerical NumPy: interpolation, ranges, sinc, unwrapping, convolution."""

from __future__ import annotations

import numpy as np

from autograd.rules.arrays import array_of, as_array, is_tensor, operand
from autograd.rules.structural import composition


@composition(np.nan_to_num, samples=("f(x23)", "f(x5, nan=1.0)"))
def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None):
    if not copy:
        raise TypeError("np.nan_to_num(t, copy=False) writes into an array; write t[...] = np.nan_to_num(t)")
    raw = array_of(x)
    limits = np.finfo(raw.dtype)
    y = np.where(np.isnan(raw), nan, x)
    y = np.where(raw == np.inf, limits.max if posinf is None else posinf, y)
    return np.where(raw == -np.inf, limits.min if neginf is None else neginf, y)


@composition(np.sinc, samples=("f(x5)", "f(0 * x3)"))
def sinc(x):
    # Near 0 the quotient is 0 / 0; its series serves there, and for its derivatives.
    z = np.pi * x
    small = np.abs(array_of(z)) < 1e-2
    series = 1 - z * z / 6 * (1 - z * z / 20 * (1 - z * z / 42))
    safe = np.where(small, 1.0, z)
    return np.where(small, series, np.sin(safe) / safe)


@composition(np.unwrap, samples=("f(x5)", "f(x34, axis=0)"))
def unwrap(p, discont=None, axis=-1, *, period=2 * np.pi):
    return p + (np.unwrap(array_of(p), discont=discont, axis=axis, period=period) - array_of(p))


def _at(a, i):
    """a[i], also for a computed index while a program is recorded, which plain arrays do not understand."""
    return a[i] if is_tensor(a) else np.take_along_axis(a, np.ravel(i), 0).reshape(i.shape)


@composition(np.interp, samples=("f(x5, [-3.0, 0.0, 1.0, 4.0], x4)", "f([0.5, 1.5], [0.0, 1.0, 2.0], x3)",
                                 "f(x3, u4, x4)"))  # fmt: skip
def interp(x, xp, fp, left=None, right=None):
    dtype = next(a.dtype for a in (x, fp, xp) if is_tensor(a))
    x, xp, fp = (operand(a, dtype) for a in (x, xp, fp))
    places, knots = array_of(x), array_of(xp)
    i = np.minimum(np.maximum(np.searchsorted(knots, places, side="right") - 1, 0), max(len(knots) - 2, 0))
    start, end = _at(xp, i), _at(xp, i + 1)
    part = (x - start) / (end - start)
    y = _at(fp, i) * (1 - part) + _at(fp, i + 1) * part
    y = np.where(as_array(places) < knots[0], fp[0] if left is None else left, y)
    return np.where(as_array(places) > knots[-1], fp[-1] if right is None else right, y)


@composition(np.linspace, samples=("f(x, x, 5)", "f(x3, 2.0, num=4, endpoint=False)", "f(0.0, x2, 3, axis=-1)"))
def linspace(start, stop, num=50, endpoint=True, retstep=False, axis=0):
    dtype = next(x.dtype for x in (start, stop) if is_tensor(x))
    a, b = operand(start, dtype), operand(stop, dtype)
    ndim = max(a.ndim, b.ndim)
    part = np.linspace(0, 1, num, endpoint=endpoint).astype(dtype).reshape((-1,) + (1,) * ndim)
    y = np.moveaxis(a * (1 - part) + b * part, 0, axis)
    return (y, (b - a) / max(num - 1 if endpoint else num, 1)) if retstep else y


@composition(np.logspace, samples=("f(x, x, 5)", "f(x, 1.0, 3, base=2.0)"))
def logspace(start, stop, num=50, endpoint=True, base=10.0, axis=0):
    return base ** np.linspace(start, stop, num, endpoint=endpoint, axis=axis)


@composition(np.geomspace, samples=("f(p, p, 5)", "f(p2, 3.0, num=4)"))
def geomspace(start, stop, num=50, endpoint=True, axis=0):
    return np.exp(np.linspace(np.log(start), np.log(stop), num, endpoint=endpoint, axis=axis))


@composition(np.divmod, samples=("f(p3, 0.7)[1]",))
def divmod_(x1, x2):
    return np.floor_divide(array_of(x1), array_of(x2)), np.remainder(x1, x2)


@composition(np.modf, samples=("f(p3)[0]",))
def modf(x):
    whole = np.trunc(array_of(x))
    return x - whole, whole


@composition(np.ldexp, samples=("f(x3, [1, 2, 3])",))
def ldexp(x1, x2):
    return x1 * np.ldexp(np.ones((), x1.dtype), x2)


@composition(np.apply_over_axes, samples=("f(np.sum, x234, [0, 2])",))
def apply_over_axes(func, a, axes):
    for axis in np.atleast_1d(axes):
        y = func(a, int(axis))
        a = y if y.ndim == a.ndim else np.expand_dims(y, int(axis))
    return a


CONVOLVE = ("f(x5, x3)", "f(x5, x3, mode='same')", "f(x5, x3, 'valid')", "f(x3, x4, 'same')", "f(x4, x2, 'same')")


@composition(np.convolve, samples=CONVOLVE)
def convolve(a, v, mode="full"):
    """A matrix of shifted copies of the shorter one times the other; then the part that `mode` keeps."""
    a, v = (operand(x, float) for x in ((a, v) if len(a) >= len(v) else (v, a)))
    if a.ndim != 1 or v.ndim != 1:
        raise ValueError(f"convolution takes two 1-d arrays, not shapes {a.shape} and {v.shape}")
    n, m = a.shape[0], v.shape[0]
    if not (n and m):
        raise ValueError("convolution of an empty array")
    shift = np.arange(n + m - 1)[:, None] - np.arange(n)[None, :]
    inside = (shift >= 0) & (shift < m)
    full = np.where(inside, v[np.where(inside, shift, 0)], 0) @ a
    kept = len(np.convolve(np.ones(n), np.ones(m), mode))
    start = (n + m - 1 - kept) // 2
    return full[start : start + kept]


@composition(np.correlate, samples=CONVOLVE)
def correlate(a, v, mode="valid"):
    if len(v) > len(a):
        return np.conj(np.flip(np.correlate(v, a, mode)))
    return np.convolve(a, np.conj(np.flip(v)), mode)
