"""Running sums and products, differences, and integrals."""

from __future__ import annotations

import numpy as np

from autograd.rules.arrays import array_of, is_tensor, operand
from autograd.rules.axes import along, one_from_end
from autograd.rules.indexing import scatter
from autograd.rules.structural import Primitive, composition

SCANS = ("f(x5)", "f(x23)", "f(x23, axis=0)", "f(x234, axis=-2)")


@Primitive
def cumsum_(x, *, axis):
    return np.add.accumulate(x, axis=axis)


@cumsum_.vjp("x")
def _(g, axis):
    return np.flip(np.cumsum(np.flip(g, axis), axis=axis), axis)


@Primitive
def cumprod_last_(x):
    return np.multiply.accumulate(x, axis=-1)


@cumprod_last_.vjp("x")
def _(g, x):
    # d y[k] / d x[i] is the product of the others up to k: those before i, times a sum built from the end. No division.
    n = x.shape[-1]
    if n == 0:
        return g
    if x.dtype.kind == "c":
        x = np.conj(x)
    tail = [g[..., n - 1]]
    for i in range(n - 2, -1, -1):
        tail.append(g[..., i] + x[..., i + 1] * tail[-1])
    one = np.ones((*x.shape[:-1], 1), x.dtype)
    before = np.concatenate([one, np.cumprod(x[..., :-1], axis=-1)], axis=-1)
    return before * np.stack(tail[::-1], axis=-1)


def _scan(row, a, axis, dtype):
    if dtype is not None:
        a = a.astype(dtype)
    if axis is None:
        a, axis = np.ravel(a), 0
    return row(a, one_from_end(axis, a.ndim))


@composition(np.cumsum, np.add.accumulate, samples=SCANS)
def cumsum(a, axis=None, dtype=None):
    return _scan(lambda x, i: cumsum_(x, axis=i), a, axis, dtype)


@composition(np.cumprod, np.multiply.accumulate, samples=SCANS)
def cumprod(a, axis=None, dtype=None):
    return _scan(lambda x, i: np.swapaxes(cumprod_last_(np.swapaxes(x, i, -1)), i, -1), a, axis, dtype)


def _running(ufunc):
    """The running maximum or minimum; those that tie for it so far share its gradient equally, as in max."""

    def running(x):
        return ufunc.accumulate(x, axis=-1)

    running.__name__ = f"running_{ufunc.__name__}_"
    row = Primitive(running)

    @row.vjp("x")
    def _(g, x, y):
        n = x.shape[-1]
        if n == 0:
            return 0 * g
        raw, best = array_of(x), array_of(y)
        tied, same = raw == best, best[..., 1:] == best[..., :-1]
        count = [tied[..., 0] | True]
        for i in range(1, n):
            count.append(np.where(same[..., i - 1], count[-1] + tied[..., i], 1))
        share = g / np.stack(count, axis=-1).astype(raw.dtype)
        tail = [share[..., n - 1]]
        for i in range(n - 2, -1, -1):
            tail.append(share[..., i] + np.where(same[..., i], tail[-1], 0.0))
        return np.where(tied, np.stack(tail[::-1], axis=-1), 0.0)

    @composition(ufunc.accumulate, samples=("f(x5)", "f(x34)", "f(x34, axis=1)"))
    def accumulate(array, axis=0, dtype=None):
        return _scan(lambda x, i: np.swapaxes(row(np.swapaxes(x, i, -1)), i, -1), array, axis, dtype)


_running(np.maximum)
_running(np.minimum)


@Primitive.row(masks=True)  # what comes before the first segment is left out
def reduceat_(x, *, indices, axis):
    return np.add.reduceat(x, indices, axis=axis)


