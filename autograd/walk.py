"""Reverse mode: one pure function from an output and a seed to the gradient of every node.

The nodes that the output depends on are sorted by creation serial, newest first, and each is visited once: its
gradient is complete by then, and is carried to its parents by its rule. Broadcasting is undone here, once, and
the shape and dtype of every gradient are checked here, once.

With `wrap` (which turns an array and its node into a Tensor) the very same rules run on Tensors, so the gradient is
itself recorded and can be differentiated again.
"""

from __future__ import annotations

import math
from operator import attrgetter

import numpy as np

from autograd import buffers
from autograd.arrays import Seal, fingerprint, has_nan, sum_to
from autograd.errors import AnomalyError, BackwardError, ChangedError
from autograd.graph import Node, leaf, show_line
from autograd.modes import ACTIVE, anomaly

_by_serial = attrgetter("serial")
BLOCK = 1 << 15  # elements: large elementwise gradients are computed in pieces that stay in the cache


def reach(outputs, targets=None) -> list[Node]:
    """The nodes that `outputs` depend on, newest first; with `targets`, only those on a way to one of them."""
    order = list(dict.fromkeys(outputs))
    seen = set(order)
    for node in order:  # grows while it is read
        for parent in node.parents:
            if parent is not None and parent not in seen:
                seen.add(parent)
                order.append(parent)
    order.sort(key=_by_serial, reverse=True)
    if targets is None:
        return order
    leads = set(targets)
    for node in reversed(order):
        if node not in leads and any(parent in leads for parent in node.parents):
            leads.add(node)
    return [node for node in order if node in leads]


def backward(seeds: dict[Node, object], targets=None, wrap=None, lead: int = 0) -> dict[Node, object]:
    """Gradients of the seeded outputs for every node that keeps one, or for `targets`.

    `lead` is the number of extra leading axes on the seeds (a batch of cotangents for Jacobians).
    """
    if wrap is not None:
        seeds = {
            n: g if hasattr(g, "_array") else wrap(np.asarray(g), leaf(n.shape, n.dtype)) for n, g in seeds.items()
        }
    notes = []
    # NumPy reports 0 * inf (a flag of the processor, checked after every call) by calling us.
    with np.errstate(all="ignore", invalid="call", call=lambda *report: notes.append(report)):
        order = reach(seeds, targets)
        keep = None if targets is None else set(targets)
        if ACTIVE and anomaly.get():
            return _walk(order, seeds, keep, wrap, lead, notes, careful=True, watch=True)
        grads = _walk(order, seeds, keep, wrap, lead, notes, careful=False)
        # A nan may come from a singular derivative on a branch not taken. Only then pay for masking it.
        if notes:
            for g in grads.values():
                if has_nan(_raw(g)):
                    return _walk(order, seeds, keep, wrap, lead, notes, careful=True)
        return grads


