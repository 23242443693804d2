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

from autograd.engine import buffers
from autograd.engine.carry import carry, undo_broadcast
from autograd.engine.graph import Node, leaf, show_line
from autograd.engine.modes import ACTIVE, anomaly, observer
from autograd.engine.nan import has_nan
from autograd.engine.writes import Seal, fingerprint
from autograd.errors import AnomalyError, BackwardError, ChangedError, RecordingError
from autograd.rules.arrays import array_of, as_array, expand, is_tensor

_by_serial = attrgetter("serial")


class _Heard:
    """Called by NumPy at 0 * inf and the like, a flag of the processor checked after every call; `last` is then new."""

    last = None

    def __call__(self, kind, flag):
        self.last = object()


heard = _Heard()


def quiet():
    """NumPy's errors inside a backward pass: not shown, and invalid operations heard."""
    return np.errstate(all="ignore", invalid="call", call=heard)


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
        if node not in leads and any(parent in leads for parent in node.parents):
            leads.add(node)
    return [node for node in order if node in leads]


@np.errstate(all="ignore", invalid="call", call=heard)
def backward(seeds: dict[Node, object], targets=None, wrap=None, lead: int = 0) -> dict[Node, object]:
    """Gradients of the seeded outputs for every node that keeps one, or for `targets`.

    `lead` is the number of extra leading axes on the seeds (a batch of cotangents for Jacobians).
    """
    if wrap is not None:
        seeds = {n: g if is_tensor(g) else wrap(as_array(g), leaf(n.shape, n.dtype)) for n, g in seeds.items()}
    before = heard.last
    order = reach(seeds, targets, leaves=False)
    keep = None if targets is None else set(targets)
    if ACTIVE and anomaly.get():
        return _walk(order, seeds, keep, wrap, lead, careful=True, watch=True)[0]
    if ACTIVE and (tape := observer.get()) is not None:
        return tape.walk(lambda careful: _walk(order, seeds, keep, wrap, lead, careful, tape=tape))
    grads, masked = _walk(order, seeds, keep, wrap, lead, careful=False)
    # A nan may come from a singular derivative on a branch not taken. Only then pay for masking it.
    if (masked or heard.last is not before) and any(has_nan(array_of(g)) for g in grads.values()):
        return _walk(order, seeds, keep, wrap, lead, careful=True)[0]
    return grads


def _walk(order, seeds, keep, wrap, lead, careful, watch=False, tape=None):
    """The gradients of the nodes that keep one; and whether a nan on the way may not show in them."""
    grads = dict(seeds)
    owned = set()  # nodes whose gradient is an array made here, so adding in place is safe
    kept = {}
    alive = None if keep is None else keep.union(order)
    masked = False
    for node in order:
        g = grads.pop(node, None)
        if g is None:
            continue
        if node.keeps_grad if keep is None else node in keep:
            kept[node] = g
        rule = node.rule
        if rule is None:  # an output that is itself a variable
            continue
        if node.marks is not None:
            _check_unchanged(node)
        saved = node.saved if wrap is None else _as_tensors(node, wrap)
        shape = node.shape
        quick = rule.quick  # one call for each argument, and nothing to check but the shape and dtype
        if quick is None or careful or node.large or node.dtype.kind == "c" or tape is not None:
            quick = None
            masked = masked or rule.masks
        i = -1
        for parent in node.parents:
            i += 1
            if parent is None or (alive is not None and parent not in alive):
                continue
            try:
                if quick is not None:
                    c = quick[i](g, *saved)
                else:
                    c = (carry if tape is None else tape.carry)(node, i, g, saved, lead, careful)
            except (ChangedError, AnomalyError, BackwardError, RecordingError):
                raise
            except Exception as error:
                raise BackwardError(_failed(node, i, error)) from error
            if c is None:
                continue
            wanted = parent.shape
            if wanted is None:  # a node with several outputs collects a list
                slots = grads.setdefault(parent, [None] * parent.rule.outputs)
                at = node.settings["index"]
                slots[at] = c if slots[at] is None else slots[at] + c
                continue
            if quick is not None or rule.broadcasts:
                if wanted != shape:
                    c = undo_broadcast(c, shape, wanted, lead)
            elif (found := c.shape[lead:]) and found != wanted:
                _check_shape(node, i, found, wanted)
            dtype = parent.dtype
            if c.dtype is not dtype and c.dtype != dtype:
                c = _to_dtype(c, dtype)
            if watch:
                _watch(node, i, c)
            before = grads.get(parent)
            if before is None:
                grads[parent] = c
            elif (
                wrap is None and parent in owned and c.shape == before.shape and c.shape
                and (tape is None or hasattr(before, "__traced__"))
            ):  # fmt: skip
                np.add(before, c, out=before)
            else:
                large = wrap is None and c.nbytes >= buffers.LARGE and type(before) is np.ndarray
                grads[parent] = buffers.apply(np.add, (before, c)) if large else before + c
                owned.add(parent)
    kept.update(grads if keep is None else {node: g for node, g in grads.items() if node in keep})  # the variables'
    for node, g in kept.items():
        if wrap is not None or lead or type(g) is not np.ndarray or g.shape != node.shape:
            kept[node] = _finish(node, g, lead, wrap)
    return kept, masked


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
    """A gradient filled out to the shape of its node, as what the caller works with."""
    if node.shape is None:
        return g
    shape = g.shape[:lead] + node.shape if lead else node.shape
    if g.shape != shape:
        g = expand(g, shape)
    if wrap is None:
        return as_array(g)
    return g if is_tensor(g) else wrap(as_array(g), leaf(shape, node.dtype))


def _check_shape(node, i, shape, wanted):
    """A gradient may be smaller than its argument only where broadcasting fills it out again."""
    if len(shape) != len(wanted) or any(n not in (1, m) for n, m in zip(shape, wanted, strict=True)):
        raise BackwardError(
            f"the backward rule of {node.rule.name} gave a gradient of shape {shape} for argument {i} of shape "
            f"{wanted}; the forward line was {show_line(node.line)}"
        )


def _check_unchanged(node):
    i = -1
    for mark in node.marks:
        i += 1
        wanted = mark.mark if type(mark) is Seal else mark  # a Seal without a mark: nobody was handed the array
        if wanted is not None and fingerprint(node.saved[i]) != wanted:
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
    raw = array_of(c)
    if not np.isfinite(raw).all():
        bad = "nan" if np.isnan(raw).any() else "inf"
        raise AnomalyError(
            f"the gradient of {node.rule.name} for argument {i} has {bad}; the forward line was {show_line(node.line)}"
        )
