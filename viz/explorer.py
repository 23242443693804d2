"""The explorer: one HTML file that steps through forward and backward of a user's own graph. It needs nothing else."""

from __future__ import annotations

import html
import json
import math
from importlib import resources

import numpy as np

from autograd.rules.table import ROWS
from viz.folding import VIEW, grouped
from viz.health import health
from viz.notebook_page import Page
from viz.numbers import size_of
from viz.reading import snapshot
from viz.replay import slopes
from viz.settings import text_of
from viz.snapshot import Edge, Numbers, Snapshot, Vertex, thinned
from viz.text import SIGNS

LARGEST = 20_000  # nodes; of larger graphs only the modules are shown
CELLS = 1024  # elements of an array that are drawn
PICTURED = 4096  # of one that is drawn as little pictures: what has four axes


def explore(x, path="graph.html", model=None, title=None) -> Page:
    """Write a page that steps through the graph behind a Value or Tensor; its path is given, and shown by notebooks.

    Forward in the order of creation, then backward in the engine's order; the chain rule with numbers for the node that
    is selected; modules that fold. `model` gives parameters their names and puts nodes into modules.
    """
    shot = snapshot(x, model)
    title = f"Graph of {len(shot.nodes):,} values" if title is None else text_of(title, "title")
    path = Page(path)
    flags = health(x, model) if len(shot.nodes) <= LARGEST else []
    types = {} if model is None else {place: type(part).__name__ for place, part in model.modules() if place}
    path.write_text(page(shot, title, flags, types), encoding="utf-8")
    return path


def page(shot: Snapshot, title: str, flags=(), types=None) -> str:
    """The page as text: the data as JSON between a style and a script."""
    files = resources.files("viz") / "page"
    style, script = ((files / name).read_text(encoding="utf-8") for name in ("explorer.css", "explorer.js"))
    shell = (files / "explorer.html").read_text(encoding="utf-8")
    data = json.dumps(payload(shot, title, flags, types), allow_nan=False, separators=(",", ":"))
    # Inside a script element only "</" and "<!--" mean anything to the browser; with no "<" there is neither.
    data = data.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    parts = {"TITLE": html.escape(title), "STYLE": style, "DATA": data, "SCRIPT": script}
    for key, text in parts.items():
        shell = shell.replace(f"<!--{key}-->", text)
    return shell


def payload(shot: Snapshot, title: str, flags=(), types=None) -> dict:
    """What the page is told: columns rather than records, so that a large graph stays small."""
    total = len(shot.nodes)
    whole = total <= LARGEST
    shot, counts = (shot, None) if whole else _modules_only(shot)
    rules = sorted({edge.rule for edge in shot.edges} | {node.op for node in shot.nodes if node.op})
    index = {text: i for i, text in enumerate(rules)}
    modules = grouped(shot)
    paths = sorted(set(modules))
    measured = slopes(shot) if whole else {}
    return {
        "title": title, "kind": shot.kind, "total": total, "whole": whole, "counts": counts, "output": shot.output,
        "view": VIEW, "texts": rules, "signs": {op: SIGNS[op] for op in SIGNS if op in index}, "paths": paths,
        "kinds": [node.kind for node in shot.nodes],
        "ops": [None if node.op is None else index[node.op] for node in shot.nodes],
        "names": [node.name for node in shot.nodes],
        "modules": [paths.index(m) for m in modules] if len(paths) < 50 else _indices(paths, modules),
        "values": [_cell(node.value, PICTURED if len(node.shape) == 4 else CELLS) for node in shot.nodes],
        "grads": [_cell(node.grad) for node in shot.nodes],
        "shapes": [list(node.shape) for node in shot.nodes] if shot.kind == "tensor" else None,
        "lines": [node.line for node in shot.nodes] if any(node.line for node in shot.nodes) else None,
        "settings": [dict(node.settings) for node in shot.nodes] if shot.kind == "tensor" else None,
        "types": types or {},
        "measured": [_cell(measured.get(node.id)) for node in shot.nodes] if measured else None,
        "backward": shot.backward_order(),
        "edges": [
            [e.source, e.target, e.slot, index[e.rule], _cell(e.local, 1), _cell(e.contribution, 1)] for e in shot.edges
        ],
        "flags": [[flag.kind, flag.node, flag.place, flag.text] for flag in flags],
        "formulas": {op: list(getattr(ROWS.get(op), "formulas", ())) for op in index if op in ROWS},
    }  # fmt: skip


def _indices(paths, modules):
    place = {path: i for i, path in enumerate(paths)}
    return [place[module] for module in modules]


def _cell(x, cells=CELLS):
    """A number; nan and inf as texts; an array as its shape, statistics and elements in a few digits."""
    if isinstance(x, Numbers):
        more = thinned(x.grid, cells)
        kept = np.reshape(x.elements, x.grid)[tuple(slice(None, None, step) for step in more)]
        steps = [a * b for a, b in zip(x.steps, more, strict=True)]
        return {"shape": x.shape, "least": _cell(x.least), "most": _cell(x.most), "mean": _cell(x.mean),
                "bad": x.nan + x.inf, "cells": [_cell(float(f"{e:.4g}")) for e in kept.reshape(-1).tolist()],
                "grid": kept.shape, "steps": steps, "all": max(steps, default=1) == 1}  # fmt: skip
    if isinstance(x, float) and not math.isfinite(x):
        return repr(x)
    return x


def _modules_only(shot: Snapshot) -> tuple[Snapshot, list]:
    """What can be shown of a very large graph: a node for each module, and how many values and parameters it has.

    The gradient of such a node is the largest of those inside.
    """
    members: dict[str, list[Vertex]] = {}
    modules = grouped(shot)
    for module, node in zip(modules, shot.nodes, strict=True):
        members.setdefault(module, []).append(node)
    place = {module: i for i, module in enumerate(members)}
    nodes = [
        Vertex(place[module], "module", None, found[0].module or module.rpartition(".")[2] or "outside", None,
               _largest(found), (), "", module.rpartition(".")[0], None, None)
        for module, found in members.items()
    ]  # fmt: skip
    links = {(place[modules[e.source]], place[modules[e.target]]) for e in shot.edges}
    edges = [Edge(a, b, 0, None, "", None) for a, b in sorted(links) if a != b]
    counts = [[len(found), sum(node.kind == "parameter" for node in found)] for found in members.values()]
    return Snapshot(shot.kind, tuple(nodes), tuple(edges), place[modules[shot.output]]), counts


def _largest(nodes) -> float | None:
    sizes = [size_of(node.grad) for node in nodes if node.grad is not None]
    return max(sizes, key=lambda size: math.inf if math.isnan(size) else abs(size), default=None)
