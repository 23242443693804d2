"""A program of Values for a batch of inputs at once: a column for each sample."""

from __future__ import annotations

import numpy as np

from autograd.jit.values.bound import Bound
from autograd.scalar.value import Value

CHUNK = 1 << 21  # about how many numbers are computed at once; longer batches go in parts


class Batch:
    """The buffers of a program for as many samples as it takes at once."""

    def __init__(self, program):
        self.program = program
        self.bound = self.pull = None

    @property
    def nbytes(self) -> int:
        return sum(part.nbytes for part in (self.bound, self.pull) if part is not None)

    def over(self, values, numbers, gradients):
        program, leveled = self.program, self.program.leveled
        values, numbers = ([np.asarray(x, float) for x in xs] for xs in (values, numbers))
        (n,) = np.broadcast_shapes((1,), *(x.shape for x in [*values, *numbers]))
        values, numbers = ([np.broadcast_to(x, n) for x in xs] for xs in (values, numbers))
        width = max(1, min(n, CHUNK // max(1, leveled.plan.size)))
        if self.bound is None or self.bound.numbers.shape[1] != width:
            self.bound, self.pull = Bound(leveled.plan, (width,)), None
        found = np.empty((len(leveled.shown), n))
        slopes = np.zeros((len(program.leaves), n))
        with np.errstate(all="ignore"):
            for low in range(0, n, width):
                part = slice(low, min(low + width, n))
                m = part.stop - low
                self._fill([x[part] for x in values], [x[part] for x in numbers])
                self.bound.run()
                found[:, part] = self.bound.numbers.take(leveled.shown, 0)[:, :m]
                if gradients:
                    self.pull = self.pull or leveled.pull_on(self.bound)
                    self.pull.seeds[...] = 1.0
                    slopes[:, part] = self.pull()[: len(slopes), :m]
        result = self._result(found, values)
        if not gradients:
            return result
        by_holder = dict(zip(program.leaves, slopes, strict=True))
        captured = {h: g for h, g in by_holder.items() if isinstance(h, Value)}
        return result, [by_holder.get(k, np.zeros(n)) for k in range(len(values))], captured

    def _fill(self, values, numbers):
        for (kind, what), row in zip(self.program.inputs, self.bound.numbers, strict=False):
            if isinstance(what, Value):
                row[:] = what.data if kind == "data" else what.grad or 0.0
            elif kind == "grad":
                row[:] = 0.0
            else:
                column = (values if kind == "data" else numbers)[what]
                row[: len(column)] = column
                row[len(column) :] = column[-1]  # the last part may be shorter; what is computed behind it is dropped

    def _result(self, found, values):
        program = self.program
        rows = iter(found[len(program.data_holders) + len(program.grad_holders) :])
        numbers = [next(rows).astype(what) for kind, what in program.outputs if kind == "number"]
        made = [next(rows) for _ in program.variables]
        holders = [what for kind, what in program.outputs if kind == "holder"]
        return program.rebuild(numbers, made, [h if isinstance(h, Value) else values[h].copy() for h in holders])
