"""Sums, products, extremes."""

from __future__ import annotations

import math

import numpy as np

from autograd.rules.axes import from_end, unreduce
from autograd.rules.structural import Primitive, composition

AXES = ("f(x)", "f(x23)", "f(x23, axis=0)", "f(x234, axis=(0, -1))", "f(x23, axis=-1, keepdims=True)",
        "f(x23, axis=())")  # fmt: skip


# Over all axes, the commonest end of a loss, sum_ and mean_ are called without settings, which is quickest.
@Primitive.row(spreads=True)
def sum_(x, *, axis=None, keepdims=False):
    return np.add.reduce(x, axis, keepdims=keepdims)


@sum_.vjp("x")
def _(g, x_like, axis, keepdims):
    # Left unexpanded: the walk broadcasts it only where a full array is needed.
    return g if keepdims or not g.shape else unreduce(g, axis, x_like.ndim)


@Primitive.row(spreads=True)
def mean_(x, *, axis=None, keepdims=False):
    return np.add.reduce(x, axis, keepdims=keepdims) / _count(x.shape, axis)


@mean_.vjp("x")
def _(g, x_like, axis, keepdims):
    g = g / _count(x_like.shape, axis)
    return g if keepdims or not g.shape else unreduce(g, axis, x_like.ndim)


def _count(shape, axis):
    return math.prod(shape if axis is None else [shape[i] for i in axis]) or np.nan


@composition(np.sum, np.add.reduce, samples=(*AXES, "f(x23, where=[True, False, True], initial=2.0, axis=1)"))
def total(a, axis=None, dtype=None, keepdims=False, initial=0, where=True):
    if dtype is not None:
        a = a.astype(dtype)
    if where is not True:
        a = np.where(where, a, 0)
    y = sum_(a) if axis is None and not keepdims else sum_(a, axis=from_end(axis, a.ndim), keepdims=bool(keepdims))
    return y if type(initial) is int and initial == 0 else y + initial


@composition(np.mean, samples=(*AXES[:-1], "f(x23, where=[True, False, True], axis=1)"))
def mean(a, axis=None, dtype=None, keepdims=False, where=True):
    if where is not True:
        axes = from_end(axis, a.ndim)
        count = np.sum(np.broadcast_to(where, a.shape), axis=axes, keepdims=keepdims).astype(a.real.dtype)
        return np.sum(a, axis=axes, dtype=dtype, keepdims=keepdims, where=where) / count
    if dtype is not None:
        a = a.astype(dtype)
    return mean_(a) if axis is None and not keepdims else mean_(a, axis=from_end(axis, a.ndim), keepdims=bool(keepdims))


@Primitive
def prod_last_(x):
    return np.multiply.reduce(x, axis=-1)


@prod_last_.vjp("x")
def _(g, x):
    # The product of the others, from both sides, since dividing by x fails where x is 0.
    if x.shape[-1] == 0:
        return g[..., None] * x
    one = np.ones((*x.shape[:-1], 1), x.dtype)
    left = np.concatenate([one, np.cumprod(x[..., :-1], axis=-1)], axis=-1)
    right = np.concatenate([one, np.cumprod(x[..., :0:-1], axis=-1)], axis=-1)[..., ::-1]
    others = left * right
    return g[..., None] * (np.conj(others) if x.dtype.kind == "c" else others)


@composition(np.prod, np.multiply.reduce, samples=(*AXES, "f(x23, where=[True, False, True], initial=2.0, axis=1)"))
def prod(a, axis=None, dtype=None, keepdims=False, initial=1, where=True):
    if dtype is not None:
        a = a.astype(dtype)
    if where is not True:
        a = np.where(where, a, 1)
    axes = from_end(axis, a.ndim)
    if not axes:
        return a * initial
    y = prod_last_(gather_axes(a, axes))
    y = np.expand_dims(y, axes) if keepdims else y
    return y if type(initial) is int and initial == 1 else y * initial


def gather_axes(a, axes):
    """The given axes (from the end) moved last and merged into one."""
    if axes == (-1,):
        return a
    rest = tuple(i for i in range(-a.ndim, 0) if i not in axes)
    kept = [a.shape[i] for i in rest]
    return np.reshape(np.transpose(a, rest + axes), (*kept, math.prod(a.shape[i] for i in axes)))
