"""A recorded program as a picture: its calls, what flows between them, and in which block of memory it lies."""

from __future__ import annotations

from itertools import groupby, pairwise

from autograd.jit.program.program import Program
from autograd.jit.values.program import ValueProgram
from viz.colors import KINDS
from viz.render import Picture

PARTS = {"forward": "#eaf1fb", "backward": "#fbefe6", "update": "#eaf5ea"}


def is_program(x) -> bool:
    return isinstance(x, Program | ValueProgram)


def draw_program(program, rankdir="TB", format="svg"):
    """A graphviz.Digraph of a program's calls; of a program of Values, of its levels."""
    picture = Picture(rankdir, format)
    if isinstance(program, ValueProgram):
        _levels(picture.graph, program)
    else:
        _calls(picture.graph, program.listing())
    return picture.graph


def _calls(graph, listing):
    made: dict[str, str] = {}  # what a name stands for now: the key of the box that gave it last
    edges = []
    for part, rows in groupby(listing, lambda row: row.part):
        with graph.subgraph(name=f"cluster_{part}") as cluster:
            cluster.attr(
                label=part,
                style="rounded,filled",
                color="#9aa5b1",
                fillcolor=PARTS[part],
                fontname="Helvetica,Arial,sans-serif",
            )
            for row in rows:
                key = f"call{row.number}"
                sources = [_box_of(name, made, graph) for name in row.reads]
                if not row.nbytes and len(sources) == 1 and row.result and "in place" not in row.call:
                    made[row.result] = sources[0]  # a view: the same memory, seen in another shape
                    continue
                lines = [row.call, f"{row.dtype} {list(row.shape)}" if row.dtype else "", row.place]
                label = "\\n".join(line for line in lines if line)
                cluster.node(key, label, shape="box", style="filled,rounded", fillcolor="#ffffff")
                edges += [(source, key) for source in sources]
                if row.result:
                    made[row.result] = key
    for source, key in edges:
        graph.edge(source, key)


def _box_of(name, made, graph):
    if name not in made:
        made[name] = f"outside_{len(made)}"
        kind = "input" if name.startswith("argument") else "constant" if name == "constant" else "parameter"
        graph.node(made[name], name, shape="ellipse", style="filled", fillcolor=KINDS[kind])
    return made[name]


def _levels(graph, program):
    levels = [list(rows) for _, rows in groupby(program.rows(), lambda row: row[2])]
    for i, rows in enumerate(levels):
        text = "\\n".join(f"{op} × {count:,}" if count > 1 else op for op, count, _, _ in rows)
        graph.node(f"level{i}", text, shape="box", style="filled,rounded", fillcolor="#ffffff", xlabel=f"level {i}")
    for a, b in pairwise(range(len(levels))):
        graph.edge(f"level{a}", f"level{b}")
