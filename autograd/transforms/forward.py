"""Forward mode: push tangents through a recorded graph, oldest node first.

An elementwise row multiplies by its derivative. For any other row no second rule is needed: its backward function is
linear in `g`, so the tangent is that function transposed, by one more backward pass through it.
"""

from __future__ import annotations

import numpy as np

from autograd.engine.backward import as_tensors, backward, reach, to_dtype
from autograd.engine.operands import like_variable
from autograd.engine.tensor import Tensor, wrap
from autograd.rules.arrays import array_of, possibly, sum_to
from autograd.scalar.backward import gradients_of
from autograd.scalar.operands import is_number
from autograd.scalar.value import Value
from autograd.transforms.lifting import is_variable


def tangents_of(outputs, tangents, create_graph) -> list:
    """The tangent of each output, given (variable, tangent) pairs; None for what is not a number."""
    known = {v._node: _for(v, t) for v, t in tangents if isinstance(v, Tensor)}
    numbers = [(v, as_seed(t, "tangent")) for v, t in tangents if isinstance(v, Value)]
    found = push_forward([y._node for y in outputs if isinstance(y, Tensor)], known, create_graph)
    return [
        found[y._node]
        if isinstance(y, Tensor) and y._node in found
        else _of_value(y, numbers, create_graph)
        if isinstance(y, Value)
        else _zeros_like(y)
        for y in outputs
    ]


def as_seed(number, what="seed"):
    """What comes from above or goes in beside a Value: a float, or a Value."""
    if isinstance(number, Value) or hasattr(number, "__operand__"):  # which is a number while a program is recorded
        return number
    if not is_number(number):
        raise TypeError(f"a {what} for a Value is one real number, not {type(number).__name__} {number!r:.40}")
    return float(number)


def _for(variable, tangent):
    """A tangent in the shape and dtype of its variable; one number goes for all elements."""
    tangent = like_variable("tangent", tangent, variable)
    if tangent.shape not in ((), variable.shape):
        raise ValueError(f"a tangent of shape {tangent.shape} for an argument of shape {variable.shape}")
    return tangent if tangent.shape == variable.shape else np.broadcast_to(tangent, variable.shape)


def _of_value(y, tangents, create_graph):
    """The gradients are linear in the seed `u`; so the slope of <gradients, tangents> in `u` is the tangent."""
    u = Value(1.0)
    grads = gradients_of(y, u, create_graph=True)
    total = sum(grads.get(v, 0.0) * t for v, t in tangents)
    return gradients_of(total, 1.0, create_graph).get(u, 0.0) if isinstance(total, Value) else 0.0


def _zeros_like(y):
    if not is_variable(y):
        return None
    dtype = getattr(y, "dtype", np.dtype(type(y)))
    return np.zeros(np.shape(array_of(y)), dtype if dtype.kind in "fc" else float)


def push_forward(outputs, tangents: dict, create_graph=False) -> dict:
    """Tangents of the output nodes, from tangents (arrays, or Tensors for higher orders) of some of their ancestors."""
    known = dict(tangents)
    with np.errstate(all="ignore"):
        for node in reversed(reach(outputs, tangents)):
            if node in known:
                continue
            moving = [(i, known[p]) for i, p in enumerate(node.parents) if p is not None and p in known]
            if node.parents[0] is not None and node.parents[0].shape is None:  # one output of several
                known[node] = moving[0][1][node.settings["index"]]
                continue
            saved = as_tensors(node, wrap) if create_graph else node.saved
            total = None
            for i, tangent in moving:
                move = _elementwise if node.rule.elementwise else _transposed
                part = move(node, i, tangent, saved, create_graph)
                total = part if total is None else _add(total, part)
            known[node] = total
    return {node: known[node] for node in outputs if node in known}


def _elementwise(node, i, tangent, saved, create_graph):
    text = node.rule.formulas[i]
    if text in ("1", "-1", "0"):
        moved = tangent * int(text)
    else:
        d = node.rule.derivatives[i](*saved)
        finite = np.isfinite(d)
        if possibly(~finite):
            d = np.where(finite | (tangent != 0), d, 0)
        moved = tangent * d  # in this order: 1j * a NumPy number would be a Python number
    if np.shape(moved) != node.shape:
        moved = np.broadcast_to(moved, node.shape)
    return to_dtype(moved, node.dtype)


def _transposed(node, i, tangent, saved, create_graph):
    several = node.rule.outputs > 1
    shapes = node.settings["__shapes__"] if several else [(node.shape, node.dtype)]
    us = [Tensor(np.zeros(shape), dtype=dtype if dtype.kind in "fc" else float) for shape, dtype in shapes]
    c = node.rule.carry(node, i, us if several else us[0], saved)
    parent = node.parents[i]
    parts = [np.zeros(shape, dtype) for shape, dtype in shapes]
    if c is not None and isinstance(c, Tensor):
        if c.shape != parent.shape:
            c = _fit(c, parent.shape)
        c = to_dtype(c, parent.dtype)
        targets = [u._node for u in us]
        found = backward({c._node: to_dtype(tangent, c.dtype)}, targets=targets, wrap=wrap if create_graph else None)
        parts = [
            to_dtype(found[t], dtype) if t in found else z
            for t, z, (_, dtype) in zip(targets, parts, shapes, strict=True)
        ]
    return parts if several else parts[0]


def _fit(c, shape):
    if c.ndim > len(shape) or any(n == 1 != m for n, m in zip(shape[::-1], c.shape[::-1], strict=False)):
        return sum_to(c, shape)
    return np.broadcast_to(c, shape)


def _add(a, b):
    return [x + y for x, y in zip(a, b, strict=True)] if isinstance(a, list) else a + b
