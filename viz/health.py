"""Health at a glance: what is wrong with a graph or its gradients, where, and what to do about it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nn.module import Module
from viz.numbers import is_bad, short
from viz.reading import fresh_gradients, snapshot
from viz.snapshot import Numbers, Snapshot, Vertex

VANISHING = 1e-4  # of the gradient nearest to the output
EXPLODING = 1e3  # the size of a gradient that no reasonable step survives
ENOUGH = 4  # numbers before a unit is judged: a relu that is 0 for one sample is doing its work


@dataclass(frozen=True, slots=True)
class Flag:
    """One finding: its kind, the node and the module it concerns, and a sentence with the remedy."""

    kind: str  # "nan", "dead", "saturated", "vanishing", "exploding", "unused" or "not zeroed"
    node: int | None
    place: str
    text: str

    def __str__(self):
        return f"[{self.kind}] {self.place}: {self.text}"


REMEDIES = {
    "nan": "look at what goes into it: a logarithm or root of 0 or less, a division by 0, an exponential too large. "
    "autograd.detect_anomaly() names the line",
    "dead": "so nothing before it learns: lower the learning rate, scale the inputs, or use leaky_relu",
    "saturated": "where its slope is near 0: scale the inputs, or start with smaller weights",
    "vanishing": "use relu, fewer layers, normalisation, or a better start",
    "exploding": "scale inputs and targets, start with smaller weights, or clip gradients (clipnorm=1.0)",
    "unused": "is a layer made but not used, or was .data taken on the way?",
    "not zeroed": "call zero_grad() before each backward()",
}


def _flag(kind, node, place, what) -> Flag:
    return Flag(kind, None if node is None else node.id, place, f"{what}; {REMEDIES[kind]}")


def health(x, model=None) -> list[Flag]:
    """What is wrong with the graph behind a Value or Tensor; an empty list if nothing is.

    >>> from autograd import Value
    >>> x = Value(0.0, name="x")
    >>> y = x * x + x.sqrt()
    >>> y.backward()
    >>> print(*health(y))
    [nan] x: the gradient of x is the first nan or inf going back; look at what goes into it: ...

    With `model`, its parameters are looked at too: unused ones, gradients that vanish, explode or were never zeroed.
    """
    shot = snapshot(x, model)
    flags = [*_not_finite(shot), *_units(shot)]
    if model is not None:
        flags += [*_unused(shot, model), *_flow(shot), *_never_zeroed(x, model)]
    return flags


def _not_finite(shot: Snapshot):
    """The first node in each direction that has nan or inf though nothing that it was made from has."""
    incoming = shot.incoming()
    for node in shot.nodes:
        if is_bad(node.value) and not any(is_bad(shot.nodes[e.source].value) for e in incoming[node.id]):
            yield _flag("nan", node, _place(node), f"{_made(node)} is the first nan or inf going forward")
            break
    outgoing = shot.outgoing()
    for number in shot.backward_order():
        node = shot.nodes[number]
        if is_bad(node.grad) and not any(is_bad(shot.nodes[e.target].grad) for e in outgoing[number]):
            if not is_bad(node.value):
                yield _flag(
                    "nan", node, _place(node), f"the gradient of {_made(node)} is the first nan or inf going back"
                )
            break


def _units(shot: Snapshot):
    """relus that give 0 and sigmoids at their ends, for every sample; on Values, by the neuron they belong to."""
    groups: dict[tuple, list[Vertex]] = {}
    for node in shot.nodes:
        if node.op in ("relu", "sigmoid", "tanh") and node.value is not None and not is_bad(node.value):
            groups.setdefault((node.op, node.module or f"node {node.id}"), []).append(node)
    for (op, module), nodes in groups.items():
        low = min(_least(node.value) for node in nodes)
        high = max(_most(node.value) for node in nodes)
        samples = sum(math.prod(node.shape) for node in nodes)
        if samples < ENOUGH:
            continue
        if op == "relu":
            if high == 0.0:
                yield _flag("dead", nodes[0], module, f"relu gives 0 for all {samples} numbers")
            continue
        ends = (0.01, 0.99) if op == "sigmoid" else (-0.99, 0.99)
        if all(_at_ends(node.value, ends) for node in nodes):
            yield _flag("saturated", nodes[0], module, f"{op} is at {short(low)} … {short(high)} everywhere")


def _at_ends(value, ends) -> bool:
    cells = _cells(value)
    return bool(cells) and all(c < ends[0] or c > ends[1] for c in cells)


def _unused(shot: Snapshot, model: Module):
    names = {node.name for node in shot.nodes if node.kind == "parameter"}
    lost = [path for path, p in model.named_parameters() if path not in names and getattr(p, "trainable", True)]
    if lost:
        more = f" and {len(lost) - 3} more" if len(lost) > 3 else ""
        yield _flag("unused", None, lost[0], f"{', '.join(lost[:3])}{more} took no part")


def _flow(shot: Snapshot):
    """Gradients of parameters, module by module, from the inputs to the output."""
    sizes: dict[str, list[float]] = {}
    first: dict[str, Vertex] = {}
    for node in shot.nodes:
        if node.kind == "parameter" and node.grad is not None and not is_bad(node.grad):
            place = node.module.split(".")[0] or (node.name or "")
            sizes.setdefault(place, []).extend(_cells(node.grad))
            first.setdefault(place, node)
    # A module is as deep as the last of its results: its parameters were all made before.
    last = {node.module.split(".")[0]: node.id for node in shot.nodes if node.op}
    order = sorted(sizes, key=lambda place: last.get(place, 0))
    rms = {place: math.sqrt(sum(g * g for g in sizes[place]) / max(len(sizes[place]), 1)) for place in order}
    if len(order) > 1:
        near, far = order[-1], order[0]
        if 0 < rms[far] < VANISHING * rms[near]:
            what = f"its gradient is {short(rms[far], 2)}, that of {near} {short(rms[near], 2)}"
            yield _flag("vanishing", first[far], far, what)
    for place in order:
        if rms[place] > EXPLODING:
            yield _flag("exploding", first[place], place, f"its gradient is {short(rms[place], 2)}")
            break


def _never_zeroed(x, model: Module):
    """Gradients that are a whole multiple of one pass: backward() was called again without zero_grad()."""
    ratios = []
    for path, (stored, once) in fresh_gradients(x, model).items():
        total, one = sum(abs(g) for g in _cells(stored)), sum(abs(g) for g in _cells(once))
        if one > 0 and math.isfinite(total):
            ratios.append((total / one, path))
    if ratios and min(ratios)[0] > 1.5:
        ratio, path = ratios[0]
        yield _flag("not zeroed", None, path, f"gradients are {short(ratio, 3)} times those of this pass")


def _cells(x):
    return x.elements if isinstance(x, Numbers) else (x,)


def _least(x):
    return x.least if isinstance(x, Numbers) else x


def _most(x):
    return x.most if isinstance(x, Numbers) else x


def _place(node: Vertex) -> str:
    return node.module or node.name or f"node {node.id}"


def _made(node: Vertex) -> str:
    if node.op:
        return f"{node.name or 'the result'} of {node.op}"
    return node.name or ("a constant" if node.kind == "constant" else "a variable")
