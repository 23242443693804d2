"""Choosing by value: sort, partition, clip, piecewise, pad, and the writers in place that are refused."""

from __future__ import annotations

import math

import numpy as np

from autograd.rules.arrays import (
    array_of,
    as_array,
    constant_only,
    is_stand_in,
    is_stand_in_number,
    is_tensor,
    operand,
)
from autograd.rules.axes import along, from_end, one_from_end
from autograd.rules.indexing import put
from autograd.rules.structural import composition


@composition(np.sort, samples=("f(x5)", "f(x34, axis=0)", "f(x34, axis=None)", "f(x34, -1, kind='stable')"))
def sort(a, axis=-1, kind=None, stable=None):
    if axis is None:
        a, axis = np.ravel(a), -1
    return np.take_along_axis(a, np.argsort(array_of(a), axis=axis, kind=kind, stable=stable), axis=axis)


@composition(np.partition, samples=("f(x5, 2)", "f(x34, (0, 2), axis=0)"))
def partition(a, kth, axis=-1, kind="introselect"):
    if axis is None:
        a, axis = np.ravel(a), -1
    raw = array_of(a)
    # NumPy's argpartition leaves the rest in another order: what comes where is told by sorting both.
    goal, order = np.partition(raw, kth, axis=axis, kind=kind), np.argsort(raw, axis=axis, kind="stable")
    places = np.argsort(np.argsort(goal, axis=axis, kind="stable"), axis=axis, kind="stable")
    return np.take_along_axis(a, np.take_along_axis(order, places, axis=axis), axis=axis)


# NumPy knows the names min= and max= from 2.1 on; ours takes them always.
_MIN = "f(x34, min=-0.1)" if np.lib.NumpyVersion(np.__version__) >= "2.1.0" else "f(x34, a_min=-0.1, a_max=None)"


@composition(np.clip, samples=("f(x34, -0.5, 0.5)", _MIN, "f(x34, None, 0.3)", "f(x34, x4, 2.5)"))
def clip(a, a_min=None, a_max=None, *, min=None, max=None):
    low = a_min if min is None else min
    high = a_max if max is None else max
    y = a
    # Outside, and on the edge, the limit is the result: slope 0 in a. A limit of nan is the result everywhere.
    if low is not None:
        edge = array_of(low)
        y = np.where((array_of(y) <= edge) | (edge != edge), low, y)
    if high is not None:
        edge = array_of(high)
        y = np.where((array_of(y) >= edge) | (edge != edge), high, y)
    return np.copy(y) if y is a else y


@composition(np.piecewise, samples=("f(x5, [[True, False, True, False, True]], [np.sin, np.cos])",))
def piecewise(x, condlist, funclist, *args, **kw):
    conditions = np.asarray(condlist, dtype=bool)
    if conditions.ndim == x.ndim:
        conditions = conditions[None]
    functions = list(funclist)
    if len(functions) == len(conditions) + 1:
        conditions = np.concatenate([conditions, ~conditions.any(axis=0, keepdims=True)])
    if len(functions) != len(conditions):
        raise ValueError(f"np.piecewise got {len(functions)} functions for {len(condlist)} conditions")
    y = np.zeros(x.shape, x.dtype)
    for condition, function in zip(conditions, functions, strict=True):
        y = np.where(condition, function(x, *args, **kw) if callable(function) else function, y)
    return y


PADS = ("f(x23, 1)", "f(x5, (1, 2), constant_values=0.5)", "f(x34, ((1, 0), (0, 2)), mode='reflect')",
        "f(x34, 2, mode='edge')", "f(x5, 3, mode='symmetric')", "f(x5, 2, mode='wrap')",
        "f(x5, 7, 'reflect', reflect_type='odd')", "f(x34, (3, 9), mode='symmetric', reflect_type='odd')",
        "f(x5, 2, 'linear_ramp', end_values=0.3)", "f(x34, 1, mode='mean')", "f(x34, 1, mode='maximum')")  # fmt: skip
