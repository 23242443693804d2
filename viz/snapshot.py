"""Snapshot: what a graph looked like at one moment, as plain immutable data. Every picture is made from one.

Numbers are copied, so a later training step cannot falsify an old picture. A snapshot can be written as JSON and read
back.
"""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass

import numpy as np

VERSION = 2
LARGEST = 4096  # elements of an array that are kept; of larger ones every n-th along each axis


@dataclass(frozen=True, slots=True)
class Numbers:
    """An array as a picture needs it: statistics of all of it, and its elements or, if there are too many, a thumbnail.

    A thumbnail has as many axes as the array: `steps` says that along each every n-th element is in it.
    """

    shape: tuple[int, ...]
    least: float
    most: float
    mean: float
    nan: int
    inf: int
    elements: tuple[float, ...]
    steps: tuple[int, ...]

    @classmethod
    def of(cls, array) -> Numbers:
        array = np.asarray(array)
        if array.dtype.kind == "c":
            array = np.abs(array)
        array = array.astype(np.float64)
        good = array[np.isfinite(array)]
        least, most, mean = (good.min(), good.max(), good.mean()) if good.size else (math.nan,) * 3
        steps = thinned(array.shape, LARGEST)
        kept = array[tuple(slice(None, None, step) for step in steps)]
        nan, inf = int(np.isnan(array).sum()), int(np.isinf(array).sum())
        elements = tuple(kept.reshape(-1).tolist())
        return cls(array.shape, float(least), float(most), float(mean), nan, inf, elements, steps)

    @property
    def grid(self) -> tuple[int, ...]:
        """How many elements are kept along each axis."""
        return tuple(-(-n // step) for n, step in zip(self.shape, self.steps, strict=True))


def thinned(shape, most: int) -> tuple[int, ...]:
    """Steps along the axes of an array that leave at most so many elements; the longest axes are thinned out.

    >>> thinned((784, 128), 1024), thinned((3, 5), 1024), thinned((10_000, 3), 300)
    ((25, 4), (1, 1), (100, 1))
    """
    low, high = 1, max(shape, default=1)  # the largest number of elements along an axis that is not too large
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if math.prod(min(n, middle) for n in shape) <= most else (low, middle - 1)
    return tuple(max(1, -(-n // low)) for n in shape)


@dataclass(frozen=True, slots=True)
class Vertex:
    """One value of the graph. `grad` is None where no gradient was computed, which is not 0."""

    id: int  # its place in the order of creation
    kind: str  # "input", "parameter", "constant", "result" or "output"
    op: str | None
    name: str | None
    value: float | Numbers | None
    grad: float | Numbers | None
    shape: tuple[int, ...]
    dtype: str
    module: str  # the path of the module it belongs to, "" for none
    line: str | None
    backward: int | None  # its place in the order of the backward pass
    settings: tuple[tuple[str, object], ...] = ()  # such as ("axis", -1)

    @property
    def is_leaf(self) -> bool:
        return self.op is None


@dataclass(frozen=True, slots=True)
class Edge:
    """An argument of an operation: the node `source` is argument `slot` of `target`."""

    source: int
    target: int
    slot: int
    local: float | Numbers | None  # the derivative of the target by this argument, element by element; None of others
    rule: str  # the derivative as a formula, or the rule's name
    contribution: float | Numbers | None  # upstream gradient times local derivative


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Nodes in the order of creation, edges in the order of targets and slots."""

    kind: str  # "value" or "tensor"
    nodes: tuple[Vertex, ...]
    edges: tuple[Edge, ...]
    output: int

    def incoming(self) -> dict[int, list[Edge]]:
        """The edges into each node."""
        found: dict[int, list[Edge]] = {node.id: [] for node in self.nodes}
        for edge in self.edges:
            found[edge.target].append(edge)
        return found

    def outgoing(self) -> dict[int, list[Edge]]:
        """The edges out of each node."""
        found: dict[int, list[Edge]] = {node.id: [] for node in self.nodes}
        for edge in self.edges:
            found[edge.source].append(edge)
        return found

    def backward_order(self) -> list[int]:
        """The ids of the nodes in the order in which the backward pass visits them."""
        reached = [node for node in self.nodes if node.backward is not None]
        return [node.id for node in sorted(reached, key=lambda node: node.backward)]

    def to_json(self) -> str:
        """Text from which `from_json` makes an equal snapshot; nan and inf are written as texts."""
        return json.dumps({"format": "glassgrad snapshot", "version": VERSION, **_plain(self)}, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Snapshot:
        data = json.loads(text)
        if not isinstance(data, dict) or data.get("format") != "glassgrad snapshot" or data.get("version") != VERSION:
            raise ValueError(f"wanted a snapshot of version {VERSION} as JSON; got {text[:60]!r}")
        nodes = tuple(_node(fields) for fields in data["nodes"])
        edges = tuple(
            Edge(e["source"], e["target"], e["slot"], _value(e["local"]), e["rule"], _value(e["contribution"]))
            for e in data["edges"]
        )
        return cls(data["kind"], nodes, edges, data["output"])


def _node(fields) -> Vertex:
    fields = {**fields, "value": _value(fields["value"]), "grad": _value(fields["grad"])}
    settings = tuple((key, _frozen(part)) for key, part in fields.get("settings", []))
    return Vertex(**{**fields, "shape": tuple(fields["shape"]), "settings": settings})


def _frozen(x):
    return tuple(map(_frozen, x)) if isinstance(x, list) else x


def _plain(thing):
    if isinstance(thing, float) and not math.isfinite(thing):
        return {"float": repr(thing)}
    if dataclasses.is_dataclass(thing):
        return {f.name: _plain(getattr(thing, f.name)) for f in dataclasses.fields(thing)}
    if isinstance(thing, tuple):
        return [_plain(part) for part in thing]
    return thing


def _number(x):
    return float(x["float"]) if isinstance(x, dict) else x


def _value(x):
    if not isinstance(x, dict) or "float" in x:
        return _number(x)
    fields = {key: _number(part) for key, part in x.items() if key not in ("shape", "elements", "steps")}
    elements = tuple(map(_number, x["elements"]))
    return Numbers(shape=tuple(x["shape"]), elements=elements, steps=tuple(x["steps"]), **fields)
