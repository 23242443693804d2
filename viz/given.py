"""What a picture was given instead of what it shows: a sentence that says what came, and what to write."""

from __future__ import annotations

import numpy as np

from autograd import Tensor, Value
from autograd.jit.program.program import Program
from autograd.jit.values.program import ValueProgram
from nn.callbacks import History, Recorder
from nn.layers.base import Layer
from nn.models import Model
from nn.module import Module

# The first that fits; of each kind what it is called, and what one would write.
NONE = "a function that returns nothing, such as y.backward(), gives it: call it on a line of its own, and give y"
GRAPH = "the graph is that of a result: compute one, as in loss = ..., then"
WRAP = "it has no graph: wrap what you want gradients for, and compute with that, as in"
ADVICE = [
    (type(None), "None", NONE),
    (type, "a class", "make an object of it first"),
    (Model, "a model", f"{GRAPH} viz.draw(loss, model). viz.network(model) draws neurons, model.summary() layers"),
    (Layer, "a layer", f"{GRAPH} viz.draw(loss, layer). viz.network takes a Sequential of dense layers"),
    (Module, "a module", f"{GRAPH} viz.draw(loss, module). viz.network(mlp) draws the neurons of an MLP"),
    (Recorder, "a Recorder", "viz.training(recorder) and viz.histograms(recorder) show it"),
    (History, "a History", "viz.curves(history) and viz.training(history) show it"),
    (Program | ValueProgram, "a program", "viz.draw(program) draws it and print(program) lists it"),
    ((Value, Tensor), "a result or a variable", "viz.draw, viz.tree, viz.explore and viz.health take it"),
    (np.ndarray | np.generic, "a plain array", f"{WRAP} Tensor(x)"),
    (int | float | complex, "a plain number", f"{WRAP} Value(2.0)"),
    (list | tuple | dict | set, "a container", "give what is in it, one at a time"),
    (BaseException, "an exception", "viz.explain(error) draws the operation that failed"),
]  # fmt: skip


def refusal(x, wanted: str, graph: bool = False) -> TypeError:
    """The error for an object that is not what was wanted; with `graph`, where that was the result of a computation.

    >>> str(refusal(2.0, "wanted a Value", graph=True))
    'wanted a Value; got float 2.0, a plain number: it has no graph: wrap what you want gradients for, and compute ...'
    """
    kind = x.__name__ if isinstance(x, type) else type(x).__name__
    what, advice = next(((what, advice) for known, what, advice in ADVICE if isinstance(x, known)), ("", ""))
    shown = " ".join(f"{x!r:.60}".split())
    shown = shown if shown.startswith((kind, f"<{kind}", "None")) else f"{kind} {shown}"
    named = "" if what in ("", "None", kind) else f", {what}"
    advice = "" if advice.startswith(WRAP) and not graph else advice
    return TypeError(f"{wanted}; got {shown}{named}{f': {advice}' if advice else ''}")
