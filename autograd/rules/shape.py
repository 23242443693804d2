"""Moving elements about without changing them: reshape, transpose, join, broadcast."""

from __future__ import annotations

import itertools

import numpy as np

from autograd.rules.arrays import operand
from autograd.rules.axes import along, from_end, one_from_end
from autograd.rules.structural import Primitive, composition


@Primitive
def reshape_(x, *, shape):
    return np.reshape(x, shape)


@reshape_.vjp("x")
def _(g, x_like, y_ndim):
    return np.reshape(g, np.shape(g)[: np.ndim(g) - y_ndim] + x_like.shape)


@Primitive
def transpose_(x, *, axes):
    return np.transpose(x, axes)


@transpose_.vjp("x")
def _(g, axes):
    lead = np.ndim(g) - len(axes)
    return np.transpose(g, (*range(lead), *(lead + int(i) for i in np.argsort(axes))))


@Primitive.row(broadcasts=True)
def broadcast_to_(x, *, shape):
    return np.broadcast_to(x, shape)


@broadcast_to_.vjp("x")
def _(g):
    return g


@Primitive.row(samples=("f(x23, dtype='f8')",))
def astype(x, *, dtype):
    return x.astype(dtype)


@astype.vjp("x")
def _(g):
    return g  # the walk casts it


@Primitive.row(covers=np.copy, samples=("f(x23)",))
def copy(x):
    return np.copy(x)


@copy.vjp("x")
def _(g):
    return g


@Primitive
def concatenate_(*arrays, axis, edges):
    """`edges`: where each array begins in the result, and the end, for the way back."""
    return np.concatenate(arrays, axis=axis)


@concatenate_.vjp("arrays")
def _(g, i, axis, edges):
    return g[along(axis, slice(edges[i], edges[i + 1]))]


@Primitive
def stack_(*arrays, axis):
    return np.stack(arrays, axis=axis)


@stack_.vjp("arrays")
def _(g, i, axis):
    return g[along(axis, i)]


@composition(np.reshape, samples=("f(x23, (3, -1))", "f(x23, -1)", "f(x23, (3, 2), order='F')", "f(x, (1, 1))"))
def reshape(a, shape, order="C"):
    if order == "F":
        shape = (shape,) if np.ndim(shape) == 0 else tuple(shape)
        return np.transpose(reshape_(np.transpose(a), shape=tuple(shape[::-1])))
    if order != "C":
        raise TypeError(f"np.reshape of a Tensor takes order='C' or 'F', not {order!r}")
    return reshape_(a, shape=shape)


@composition(np.ravel, samples=("f(x23)", "f(x)"))
def ravel(a, order="C"):
    return np.reshape(a, -1, order=order)


@composition(np.transpose, np.permute_dims, samples=("f(x23)", "f(x234, (1, 2, 0))", "f(x234, axes=(-1, 0, 1))"))
def transpose(a, axes=None):
    axes = range(a.ndim)[::-1] if axes is None else axes
    return transpose_(a, axes=tuple(one_from_end(i, a.ndim) + a.ndim for i in axes))


@composition(np.swapaxes, samples=("f(x234, 0, -1)",))
def swapaxes(a, axis1, axis2):
    axes = list(range(a.ndim))
    axes[axis1], axes[axis2] = axes[axis2], axes[axis1]
    return np.transpose(a, axes)


@composition(np.moveaxis, samples=("f(x234, 0, -1)", "f(x234, (0, 1), (2, 0))"))
def moveaxis(a, source, destination):
    there, here = (from_end(tuple(x) if np.iterable(x) else x, a.ndim) for x in (source, destination))
    if len(there) != len(here):
        raise ValueError("`source` and `destination` arguments must have the same number of elements")
    axes = [i for i in range(a.ndim) if i - a.ndim not in there]
    for at, axis in sorted(zip(here, there, strict=True)):
        axes.insert(at + a.ndim, axis)
    return np.transpose(a, axes)


@composition(np.rollaxis, samples=("f(x234, 2)", "f(x234, 0, 2)"))
def rollaxis(a, axis, start=0):
    axis = one_from_end(axis, a.ndim) + a.ndim
    start = start + a.ndim if -a.ndim <= start < 0 else start
    if not 0 <= start <= a.ndim:
        raise np.exceptions.AxisError(
            f"`start` arg requires {-a.ndim} <= start < {a.ndim + 1}, but {start} was passed in"
        )
    axes = [i for i in range(a.ndim) if i != axis]
    axes.insert(start - 1 if axis < start else start, axis)
    return np.transpose(a, axes)


@composition(np.broadcast_to, samples=("f(x3, (2, 3))", "f(x, (2,))", "f(x21, (2, 3))"))
def broadcast_to(array, shape):
    return broadcast_to_(array, shape=(shape,) if isinstance(shape, int) else tuple(shape))


@composition(np.expand_dims, samples=("f(x23, 0)", "f(x23, (0, -1))"))
def expand_dims(a, axis):
    return np.reshape(a, np.expand_dims(np.empty(a.shape, bool), axis).shape)


@composition(np.squeeze, samples=("f(x213)", "f(x213, axis=1)"))
def squeeze(a, axis=None):
    return np.reshape(a, np.squeeze(np.empty(a.shape, bool), axis).shape)


@composition(np.concatenate, samples=("f([x23, x13])", "f([x23, x21], axis=-1)", "f([x23, x3], axis=None)"))
def concatenate(arrays, axis=0):
    if axis is None:
        arrays, axis = [np.ravel(a) for a in arrays], 0
    arrays = [operand(a) for a in arrays]
    axis = one_from_end(axis, arrays[0].ndim)
    # An array without that axis is NumPy's to refuse.
    edges = (0, *itertools.accumulate(a.shape[axis] if a.ndim >= -axis else 0 for a in arrays))
    return concatenate_(*arrays, axis=axis, edges=edges)


@composition(np.stack, samples=("f([x23, x23])", "f([x23, x23], axis=-1)", "f([x, x])"))
def stack(arrays, axis=0):
    arrays = [operand(a) for a in arrays]
    return stack_(*arrays, axis=one_from_end(axis, arrays[0].ndim + 1))


@composition(np.vstack, samples=("f([x23, x13])", "f([x3, x3])", "f([x, x])"))
def vstack(tup):
    return np.concatenate([_at_least(2, a, front=True) for a in tup])


@composition(np.hstack, samples=("f([x3, x2])", "f([x23, x21])", "f([x, x])"))
def hstack(tup):
    arrays = [_at_least(1, a) for a in tup]
    return np.concatenate(arrays, axis=0 if arrays[0].ndim == 1 else 1)


@composition(np.dstack, samples=("f([x23, x23])", "f([x3, x3])", "f([x, x])"))
def dstack(tup):
    return np.concatenate([_at_least(3, _at_least(2, a, front=True)) for a in tup], axis=2)


@composition(np.column_stack, samples=("f([x3, x32])", "f([x3, x3])", "f([x, x])"))
def column_stack(tup):
    return np.concatenate([_at_least(2, a) for a in tup], axis=1)


def _at_least(ndim, a, front=False):
    """With axes of length 1 put behind the others, or in front, until there are so many."""
    a = operand(a)
    missing = (1,) * (ndim - a.ndim)
    return np.reshape(a, missing + a.shape if front else a.shape + missing) if missing else a