def _walk(order, seeds, keep, wrap, lead, notes, careful, watch=False):
    grads = dict(seeds)
    owned = set()  # nodes whose gradient is an array made here, so adding in place is safe
    kept = {}
    alive = None if keep is None else set(order)
    for node in order:
        g = grads.pop(node, None)
        if g is None:
            continue
        if node.keeps_grad if keep is None else node in keep:
            kept[node] = g
        rule = node.rule
        if rule is None:
            continue
        if rule.masks:
            notes.append(rule)  # a nan below may not show above: look for one at the end
        if node.marks is not None:
            for mark in node.marks:
                if mark is not None and (type(mark) is not Seal or mark.mark is not None):
                    _check_unchanged(node)
                    break
        saved = node.saved if wrap is None else _as_tensors(node, wrap)
        quick = rule.elementwise and not careful and node.dtype.kind != "c" and (wrap is not None or _small(node.shape))
        i = -1
        for parent in node.parents:
            i += 1
            if parent is None or (alive is not None and parent not in alive):
                continue
            try:
                if quick:
                    c = rule.backwards[i](g, *saved)
                elif not lead and g.__class__ is not list and g.shape == node.shape and not rule.elementwise:
                    c = rule.carry(node, i, g, saved)
                elif rule.elementwise:
                    c = _elementwise(rule, i, g, saved, careful or node.dtype.kind == "c")
                else:
                    c = _structural(node, rule, i, g, saved, lead)
            except (ChangedError, AnomalyError, BackwardError):
                raise
            except Exception as error:
                raise BackwardError(_failed(node, i, error)) from error
            if c is None:
                continue
            if not hasattr(c, "shape"):
                c = np.asarray(c)
            wanted = parent.shape
            if wanted is None:  # a node with several outputs collects a list
                slots = grads.setdefault(parent, [None] * parent.rule.outputs)
                at = node.settings["index"]
                slots[at] = c if slots[at] is None else slots[at] + c
                continue
            if rule.broadcasts:
                if wanted != node.shape:
                    c = _undo_broadcast(c, node.shape, wanted, lead)
            elif c.shape[lead:] != wanted:
                _check_shape(node, i, c.shape[lead:], wanted)
            dtype = parent.dtype
            if c.dtype is not dtype and c.dtype != dtype:
                c = _to_dtype(c, dtype)
            if watch:
                _watch(node, i, c)
            before = grads.get(parent)
            if before is None:
                grads[parent] = c
            elif wrap is None and parent in owned and c.shape == before.shape and c.shape:
                np.add(before, c, out=before)
            else:
                large = wrap is None and c.nbytes >= buffers.LARGE and type(before) is np.ndarray
                grads[parent] = buffers.apply(np.add, (before, c)) if large else before + c
                owned.add(parent)
    return {node: _finish(node, g, lead, wrap) for node, g in kept.items()}


def _elementwise(rule, i, g, saved, careful):
    text = rule.formulas[i]
    if not careful and text.isidentifier() and type(g) is np.ndarray:
        factor = saved[-1] if text == "y" else saved[rule.arguments.index(text)]
        return buffers.apply(np.multiply, (g, factor)) if g.nbytes >= buffers.LARGE else g * factor
    if not careful and text not in ("1", "-1", "0"):
        return _in_blocks(rule.backwards[i], g, saved)
    if text in ("1", "-1", "0"):
        return rule.backwards[i](g, *saved)
    d = rule.derivatives[i](*saved)
    if np.iscomplexobj(d):
        d = np.conj(d)
    finite = np.isfinite(d)
    if not np.all(finite):
        # No gradient arrives here, so a singular slope is not 0 * inf = nan but nothing at all.
        d = np.where((g == 0) & ~finite, 0, d)
    return g * d


def _small(shape):
    return not shape or (len(shape) == 1 and shape[0] <= BLOCK) or math.prod(shape) <= BLOCK


def _undo_broadcast(c, shape, wanted, lead):
    full = c.shape[:lead] + shape if lead else shape
    if c.shape != full:  # an unexpanded gradient counts once for each place it stands for
        c = np.broadcast_to(c, full)
    return sum_to(c, wanted, lead)


def _in_blocks(backward, g, saved):
    """The same numbers as `backward(g, *saved)`, computed in pieces that fit the cache."""
    arrays = [s for s in (g, *saved) if type(s) is np.ndarray and s.ndim]
    if not arrays:
        return backward(g, *saved)
    shape, size = arrays[0].shape, arrays[0].size
    if size <= BLOCK or any(s.shape != shape or not s.flags.c_contiguous for s in arrays):
        return backward(g, *saved)
    flat = [s.reshape(-1) if type(s) is np.ndarray and s.ndim else s for s in (g, *saved)]
    into = out = None
    for start in range(0, size, BLOCK):
        part = backward(*[s[start : start + BLOCK] if type(s) is np.ndarray and s.ndim else s for s in flat])
        if type(part) is not np.ndarray or part.ndim == 0 or part is g:
            return backward(g, *saved)
        if into is None:
            out = (
                buffers.empty(shape, part.dtype)
                if size * part.itemsize >= buffers.LARGE
                else np.empty(shape, part.dtype)
            )
            into = out.reshape(-1)
        into[start : start + BLOCK] = part
    return out


