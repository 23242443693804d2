"""Tape: the NumPy calls of a recording, in order, and the places outside that it read and wrote.

While a function is recorded, its arrays are stand-ins (`Traced`) that compute at once and put each call on the tape.
What the function reads from outside (a Tensor's array or gradient, an optimizer's state) is swapped for a stand-in when
it is first touched, and put back at the end. The program made from a tape does the same calls again.
"""

from __future__ import annotations

import numpy as np

from autograd.engine.modes import observer
from autograd.errors import refuse
from autograd.jit.program.cell import Cell
from autograd.jit.program.number import Number
from autograd.jit.program.steps import Step, Var


class Restart(Exception):
    """The recording has to start again, after a call of the function given."""


class Tape:
    """Steps in order, and everything from outside that they refer to."""

    def __init__(self, kind, careful=False):
        self.kind = kind  # the class of the stand-ins for arrays
        self.careful = careful  # record the backward walk that masks singular slopes
        self.open = True
        self.quiet = False
        self.effects = False  # whether anything outside has been changed so far
        self.steps: list[Step] = []
        self.count = 0
        self.cells: dict[tuple[int, object], Cell] = {}
        self.constants: dict[int, tuple[np.ndarray, Var]] = {}
        self.arguments: list = []
        self.numbers: list = []  # those of the arguments that are numbers, and Values
        self.values: list = []
        self.before: list = []  # called before each replay reads its cells
        self.after: list = []  # called when a replay is done
        self.served: list = []  # draws that an aborted replay has made already
        self.watched: list = []  # (owner, attribute, thing): what has to be the same object at a replay
        self.settings: set[int] = set()  # the objects whose settings are watched
        self.objects: list = []  # arguments that do not vary within the program
        self.drawn: list = []
        self.start = 0  # nodes with a lower number were there before
        self.outside = None  # what else the function refers to
        self.undo: list = []  # called, the last one first, when the recording comes to nothing

    # -- variables ------------------------------------------------------------------------------------------------
    def var(self, array, root=None, step=None, place=None) -> Var:
        self.count += 1
        return Var(self.count, array, root, step, place)

    def stand_in(self, array, var):
        """What stands for an array while recording."""
        return self.kind(array, var, self)

    def constant(self, array) -> Var:
        """An array that was not made by the program: it is read where it is, at each replay."""
        known = self.constants.get(id(array))
        if known is None:
            known = self.constants[id(array)] = (array, self.var(array, place="constant"))
        return known[1]

    def add(self, step) -> None:
        self.steps.append(step)

    # -- places outside -----------------------------------------------------------------------------------------------
    def cell(self, owner, key, read=True):
        """The place, swapped for a stand-in on first touch. `read`: what it holds now is looked at."""
        found = self._cell(owner, key)
        if read:
            found.seen = found.seen or not found.assigned
        else:
            found.assigned = True
        return found

    def _cell(self, owner, key):
        found = self.cells.get((id(owner), key))
        if found is None:
            found = self.cells[id(owner), key] = Cell(owner, key)
            value = found.first
            if isinstance(value, np.ndarray | np.generic):
                found.var = self.var(value, place="cell")
                found.now = self.stand_in(value, found.var)
        return found

    def read_array(self, tensor, get):
        """What the door shows for the array of a Tensor; `get` reads what is there."""
        cell = self.cells.get((id(tensor), "_array"))
        if cell is None:
            array = get(tensor)
            if type(array) is self.kind:  # made by the function
                return array
            cell = self.cell(tensor, "_array")
        return cell.now

    def write_array(self, tensor, array) -> bool:
        """Take a write to the array of a Tensor from outside; False where it is one that the function made."""
        cell = self.cells.get((id(tensor), "_array"))
        if cell is not None:
            cell.now = array
        return cell is not None

    def read_grad(self, node, get):
        """The same for the gradient of a node."""
        if node.serial >= self.start > 0:
            return get(node)
        return self.cell(node, "grad").now

    def write_grad(self, node, g) -> bool:
        if node.serial >= self.start > 0:
            return False
        self.cell(node, "grad", read=False).now = g
        return True

    def first(self, tensor):
        """The array that a Tensor had before it was recorded."""
        return self.cell(tensor, "_array").first

    def start_with(self, function, done) -> None:
        """`function` has to be called before each replay; if what it does is not done, the recording starts over."""
        if not done:
            raise Restart(function)

    def host(self, function) -> tuple:
        """Call Python now and at every replay; the numbers it returns become Numbers of the program."""
        values = function()
        self.effects = True
        step = Step("host", function, (), {}, (), self.quiet, effect=True)
        numbers = tuple(Number(value, None, ("host", step, i)) for i, value in enumerate(values))
        step.outs = numbers
        self.add(step)
        return numbers

    # -- the end ------------------------------------------------------------------------------------------------------
    def close(self, keep: bool) -> None:
        """End the recording: cells get back plain arrays, those the function left (keep) or the ones they had."""
        self.open = False
        moved = [cell for cell in self.cells.values() if cell.node is not None and cell.owner._node is not cell.node]
        for cell in self.cells.values():
            cell.end()
        for cell in moved:
            cell.owner._node = cell.node
        if not keep:
            for function in reversed(self.undo):
                function()
            return
        if moved:
            raise refuse("a write in place to a Tensor from outside", "Compute a new one and return it (u = t + v)")
        for cell in self.cells.values():
            if cell.replaced:
                cell.commit(cell.last.array if hasattr(cell.last, "__traced__") else cell.last)
            elif cell.written:
                cell.owner.rebase(cell.first)


def current() -> Tape | None:
    """The tape of the recording in progress in this thread."""
    return observer.get()


def watch(thing) -> None:
    """Let a program being recorded depend on the settings of an object: its plain attributes, as they are now."""
    tape = current()
    if tape is None or id(thing) in tape.settings:
        return
    tape.settings.add(id(thing))
    if tape.outside is not None:
        tape.outside.add([thing])
    unwatched = getattr(thing, "unwatched", ())
    names = [
        name for name, value in vars(thing).items()
        if (isinstance(value, PLAIN) or (callable(value) and not hasattr(value, "_node"))) and name not in unwatched
    ]  # fmt: skip
    for name in dict.fromkeys([*names, *(name for name in ("training", "trainable") if hasattr(thing, name))]):
        tape.watched.append((thing, name, getattr(thing, name)))


PLAIN = (int, float, str, bool, type(None))
