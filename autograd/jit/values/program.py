"""ValueProgram: what a ValueTape recorded, replayed for new numbers."""

from __future__ import annotations

import threading
from weakref import ref

import numpy as np

from autograd.engine.modes import ACTIVE, observing_values, tracking
from autograd.errors import RecordingError
from autograd.jit.program.number import Number
from autograd.jit.values.levels import Layout, Levels
from autograd.jit.values.lines import Lines
from autograd.jit.values.lowering import Lowered
from autograd.jit.values.outputs import Output
from autograd.scalar.value import Value
from autograd.transforms.containers import leaves, rebuild


class ValueProgram:
    """A function of Values as levels of NumPy calls.

    A "holder" is whose `.data` and `.grad` are read and written: an argument's position, or a captured Value itself.
    What the function returned, and what stands in its place, is in `outputs`: ("number", its type), ("made", which),
    ("holder", holder) or ("plain", anything else).
    """

    def __init__(self, tape, result):
        flat = leaves(result)
        made = [v for v in dict.fromkeys(x for x in flat if isinstance(x, Value)) if tape.holder(v) is None]
        made.sort(key=tape.node_of)  # as old to one another as they are in the recording
        self.skeleton = rebuild(result, [None] * len(flat))
        self.outputs = [_output(tape, x, made) for x in flat]
        shown = [tape.registers.of(x) for x in flat if isinstance(x, Number)] + [tape.data_register(v) for v in made]
        grads = [tape.grad_register(v) for v in made]
        self.variables = [v._rule is None for v in made]
        self.grad_shown = [register is not None for register in grads]
        touched = [(tape.holder(v), v) for v in tape.leaves if tape.holder(v) is not None]
        self.cleared = [h for h, v in touched if tape.grads.get(v, 0) is None]
        self.data_holders = [h for h, v in touched if tape.nodes[v] in tape.written]
        self.grad_holders = [h for h, v in touched if tape.grads.get(v) is not None]
        written = [tape.data_register(v) for _, v in touched if tape.nodes[v] in tape.written]
        written += [tape.grads[v] for _, v in touched if tape.grads.get(v) is not None]
        inputs = dict(sorted(((register, what) for what, register in tape.registers.inputs.items()), key=_by_kind))
        roots = [tape.node_of(v) for v in made]
        shown = [*written, *shown, *(register for register in grads if register is not None)]
        levels = Levels(tape.registers, inputs, shown, roots)
        self.inputs = [inputs[register] for register in levels.inputs]
        self.leaves = [holder for kind, holder in self.inputs if kind == "data"]  # at the first places
        self.depends = tape.registers.dependence(roots, levels.targets)
        self.captured = {h for h in self.leaves if isinstance(h, Value)}
        self.pattern = _pattern(tape.values)
        self.guards = list(tape.guards)
        self.lock = threading.RLock()
        self.replays = 0
        self.levels, self._lowered = levels, None
        self.lines = Lines(levels) if levels.is_narrow() else None
        if self.lines is None:
            self.lowered  # noqa: B018 - made now, so that the levels can go
            self.levels = None

    @property
    def lowered(self):
        if self._lowered is None:
            self._lowered = Lowered(Layout(self.levels))
        return self._lowered

    def misfit(self, values=()) -> str | None:
        """Why the program does not fit these Values, so that the function should be recorded again; or None."""
        if _pattern(values) != self.pattern:
            return "the same Value is passed at other places"
        if not self.captured.isdisjoint(values):
            return "an argument is also a Value that the function uses from outside"
        for holder, absent in self.guards:
            if (_value(holder, values).grad is None) != absent:
                return f"a .grad that the function looks at was {'None' if absent else 'a number'} when it was recorded"
        if any(isinstance(h, int) and values[h]._rule is not None for h in self.grad_holders):
            return "backward() would go on into the graph of an argument"
        return None

    def replay(self, values=(), numbers=()):
        """The function's result for these arguments, and all that it writes to `.data` and `.grad`."""
        if observing_values() is not None:
            raise RecordingError("a program is replayed within another recording: call its function there instead")
        with self.lock:
            reason = self.misfit(values)
            if reason is not None:
                raise RecordingError(f"the recorded program does not fit: {reason}; record the function again")
            given = self._read([v.data for v in values], [v.grad or 0.0 for v in values], numbers)
            found = self.compute(given)
            for h, x in zip(self.data_holders, found, strict=False):
                _value(h, values).data = x
            for h, x in zip(self.grad_holders, found[len(self.data_holders) :], strict=False):
                _value(h, values).grad = x
            for h in self.cleared:
                _value(h, values).grad = None
            self.replays += 1
        return self._result(Replay(self, given, values), found)

    def over(self, values=(), numbers=(), gradients=False):
        """The result for a batch: each argument an array of n numbers (or one number for all), each number of the
        result an array of n. No `.data` or `.grad` is written.

        With `gradients`, three things: the result, and the n derivatives of the sum of the returned Values, once in a
        list for each Value argument and once in a dictionary for each captured Value.
        """
        values, numbers = ([np.asarray(x, float) for x in xs] for xs in (values, numbers))
        (n,) = np.broadcast_shapes((1,), *(x.shape for x in [*values, *numbers]))
        values, numbers = ([np.broadcast_to(x, n) for x in xs] for xs in (values, numbers))
        given = np.empty((len(self.inputs), n))
        for row, x in zip(given, self._read(values, [0.0] * len(values), numbers), strict=True):
            row[:] = x
        with self.lock:
            found, slopes = self.lowered.over(given, gradients)
        rows = iter(found[len(self.data_holders) + len(self.grad_holders) :])
        numbers = [next(rows).astype(what) for kind, what in self.outputs if kind == "number"]
        made = [next(rows) for _ in self.variables]
        holders = [what for kind, what in self.outputs if kind == "holder"]
        result = self.rebuild(numbers, made, [h if isinstance(h, Value) else values[h].copy() for h in holders])
        if not gradients:
            return result
        slopes = dict(zip(self.leaves, slopes, strict=False))
        captured = {h: g for h, g in slopes.items() if isinstance(h, Value)}
        return result, [slopes.get(k, np.zeros(n)) for k in range(len(values))], captured

    def touched(self, values) -> list:
        """The Values from outside whose numbers and gradients a replay writes to."""
        return [_value(h, values) for h in dict.fromkeys([*self.data_holders, *self.grad_holders, *self.cleared])]

    def compute(self, given):
        """All numbers to be shown or written, from the inputs."""
        if self.lines is not None:
            try:
                return self.lines.compute(given)
            except (ArithmeticError, ValueError):
                pass  # Python's floats raise where NumPy's give inf or nan
        return self.lowered.compute(given).tolist()

    def gradients(self, given, seeds):
        """From gradients of returned Values, by index: those of the leaves, and of the returned Values."""
        with self.lock:
            seeds = [seeds.get(k, 0.0) for k in range(len(self.variables))]
            if self.lines is not None:
                try:
                    return self.lines.gradients(given, seeds)
                except (ArithmeticError, ValueError):
                    pass
            return self.lowered.gradients(given, seeds).tolist()

    def _read(self, data, grads, numbers):
        """The inputs in order; what is captured is looked at now."""
        given = []
        for kind, what in self.inputs:
            if isinstance(what, Value):
                given.append(what.data if kind == "data" else what.grad or 0.0)
            else:
                given.append((data if kind == "data" else grads if kind == "grad" else numbers)[what])
        return given

    def _result(self, replay, found):
        found = iter(found[len(self.data_holders) + len(self.grad_holders) :])
        numbers = iter([of_type(next(found)) for kind, of_type in self.outputs if kind == "number"])
        made = [Value(next(found)) for _ in self.variables]
        replay.made = [ref(v) for v in made]
        graph = not ACTIVE or tracking.get()
        for i, v in enumerate(made):
            if graph and not self.variables[i]:
                v._rule = Output(replay, i)
            if self.grad_shown[i]:
                v.grad = next(found)
        return self.rebuild(numbers, made, [_value(h, replay.values) for _, h in self.outputs if _ == "holder"])

    def rebuild(self, numbers, made, holders):
        """The structure that the function returned, of these parts."""
        numbers, holders = iter(numbers), iter(holders)
        flat = []
        for kind, what in self.outputs:
            if kind == "number":
                flat.append(next(numbers))
            elif kind == "holder":
                flat.append(next(holders))
            else:
                flat.append(made[what] if kind == "made" else what)
        return rebuild(self.skeleton, flat)

    def __str__(self):
        lines = [f"{len(self.rows())} calls, {self.nbytes} bytes"]
        lines += [f"level {level:>3}  {op} x {count:,}  {size:,} bytes" for op, count, level, size in self.rows()]
        return "\n".join(lines)

    def __repr__(self):
        return f"<program of Values, {len(self.rows())} calls>"

    def rows(self):
        """What is computed, in order: (operation, how many, level, bytes of numbers and gathered operands)."""
        return list(self.lowered.rows)

    @property
    def nbytes(self) -> int:
        """Bytes of all buffers."""
        lowered = [x for x in (self._lowered, self._lowered and self._lowered.wide) if x is not None]
        return sum(x.nbytes for x in lowered)


