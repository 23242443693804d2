"""Values, Tensors, programs, models and histories show themselves in notebooks, once `viz` is imported."""

from __future__ import annotations

import html
import math

import numpy as np

from autograd import Tensor, Value
from autograd.jit.program.program import Program
from autograd.jit.values.program import ValueProgram
from nn.callbacks import History
from nn.callbacks.stopping import RISING
from nn.models import Model
from nn.models.summary import summary_text
from viz.dot import LARGE, draw
from viz.reading import snapshot
from viz.render import can_render
from viz.text import tree

# Words in the names of metrics of which less is better.
FALLING = """loss error mae mse rmse mape msle crossentropy bce cce scce ce false kld divergence
    hinge poisson cosh logcosh huber""".split()


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
    rows = {name: list(map(float, values)) for name, values in self.history.items() if values and _are_numbers(values)}
    if not rows:
        return _text(repr(self))
    head = "".join(f"<th>{html.escape(text)}</th>" for text in ["", "first", "best", "last"])
    body = ""
    for name, values in rows.items():
        cells = "".join(f"<td>{cell}</td>" for cell in (_digits(values[0]), _best(name, values), _digits(values[-1])))
        body += f"<tr><th>{html.escape(name)}</th>{cells}</tr>"
    count = f"{len(self.epoch)} epoch{'s' if len(self.epoch) > 1 else ''}"
    return f"<table><caption>{count}</caption><tr>{head}</tr>{body}</table>"


def _best(name, values) -> str:
    """The best of a metric's values; the range of them where nothing says whether more or less is better."""
    found = [value for value in values if not math.isnan(value)] or [math.nan]
    low, high = _digits(min(found)), _digits(max(found))
    if low == high or any(word in FALLING for word in name.lower().split("_")):
        return low
    return high if any(part in name for part in RISING) else f"{low} … {high}"


def _are_numbers(values) -> bool:
    return all(isinstance(value, int | float | np.number) for value in values)


def _digits(value) -> str:
    return f"{value:.4g}"


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
