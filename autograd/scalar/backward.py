"""Reverse mode on Values: the same pure walk as on Tensors, on plain floats with the derivatives already at hand."""

from __future__ import annotations

import math
from operator import attrgetter

from autograd.engine.modes import ACTIVE, anomaly, value_observer
from autograd.errors import AnomalyError, ChangedError

_by_serial = attrgetter("_serial")


def reach(output) -> tuple[list, list]:
    """The Values that `output` depends on, newest first; and those among them that were computed jointly.

    Several Values may have been computed at once by something else, that knows what they depend on: their rule has no
    formulas, but `parents`, and `walk`, which carries all their gradients back together.
    """
    order, seen, joint = [output], {output}, []
    push, add = order.append, seen.add
    for node in order:  # grows while it is read
        if node._da is None:
            if node._rule is not None and not node._rule.formulas:
                joint.append(node)
                more = [parent for parent in dict.fromkeys(node._rule.parents) if parent not in seen]
                seen.update(more)
                order += more
        elif node._a not in seen:
            add(node._a)
            push(node._a)
        if node._db is not None and node._b not in seen:
            add(node._b)
            push(node._b)
    order.sort(key=_by_serial, reverse=True)
    return order, joint


def gradients_of(output, seed=1.0, create_graph=False) -> dict:
    """The gradient of `output` for every Value it depends on."""
    if ACTIVE and value_observer.get() is not None:
        return value_observer.get().gradients(output, seed, create_graph)
    return dict(pairs(output, seed, create_graph))


def pairs(output, seed, create_graph):
    """Every Value that `output` depends on, with its gradient, newest first."""
    if create_graph or (ACTIVE and anomaly.get()):
        return _careful(output, seed, create_graph).items()
    order, joint = reach(output)
    grads = {output: float(seed)}
    if joint:
        return joint[0]._rule.walk(order, grads, joint, _walk)
    return zip(order, _walk(order, grads), strict=True)


def _walk(order, grads) -> list:
    """The gradient of each; `grads` has those that are on their way, few at a time, which keeps it in the cache."""
    found = []
    put, take, get = found.append, grads.pop, grads.get
    for node in order:
        g = take(node, 0.0)
        put(g)
        if g:  # a zero from above stays zero, however singular the derivative (0 * inf)
            if node._da is not None:
                parent = node._a
                grads[parent] = get(parent, 0.0) + g * node._da
            if node._db is not None:
                parent = node._b
                grads[parent] = get(parent, 0.0) + g * node._db
    return found


def accumulate(pairs) -> None:
    """Put gradients on the Values: inner ones afresh, variables added to what they have."""
    for node, g in pairs:
        if node._rule is None and node.grad is not None:
            node.grad = node.grad + g
        else:
            node.grad = g


def _careful(output, seed, create_graph):
    """The walk for higher orders (the rules run on Values, so it is recorded) and for anomaly detection."""
    order, joint = reach(output)
    if joint:
        joint[0]._rule.refuse()
    grads = {output: seed}
    for node in order:
        g = grads.setdefault(node, 0.0)
        for i, (parent, d) in enumerate(((node._a, node._da), (node._b, node._db))):
            if d is None:
                continue
            c = _contribution(node, i, g, d) if create_graph else g * d if g else 0.0
            if ACTIVE and anomaly.get() and not math.isfinite(number := getattr(c, "data", c)):
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
