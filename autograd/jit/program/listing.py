"""A program for people to read: what each call does, where its result lies, and what it costs."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from autograd.jit.program import backend
from autograd.jit.program.number import Number
from autograd.jit.program.steps import Step, Var, variables


@dataclass(frozen=True)
class Row:
    """One call: `inputs` and `result` by name, `nbytes` read and written, `flops` as counted by hand."""

    number: int
    part: str  # "forward", "backward" or "update"
    call: str
    inputs: tuple[str, ...]
    reads: tuple[str, ...]  # those of the inputs that are arrays, also inside lists
    result: str
    shape: tuple[int, ...]
    dtype: str
    place: str  # "@64" for where in the buffers it starts, "new" for an array made at each replay, "" for none
    nbytes: int
    flops: int
    seconds: float | None = None


RIGHT = {0, 6, 7, 8, 9}  # columns of numbers


class Listing:
    """The rows of a program, as a table: `print(program.listing())`."""

    def __init__(self, title, rows):
        self.title = title
        self.rows = rows

    def __iter__(self):
        return iter(self.rows)

    def __len__(self):
        return len(self.rows)

    def __str__(self):
        timed = any(row.seconds is not None for row in self.rows)
        total = sum(row.seconds or 0 for row in self.rows) or 1
        table = [["", "call", "of", "gives", "shape", "in", "bytes", *(["flops", "us", "share"] if timed else [])]]
        for row in self.rows:
            line = [str(row.number), row.call, ", ".join(row.inputs), row.result, _shape(row), row.place]
            line.append(_size(row.nbytes))
            if timed:
                seconds = row.seconds or 0
                line += [_count(row.flops), f"{seconds * 1e6:.1f}", f"{seconds / total:.0%}"]
            table.append(line)
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        widths[2] = min(widths[2], 40)
        text, part = [self.title], None
        for row, line in zip([None, *self.rows], table, strict=True):
            if row is not None and row.part != part:
                part = row.part
                text.append(f"-- {part}")
            cut = [cell if len(cell) <= w else cell[: w - 1] + "…" for cell, w in zip(line, widths, strict=True)]
            aligned = [
                c.rjust(w) if i in RIGHT else c.ljust(w) for i, (c, w) in enumerate(zip(cut, widths, strict=True))
            ]
            text.append("  ".join(aligned).rstrip())
        return "\n".join(text)

    __repr__ = __str__


def listing(program, seconds=None) -> Listing:
    """All calls of a program of arrays, in order."""
    names = _Names(program)
    rows = []
    updating = False
    for number, step in enumerate(program.steps):
        if step.kind in ("listen", "guard"):
            continue
        updating = updating or step.kind == "host"
        result = next(iter(step.made), None)
        joined = number in program.memory.joined
        operands = step.args[2:] if step.kind == "draw" else step.args
        rows.append(
            Row(
                number,
                "backward" if step.quiet else "update" if updating else "forward",
                f"{step.name} (in place)" if joined else step.name,
                tuple(map(names.of, operands)),
                tuple(map(names.of, variables((operands, step.kwargs)))),
                ", ".join(map(names.of, step.outs)),
                result.shape if result is not None else (),
                result.dtype.name if result is not None else "",
                "" if result is None or joined else names.place(result),
                0 if joined else _bytes(step),
                _flops(step),
                None if seconds is None else seconds.get(number, 0.0),
            )
        )
    calls = sum(not row.call.endswith("(in place)") for row in rows)
    title = f"{calls} calls, {_size(program.nbytes)} of buffers; peak {_size(peak(program))} with the results"
    return Listing(title, rows)


def peak(program) -> int:
    """Bytes that a replay needs at most: its buffers, and the arrays that it makes afresh."""
    made = {out for step in program.steps for out in step.made if out.root is out and out.place is None}
    fresh = sum(out.nbytes for out in made if out not in program.memory.arrays)
    return program.nbytes + fresh + sum(var.nbytes for var in variables(program.results))


def measure(program, arguments, repeats) -> dict[int, float]:
    """Seconds spent in each step, the median over replays; what the program changes is put back."""
    arrays = [row[3] for row in program.watched if isinstance(row[3], np.ndarray)]
    arrays += [a for a in arguments if isinstance(a, np.ndarray)]
    copies = [a.copy() for a in arrays]
    generators = [s.args[0] for s in program.steps if s.kind == "draw" and hasattr(s.args[0], "bit_generator")]
    generators += [a for a in arguments if isinstance(a, np.random.Generator)]
    states = [g.bit_generator.state for g in generators]
    spent: dict[int, float] = defaultdict(float)
    steps = [_frozen(step) if step.kind == "host" else step for step in program.steps]
    run = backend.compile(steps, program.memory, program.arguments, program.results, spent).run
    times = defaultdict(list)
    try:
        for _ in range(repeats):
            spent.clear()
            run(*arguments)
            for number, seconds in spent.items():
                times[number].append(seconds)
    finally:
        for array, copy in zip(arrays, copies, strict=True):
            array[...] = copy
        for generator, state in zip(generators, states, strict=True):
            generator.bit_generator.state = state
    return {number: float(np.median(found)) for number, found in times.items()}


def _frozen(step):
    """A call of Python's side that gives the numbers it gave while recording, so that nothing counts on."""
    values = tuple(number.value for number in step.outs)
    return Step("host", lambda: values, (), {}, step.outs, step.quiet, effect=True)


