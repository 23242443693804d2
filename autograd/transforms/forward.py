"""Forward mode: push tangents through a recorded graph, oldest node first.

An elementwise row multiplies by its derivative. For any other row no second rule is needed: its backward function is
linear in `g`, so the tangent is that function transposed, by one more backward pass through it.
"""

from __future__ import annotations

import numpy as np

from autograd.engine.backward import as_tensors, backward, reach, to_dtype
from autograd.engine.tensor import Tensor, wrap
from autograd.rules.arrays import possibly, sum_to


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
        moved = d * tangent
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
        c = c.astype(parent.dtype) if c.dtype != parent.dtype and parent.dtype.kind == c.dtype.kind else c
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
