"""Program: a recorded function as a flat list of NumPy calls with their buffers, ready to be run again."""

from __future__ import annotations

import threading

import numpy as np

from autograd.programs.code import Abort, Code
from autograd.programs.memory import Memory
from autograd.programs.plan import plan
from autograd.programs.tape import Cell, Tape


class Program:
    """What a tape recorded, planned and compiled.

    `run(arguments)` gives the flat results for the flat arguments of a call of the same signature.
    """

    def __init__(self, tape: Tape, results: list):
        self.tape = tape
        self.lock = threading.Lock()
        self.before, self.after = tape.before, tape.after
        self.commits = [cell for cell in tape.cells.values() if cell.replaced]
        self.written = [cell for cell in tape.cells.values() if cell.written and not cell.replaced]
        wanted = [*results, *(_final(cell) for cell in self.commits)]
        self.count = len(results)
        self.steps, self.results = plan(tape.steps, wanted)
        self.memory = Memory(self.steps, self.results)
        self.replays = 0
        self._bind()

    def _bind(self):
        """Compile for the arrays that the cells hold now."""
        own = [cell for cell in self.tape.cells.values() if cell.argument is None]
        self.watched = [(cell, cell.get()) for cell in own if cell.var is not None]
        bound = {cell.var: array for cell, array in self.watched}
        bound |= {var: array for array, var in self.tape.constants.values()}
        self.empty = [cell for cell in own if cell.var is None]
        self.code = Code(self.steps, self.results, self.tape.arguments, bound, self.memory)
        self.function, self.source = self.code.function()

    # -- running ------------------------------------------------------------------------------------------------------
    def run(self, arguments):
        """The results for these arguments, flat. Raises Abort (with nothing changed outside) where a guard says no."""
        with self.lock:
            for function in self.before:
                function()
            for cell, array in self.watched:
                now = cell.get()
                if now is not array:
                    self._moved()
                    break
            found = self.function(*arguments)
            for cell, value in zip(self.commits, found[self.count :], strict=True):
                cell.commit(value, self._owner(cell, arguments))
            for cell in self.written:
                owner = self._owner(cell, arguments) or cell.owner
                owner.rebase(owner._array)
            for function in self.after:
                function()
            self.replays += 1
            return found[: self.count]

    @staticmethod
    def _owner(cell, arguments):
        """The Tensor (or its node) given in place of the recorded one, for a cell of an argument."""
        if cell.argument is None:
            return None
        return arguments[cell.argument] if cell.node is not None else arguments[cell.argument]._node

    def drawn(self, number) -> list:
        """The random numbers that an aborted run had drawn when step `number` stopped it."""
        steps = [s for s in self.steps[:number] if s.kind == "draw" and s.function == "out"]
        return [self.memory.buffers[s.outs[0]].copy() for s in steps]

    def fits(self) -> bool:
        """Whether what was found outside is still what was recorded: arrays where arrays were, of the same shapes."""
        if any(getattr(owner, key) is not thing for owner, key, thing in self.tape.watched):
            return False
        for cell in self.empty:
            if cell.get() is not cell.first:
                return False
        for cell, array in self.watched:
            now = cell.get()
            if now is not array and not (
                isinstance(now, np.ndarray | np.generic) and now.shape == array.shape and now.dtype == array.dtype
            ):
                return False
        return True

    def _moved(self):
        moved = {cell.var: cell.get() for cell, array in self.watched if cell.get() is not array}
        if self.code.move(moved):
            self.watched = [(cell, cell.get()) for cell, _ in self.watched]
        else:
            self._bind()

    @property
    def nbytes(self) -> int:
        """The memory that the program keeps for its buffers."""
        return self.memory.nbytes


def _final(cell: Cell):
    return cell.last.ref if hasattr(cell.last, "__traced__") else cell.last


__all__ = ["Abort", "Program"]
