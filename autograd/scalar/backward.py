"""Reverse mode on Values: the same pure walk as on Tensors, on plain floats with the derivatives already at hand."""

from __future__ import annotations

import math
from operator import attrgetter

from autograd.engine.modes import ACTIVE, anomaly, value_observer
from autograd.errors import AnomalyError, ChangedError

_by_serial = attrgetter("_serial")


class Output:
    """Stands as the rule of a Value that a replayed program gave: one of the outputs of one replay."""

    name = "jit"
    arguments = formulas = ()

    def __init__(self, replay, index):
        self.replay = replay  # whose `pull` turns gradients of outputs (by index) into those of the program's leaves
        self.index = index

    @property
    def parents(self):
        return self.replay.parents(self.index)


def reach(output) -> tuple[list, dict, list]:
    """The Values that `output` depends on, newest first; a gradient of 0 for each; those made by replayed programs."""
    order = [output]
    grads = {output: 0.0}
    replayed = []
    push = order.append
    for node in order:  # grows while it is read
        if node._da is not None:
            parent = node._a
            if parent not in grads:
                grads[parent] = 0.0
                push(parent)
        elif node._rule.__class__ is Output:
            replayed.append(node)
            for parent in node._rule.parents:
                if parent not in grads:
                    grads[parent] = 0.0
                    push(parent)
        if node._db is not None:
            parent = node._b
            if parent not in grads:
                grads[parent] = 0.0
                push(parent)
    order.sort(key=_by_serial, reverse=True)
    return order, grads, replayed


def drawn(output) -> list:
    """The Values of a picture, newest first. What a replayed program gave is an input there: it shows no graph."""
    order, _, replayed = reach(output)
    if replayed:
        shown = {output}
        for node in order:
            if node in shown:
                shown.update(p for p, d in ((node._a, node._da), (node._b, node._db)) if d is not None)
        order = [node for node in order if node in shown]
    return order


def gradients_of(output, seed=1.0, create_graph=False) -> dict:
    """The gradient of `output` for every Value it depends on."""
    if ACTIVE and value_observer.get() is not None:
        return value_observer.get().gradients(output, seed, create_graph)
    if create_graph or (ACTIVE and anomaly.get()):
        return _careful(output, seed, create_graph)
    order, grads, replayed = reach(output)
    grads[output] = float(seed)
    if not replayed:
        _walk(order, grads)
        return grads
    # The outputs of a replay go back together, so that the program runs backward once. Their serials follow one another
    # and nothing between them depends on them: at the oldest one, all their gradients are complete.
    replayed.sort(key=_by_serial, reverse=True)
    last = {node._rule.replay: node for node in replayed}
    begin = 0
    for node in sorted(last.values(), key=_by_serial, reverse=True):
        end = next(i for i in range(begin, len(order)) if order[i] is node)
        _walk(order[begin:end], grads)
        begin = end
        replay = node._rule.replay
        seeds = {made._rule.index: grads[made] for made in replayed if made._rule.replay is replay}
        added, totals = replay.pull(seeds)
        for parent, g in added:
            if parent in grads:
                grads[parent] += g
        for made in replayed:
            if made._rule.replay is replay:
                grads[made] = totals[made._rule.index]
    _walk(order[begin:], grads)
    return grads


def _walk(order, grads):
    for node in order:
        g = grads[node]
        if g:  # a zero from above stays zero, however singular the derivative (0 * inf)
            d = node._da
            if d is not None:
                grads[node._a] += g * d
            d = node._db
            if d is not None:
                grads[node._b] += g * d


def accumulate(grads: dict) -> None:
    """Put gradients on the Values: inner ones afresh, variables added to what they have."""
    for node, g in grads.items():
        if node._rule is None and node.grad is not None:
            node.grad = node.grad + g
        else:
            node.grad = g


def _careful(output, seed, create_graph):
    """The walk for higher orders (the rules run on Values, so it is recorded) and for anomaly detection."""
    order, _, replayed = reach(output)
    if replayed:
        raise TypeError(
            "the result of a jitted function has no recorded graph of its own, so no second derivative and no "
            "detect_anomaly(); call the function without jit for these"
        )
    grads = {output: seed}
    for node in order:
        g = grads.setdefault(node, 0.0)
        for i, (parent, d) in enumerate(((node._a, node._da), (node._b, node._db))):
            if d is None:
                continue
            c = _contribution(node, i, g, d) if create_graph else g * d if g else 0.0
            number = getattr(c, "data", c)
            if ACTIVE and anomaly.get() and not math.isfinite(number):
                raise AnomalyError(f"the gradient of {node.op} for argument {i} is {number}: {g} * {d}")
            before = grads.get(parent)
            grads[parent] = c if before is None else before + c
    return grads


def _contribution(node, i, g, d):
    if not math.isfinite(d):
        return 0.0 if not g else g * d
    if node.op == "positive" and d == 0.0:  # the branch of a where that was not taken
        return 0.0
    arguments = (node._a,) if len(node._rule.formulas) == 1 else (node._a, node._b)
    again = node._rule.derivatives[i](*arguments, node)
    number = getattr(again, "data", again)
    if number != d and not math.isclose(number, d, rel_tol=1e-9, abs_tol=1e-300):
        raise ChangedError(
            f"an operand of {node.op} was changed after it was recorded ({number} now, {d} then), so a second "
            "derivative would be wrong; compute it again after the change"
        )
    return g * again
