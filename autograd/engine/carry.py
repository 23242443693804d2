"""How a gradient is carried through one node to one of its arguments: plainly, or with care for what is singular."""

from __future__ import annotations

import numpy as np

from autograd.engine import fast
from autograd.engine.modes import look_at_gradient
from autograd.engine.nan import heard, masked_product
from autograd.rules.arrays import expand, sum_to


def plain(node, i, g, saved, lead):
    """The gradient for argument `i`, given that of the result: None where there is none, a list for several results."""
    rule = node.rule
    if rule.masks:
        heard()  # the rule chooses among its arguments, so a nan may have come this way without a sound
    if not rule.elementwise:
        if lead or g.__class__ is list or (g.shape != node.shape and (g.shape or not rule.spreads)):
            c = _full(node, rule, i, g, saved, lead)
        else:
            c = rule.carry(node, i, g, saved)
        return c if c is None or hasattr(c, "shape") else np.asarray(c)
    if node.dtype.kind == "c":
        return careful(node, i, g, saved, lead)
    return fast.carry(rule, i, g, saved) if node.large else rule.backwards[i](g, *saved)


def careful(node, i, g, saved, lead):
    """The same, where a gradient of exactly 0 wins over a singular slope."""
    rule = node.rule
    if not rule.elementwise:
        return plain(node, i, g, saved, lead)
    if rule.formulas[i] in ("1", "-1", "0"):
        return rule.backwards[i](g, *saved)
    slope = rule.derivatives[i](*saved)
    return masked_product(g, np.conj(slope) if np.iscomplexobj(slope) else slope)


def watched(node, i, g, saved, lead):
    """The same, and an error at the first gradient that is not finite."""
    return look_at_gradient(node, i, careful(node, i, g, saved, lead))


def _full(node, rule, i, g, saved, lead):
    """The rule of a gradient that stands for more than it holds, or has leading axes."""
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
    """The gradient of an argument of shape `wanted` that was broadcast to `shape`."""
    full = c.shape[:lead] + shape if lead else shape
    if c.shape != full:  # an unexpanded gradient counts once for each place it stands for
        c = expand(c, full)
    return sum_to(c, wanted, lead)
