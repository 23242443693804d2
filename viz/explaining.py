"""The story of one gradient as text: the largest paths from the output to a node, with their factors."""

from __future__ import annotations

import heapq

from viz.failing import picture_of
from viz.given import refusal
from viz.numbers import short, summary
from viz.reading import id_of, snapshot
from viz.snapshot import Snapshot
from viz.text import label


def explain(node, output=None, model=None, paths=3):
    """How the gradient of `node` comes about: its contributions, and the largest paths from the output.

    Given an exception instead, the picture of the operation that failed, with the shapes that do not fit in red.

    >>> from autograd import Value
    >>> a = Value(2.0, name="a")
    >>> y = a * a + a.tanh()
    >>> y.backward()
    >>> print(explain(a, y))
    a: value 2, gradient 4.071
    It is the sum of 3 contributions:
      *     1 × 2 = 2
      *     1 × 2 = 2
      tanh  1 × 0.07065 = 0.07065
    The largest paths from the output, factor by factor:
      1 × 1 (+) × 2 (*) = 2
      1 × 1 (+) × 2 (*) = 2
      1 × 1 (+) × 0.07065 (tanh) = 0.07065

    `node` is a Value or a Tensor, or the number of a node in the snapshot. Of Tensors the contributions are told as
    their mean and range; factors along paths are those of single numbers.
    """
    if isinstance(node, BaseException):
        return picture_of(node, model)
    if output is None:
        raise refusal(node, "explain(node, output) wants two: whose gradient, and of which output")
    shot = snapshot(output, model)
    number = node if isinstance(node, int) and not isinstance(node, bool) else id_of(node, output)
    if number is None or not 0 <= number < len(shot.nodes):
        raise ValueError("the output does not depend on that node, so there is nothing to explain")
    own = shot.nodes[number]
    lines = [f"{label(own)}: value {summary(own.value, 4)}, gradient {summary(own.grad, 4)}"]
    if own.grad is None:
        return lines[0] + "\nNo gradient has been computed: call backward() first."
    edges = shot.outgoing()[number]
    if number == shot.output:
        return lines[0] + "\nIt is the output, where the pass begins with 1."
    lines.append(f"It is the sum of {len(edges)} contribution{'s' if len(edges) > 1 else ''}:")
    width = max(len(label(shot.nodes[e.target])) for e in edges)
    if shot.kind == "tensor":
        lines += [f"  {label(shot.nodes[e.target]):{width}}  {summary(e.contribution, 4)}  ({e.rule})" for e in edges]
        return "\n".join([*lines, "viz.explore(output) shows them element by element."])
    for e in edges:
        above = shot.nodes[e.target].grad
        lines.append(
            f"  {label(shot.nodes[e.target]):{width}}  {short(above)} × {short(e.local)} = {short(e.contribution)}"
        )
    lines.append("The largest paths from the output, factor by factor:")
    for product, path in largest_paths(shot, number, paths):
        factors = " × ".join(f"{short(e.local)} ({label(shot.nodes[e.target])})" for e in path)
        lines.append(f"  1 × {factors} = {short(product)}")
    return "\n".join(lines)


def largest_paths(shot: Snapshot, number: int, count: int):
    """The paths from the output to a node whose products of local derivatives are largest, largest first."""
    # From the node upwards, the best that a path can still become is bounded by the best path from there to the output.
    outgoing = shot.outgoing()
    best = {shot.output: 1.0}
    for node in reversed(shot.nodes):
        for e in outgoing[node.id]:
            if e.local is not None and e.target in best:
                best[node.id] = max(best.get(node.id, 0.0), abs(e.local) * best[e.target])
    if number not in best:
        return []
    serial = 0
    waiting = [(-best[number], serial, number, 1.0, ())]
    found = []
    while waiting and len(found) < count:
        _, _, at, product, path = heapq.heappop(waiting)
        if at == shot.output:
            found.append((product, path[::-1]))
            continue
        for e in outgoing[at]:
            if e.local is not None and e.target in best:
                serial += 1
                longer = product * e.local
                heapq.heappush(waiting, (-abs(longer) * best[e.target], serial, e.target, longer, (*path, e)))
    return found
