"""Applying a row of the table to Tensors: run it forward, keep what its derivative will ask for, make the node."""

from __future__ import annotations

from weakref import ref

import numpy as np

from autograd.engine import fast, views, writes
from autograd.engine.fast import LARGE
from autograd.engine.graph import Node, leaf, user_line
from autograd.engine.modes import ACTIVE, keeping, look_at_result, observer, tracking
from autograd.engine.operands import check_settings, constant, is_plain
from autograd.rules.arrays import array_of
from autograd.rules.table import Rule

_new = object.__new__
_NONE = (None,)


class Handle:
    """What a Tensor is to the graph: the array it shows, its node, and what its memory is shared with."""

    __slots__ = ("__weakref__", "_array", "_held", "_node", "_share", "_version")
    shown: type[Handle]  # the class that results are shown as: Tensor

    def __init_subclass__(cls, shown=False):
        if shown:
            Handle.shown = cls


def apply(rule, args, settings):
    """Apply a row to arrays and Tensors: run it forward, and make the node that remembers it."""
    raw, parents, mask = [], [], 0
    for arg in args:
        if isinstance(arg, Handle):
            mask |= 1 << len(parents)
            raw.append(array_of(arg))
            parents.append(arg._node)
        else:
            raw.append(arg if type(arg) is float or type(arg) is int else constant(rule, arg))
            parents.append(None)
    if settings:
        check_settings(rule, settings)
    if ACTIVE and (who := observer.get()) is not None:
        y = who.forward(rule, raw, settings)
    elif rule.ufunc and not settings and type(raw[0]) is np.ndarray and raw[0].nbytes >= LARGE:
        y = fast.call(rule.forward, raw)
    else:
        y = rule.forward(*raw, **settings)
    several = rule.outputs > 1
    if not several and not rule.elementwise:
        y = rule.own(y, raw)
    if ACTIVE:
        look_at_result(rule, raw, y)
        if not tracking.get():
            return tuple(map(fresh, y)) if several else views.share_if_seen(fresh(y), y, args, raw)
    if several:
        y = tuple(y)
        settings = {**settings, "__shapes__": [(part.shape, part.dtype) for part in y]}
    saved, marks = keep(rule, raw, parents, mask, y)
    shape, dtype = (None, y[0].dtype) if several else (y.shape, y.dtype)
    node = Node(rule, parents, saved, settings, marks, shape, dtype, user_line(3))
    if several:
        return tuple(wrap(part, node, k) for k, part in enumerate(y))
    if y.nbytes >= LARGE:
        node.large = True
    if ACTIVE and keeping.get():
        node.values = (tuple(raw), y)
    tensor = _new(Handle.shown)
    tensor._array = y
    tensor._node = node
    tensor._share = None
    if not rule.elementwise and y.base is not None:
        views.share_if_seen(tensor, y, args, raw)
    return tensor


def apply_elementwise(rule, a, b=_NONE):
    """The same for the commonest calls, without the generality: elementwise rows of small Tensors and plain numbers."""
    t, other = (a, b) if isinstance(a, Handle) else (b, a)
    x = array_of(t)
    if b is _NONE:
        raw, parents, mask, plain = (x,), (t._node,), 1, True
    elif isinstance(other, Handle):
        z = array_of(other)
        raw, parents, mask, plain = (x, z), (t._node, other._node), 3, z.nbytes < LARGE
    else:
        raw, parents, mask = ((x, other), (t._node, None), 1) if t is a else ((other, x), (None, t._node), 2)
        plain = is_plain(other)
    if ACTIVE or not plain or x.nbytes >= LARGE:
        return apply(rule, (a,) if b is _NONE else (a, b), {})
    tensor = _new(Handle.shown)
    tensor._array = y = rule.forward(*raw)
    nothing, indices, keeps_y, others = rule.keeps.get(mask) or asked_for(rule, parents, mask)
    if indices:
        saved, marks = keep(rule, raw, parents, mask, y)
    elif others:
        seen, last = (ref(other), other.shape) if type(other) is np.ndarray else other, y if keeps_y else None
        saved, marks = ((None, seen, last) if t is a else (seen, None, last)), None
    else:
        saved, marks = nothing + ((y,) if keeps_y else _NONE), None
    tensor._node = Node(rule, parents, saved, None, marks, y.shape, y.dtype, user_line(3))
    tensor._share = None
    return tensor


# -- what a node keeps -----------------------------------------------------------------------------------------------
def keep(rule, raw, parents, mask, y):
    """The arrays that the rule asks for, given which arguments are variables; and marks for those at risk."""
    nothing, indices, keeps_y, others = rule.keeps.get(mask) or asked_for(rule, parents, mask)
    saved = [*nothing, y if keeps_y else None]
    for i in indices:
        saved[i] = raw[i]
    for i in others:  # constants: not needed, yet pictures can tell what they were
        x = raw[i] if i < len(raw) else None
        if type(x) is np.ndarray:
            saved[i] = ref(x), x.shape
        elif type(x) is float or type(x) is int:
            saved[i] = x
    return tuple(saved), writes.marks_of(raw, parents, indices) if indices else None


def asked_for(rule, parents, mask):
    """What the backward functions ask for: (None for each argument, which of them, whether y, constants left over)."""
    asked = set()  # positions of arguments, and "y" for the result
    for i, parent in enumerate(parents):
        if parent is None:
            continue
        if rule.elementwise:
            asked.update("y" if name == "y" else rule.arguments.index(name) for name in rule.needs[i])
            continue
        argument = rule.arguments[0] if rule.variadic else rule.arguments[i]
        if argument not in rule.wants:
            raise TypeError(
                f"{rule.name} has no derivative for its argument {argument!r}; pass t.data if it is meant as a constant"
            )
        for want in rule.wants[argument]:
            if want == "y":
                asked.add("y")
            elif want == "likes":
                asked.update(k for k, p in enumerate(parents) if p is None)
            elif want in rule.arguments:
                asked.update(range(len(parents)) if rule.variadic else (rule.arguments.index(want),))
            elif want.endswith("_like") and parents[rule.arguments.index(want[:-5])] is None:
                asked.add(rule.arguments.index(want[:-5]))
    kept = tuple(i for i in range(len(parents)) if i in asked)
    others = tuple(i for i, parent in enumerate(parents) if parent is None and i not in asked)
    kept = (None,) * len(parents), kept, "y" in asked, others
    if not rule.variadic:
        rule.keeps[mask] = kept
    return kept


# -- Tensors for arrays and nodes --------------------------------------------------------------------------------------
class _Output(Rule):
    """Picks one output of a node with several; the walk collects its gradients in a list."""

    elementwise = broadcasts = masks = variadic = False
    batched = True
    quick = None
    outputs = 1

    def carry(self, node, i, g, saved):
        return g


OUTPUT = _Output("output", (), ())


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
    """A variable that shows `array` itself."""
    tensor = wrap(array, leaf(array.shape, array.dtype))
    tensor._node.owner = ref(tensor)
    return tensor
