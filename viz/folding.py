"""Modules folded into single boxes: what makes a picture of a network readable."""

from __future__ import annotations

from dataclasses import dataclass

from viz.snapshot import Snapshot, Vertex


@dataclass(frozen=True, slots=True)
class Box:
    """A node of its own, or a folded module with all its nodes."""

    key: str
    module: str  # the cluster it lies in
    node: Vertex | None
    label: str
    count: int
    parameters: int


@dataclass(frozen=True, slots=True)
class Link:
    """An edge between boxes; between folded modules, all edges that run the same way."""

    source: str
    target: str
    local: float | None
    count: int
    into_op: bool


@dataclass(frozen=True, slots=True)
class Folded:
    nodes: tuple[Box, ...]
    edges: tuple[Link, ...]


def folded_path(module: str, depth: int | None) -> str | None:
    """The path of the box that a node of this module is folded into; None if it stays a box of its own.

    >>> folded_path("layer0.neuron1", 1), folded_path("layer0", 1), folded_path("", 0), folded_path("layer0", None)
    ('layer0', 'layer0', None, None)
    """
    if depth is None or not module:
        return None
    parts = module.split(".")
    return ".".join(parts[:depth]) if len(parts) >= depth > 0 else None


def fold(shot: Snapshot, depth: int | None) -> Folded:
    """The boxes and links of a snapshot with modules deeper than `depth` folded; nothing is folded for None."""
    key = {}
    members: dict[str, list[Vertex]] = {}
    for node in shot.nodes:
        path = folded_path(node.module, depth)
        key[node.id] = f"n{node.id}" if path is None else f"m_{path}"
        members.setdefault(key[node.id], []).append(node)
    boxes = []
    for name, nodes in members.items():
        if name.startswith("n") and len(nodes) == 1:
            boxes.append(Box(name, nodes[0].module, nodes[0], nodes[0].name or nodes[0].op or "", 1, 0))
            continue
        path = name[2:]
        count = sum(node.kind == "parameter" for node in nodes)
        boxes.append(Box(name, path.rpartition(".")[0], None, path, len(nodes), count))
    links: dict[tuple, list] = {}
    for edge in shot.edges:
        a, b = key[edge.source], key[edge.target]
        if a == b and a.startswith("m_"):
            continue
        # Edges into a node of its own stay apart: x * x has two.
        which = (a, b) if b.startswith("m_") else (a, b, edge.slot)
        links.setdefault(which, []).append(edge)
    edges = [
        Link(which[0], which[1], found[0].local if len(found) == 1 else None, len(found), not which[1].startswith("m_"))
        for which, found in links.items()
    ]
    return Folded(tuple(boxes), tuple(edges))
