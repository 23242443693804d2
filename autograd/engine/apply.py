"""Recording: run a row of the table forward on arrays and Tensors, and make the node that remembers it."""

from __future__ import annotations

import numpy as np

from autograd.engine import buffers
from autograd.engine.buffers import LARGE
from autograd.engine.graph import Node, leaf, user_line
from autograd.engine.modes import ACTIVE, anomaly, keeping, observer, tracking
from autograd.engine.record import NUMBERS, OUTPUT, Share, constant, keep, watch

_new = object.__new__


class Handle:
    """What recording needs of a Tensor: the array it shows, its node, and what its memory is shared with."""

    __slots__ = ("__weakref__", "_array", "_node", "_share", "_version")
    shown: type[Handle]  # the class that results are shown as: Tensor

    def __init_subclass__(cls, shown=False):
        if shown:
            Handle.shown = cls

    def _shares_with(self, args):
        source = next(arg for arg in args if isinstance(arg, Handle))
        if source._share is None:
            source._share = Share()
            source._version = 0
        self._share = source._share
        self._version = source._share.version

    def _check_current(self, rule):
        if self._version != self._share.version:
            raise RuntimeError(
                f"{rule.name if rule else 'data'} got a Tensor that shares memory with one that was written to since; "
                "NumPy would show the write here. Take the view again after the write, or .copy() it before"
            )


def apply(rule, args, settings):
    """Apply a row of the table to arrays and Tensors: run it forward, and make the node that remembers it."""
    forward = rule.forward
    if ACTIVE and (who := observer.get()) is not None:
        forward = who.forward(rule)
    raw = []
    parents = []
    mask = 0
    for arg in args:
        if isinstance(arg, Handle):
            if arg._share is not None:
                arg._check_current(rule)
            mask |= 1 << len(parents)
            raw.append(arg._array)
            parents.append(arg._node)
        else:
            raw.append(arg if type(arg) is float or type(arg) is int else constant(rule, arg))
            parents.append(None)
    if settings:
        _check_settings(rule, settings)
        y = forward(*raw, **settings)
    elif rule.ufunc and type(raw[0]) is np.ndarray and raw[0].nbytes >= LARGE:
        y = buffers.apply(rule.forward, raw)
    else:
        y = forward(*raw)
    if ACTIVE:
        if anomaly.get():
            watch(rule, raw, y)
        if not tracking.get():
            return tuple(map(fresh, y)) if rule.outputs > 1 else fresh(y)
    if rule.outputs > 1:
        return _record_tuple(rule, raw, parents, mask, settings, tuple(y))
    if not rule.elementwise:
        y = rule.own(y, raw)
    saved, marks = keep(rule, raw, parents, mask, y)
    tensor = _new(Handle.shown)
    tensor._array = y
    tensor._node = Node(rule, parents, saved, settings, marks, y.shape, y.dtype, user_line(3))
    tensor._share = None
    tensor._node.large = y.nbytes >= LARGE
    if ACTIVE and keeping.get():
        tensor._node.values = (tuple(raw), y)
    if not rule.elementwise and y.base is not None:
        tensor._shares_with(args)
    return tensor


def apply_unary(rule, x):
    """`record` for an elementwise row of one Tensor: the same, without the generality."""
    array = x._array
    if ACTIVE or x._share is not None or array.nbytes >= LARGE:
        return apply(rule, (x,), {})
    y = rule.forward(array)
    parents = (x._node,)
    plan = rule.plans.get(1)
    if plan is None or plan[0]:
        saved, marks = keep(rule, (array,), parents, 1, y)
    else:
        saved, marks = (None, y if plan[1] else None), None
    tensor = _new(Handle.shown)
    tensor._array = y
    tensor._node = Node(rule, parents, saved, None, marks, y.shape, y.dtype, user_line(3))
    tensor._share = None
    return tensor


def apply_binary(rule, a, b):
    """`record` for an elementwise row of two Tensors, or of a Tensor and a number or an array."""
    x = a._array
    kind = type(b)
    if kind is Handle.shown:
        z = b._array
        parents = (a._node, b._node)
        mask = 3
        plain = b._share is None and z.nbytes < LARGE
    else:
        z = b
        parents = (a._node, None)
        mask = 1
        plain = kind is float or kind is int or (kind is np.ndarray and z.nbytes < LARGE and z.dtype.kind in NUMBERS)
    if ACTIVE or not plain or a._share is not None or x.nbytes >= LARGE:
        return apply(rule, (a, b), {})
    y = rule.forward(x, z)
    plan = rule.plans.get(mask)
    if plan is None or plan[0]:
        saved, marks = keep(rule, (x, z), parents, mask, y)
    else:
        saved, marks = (None, None, y if plan[1] else None), None
    tensor = _new(Handle.shown)
    tensor._array = y
    tensor._node = Node(rule, parents, saved, None, marks, y.shape, y.dtype, user_line(3))
    tensor._share = None
    return tensor


def _check_settings(rule, settings):
    for key, value in settings.items():
        if isinstance(value, Handle):
            raise TypeError(
                f"{rule.name} got a Tensor for {key}=, which is a setting, not a variable; pass {key}=t.data"
            )


def _record_tuple(rule, raw, parents, mask, settings, ys):
    saved, marks = keep(rule, raw, parents, mask, ys)
    settings = {**settings, "__shapes__": [(y.shape, y.dtype) for y in ys]}
    node = Node(rule, tuple(parents), saved, settings, marks, None, ys[0].dtype, user_line(3))
    return tuple(wrap(y, node, k) for k, y in enumerate(ys))


def wrap(array, node, index=None):
    """A Tensor that shows `array` and stands for `node`, or for one output of it."""
    if index is not None:
        node = Node(OUTPUT, (node,), (None,), {"index": index}, None, array.shape, array.dtype, node.line)
    tensor = _new(Handle.shown)
    tensor._array = array
    tensor._node = node
    tensor._share = None
    return tensor


def fresh(array):
    return wrap(array, leaf(array.shape, array.dtype))