class _Names:
    """Short names for the arrays of a program: those of arguments and parameters, then v1, v2, ..."""

    def __init__(self, program):
        self.program = program
        self.names: dict = {}
        self.count = itertools.count(1)
        for i, var in enumerate(program.arguments):
            if var is not None:
                self.names[var] = f"argument {i}"
        for cell in program.cells + program.loose:
            if cell.var is not None:
                name = self._of_cell(cell)
                same = sum(n.rpartition(" #")[0] == name or n == name for n in self.names.values())
                self.names[cell.var] = f"{name} #{same + 1}" if same else name

    @staticmethod
    def _of_cell(cell):
        name = getattr(cell.owner, "name", None)
        if cell.is_item:
            return str(cell.key)
        if isinstance(name, str) and name:
            return name if cell.key == "_array" else f"{cell.key} of {name}"
        return {"_array": "a Tensor", "array": "parameters"}.get(cell.key, cell.key)

    def of(self, x) -> str:
        if type(x) is Var:
            if x not in self.names:
                self.names[x] = "constant" if x.place == "constant" else f"v{next(self.count)}"
            return self.names[x]
        if type(x) is Number:
            return f"{x.value:.4g}"
        if isinstance(x, tuple | list) and x and all(type(part) is Var for part in x):
            return f"[{', '.join(map(self.of, x))}]"
        text = f"{x:.4g}" if isinstance(x, float) else str(x) if isinstance(x, np.dtype) else repr(x)
        return text if len(text) <= 20 else type(x).__name__

    def place(self, var) -> str:
        memory = self.program.memory
        root = memory.parts.get(var.root, (var.root,))[0]
        if root in memory.places:
            return f"@{memory.places[root][0]}"
        return "new" if root.place is None else "outside"


def _bytes(step) -> int:
    if step.kind in ("view", "host", "check"):
        return 0
    return sum(var.nbytes for var in [*step.reads, *step.made])


def _flops(step) -> int:
    """Additions and multiplications of products, one for each element elsewhere; views and copies count nothing."""
    outs = step.made
    if not outs or step.kind in ("view", "fill", "host", "check"):
        return 0
    if step.name in ("matmul", "dot"):
        return 2 * math.prod(outs[0].shape) * step.args[0].shape[-1]
    if step.name in ("cast", "copy", "concatenate", "take_along_axis", "getitem", "setitem"):
        return 0
    return max(math.prod(var.shape) for var in [*outs, *variables(step.args)])


def _shape(row) -> str:
    return f"{row.dtype}{list(row.shape)}" if row.dtype else ""


def _size(n) -> str:
    return f"{n} B" if n < 1000 else f"{n / 1000:.1f} kB" if n < 1e6 else f"{n / 1e6:.1f} MB"


def _count(n) -> str:
    return "" if not n else str(n) if n < 1000 else f"{n / 1e3:.0f}k" if n < 1e6 else f"{n / 1e6:.1f}M"