@reduceat_.vjp("x")
def _(g, x_like, indices, axis):
    # A segment goes to where the next one begins, or holds one element if that is not further on; the last to the end.
    n = x_like.shape[axis]
    ends = np.append(indices[1:], n)
    sizes = np.maximum(ends - indices, 1)
    segment = np.repeat(np.arange(len(indices)), sizes)
    element = np.arange(len(segment)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + indices[segment]
    lead = g.shape[: g.ndim - len(x_like.shape)]
    return scatter(np.take(g, segment, axis=axis), index=along(axis, element), shape=lead + x_like.shape)


@composition(np.add.reduceat, samples=("f(x5, [0, 2])", "f(x34, [0, 2, 1], axis=1)", "f(x34, [1, 1])"))
def reduceat(array, indices, axis=0, dtype=None):
    if dtype is not None:
        array = array.astype(dtype)
    indices = np.asarray(array_of(indices))
    axis = one_from_end(axis, array.ndim)
    return reduceat_(array, indices=np.array(indices, dtype=int), axis=axis)


def _cumulative(function, plain, start):
    @composition(function, samples=("f(x5)", "f(x23, axis=0)", "f(x23, axis=-1, include_initial=True)"))
    def cumulative(x, axis=None, dtype=None, include_initial=False):
        if axis is None:
            if x.ndim != 1:
                raise ValueError(f"axis= is needed for an array of {x.ndim} dimensions")
            axis = 0
        y = plain(x, axis=axis, dtype=dtype)
        if include_initial:
            first = np.full(tuple(1 if i == axis % x.ndim else n for i, n in enumerate(x.shape)), start, y.dtype)
            y = np.concatenate([first, y], axis=axis)
        return y


if hasattr(np, "cumulative_sum"):  # NumPy 2.1
    _cumulative(np.cumulative_sum, np.cumsum, 0)
    _cumulative(np.cumulative_prod, np.cumprod, 1)


@composition(np.diff, samples=("f(x5)", "f(x34, n=2)", "f(x34, axis=0)", "f(x5, prepend=0.0)", "f(x34, append=x31)"))
def diff(a, n=1, axis=-1, prepend=np._NoValue, append=np._NoValue):
    if n < 0:
        raise ValueError(f"np.diff takes n >= 0, not {n}")
    axis = one_from_end(axis, a.ndim)
    one = tuple(1 if i - a.ndim == axis else m for i, m in enumerate(a.shape))  # the shape of a single element
    parts = [operand(p, a.dtype) for p in (prepend, a, append) if p is not np._NoValue and p is not None]
    if len(parts) > 1:
        a = np.concatenate([part if part.ndim else np.broadcast_to(part, one) for part in parts], axis=axis)
    later, sooner = along(axis, slice(1, None)), along(axis, slice(None, -1))
    for _ in range(n):
        a = a[later] - a[sooner]
    return a


@composition(np.ediff1d, samples=("f(x23)", "f(x5, to_end=x2, to_begin=0.5)"))
def ediff1d(ary, to_end=None, to_begin=None):
    a = np.ravel(ary)
    steps = a[1:] - a[:-1]
    parts = [np.ravel(operand(part, a.dtype)).astype(a.dtype) for part in (to_begin, steps, to_end) if part is not None]
    return np.concatenate(parts) if len(parts) > 1 else steps


@composition(np.trapezoid, samples=("f(x5)", "f(x34, dx=0.5, axis=0)", "f(x34, x=u4)", "f(x34, u34, axis=-1)"))
def trapezoid(y, x=None, dx=1.0, axis=-1):
    axis = one_from_end(axis, y.ndim)
    later, sooner = along(axis, slice(1, None)), along(axis, slice(None, -1))
    if x is not None:
        x = np.reshape(x, (-1,) + (1,) * (-1 - axis)) if np.ndim(x) == 1 else x
        dx = np.diff(x, axis=axis)
    return np.sum(dx * (y[later] + y[sooner]) / 2, axis=axis)


GRADIENTS = ("f(x5)", "f(x34)", "f(x34, axis=0)", "f(x34, 0.5, axis=-1)", "f(x5, [0.0, 1.0, 3.0, 4.0, 4.5])",
             "f(x34, 0.5, 2.0, edge_order=2)", "f(x34, p, u4, edge_order=2)")  # fmt: skip


@composition(np.gradient, samples=GRADIENTS)
def gradient(f, *varargs, axis=None, edge_order=1):
    axes = range(f.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    axes = [one_from_end(i, f.ndim) for i in axes]
    spacings = varargs or (1.0,)
    spacings = spacings * len(axes) if len(spacings) == 1 else spacings
    if len(spacings) != len(axes):
        raise TypeError(f"np.gradient got {len(spacings)} spacings for {len(axes)} axes")
    if edge_order not in (1, 2):
        raise ValueError(f"np.gradient takes edge_order=1 or 2, not {edge_order!r}")
    f = operand(f)
    f = f if f.dtype.kind in "fc" else f.astype(float)
    found = [_slopes(f, h, i, edge_order).astype(f.dtype) for i, h in zip(axes, spacings, strict=True)]
    return found[0] if len(found) == 1 else tuple(found)


def _slopes(f, spacing, axis, edge_order):
    """From the neighbours on both sides; at the ends from the first two, or three."""
    n = f.shape[axis]
    if n < edge_order + 1:
        raise ValueError(
            f"np.gradient with edge_order={edge_order} needs {edge_order + 1} elements along the axis: {n}"
        )
    spacing = spacing if is_tensor(spacing) else operand(spacing, f.real.dtype)
    even = spacing.ndim == 0
    h = spacing
    if not even:
        if spacing.shape != (n,):
            raise ValueError(f"np.gradient got a spacing of shape {spacing.shape} for an axis of {n} elements")
        h = spacing[1:] - spacing[:-1]
        even = type(h) is np.ndarray and bool((h == h[0]).all())
        h = h[0] if even else np.reshape(h, (-1,) + (1,) * (-1 - axis))

    def at(i):
        return f[along(axis, slice(i, i + 1 or None))]

    def gap(i):
        return h if even else h[i]

    before, here, after = (f[along(axis, slice(i, n - 2 + i))] for i in range(3))
    if even:
        middle = (after - before) / (2.0 * h)
    else:
        one, two = h[:-1], h[1:]
        middle = -two / (one * (one + two)) * before + (two - one) / (one * two) * here
        middle = middle + one / (two * (one + two)) * after
    if edge_order == 1:
        first, last = (at(1) - at(0)) / gap(0), (at(-1) - at(-2)) / gap(-1)
    elif even:
        first = -1.5 / h * at(0) + 2.0 / h * at(1) + -0.5 / h * at(2)
        last = 0.5 / h * at(-3) + -2.0 / h * at(-2) + 1.5 / h * at(-1)
    else:
        first = _end(gap(0), gap(1), at(0), at(1), at(2))
        last = -_end(gap(-1), gap(-2), at(-1), at(-2), at(-3))
    return np.concatenate([first, middle, last], axis=axis)


def _end(one, two, a, b, c):
    """The slope at the first of three elements, whose distances are `one` and `two`."""
    y = -(2.0 * one + two) / (one * (one + two)) * a + (one + two) / (one * two) * b
    return y - one / (two * (one + two)) * c