STATISTICS = {"mean": np.mean, "maximum": np.max, "minimum": np.min, "median": np.median}


@composition(np.pad, samples=PADS)
def pad(array, pad_width, mode="constant", **settings):
    a = array
    if mode == "constant":
        fill = constant_only("np.pad", "constant_values", settings.pop("constant_values", 0))
        around = np.pad(np.zeros(a.shape, a.dtype), pad_width, constant_values=fill, **settings)
        if isinstance(pad_width, dict):
            pad_width = [pad_width.get(i, pad_width.get(i - a.ndim, 0)) for i in range(a.ndim)]
            pad_width = [np.broadcast_to(pair, 2) for pair in pad_width]
        before = np.broadcast_to(pad_width, (a.ndim, 2))[:, 0].tolist()
        return put(around, a, index=tuple(slice(n, n + m) for n, m in zip(before, a.shape, strict=True)))
    numbers = np.arange(1, a.size + 1).reshape(a.shape)
    if mode in ("reflect", "symmetric") and settings.get("reflect_type", "even") == "odd":
        return _pad_odd(a, pad_width, mode == "symmetric")
    if mode in ("edge", "reflect", "symmetric", "wrap"):
        return np.concatenate([np.zeros(1, a.dtype), np.ravel(a)])[np.pad(numbers, pad_width, mode=mode, **settings)]
    if mode == "linear_ramp" or mode in STATISTICS:
        for axis, (before, after) in enumerate(np.broadcast_to(pad_width, (a.ndim, 2)).tolist()):
            a = _pad_axis(a, axis, before, after, mode, settings)
        return a
    raise TypeError(f"np.pad of a Tensor does not take mode={mode!r} {settings or ''}: it has no gradient rule here")


def _pad_odd(a, pad_width, with_edge):
    """Reflected in the edges as points are, again and again while there is more to fill than there was."""
    for axis, (before, after) in enumerate(np.broadcast_to(pad_width, (a.ndim, 2)).tolist()):
        axis, n = one_from_end(axis, a.ndim), a.shape[axis]
        if n == 1:  # nothing to reflect: as mode="edge"
            a = np.repeat(a, 1 + before + after, axis=axis)
            continue
        while before or after:
            # As NumPy goes about it: whole periods of what is there, first to the left, then to the right.
            step = n if with_edge else n - 1
            most = (a.shape[axis] - (not with_edge)) // step * step
            left, right = min(before, most), min(after, most)
            skip = 0 if with_edge else 1
            first, last = a[along(axis, slice(0, 1))], a[along(axis, slice(-1, None))]
            start = np.flip(a[along(axis, slice(skip, skip + left))], axis)
            end = np.flip(a[along(axis, slice(a.shape[axis] - skip - right, a.shape[axis] - skip))], axis)
            a = np.concatenate([2 * first - start, a, 2 * last - end], axis=axis)
            before, after = before - left, after - right
    return a


def _pad_axis(a, axis, before, after, mode, settings):
    axis = one_from_end(axis, a.ndim)

    def end(edge, width, k):
        if mode == "linear_ramp":
            goal = constant_only("np.pad", "end_values", settings.get("end_values", 0))
            target = float(np.broadcast_to(goal, (a.ndim, 2))[axis, k])
            steps = np.linspace(0, 1, width, endpoint=False).reshape((-1,) + (1,) * (-1 - axis)).astype(a.dtype)
            steps = steps if k == 0 else np.flip(steps, 0)
            return target * (1 - steps) + edge * steps
        source = a
        if settings.get("stat_length") is not None:
            length = int(np.broadcast_to(settings["stat_length"], (a.ndim, 2))[axis, k])
            source = a[along(axis, slice(None, length) if k == 0 else slice(-length, None))]
        return np.repeat(STATISTICS[mode](source, axis=axis, keepdims=True), width, axis=axis)

    first, last = a[along(axis, slice(0, 1))], a[along(axis, slice(-1, None))]
    return np.concatenate([end(first, before, 0), a, end(last, after, 1)], axis=axis)