def _structural(node, rule, i, g, saved, lead):
    if rule.outputs > 1:
        batch = next(np.shape(part)[:lead] for part in g if part is not None)
        shapes = node.settings["__shapes__"]
        g = [np.zeros(batch + shapes[k][0], shapes[k][1]) if part is None else part for k, part in enumerate(g)]
        g = [_expand(part, batch + shapes[k][0]) for k, part in enumerate(g)]
    elif g.shape[lead:] != node.shape:  # an unexpanded gradient, such as the scalar from a sum
        g = np.broadcast_to(g, g.shape[:lead] + node.shape)
    if lead and not (rule.batched(node) if callable(rule.batched) else rule.batched):
        batch = len(g[0]) if rule.outputs > 1 else len(g)
        pick = (lambda b: [part[b] for part in g]) if rule.outputs > 1 else (lambda b: g[b])
        return np.stack([_expand(rule.carry(node, i, pick(b), saved), node.parents[i].shape) for b in range(batch)])
    return rule.carry(node, i, g, saved)


def _expand(c, shape):
    return c if shape is None or np.shape(c) == shape else np.broadcast_to(c, shape)


def _as_tensors(node, wrap):
    parts = [
        wrap(s, parent) if parent is not None and s is not None else s
        for s, parent in zip(node.saved, node.parents, strict=False)
    ]
    y = node.saved[-1]
    if y is not None and len(node.saved) > len(node.parents):
        y = [wrap(part, node, k) for k, part in enumerate(y)] if type(y) is tuple else wrap(y, node)
    return (*parts, *((y,) if len(node.saved) > len(node.parents) else ()))


def _to_dtype(c, dtype):
    if dtype.kind != "c" and c.dtype.kind == "c":
        c = np.real(c)
    return c if c.dtype == dtype else c.astype(dtype)


def _finish(node, g, lead, wrap):
    if node.shape is None:
        return g
    shape = g.shape[:lead] + node.shape if lead else node.shape
    if g.shape != shape:
        g = np.broadcast_to(g, shape)
    if type(g) is np.ndarray and wrap is None:
        return g
    if wrap is None:
        return np.asarray(g)
    return g if hasattr(g, "_array") else wrap(np.asarray(g), leaf(shape, node.dtype))


def _raw(g):
    return getattr(g, "_array", g)


def _check_shape(node, i, shape, wanted):
    """A gradient may be smaller than its argument only where broadcasting fills it out again."""
    if (len(shape) != len(wanted) and shape) or any(n not in (1, m) for n, m in zip(shape, wanted, strict=False)):
        raise BackwardError(
            f"the backward rule of {node.rule.name} gave a gradient of shape {shape} for argument {i} of shape "
            f"{wanted}; the forward line was {show_line(node.line)}"
        )


def _check_unchanged(node):
    for i, (array, mark) in enumerate(zip(node.saved, node.marks, strict=False)):
        if mark is None:
            continue
        wanted = mark.mark if type(mark) is Seal else mark  # a Seal without a mark: nobody was handed the array
        if wanted is not None and fingerprint(array) != wanted:
            raise ChangedError(
                f"argument {i} of {node.rule.name} was written to after it was recorded, so its gradient would be "
                f"wrong; recorded at {show_line(node.line)}. Write to a copy, or record again after the write"
            )


def _failed(node, i, error):
    return (
        f"the backward rule of {node.rule.name} for argument {i} failed: {type(error).__name__}: {error}\n"
        f"  the forward line was {show_line(node.line)}"
    )


def _watch(node, i, c):
    raw = _raw(c)
    if not np.isfinite(raw).all():
        bad = "nan" if np.isnan(raw).any() else "inf"
        raise AnomalyError(
            f"the gradient of {node.rule.name} for argument {i} has {bad}; the forward line was {show_line(node.line)}"
        )