class Replay:
    """One replay, for the gradients of what it returned: it is computed again if others have been since."""

    def __init__(self, program, given, values):
        self.program = program
        self.given = given
        self.values = values
        self.made = []  # weak references to what it returned, which refers to this

    def parents(self, i):
        """What the i-th returned Value depends on: arguments, captured Values, and others that were returned."""
        leaves_ = self.program.leaves
        n = len(leaves_)
        found = [_value(leaves_[j], self.values) if j < n else self.made[j - n]() for j in self.program.depends[i]]
        return [v for j, v in zip(self.program.depends[i], found, strict=True) if v is not None and j != n + i]

    def pull(self, seeds):
        """Gradients from those of outputs, given by index: (Value, gradient) pairs of what they depend on, and those
        of the outputs themselves, with what each got from the others."""
        program = self.program
        found = program.gradients(self.given, seeds)
        n = len(program.leaves)
        added = [(_value(h, self.values), g) for h, g in zip(program.leaves, found, strict=False)]
        for v, g, variable in zip(self.made, found[n:], program.variables, strict=True):
            if variable and v() is not None:
                added.append((v(), g))
        return added, {i: found[n + i] for i in seeds}


def _output(tape, x, made):
    if isinstance(x, Number):
        return "number", type(x.value)
    if not isinstance(x, Value):
        return "plain", x
    holder = tape.holder(x)
    return ("made", next(i for i, v in enumerate(made) if v is x)) if holder is None else ("holder", holder)


def _value(holder, values):
    return holder if isinstance(holder, Value) else values[holder]


def _pattern(values):
    first = {}
    return [first.setdefault(id(v), k) for k, v in enumerate(values)]


def _by_kind(item):
    """Captured Values first, then arguments, then the rest, so that leaves are the first numbers of a program."""
    register, (kind, holder) = item
    return {"data": 0, "number": 2, "grad": 3}[kind] + (kind == "data" and isinstance(holder, int)), register
