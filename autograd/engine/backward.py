"""Reverse mode: one pure function from an output and a seed to the gradient of every node.

The nodes that the output depends on are sorted by creation serial, newest first, and each is visited once: its
gradient is complete by then, and is carried to its parents by its rule. Broadcasting is undone here, once, and
the shape and dtype of every gradient are checked here, once.

With `wrap` (which turns an array and its node into a Tensor) the very same rules run on Tensors, so the gradient is
itself recorded and can be differentiated again.
"""

from __future__ import annotations

from operator import attrgetter

import numpy as np

from autograd.engine import fast
from autograd.engine.apply import OUTPUT, fresh
from autograd.engine.graph import Node, leaf
from autograd.engine.modes import ACTIVE, anomaly, look_at_gradient, observer
from autograd.engine.nan import has_nan, heard, masked_product, quiet
from autograd.engine.writes import check_unchanged
from autograd.errors import AnomalyError, BackwardError, ChangedError, RecordingError
from autograd.rules.arrays import array_of, as_array, expand, is_tensor, sum_to

_by_serial = attrgetter("serial")


@quiet()
def backward(seeds: dict[Node, object], targets=None, wrap=None, lead: int = 0) -> dict[Node, object]:
    """Gradients of the seeded outputs for every node that keeps one, or for `targets`.

    `lead` is the number of extra leading axes on the seeds (a batch of cotangents for Jacobians).
    """
    if wrap is not None:
        seeds = {n: g if is_tensor(g) else fresh(as_array(g)) for n, g in seeds.items()}
    order = reach(seeds, targets, leaves=False)
    targets = None if targets is None else set(targets)

    if ACTIVE and anomaly.get():
        return _walk(order, seeds, targets, wrap, lead, carry_watched)
    if ACTIVE and (who := observer.get()) is not None:
        return who.backward(order, lambda how: _walk(order, seeds, targets, wrap, lead, how))
    before = heard.last
    grads = _walk(order, seeds, targets, wrap, lead, carry, quick=True)
    if heard.last is not before and any(has_nan(array_of(g)) for g in grads.values()):
        return _walk(order, seeds, targets, wrap, lead, carry_carefully)
    return grads


def reach(outputs, targets=None, leaves=True) -> list[Node]:
    """The nodes that `outputs` depend on, newest first; with `targets`, only those on a way to one of them."""
    order = list(outputs if type(outputs) is dict else dict.fromkeys(outputs))
    seen = set(order)
    for node in order:  # grows while it is read
        for parent in node.parents:
            if parent is not None and (leaves or parent.rule is not None) and parent not in seen:
                seen.add(parent)
                order.append(parent)
    order.sort(key=_by_serial, reverse=True)
    if targets is None:
        return order
    leads = set(targets)
    for node in reversed(order):
        if not leads.isdisjoint(node.parents):
            leads.add(node)
    return [node for node in order if node in leads]


def _walk(order, seeds, targets, wrap, lead, how, quick=False):
    """The gradients of the nodes that keep one; `how` carries them to an argument, `quick` rules go without it."""
    grads, kept = dict(seeds), {}
    ours = set()  # nodes whose gradient is an array made here, so adding in place is safe
    alive = None if targets is None else targets.union(order)
    for node in order:
        g = grads.pop(node, None)
        if g is None:
            continue
        if node.keeps_grad if targets is None else node in targets:
            kept[node] = g
        rule = node.rule
        if rule is None:  # an output that is itself a variable
            continue
        if rule is OUTPUT:
            _collect(grads, node, g)
            continue
        if node.marks is not None:
            check_unchanged(node)
        saved = node.saved if wrap is None else as_tensors(node, wrap)
        rules = rule.quick if quick and not node.large and node.dtype.kind != "c" else None
        same = node.shape if rule.broadcasts else None  # the shape of arguments that need no second look
        for i, parent in enumerate(node.parents):
            if parent is None or (alive is not None and parent not in alive):
                continue
            try:
                c = how(node, i, g, saved, lead) if rules is None else rules[i](g, *saved)
            except (ChangedError, AnomalyError, BackwardError, RecordingError):
                raise
            except Exception as error:
                raise BackwardError(_failed(node, i, error)) from error
            if c is None:
                continue
            if parent.shape != (same or c.shape) or c.dtype is not parent.dtype:
                c = _fit(c, node, i, parent, lead)
            grads[parent] = _sum(grads[parent], c, parent, ours) if parent in grads else c
    kept.update(grads if targets is None else {node: g for node, g in grads.items() if node in targets})
    return _filled(kept, lead, wrap)


# -- carry -----------------------------------------------------------------------------------------------------------
def carry(node, i, g, saved, lead):
    """The gradient for argument `i` of a node, given that of its result; None where there is none."""
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
        return carry_carefully(node, i, g, saved, lead)
    return fast.carry(rule, i, g, saved) if node.large else rule.backwards[i](g, *saved)