@composition(np.full_like, samples=("f(x23, x)", "f(x23, x3)"))
def full_like(a, fill_value, dtype=None, shape=None):
    a = operand(a)
    shape = a.shape if shape is None else shape
    dtype = np.dtype(dtype or a.dtype)
    if is_tensor(fill_value):
        if dtype.kind not in "fc":
            raise TypeError(f"np.full_like with a Tensor would give {dtype} and lose its gradient; pass dtype=float")
        return np.copy(np.broadcast_to(fill_value, shape)).astype(dtype)
    if is_stand_in(fill_value) or is_stand_in_number(fill_value):
        return np.copy(np.broadcast_to(as_array(fill_value, dtype), shape))
    return np.full(shape, fill_value, dtype)


@composition(np.unique, samples=("f(u5)", "f(x23)"))
def unique(ar, *, equal_nan=True):
    a = np.ravel(ar)
    return a[np.unique(array_of(a), return_index=True, equal_nan=equal_nan)[1]]


@composition(np.unique_values, samples=("f(x23)",))
def unique_values(x):
    return _in_order(x, np.unique_values(array_of(x)))


@composition(np.unique_counts, samples=("f(x23)[0]",))
def unique_counts(x):
    found = np.unique_counts(array_of(x))
    return type(found)(_in_order(x, found.values), found.counts)


def _in_order(x, values):
    """The unique elements of `x` in the order of `values`, in which NumPy happens to give them."""
    return np.unique(x, equal_nan=False)[np.argsort(np.argsort(values))]


@composition(np.trim_zeros, samples=("f(x3)", "f(np.append(x3, 0 * x3))"))
def trim_zeros(filt, trim="fb", axis=None):
    if sorted(trim.lower()) not in (["b", "f"], ["b"], ["f"]):
        raise ValueError(f"np.trim_zeros takes trim='f', 'b' or 'fb', not {trim!r}")
    index = [slice(None)] * filt.ndim
    found = np.nonzero(array_of(filt))
    for i in from_end(axis, filt.ndim):
        if not found[i].size:
            index[i] = slice(0, 0)
        else:
            first, last = int(found[i].min()), int(found[i].max()) + 1
            index[i] = slice(first if "f" in trim.lower() else None, last if "b" in trim.lower() else None)
    return filt[tuple(index)]


@composition(np.apply_along_axis, samples=("f(np.sum, 0, x34)", "f(np.cumsum, 1, x34)"))
def apply_along_axis(func1d, axis, arr, *args, **kwargs):
    rows = np.moveaxis(arr, axis, -1)
    flat = np.reshape(rows, (math.prod(rows.shape[:-1]), arr.shape[axis]))
    if not len(flat):
        raise ValueError(f"np.apply_along_axis over an array of shape {arr.shape}: there are no slices to apply it to")
    y = np.stack([func1d(flat[i], *args, **kwargs) for i in range(flat.shape[0])])
    y = np.reshape(y, rows.shape[:-1] + y.shape[1:])
    inner = y.ndim - rows.ndim + 1
    return np.moveaxis(y, range(y.ndim - inner, y.ndim), range(axis % arr.ndim, axis % arr.ndim + inner))


@composition(np.astype, samples=("f(x23, 'f8')",))
def astype(x, dtype, /, *, copy=True):
    return x.astype(dtype, copy=copy)


def _refuse(function, instead):
    """A function that writes into an array is refused, with what to write instead."""

    @composition(function)
    def row(*args, **kwargs):
        raise TypeError(f"{row.name} writes into an array and would lose the gradient; write {instead}")

    row.instead = instead


_refuse(np.put_along_axis, "t[index] = values, or np.where")
_refuse(np.put, "t[index] = values")
_refuse(np.place, "np.where(mask, values, t)")
_refuse(np.putmask, "np.where(mask, values, t)")
_refuse(np.copyto, "t[...] = values, or np.where")
_refuse(np.fill_diagonal, "np.where(np.eye(n, dtype=bool), value, t)")
