"""Modules folded into single boxes: what makes a picture of a network readable."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

from viz.snapshot import Snapshot, Vertex

VIEW = 60  # boxes that can be taken in at once
STEPS = "steps "  # how the name of a group begins
GROUP = 24  # nodes outside of any module are put into groups of so many


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
    local: object
    contribution: object
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
    if module.startswith(STEPS):
        return module
    parts = module.split(".")
    return ".".join(parts[:depth]) if len(parts) >= depth > 0 else None


def grouped(shot: Snapshot) -> list[str]:
    """The module of each node; nodes outside of any are grouped by their order, where they are too many to see."""
    found = [node.module for node in shot.nodes]
    loose = [node.id for node in shot.nodes if not node.module]
    if len(loose) <= VIEW // 2:
        return found
    depth = max(1, math.ceil(math.log(len(loose) / GROUP, GROUP)))
    for place, number in enumerate(loose):
        parts = []
        for level in range(depth, 0, -1):
            size = GROUP**level
            first = place // size * size
            last = min(first + size, len(loose)) - 1
            parts.append(f"{STEPS}{loose[first]} to {loose[last]}")
        found[number] = ".".join(parts)
    return found


def with_groups(shot: Snapshot, depth: int) -> Snapshot:
    """The snapshot with its loose nodes in groups of that depth, which are always folded."""
    nodes = []
    for node, module in zip(shot.nodes, grouped(shot), strict=True):
        levels = [] if node.module else module.split(".")
        group = levels[depth - 1] if len(levels) >= depth else ""
        nodes.append(dataclasses.replace(node, module=node.module or group))
    return dataclasses.replace(shot, nodes=tuple(nodes))


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
        Link(*which[:2], *((found[0].local, found[0].contribution) if len(found) == 1 else (None, None)), len(found),
             not which[1].startswith("m_"))
        for which, found in links.items()
    ]  # fmt: skip
    return Folded(tuple(boxes), tuple(edges))
