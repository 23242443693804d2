"""Odds and ends of numerical NumPy: interpolation, ranges, sinc, unwrapping, convolution."""

from __future__ import annotations

import numpy as np

from autograd.rules.arrays import array_of, as_array, checked, is_tensor, operand, possibly
from autograd.rules.structural import Primitive, composition


@composition(np.nan_to_num, samples=("f(x23)", "f(x5, nan=1.0)"))
def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None):
    if not copy:
        raise TypeError("np.nan_to_num(t, copy=False) writes into an array; write t[...] = np.nan_to_num(t)")
    raw = array_of(x)
    if raw.dtype.kind == "c":  # each part for itself
        re, im = (np.nan_to_num(part, nan=nan, posinf=posinf, neginf=neginf) for part in (np.real(x), np.imag(x)))
        return re + 1j * im
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
    raw, whole = array_of(p), array_of(period)
    y = np.unwrap(raw, discont=array_of(discont), axis=axis, period=whole)
    turns = np.rint(np.where(y == raw, 0.0, y - raw) / whole)  # equal also where both are infinite
    return p + turns.astype(y.dtype) * period


def _at(a, i):
    """a[i], also for a computed index while a program is recorded, which plain arrays do not understand."""
    return a[i] if is_tensor(a) else np.take_along_axis(a, np.ravel(i), 0).reshape(i.shape)


@composition(np.interp, samples=("f(x5, [-3.0, 0.0, 1.0, 4.0], x4)", "f([0.5, 1.5], [0.0, 1.0, 2.0], x3)",
                                 "f(x3, u4, x4)"))  # fmt: skip
def interp(x, xp, fp, left=None, right=None):
    dtype = next(a.dtype for a in (x, fp, xp) if is_tensor(a))
    x, xp, fp = (operand(a, dtype) for a in (x, xp, fp))
    places, knots = as_array(array_of(x)), array_of(xp)
    # The knot at or below each place, and the segment that begins there; the last segment serves the last knot too.
    knot = np.maximum(np.searchsorted(knots, places, side="right") - 1, 0)
    i = np.minimum(knot, max(len(knots) - 2, 0))
    j = np.minimum(i + 1, len(knots) - 1)
    slope = (_at(fp, j) - _at(fp, i)) / (_at(xp, j) - _at(xp, i))
    y = slope * (x - _at(xp, knot)) + _at(fp, knot)
    lost = np.isnan(array_of(y)) & ~np.isnan(places)
    if possibly(lost):  # where something is infinite: from the other end, and at a knot what stands there
        y = np.where(lost, slope * (x - _at(xp, j)) + _at(fp, j), y)
        y = np.where(lost & (_at(knots, knot) == places), _at(fp, knot), y)
    y = np.where(places < knots[0], fp[0] if left is None else left, y)
    return np.where(places > knots[-1], fp[-1] if right is None else right, y)


@composition(np.linspace, samples=("f(x, x, 5)", "f(x3, 2.0, num=4, endpoint=False)", "f(0.0, x2, 3, axis=-1)"))
def linspace(start, stop, num=50, endpoint=True, retstep=False, axis=0):
    dtype = next(x.dtype for x in (start, stop) if is_tensor(x))
    a, b = operand(start, dtype), operand(stop, dtype)
    k = _counter(num, a, b)
    gaps = num - 1 if endpoint else num
    step = (b - a) / (gaps or 1)
    y = k.astype(dtype) * step + a
    if endpoint and num > 1:
        y = np.where(k == num - 1, b, y)
    y = np.moveaxis(y, 0, axis)
    return (y, step if gaps else step * np.nan) if retstep else y


def _counter(num, a, b):
    """0, 1, 2, ... along a new first axis of what a and b broadcast to."""
    return np.arange(num).reshape((-1,) + (1,) * max(a.ndim, b.ndim))


@composition(np.logspace, samples=("f(x, x, 5)", "f(x, 1.0, 3, base=2.0)"))
def logspace(start, stop, num=50, endpoint=True, base=10.0, axis=0):
    return base ** np.linspace(start, stop, num, endpoint=endpoint, axis=axis)


@composition(np.geomspace, samples=("f(p, p, 5)", "f(p2, 3.0, num=4)"))
def geomspace(start, stop, num=50, endpoint=True, axis=0):
    dtype = next(x.dtype for x in (start, stop) if is_tensor(x))
    a, b = operand(start, dtype), operand(stop, dtype)
    for end in (a, b):
        checked(_require_no_zero, array_of(end))
    sign = np.sign(array_of(a))
    a, b = a * sign, b * sign
    y = 10.0 ** np.linspace(np.log10(a), np.log10(b), num, endpoint=endpoint)
    k = _counter(num, a, b)
    y = np.where(k == 0, a, y)
    if endpoint and num > 1:
        y = np.where(k == num - 1, b, y)
    return np.moveaxis(y * sign, 0, axis)


def _require_no_zero(end):
    if np.any(end == 0):
        raise ValueError("np.geomspace: a geometric sequence cannot include zero")


@composition(np.divmod, samples=("f(p3, 0.7)[1]",))
def divmod_(x1, x2):
    return np.floor_divide(array_of(x1), array_of(x2)), np.remainder(x1, x2)


@composition(np.modf, samples=("f(p3)[0]",))
def modf(x):
    raw = array_of(x)
    whole, infinite = np.trunc(raw), np.isinf(raw)
    if not possibly(infinite):
        return x - whole, whole
    return np.where(infinite, 0.0, x - np.where(infinite, 0.0, whole)), whole


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


@Primitive.row(batched=False)
def convolve_(a, v, *, mode):
    return np.convolve(a, v, mode)


@convolve_.vjp("a")
def _(g, a_like, v):
    return np.correlate(_whole(g, a_like.shape[0], len(v)), v, "valid")


@convolve_.vjp("v")
def _(g, a, v_like):
    return np.correlate(_whole(g, len(a), v_like.shape[0]), a, "valid")


def _whole(g, n, m):
    """The gradient of all places where they overlap, from that of those in the middle which the mode keeps."""
    left_out = n + m - 1 - g.shape[0]
    if not left_out:
        return g
    before = left_out // 2
    return np.concatenate([np.zeros(before, g.dtype), g, np.zeros(left_out - before, g.dtype)])


@composition(np.convolve, samples=CONVOLVE)
def convolve(a, v, mode="full"):
    dtype = next(x.dtype for x in (a, v) if is_tensor(x))
    a, v = operand(a, dtype), operand(v, dtype)
    if a.ndim != 1 or v.ndim != 1:
        raise ValueError(f"convolution takes two 1-d arrays, not shapes {a.shape} and {v.shape}")
    if not (a.shape[0] and v.shape[0]):
        raise ValueError("convolution of an empty array")
    return convolve_(a, v, mode=mode)


@composition(np.correlate, samples=CONVOLVE)
def correlate(a, v, mode="valid"):
    dtype = next(x.dtype for x in (a, v) if is_tensor(x))
    a, v = operand(a, dtype), operand(v, dtype)
    if v.shape[0] > a.shape[0]:
        return np.conj(np.flip(np.correlate(v, a, mode)))
    return np.convolve(a, np.conj(np.flip(v)), mode)
