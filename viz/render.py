"""Rendering: Graphviz by its `dot` program where there is one, else by the copy that the pygraphviz wheel carries."""

from __future__ import annotations

import shutil
from pathlib import Path

MISSING = (
    "there is no Graphviz to render with. Install its program (it is called graphviz in every package manager), or "
    "pip install 'glassgrad[render]', which brings one along. viz.tree(x) and viz.explore(x) need neither"
)
FONT = "Helvetica,Arial,sans-serif"


class Picture:
    """Makes the Digraph that all pictures start from."""

    def __init__(self, rankdir="LR", format="svg"):
        try:
            import graphviz
        except ImportError as error:
            raise ImportError("drawing needs the graphviz package: pip install 'glassgrad[viz]'") from error
        self.graph = _digraph_class(graphviz)(format=format)
        self.graph.attr(rankdir=rankdir, bgcolor="white", fontname=FONT, nodesep="0.15", ranksep="0.35")
        self.graph.attr("node", fontname=FONT, fontsize="11", height="0.3", margin="0.08,0.04")
        self.graph.attr("edge", fontname=FONT, arrowsize="0.6")


def _digraph_class(graphviz):
    class Digraph(graphviz.Digraph):
        """A graphviz.Digraph that renders without the `dot` program too."""

        def pipe(self, format=None, *args, **kwargs):
            if shutil.which("dot"):
                return super().pipe(format, *args, **kwargs)
            data = render(self.source, format or self.format)
            return data.decode(kwargs["encoding"]) if kwargs.get("encoding") else data

        def render(self, filename=None, *args, **kwargs):
            if shutil.which("dot"):
                return super().render(filename, *args, **kwargs)
            format = kwargs.get("format") or self.format
            path = Path(f"{filename or self.filepath}.{format}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(render(self.source, format))
            return str(path)

        def _repr_mimebundle_(self, include=None, exclude=None, **kwargs):
            try:
                return {"image/svg+xml": self.pipe("svg", encoding="utf-8")}
            except RuntimeError as error:
                return {"text/plain": f"{error}\n\n{self.source}"}

    Digraph.__name__ = Digraph.__qualname__ = "Digraph"
    return Digraph


def render(source: str, format: str = "svg") -> bytes:
    """DOT text as SVG, PNG or PDF."""
    if program := shutil.which("dot"):
        import subprocess

        done = subprocess.run([program, f"-T{format}"], input=source.encode(), capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"Graphviz failed: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout
    try:
        import pygraphviz
    except ImportError:
        raise RuntimeError(MISSING) from None
    return pygraphviz.AGraph(string=source).draw(format=format, prog="dot")


def can_render() -> bool:
    """Whether pictures can be rendered here."""
    if shutil.which("dot"):
        return True
    import importlib.util

    return importlib.util.find_spec("pygraphviz") is not None
