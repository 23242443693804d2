"""Reverse mode on Values: the same pure walk as on Tensors, on plain floats with the derivatives already at hand."""

from __future__ import annotations

import math
from operator import attrgetter

from autograd.engine.modes import ACTIVE, anomaly, value_observer
from autograd.errors import AnomalyError, ChangedError

_by_serial = attrgetter("_serial")


def reach(output) -> tuple[list, dict, list]:
    """The Values that `output` depends on, newest first; a gradient of 0 for each; those computed jointly.

    Several Values may have been computed at once by something else, that knows what they depend on: their rule has no
    formulas, but `parents`, and `walk`, which carries all their gradients back together.
    """
    order = [output]
    grads = {output: 0.0}
    joint = []
    push = order.append
    for node in order:  # grows while it is read
        if node._da is not None:
            parent = node._a
            if parent not in grads:
                grads[parent] = 0.0
                push(parent)
        elif node._rule is not None and not node._rule.formulas:
            joint.append(node)
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
    return order, grads, joint


def gradients_of(output, seed=1.0, create_graph=False) -> dict:
    """The gradient of `output` for every Value it depends on."""
    if ACTIVE and value_observer.get() is not None:
        return value_observer.get().gradients(output, seed, create_graph)
    if create_graph or (ACTIVE and anomaly.get()):
        return _careful(output, seed, create_graph)
    order, grads, joint = reach(output)
    grads[output] = float(seed)
    if joint:
        joint[0]._rule.walk(order, grads, joint, _walk)
    else:
        _walk(order, grads)
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
    order, _, joint = reach(output)
    if joint:
        joint[0]._rule.refuse()
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
    if type(again) is not type(node):  # a constant, such as floor(a / b)
        again = float(again)
    number = getattr(again, "data", again)
    if number != d and not math.isclose(number, d, rel_tol=1e-9, abs_tol=1e-300):
        raise ChangedError(
            f"an operand of {node.op} was changed after it was recorded ({number} now, {d} then), so a second "
            "derivative would be wrong; compute it again after the change"
        )
    return g * again
