"""The steps of `fit`, `evaluate` and `predict` as programs of `jit`, and Python where they cannot be."""

from __future__ import annotations

import math
import time
import types
import warnings
from contextlib import contextmanager

from autograd.errors import RecordingError, ReplayError
from autograd.extend import Jitted, array_of
from nn.errors import ModelWarning
from nn.layers.base import OBSERVERS

MOST = 64  # programs, after which Python runs a step that is traced more often than replayed
SHARE = 0.02  # of the time, at most, that goes into comparing the first batch of an epoch


class Steps:
    """What runs a batch of one model for one purpose: `function(x, y, weight)`, as a program for each kind of batch.

    Python runs it while somebody looks on at the layers, and for good once it turns out that it cannot be repeated.
    """

    def __init__(self, model, function):
        self.model = model
        self.function = function
        self.jitted = Jitted(function, limit=math.inf, around=self._undone, plain=True)
        self.since = time.perf_counter()
        self.calls = 0
        self.looked = self.rewinds = 0  # at how many recordings was looked; whether draws may have to be taken back
        self.strict = False  # whether to raise the error instead of running in Python
        self.refusal: RecordingError | None = None  # why it cannot be repeated

    def __call__(self, *batch):
        if OBSERVERS or self.refusal is not None:
            return self.function(*batch)
        self.calls += 1
        if self.looked != self.jitted.recordings:
            self.looked = self.jitted.recordings
            self.rewinds = any(program.stops_after_drawing for program in self.jitted.programs)
        states = generator_states(self.model) if self.rewinds else ()
        try:
            return self.jitted(*batch)
        except ReplayError as error:
            if self.strict:
                raise
            self.refusal = error
            warnings.warn(f"{error}. {self.model.name} goes on in Python", ModelWarning, stacklevel=4)
            return error.result
        except RecordingError as error:
            if self.strict:
                raise
            if self.refusal is None:  # a replay met a shape it was not made for, long before the weights are moved
                rewind(states)
                self.refusal = error
            return self.function(*batch)

    def compare_next(self):
        """Compare the next batch with Python, where that is asked for and has not taken much time so far."""
        if not self.jitted.check or self.jitted.seconds < SHARE * (time.perf_counter() - self.since):
            self.jitted.compare_next()

    @contextmanager
    def _undone(self):
        """What happens while jit traces, put back if it cannot be repeated."""
        undo = Undo(self.model)
        try:
            if not self.strict and self.jitted.recordings >= MOST and self.calls < 2 * self.jitted.recordings:
                raise RecordingError(f"what a step of {self.model.name} uses from outside changes from batch to batch")
            yield
            changed = undo.changed()
            if changed:
                raise RecordingError(f"a step of {self.model.name} changes {changed}, which a program could not repeat")
        except RecordingError as error:
            undo()
            self.refusal = error
            raise

    def __deepcopy__(self, memo):
        return None  # a copy of the model traces its own

    def __reduce__(self):
        return (type(None), ())


def steps_for(model, what, jit=None, check=True):
    """How to run a batch for "train", "test" or "predict": a function of (x, y, weight), replayed if possible.

    A step that a subclass wrote itself, such as its `train_step`, runs as it is written unless `jit=True` asks for a
    program. `check`: replays are compared with Python now and then, if any code in them is not the library's.
    """
    function = getattr(model, f"{what}_step")
    if jit is False or (jit is None and function.__func__.__module__ != "nn.models.base"):
        return function
    if model._steps is None:
        model._steps = {}
    found = model._steps.get(what)
    if found is None:
        found = model._steps[what] = Steps(model, function)
    found.strict = jit is True
    if found.strict and found.refusal is not None:
        raise found.refusal
    found.jitted.check = check and has_user_code(model)
    found.compare_next()
    return found


def has_user_code(model) -> bool:
    """Whether a step runs anything that is not the library's: layers, losses, functions given to them."""
    things = [module for _, module in model.modules()]
    things += [thing for thing in (model.optimizer, model.loss) if thing is not None]
    things += [part for thing in things for part in vars(thing).values() if callable(part) or hasattr(part, "__dict__")]
    return not all(map(_is_ours, things))


def _is_ours(thing):
    function = isinstance(thing, types.FunctionType | types.BuiltinFunctionType | types.MethodType | type)
    module = (thing if function else type(thing)).__module__ or ""
    return f"{module}.".startswith(("nn.", "autograd.", "numpy.", "builtins."))


class Undo:
    """What a step changes, to put it back when the step turns out not to be repeatable, and is taken again eagerly."""

    def __init__(self, model):
        self.things = [module for _, module in model.modules()]
        self.things += [thing for thing in (model.optimizer, model.loss) if thing is not None]
        self.before = [dict(vars(thing)) for thing in self.things]
        self.generators = generator_states(model)
        self.shown = [(p, array_of(p)) for p in model.parameters()]
        self.arrays, self.tables = [], []
        if model.optimizer is not None:
            own = [group.array for group in model.optimizer.groups]
            own += [array for state in model.optimizer.states for array in state.values()]
            self.arrays = [(array, array.copy()) for array in own]
            self.tables = [(state, dict(state)) for state in model.optimizer.states]

    def changed(self) -> str:
        """The attribute that Python code of the model changed, other than by what a program repeats."""
        for thing, before in zip(self.things, self.before, strict=True):
            own = {*getattr(thing, "unwatched", ()), "_added", "varying"}
            for key, value in vars(thing).items():
                if value is not before.get(key, value) and key not in own:
                    return f"{type(thing).__name__}.{key}"
        for state, before in self.tables:
            for key, value in state.items():
                if key not in before or hasattr(type(value), "__traced__"):
                    return f"the optimizer's state {key!r}, which is not there before or bound anew"
        return ""

    def __call__(self):
        for thing, before in zip(self.things, self.before, strict=True):
            vars(thing).clear()
            vars(thing).update(before)
        rewind(self.generators)
        for state, before in self.tables:
            state.clear()
            state.update(before)
        for array, copy in self.arrays:
            array[...] = copy
        for parameter, array in self.shown:
            if array_of(parameter) is not array:
                parameter.rebase(array)


def generator_states(model) -> list:
    """The random generators of a model and its layers, with their states now."""
    found = {id(g): g for g in (getattr(module, "_rng", None) for _, module in model.modules()) if g is not None}
    return [(g, g.bit_generator.state) for g in found.values()]


def rewind(states) -> None:
    """Let generators draw the same numbers again."""
    for generator, state in states:
        generator.bit_generator.state = state
