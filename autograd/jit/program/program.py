"""Program: a recorded function as a flat list of NumPy calls with their buffers, ready to be run again."""

from __future__ import annotations

import threading

from autograd.engine.writes import Lent
from autograd.jit.program import backend, listing
from autograd.jit.program.apart import keep_apart
from autograd.jit.program.calls import SameShape
from autograd.jit.program.cell import Cell
from autograd.jit.program.memory import Memory
from autograd.jit.program.passes import optimize
from autograd.jit.program.steps import Abort, Var, variables
from autograd.rules.arrays import array_of


class Stale(Exception):
    """What the program reads from outside is of another kind than what was recorded."""


class Program:
    """What a tape recorded, planned and compiled.

    `run(arguments)` gives the flat results for the flat arguments of a call of the same signature.
    """

    def __init__(self, tape, results: list):
        self.lock = threading.RLock()
        self.before, self.after = tape.before, tape.after
        cells = list(tape.cells.values())
        self.commits = [cell for cell in cells if cell.replaced]
        self.written = [cell for cell in cells if cell.written and not cell.replaced]
        self.count = len(results)
        before = [*results, *(_final(cell) for cell in self.commits)]
        roots = [x.root if type(x) is Var else None for x in results]  # as traced: the passes change them
        steps, found = optimize(tape.steps, before)
        self.steps, own = keep_apart(steps, found[: self.count], roots)
        self.results = [*own, *found[self.count :]]
        self.memory = Memory(self.steps, self.results)
        read = {var.root for step in self.steps for var in (*step.reads, *step.made)}
        read |= {var.root for var in variables(self.results)}
        self.places = cells
        outer = [cell for cell in cells if cell.argument is None]
        self.cells = [cell for cell in outer if cell.var in read]
        # Of these it only matters whether something is there, if the function looked.
        self.loose = [cell for cell in outer if cell.var not in read and cell.seen]
        self.arguments, self.constants = tape.arguments, tape.constants.values()
        for cell in cells:
            cell.last = None  # only the recorded call needed its numbers
        self.replays = 0
        self.example = None  # arguments to measure on
        self.lent = [(cell.owner, Lent(self.memory.arrays[var])) for cell, var in self._lend()]
        self._watch()
        self.memory.arrays.update({cell.var: row[3] for cell, row in zip(self.cells, self.watched, strict=True)})
        self.memory.arrays.update({var: array for array, var in self.constants})
        self.compiled = backend.compile(self.steps, self.memory, self.arguments, self.results)
        self.function, self.source = self.compiled.run, self.compiled.source

    def _watch(self):
        """The arrays that the cells hold now, and how `run` finds out whether they still do."""
        self.watched = [(cell.owner, cell.key, cell.is_item, cell.get()) for cell in self.cells]

    # -- running ------------------------------------------------------------------------------------------------------
    def run(self, arguments):
        """The results for these arguments, flat.

        Raises Abort, with nothing changed outside, where a guard says no; Stale where it does not fit any more.
        """
        with self.lock:
            for function in self.before:
                function()
            for owner, key, is_item, array in self.watched:
                if (owner[key] if is_item else getattr(owner, key)) is not array:
                    self._move()
                    break
            try:
                found = self.function(*arguments)
            except BaseException:
                for node, lent in self.lent:  # the gradients of the run before have been written over
                    if node._grad is lent:
                        node._grad = None
                raise
            finally:  # a check may have raised an error; what was written until then was written
                for function in self.after:
                    function()
            if self.commits or self.written:
                self._commit(found, arguments)
            for node, lent in self.lent:
                node._grad = lent
            self.replays += 1
            return found[: self.count]

    def _lend(self) -> list:
        """Gradients of variables that stay where they are computed until somebody asks for them, instead of copying."""
        pairs = list(zip(self.commits, self.results[self.count :], strict=True))
        free = {cell for cell in self.commits if cell.key == "grad" and cell.argument is None} - set(self.cells)
        arrays = self.memory.arrays  # with no place yet for what is outside
        lent = [(cell, var) for cell, var in pairs if cell in free and type(var) is Var and var in arrays]
        kept = [(cell, var) for cell, var in pairs if (cell, var) not in lent]
        self.commits = [cell for cell, _ in kept]
        self.results = self.results[: self.count] + [var for _, var in kept]
        return lent

    def _commit(self, found, arguments):
        for cell, value in zip(self.commits, found[self.count :], strict=True):
            cell.commit(value, self._owner(cell, arguments))
        for cell in self.written:
            owner = self._owner(cell, arguments)
            owner.rebase(array_of(owner))

    @staticmethod
    def _owner(cell, arguments):
        """Whose place a cell is: for one of an argument, the Tensor (or its node) given instead of the recorded one."""
        if cell.argument is None:
            return cell.owner
        return arguments[cell.argument] if cell.node is not None else arguments[cell.argument]._node

    def called(self, *kinds) -> list:
        """The functions of Python's side that a run calls."""
        return [step.function for step in self.steps if step.kind in kinds] + self.before + self.after

    def touched(self, arguments) -> list:
        """What a run may change: owners of places, generators, and what Python is called for."""
        called = self.called("host", "check")
        drawn = [step.args[0] for step in self.steps if step.kind == "draw"]
        return [*(self._owner(cell, arguments) for cell in self.places), *called, *drawn, *arguments]

    def found(self, arguments) -> list:
        """(name, what is there) for each place outside that a run may write to, ready for the next run."""
        for function in self.before:
            function()
        return [(cell.name, cell.at(self._owner(cell, arguments))) for cell in self.places]

    def drawn(self, number) -> list:
        """The random numbers that an aborted run had drawn when step `number` stopped it."""
        steps = [s for s in self.steps[:number] if s.kind == "draw" and s.function == "out"]
        return [self.memory.arrays[s.outs[0]].copy() for s in steps]

    def _move(self):
        """Read other arrays from now on, if they are of the same kind."""
        moved = {}
        for cell, row in zip(self.cells, self.watched, strict=True):
            now, before = cell.get(), row[3]
            if now is before:
                continue
            if type(now) is not type(before) or now.shape != before.shape or now.dtype != before.dtype:
                raise Stale
            if now.strides != before.strides:
                raise Stale  # another order in memory gives other bits, and views of other things
            moved[cell.var] = now
        self.memory.arrays.update(moved)
        self.compiled.move(moved)
        self._watch()

    # -- to look at ---------------------------------------------------------------------------------------------------
    @property
    def stops_after_drawing(self) -> bool:
        """Whether a result of an unexpected shape may stop a run that has drawn random numbers already."""
        drawing = [number for number, step in enumerate(self.steps) if step.kind == "draw"]
        return any(isinstance(step.function, SameShape) for step in self.steps[min(drawing, default=len(self.steps)) :])

    @property
    def nbytes(self) -> int:
        """The memory that the program keeps for its buffers."""
        return self.memory.nbytes

    @property
    def peak(self) -> int:
        """The memory that a replay needs at most: buffers, arrays made afresh, and the results."""
        return listing.peak(self)

    def listing(self) -> listing.Listing:
        """Every call: of what, what it gives, where that lies, how many bytes it touches."""
        return listing.listing(self)

    def costs(self, repeats=50) -> listing.Listing:
        """The listing with the time of each call, measured on the arguments that `program(...)` was asked for.

        What a replay changes outside (parameters, generators) is put back afterwards.
        """
        if self.example is None:
            raise ValueError("costs needs arguments to run on: take the program from f.program(*arguments)")
        with self.lock:
            return listing.listing(self, listing.measure(self, self.example, repeats))

    def __str__(self):
        return str(self.listing())

    def __repr__(self):
        return f"<program of {len(self.steps)} calls, {self.nbytes} bytes, replayed {self.replays} times>"


def _final(cell: Cell):
    return cell.last.ref if hasattr(cell.last, "__traced__") else cell.last


__all__ = ["Abort", "Program", "Stale"]
