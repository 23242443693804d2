"""A graph's forward and backward pass, step by step, as the explorer shows them; and slopes by finite differences."""

from __future__ import annotations

from autograd.jit.values.operations import GATE
from autograd.rules.table import ROWS
from viz.snapshot import Snapshot

SLOPES = 600  # nodes; in larger graphs only what is asked for is measured


def count_steps(shot: Snapshot) -> int:
    """One step forward for each node, then one backward for each node that the backward pass visits."""
    return len(shot.nodes) + len(shot.backward_order())


def replay(shot: Snapshot, steps: int) -> tuple[dict[int, float], dict[int, float]]:
    """What is known after so many steps: values by node, and gradients as far as they have been added up.

    A step back visits the newest node that is left, whose gradient is complete by then, and adds a contribution to each
    of its arguments. Only for graphs of single numbers.

    >>> from autograd import Value
    >>> from viz.reading import snapshot
    >>> a = Value(3.0)
    >>> y = a * a
    >>> y.backward()
    >>> replay(snapshot(y), 3)
    ({0: 3.0, 1: 9.0}, {1: 1.0, 0: 6.0})
    """
    values = {node.id: node.value for node in shot.nodes[:steps]}
    order = shot.backward_order()
    left = steps - len(shot.nodes)
    if left < 0 or not order:
        return values, {}
    gradients = {shot.output: 1.0}
    incoming = shot.incoming()
    for number in order[:left]:
        g = gradients.get(number, 0.0)
        for edge in incoming[number]:
            if edge.local is not None:
                gradients[edge.source] = gradients.get(edge.source, 0.0) + (g * edge.local if g else 0.0)
    return values, gradients


def slopes(shot: Snapshot, only=None) -> dict[int, float]:
    """The slope of the output by each node, measured: the node is moved a little and what follows is computed again."""
    if shot.kind != "value" or (only is None and len(shot.nodes) > SLOPES):
        return {}
    incoming = shot.incoming()
    outgoing = shot.outgoing()
    found = {}
    for node in shot.nodes if only is None else (shot.nodes[i] for i in only):
        if node.kind == "constant":
            continue
        later = _after(node.id, outgoing)
        h = 1e-4 * max(1.0, abs(node.value))
        wide, near = (_difference(shot, node.id, later, incoming, step) for step in (2 * h, h))
        found[node.id] = (4 * near - wide) / 3
    return found


def _after(number, outgoing) -> list[int]:
    seen = {number}
    waiting = [number]
    while waiting:
        for edge in outgoing[waiting.pop()]:
            if edge.target not in seen:
                seen.add(edge.target)
                waiting.append(edge.target)
    return sorted(seen)[1:]


def _difference(shot, number, later, incoming, h) -> float:
    ends = []
    for step in (h, -h):
        moved = {number: shot.nodes[number].value + step}
        for i in later:
            arguments = [moved.get(e.source, shot.nodes[e.source].value) for e in incoming[i]]
            op = shot.nodes[i].op
            moved[i] = float((GATE if op == GATE.name else ROWS[op]).scalar(*arguments))
        ends.append(moved[shot.output])
    return (ends[0] - ends[1]) / (2 * h)
