"""The backward walk under a tape: quiet, call by call where a rule can be traced so, and with a guard against nan."""

from __future__ import annotations

import functools
from types import SimpleNamespace

import numpy as np

from autograd.engine.backward import carry, carry_carefully
from autograd.engine.nan import has_nan, heard, hides_nan
from autograd.jit.trace.numpy_calls import call_whole
from autograd.jit.trace.standin import StandIn, concrete
from autograd.rules.arrays import array_of


def backward(tape, order, walk):
    """A backward pass: traced quietly, and with a guard against the nan that only the careful walk masks."""
    before, tape.quiet = tape.quiet, True
    plain, careful = (functools.partial(_carry, tape, how) for how in (carry, carry_carefully))
    try:
        if tape.careful or tape.effects:
            return walk(careful)
        number, last = tape.count, heard.last
        tape.put("listen", None, (number,), effect=True)
        grads, masked = walk(plain), hides_nan(order)
        arrays = [g for g in map(array_of, grads.values()) if g.dtype.kind in "fc"]
        if (masked or heard.last is not last) and any(has_nan(np.asarray(concrete(g))) for g in arrays):
            return walk(careful)
        traced = [g for g in arrays if isinstance(g, StandIn)]
        tape.put("guard", None, (number, masked, traced), effect=True)
        return grads
    finally:
        tape.quiet = before


def _carry(tape, how, node, i, g, saved, lead):
    """The gradient carried through one node; as one call where its rule cannot be traced call by call."""
    mark = tape.mark()
    try:
        return how(node, i, g, saved, lead)
    except Exception:
        if hasattr(g, "_node"):
            raise
        tape.back_to(mark)
    rule, shadow = node.rule, _shadow(node)

    def carried(g, saved, settings):
        shadow.settings = settings
        c = how(shadow, i, g, saved, lead)
        return c if c is None else np.array(c)

    carried.__name__ = f"backward_of_{rule.name}"
    return call_whole(tape, carried, (g, tuple(saved), node.settings), {})


def _shadow(node):
    """What a rule asks of a node, without the arrays that it keeps."""
    parents = [
        None if p is None else SimpleNamespace(shape=p.shape, dtype=p.dtype, ndim=p.ndim, size=p.size)
        if p.shape is not None else SimpleNamespace(shape=None, dtype=p.dtype)
        for p in node.parents
    ]  # fmt: skip
    return SimpleNamespace(
        rule=node.rule, parents=parents, shape=node.shape, dtype=node.dtype, settings=None, saved=(), large=False
    )
