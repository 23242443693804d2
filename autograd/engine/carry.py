"""The gradient carried through one node, by the roads that take more than one call of its rule."""

from __future__ import annotations

import numpy as np

from autograd.engine import buffers, inplace
from autograd.rules.arrays import expand, possibly, sum_to


def carry(node, i, g, saved, lead, careful):
    """The gradient for argument `i`, given that of the result: None where there is none, a list for several results.

    `careful` lets a gradient of exactly 0 win over a singular slope.
    """
    rule = node.rule
    if rule.elementwise:
        return _elementwise(rule, i, g, saved, careful or node.dtype.kind == "c")
    if lead or g.__class__ is list or (g.shape != node.shape and (g.shape or not rule.spreads)):
        c = _structural(node, rule, i, g, saved, lead)
    else:
        c = rule.carry(node, i, g, saved)
    return c if c is None or hasattr(c, "shape") else np.asarray(c)


def _elementwise(rule, i, g, saved, careful):
    text = rule.formulas[i]
    if not careful and text.isidentifier() and type(g) is np.ndarray:
        factor = saved[-1] if text == "y" else saved[rule.arguments.index(text)]
        return buffers.apply(np.multiply, (g, factor)) if g.nbytes >= buffers.LARGE else g * factor
    if not careful and text not in ("1", "-1", "0"):
        c = inplace.evaluate(f"g * ({text})", ("g", *rule.arguments, "y"), (g, *saved))
        return rule.backwards[i](g, *saved) if c is None else c
    if text in ("1", "-1", "0"):
        return rule.backwards[i](g, *saved)
    d = rule.derivatives[i](*saved)
    if np.iscomplexobj(d):
        d = np.conj(d)
    finite = np.isfinite(d)
    if possibly(~finite):
        # No gradient arrives here, so a singular slope is not 0 * inf = nan but nothing at all.
        d = np.where((g == 0) & ~finite, 0, d)
    return g * d


def _structural(node, rule, i, g, saved, lead):
    if rule.outputs > 1:
        batch = next(np.shape(part)[:lead] for part in g if part is not None)
        shapes = node.settings["__shapes__"]
        g = [np.zeros(batch + shapes[k][0], shapes[k][1]) if part is None else part for k, part in enumerate(g)]
        g = [_expand(part, batch + shapes[k][0]) for k, part in enumerate(g)]
    elif g.shape[lead:] != node.shape:  # an unexpanded gradient, such as the scalar from a sum
        g = expand(g, g.shape[:lead] + node.shape)
    if lead and not (rule.batched(node) if callable(rule.batched) else rule.batched):
        batch = len(g[0]) if rule.outputs > 1 else len(g)
        pick = (lambda b: [part[b] for part in g]) if rule.outputs > 1 else (lambda b: g[b])
        return np.stack([_expand(rule.carry(node, i, pick(b), saved), node.parents[i].shape) for b in range(batch)])
    return rule.carry(node, i, g, saved)


def _expand(c, shape):
    return c if shape is None or np.shape(c) == shape else expand(c, shape)


def undo_broadcast(c, shape, wanted, lead):
    full = c.shape[:lead] + shape if lead else shape
    if c.shape != full:  # an unexpanded gradient counts once for each place it stands for
        c = expand(c, full)
    return sum_to(c, wanted, lead)
