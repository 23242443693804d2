"""Values, Tensors, programs, models and histories show themselves in notebooks, once `viz` is imported."""

from __future__ import annotations

import html

from autograd import Tensor, Value
from autograd.jit.program.program import Program
from autograd.jit.values.program import ValueProgram
from nn.callbacks import History
from nn.models import Model
from nn.models.summary import summary_text
from viz.dot import LARGE, draw
from viz.reading import snapshot
from viz.render import can_render
from viz.text import tree


def _graph_html(self) -> str:
    """The picture where it can be rendered, the tree as text elsewhere; for large graphs the first lines of it."""
    shot = snapshot(self)
    if len(shot.nodes) == 1:
        return _text(repr(self))
    if can_render() and len(shot.nodes) <= LARGE:
        try:
            return draw(shot).pipe("svg", encoding="utf-8")
        except (ImportError, RuntimeError):
            pass
    return _text(f"{self!r}, of {len(shot.nodes):,} nodes\n{tree(shot, limit=40)}")


def _program_html(self) -> str:
    return _text(str(self))


def _model_html(self) -> str:
    return _text(summary_text(self))


def _history_html(self) -> str:
    rows = [name for name, values in self.history.items() if values]
    if not rows:
        return _text(repr(self))
    head = "".join(f"<th>{html.escape(text)}</th>" for text in ["", "first", "best", "last"])
    body = ""
    for name in rows:
        values = self.history[name]
        if not all(isinstance(value, int | float) for value in values):
            continue
        best = min(values) if "loss" in name or "error" in name else max(values)
        cells = "".join(f"<td>{value:.4g}</td>" for value in (values[0], best, values[-1]))
        body += f"<tr><th>{html.escape(name)}</th>{cells}</tr>"
    return f"<table><caption>{len(self.epoch)} epochs</caption><tr>{head}</tr>{body}</table>"


def _text(text) -> str:
    return f"<pre>{html.escape(text)}</pre>"


def install() -> None:
    """Teach the classes to show themselves."""
    shown = {
        Value: _graph_html, Tensor: _graph_html, Program: _program_html, ValueProgram: _program_html,
        Model: _model_html, History: _history_html,
    }  # fmt: skip
    for kind, show in shown.items():
        kind._repr_html_ = show
