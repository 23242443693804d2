"""Running sums and products, differences, and integrals."""

from __future__ import annotations

import numpy as np

from autograd.rules.arrays import operand
from autograd.rules.axes import along, one_from_end
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


@composition(np.cumsum, samples=SCANS)
def cumsum(a, axis=None, dtype=None):
    return _scan(lambda x, i: cumsum_(x, axis=i), a, axis, dtype)


@composition(np.cumprod, samples=SCANS)
def cumprod(a, axis=None, dtype=None):
    return _scan(lambda x, i: np.swapaxes(cumprod_last_(np.swapaxes(x, i, -1)), i, -1), a, axis, dtype)


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
    parts = [np.ravel(operand(part, a.dtype)) for part in (to_begin, steps, to_end) if part is not None]
    return np.concatenate(parts) if len(parts) > 1 else steps


@composition(np.trapezoid, samples=("f(x5)", "f(x34, dx=0.5, axis=0)", "f(x34, x=u4)", "f(x34, u34, axis=-1)"))
def trapezoid(y, x=None, dx=1.0, axis=-1):
    axis = one_from_end(axis, y.ndim)
    later, sooner = along(axis, slice(1, None)), along(axis, slice(None, -1))
    if x is not None:
        x = np.reshape(x, (-1,) + (1,) * (-1 - axis)) if np.ndim(x) == 1 else x
        dx = np.diff(x, axis=axis)
    return np.sum(dx * (y[later] + y[sooner]) / 2, axis=axis)


@composition(np.gradient, samples=("f(x5)", "f(x34)", "f(x34, axis=0)", "f(x34, 0.5, axis=-1)",
                                   "f(x5, [0.0, 1.0, 3.0, 4.0, 4.5])", "f(x34, 0.5, 2.0, edge_order=2)"))  # fmt: skip
def gradient(f, *varargs, axis=None, edge_order=1):
    axes = range(f.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    axes = [i % f.ndim for i in axes]
    if any(hasattr(v, "__apply__") for v in varargs):
        raise TypeError("np.gradient of a Tensor takes its spacing as numbers or arrays; pass t.data")
    spacings = varargs or (1.0,)
    spacings = spacings * len(axes) if len(spacings) == 1 else spacings
    if len(spacings) != len(axes):
        raise TypeError(f"np.gradient got {len(spacings)} spacings for {len(axes)} axes")
    found = []
    for i, spacing in zip(axes, spacings, strict=True):
        # It is linear in f along one axis: NumPy's own answer for the unit vectors is the matrix.
        matrix = np.gradient(np.eye(f.shape[i]), spacing, axis=1, edge_order=edge_order).astype(f.dtype)
        found.append(np.moveaxis(np.moveaxis(f, i, -1) @ matrix, -1, i))
    return found[0] if len(found) == 1 else tuple(found)
