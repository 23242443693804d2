"""The steps of `fit`, `evaluate` and `predict` as programs: recorded for the first batch of a shape, then replayed."""

from __future__ import annotations

import numpy as np

from autograd.engine.modes import ACTIVE, anomaly, keeping
from autograd.errors import RecordingError
from autograd.jit.entry import lift, record
from autograd.jit.program.program import Abort, Stale
from nn.layers.base import OBSERVERS


class Steps:
    """The programs of one model for one purpose, by the shapes and dtypes of the batch.

    `function(x, y, weight)` is what runs step by step where there is no program: while somebody looks on (observers,
    anomaly detection), and for good once it turns out that the function cannot be recorded.
    """

    def __init__(self, model, function):
        self.model = model
        self.function = function
        self.entries: dict = {}
        self.strict = False
        self.refusal: RecordingError | None = None  # why it cannot be recorded

    def begin(self, strict=False) -> None:
        """Raise the error that says why it cannot be recorded, if it was said that it must be."""
        self.strict = strict
        if strict and self.refusal is not None:
            raise self.refusal

    def __call__(self, *batch):
        if OBSERVERS or self.refusal is not None or (ACTIVE and (anomaly.get() or keeping.get())):
            return self.function(*batch)
        key = tuple([None if part is None else _kind(part) for part in batch])
        entry = self.entries.get(key)
        if entry is not None and not entry.program.fits():  # a callback may change a setting at any batch
            entry = None
        careful, served = False, ()
        if entry is not None:
            try:
                found = entry.program.run(_flat(batch))
                return found[0] if entry.results.single else list(found)
            except Abort as abort:
                careful, served = True, entry.program.drawn(abort.args[0])
            except Stale:
                careful = entry.careful
        return self._record(key, batch, careful, served)

    def _record(self, key, batch, careful, served):
        undo = Undo(self.model)
        try:
            entry, result = record(self.function, _lift, batch, {}, careful, served)
        except RecordingError as error:
            undo()
            return self._refuse(error, batch)
        changed = undo.changed()
        if changed:
            undo()
            error = RecordingError(f"a step of {self.model.name} changes {changed}, which a program could not repeat")
            return self._refuse(error, batch)
        self.entries[key] = entry
        return result

    def _refuse(self, error, batch):
        self.refusal = error
        if self.strict:
            raise error
        return self.function(*batch)

    def __deepcopy__(self, memo):
        return None  # a copy of the model records its own

    def __reduce__(self):
        return (type(None), ())


def steps_for(model, what, jit=None):
    """How to run a batch for "train", "test" or "predict": a function of (x, y, weight), replayed if possible.

    A step that a subclass wrote itself, such as its `train_step`, runs as it is written unless `jit=True` asks for a
    program.
    """
    function = getattr(model, f"{what}_step")
    if jit is False or (jit is None and function.__func__.__module__ != "nn.models.base"):
        return function
    if model._steps is None:
        model._steps = {}
    found = model._steps.get(what)
    if found is None:
        found = model._steps[what] = Steps(model, function)
    found.begin(strict=jit is True)
    return found


class Undo:
    """What a step changes, to put it back when the step turns out not to be replayable, and is taken again eagerly."""

    def __init__(self, model):
        self.model = model
        self.things = [module for _, module in model.modules()]
        self.things += [thing for thing in (model.optimizer, model.loss) if thing is not None]
        self.before = [dict(vars(thing)) for thing in self.things]
        generators = {id(g): g for g in (getattr(t, "_rng", None) for t in self.things) if g is not None}
        self.generators = [(g, g.bit_generator.state) for g in generators.values()]
        self.shown = [(p, p._array) for p in model.parameters()]
        self.arrays = []
        if model.optimizer is not None:
            own = [group.array for group in model.optimizer.groups]
            own += [array for state in model.optimizer.states for array in state.values()]
            self.arrays = [(array, array.copy()) for array in own]

    def changed(self) -> str:
        """The attribute that Python code of the model changed, other than by what a program repeats."""
        for thing, before in zip(self.things, self.before, strict=True):
            own = {*getattr(thing, "unwatched", ()), "_added", "varying", "_steps"}
            for key, value in vars(thing).items():
                if value is not before.get(key, value) and key not in own:
                    return f"{type(thing).__name__}.{key}"
        return ""

    def __call__(self):
        for thing, before in zip(self.things, self.before, strict=True):
            vars(thing).clear()
            vars(thing).update(before)
        for generator, state in self.generators:
            generator.bit_generator.state = state
        for array, copy in self.arrays:
            array[...] = copy
        for parameter, array in self.shown:
            if parameter._array is not array:
                parameter.rebase(array)


def _kind(part):
    """What tells the programs of two batches apart; see `autograd.jit.entry.sign`."""
    return tuple(map(_kind, part)) if isinstance(part, list) else (part.shape, part.dtype, part.strides)


def _flat(batch):
    found = []
    for part in batch:
        if isinstance(part, np.ndarray):
            found.append(part)
        elif isinstance(part, list):
            found += part
    return found


def _lift(tape, batch, named):
    return [lift(tape, part) for part in batch], {}
