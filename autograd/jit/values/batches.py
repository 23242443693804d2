"""A program of Values for a batch of inputs at once: a column for each sample."""

from __future__ import annotations

import numpy as np

from autograd.jit.values.lowering import Lowered
from autograd.scalar.value import Value

CHUNK = 1 << 21  # about how many numbers are computed at once; longer batches go in parts


class Batch:
    """A program lowered for as many samples as it takes at once."""

    def __init__(self, program):
        self.program = program
        self.lowered = None

    @property
    def nbytes(self) -> int:
        return self.lowered.nbytes if self.lowered else 0

    def over(self, values, numbers, gradients):
        program, layout = self.program, self.program.lowered.layout
        values, numbers = ([np.asarray(x, float) for x in xs] for xs in (values, numbers))
        (n,) = np.broadcast_shapes((1,), *(x.shape for x in [*values, *numbers]))
        values, numbers = ([np.broadcast_to(x, n) for x in xs] for xs in (values, numbers))
        width = max(1, min(n, CHUNK // max(1, layout.size)))
        if self.lowered is None or self.lowered.tail != (width,):
            self.lowered = Lowered(layout, (width,))
        found = np.empty((len(layout.shown), n))
        slopes = np.zeros((len(program.leaves), n))
        seeds = np.ones((len(layout.roots), 1))
        with np.errstate(all="ignore"):
            for low in range(0, n, width):
                part = slice(low, min(low + width, n))
                m = part.stop - low
                given = self._given([x[part] for x in values], [x[part] for x in numbers], width)
                found[:, part] = self.lowered.compute(given)[:, :m]
                if gradients:
                    slopes[:, part] = self.lowered.gradients(given, seeds)[: len(slopes), :m]
        result = self._result(found, values)
        if not gradients:
            return result
        by_holder = dict(zip(program.leaves, slopes, strict=True))
        captured = {h: g for h, g in by_holder.items() if isinstance(h, Value)}
        return result, [by_holder.get(k, np.zeros(n)) for k in range(len(values))], captured

    def _given(self, values, numbers, width):
        """The inputs, a row each; what is computed behind a last part that is shorter is dropped."""
        given = np.zeros((len(self.program.inputs), width))
        for (kind, what), row in zip(self.program.inputs, given, strict=True):
            if isinstance(what, Value):
                row[:] = what.data if kind == "data" else what.grad or 0.0
            elif kind != "grad":
                column = (values if kind == "data" else numbers)[what]
                row[: len(column)] = column
                row[len(column) :] = column[-1]
        return given

    def _result(self, found, values):
        program = self.program
        rows = iter(found[len(program.data_holders) + len(program.grad_holders) :])
        numbers = [next(rows).astype(what) for kind, what in program.outputs if kind == "number"]
        made = [next(rows) for _ in program.variables]
        holders = [what for kind, what in program.outputs if kind == "holder"]
        return program.rebuild(numbers, made, [h if isinstance(h, Value) else values[h].copy() for h in holders])