def carry_carefully(node, i, g, saved, lead):
    """The same, where a gradient of exactly 0 wins over a singular slope."""
    rule = node.rule
    if not rule.elementwise:
        return carry(node, i, g, saved, lead)
    if rule.formulas[i] in ("1", "-1", "0"):
        return rule.backwards[i](g, *saved)
    slope = rule.derivatives[i](*saved)
    return masked_product(g, np.conj(slope) if np.iscomplexobj(slope) else slope)


def carry_watched(node, i, g, saved, lead):
    """The same, and an error at the first gradient that is not finite."""
    return look_at_gradient(node, i, carry_carefully(node, i, g, saved, lead))


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
        parts = [rule.carry(node, i, pick(b), saved) for b in range(batch)]
        if any(part is None for part in parts):
            return None  # what does not depend on an argument does not for any seed
        return np.stack([_expand(part, node.parents[i].shape) for part in parts])
    c = rule.carry(node, i, g, saved)
    if lead and c is not None:
        _check_lead(node, i, c.shape, (g[0] if rule.outputs > 1 else g).shape[:lead])
    return c


def _expand(c, shape):
    return c if shape is None or np.shape(c) == shape else expand(c, shape)


# -- undo broadcasting, check ----------------------------------------------------------------------------------------
def _fit(c, node, i, parent, lead):
    """The gradient carried to argument `i`, with broadcasting undone, of the shape and dtype that it has to have."""
    wanted, dtype = parent.shape, parent.dtype
    if node.rule.broadcasts:
        if wanted != node.shape:
            c = _undo_broadcast(c, node.shape, wanted, lead)
    elif (found := c.shape[lead:]) and found != wanted:
        _check_shape(node, i, found, wanted)
    return c if c.dtype is dtype or c.dtype == dtype else to_dtype(c, dtype)


def _check_shape(node, i, shape, wanted):
    """A gradient may be smaller than its argument only where broadcasting fills it out again."""
    if len(shape) != len(wanted) or any(n not in (1, m) for n, m in zip(shape, wanted, strict=True)):
        raise BackwardError(
            f"the backward rule of {node.rule.name} gave a gradient of shape {shape} for argument {i} of shape "
            f"{wanted}; the forward line was {node.where}"
        )


def _check_lead(node, i, shape, lead):
    """A rule that says it is batched has to keep the leading axes of a gradient, before those of its argument."""
    usual = len(shape) - len(lead) in (0, node.parents[i].ndim) or node.rule.broadcasts
    if shape[: len(lead)] != lead or not usual:
        raise BackwardError(
            f"the backward rule of {node.rule.name} for argument {i} says it is batched, and gave shape {shape} for "
            f"a gradient with leading axes {lead}; the forward line was {node.where}"
        )


def _undo_broadcast(c, shape, wanted, lead):
    """The gradient of an argument of shape `wanted` that was broadcast to `shape`."""
    full = c.shape[:lead] + shape if lead else shape
    if c.shape != full:  # an unexpanded gradient counts once for each place it stands for
        c = expand(c, full)
    return sum_to(c, wanted, lead)


# -- add, and hand out -------------------------------------------------------------------------------------------------
def _sum(before, c, node, ours):
    """The gradient of a node so far and another contribution, in place where the array there is one of `ours`."""
    if node in ours and type(c) is type(before) and c.shape == before.shape != () and not is_tensor(c):
        return np.add(before, c, out=before)
    ours.add(node)
    return fast.add(before, c)


def _collect(grads, node, g):
    """Give the gradient of one output to its node, which has several and gets a list."""
    (parent,) = node.parents
    slots = grads.setdefault(parent, [None] * parent.rule.outputs)
    at = node.settings["index"]
    slots[at] = g if slots[at] is None else slots[at] + g


def as_tensors(node, wrap):
    """What a node keeps, as Tensors where it stands for variables."""
    both = zip(node.saved, node.parents, strict=False)
    parts = [s if s is None or parent is None else wrap(s, parent) for s, parent in both]
    if len(node.saved) > len(node.parents):
        y = node.saved[-1]
        if y is not None:
            y = [wrap(part, node, k) for k, part in enumerate(y)] if type(y) is tuple else wrap(y, node)
        parts.append(y)
    return tuple(parts)


def to_dtype(c, dtype):
    """A gradient in the dtype of its argument: of a real one the real part."""
    if dtype.kind != "c" and c.dtype.kind == "c":
        c = np.real(c)
    return c if c.dtype == dtype else c.astype(dtype)


def _filled(kept, lead, wrap):
    """Gradients filled out to the shapes of their nodes, as what the caller works with."""
    for node, g in kept.items():
        if node.shape is None or (wrap is None and type(g) is np.ndarray and g.shape == node.shape):
            continue  # a node with several outputs, or nothing to do
        shape = g.shape[:lead] + node.shape
        g = g if g.shape == shape else expand(g, shape)
        if wrap is None:
            kept[node] = as_array(g)
        else:
            kept[node] = g if is_tensor(g) else wrap(as_array(g), leaf(shape, node.dtype))
    return kept


def _failed(node, i, error):
    return (
        f"the backward rule of {node.rule.name} for argument {i} failed: {type(error).__name__}: {error}\n"
        f"  the forward line was {node.where}"
    )
