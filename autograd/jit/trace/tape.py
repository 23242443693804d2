"""Tape: the NumPy calls of a function being traced, in order, and the places outside that it reads and writes.

The function meets stand-ins for arrays (`Traced`) that compute at once and put each call on the tape. What it reads
from outside (a Tensor's array or gradient, an optimizer's state) is swapped for a stand-in when it is first touched,
and put back at the end. The program made from a tape does the same calls again.
"""

from __future__ import annotations

import numpy as np

from autograd.engine.graph import user_line
from autograd.engine.modes import observed_by, observer
from autograd.errors import refuse
from autograd.jit.program.cell import Cell
from autograd.jit.program.number import Number
from autograd.jit.program.steps import Step, Var
from autograd.jit.trace.backward import backward
from autograd.jit.trace.numpy_calls import call_whole
from autograd.jit.trace.standin import concrete, lower
from autograd.jit.trace.things import attributes_of
from autograd.jit.trace.tracer import Traced


class Restart(Exception):
    """The tracing has to start again, after a call of the function given."""


class Tape:
    """Steps in order, and everything from outside that they refer to."""

    def __init__(self, careful=False):
        self.careful = careful  # trace the backward walk that masks singular slopes
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
        self.undo: list = []  # called, the last one first, when the tracing comes to nothing

    # -- steps and their arrays ---------------------------------------------------------------------------------------
    def put(self, kind, function, args=(), kwargs=None, outs=(), effect=False) -> Step:
        """A call, put at the end of the tape."""
        args, kwargs = lower(self, args), lower(self, kwargs or {})
        step = Step(kind, function, args, kwargs, outs, self.quiet, effect, user_line())
        self.steps.append(step)
        return step

    def made(self, step, y, source=None) -> Traced:
        """A result of a call, as a stand-in. `source`: the stand-in whose memory it looks at."""
        var = self.var(y, None if source is None else source.ref.root, step)
        step.outs = (*step.outs, var)
        return Traced(y, var, self)

    def var(self, array, root=None, step=None, place=None) -> Var:
        self.count += 1
        return Var(self.count, array, root, step, place)

    def constant(self, array) -> Var:
        """An array that was not made by the program: it is read where it is, at each replay."""
        known = self.constants.get(id(array))
        if known is None:
            known = self.constants[id(array)] = (array, self.var(array, place="constant"))
        return known[1]

    # -- the arguments of the function --------------------------------------------------------------------------------
    def argument(self, array) -> Traced:
        """A stand-in for an array."""
        var = self.var(array, place="argument")
        self.arguments.append(var)
        return Traced(array, var, self)

    def number(self, value) -> Number:
        """A stand-in for a number."""
        self.arguments.append(None)
        number = Number(value, None, ("argument", None, len(self.arguments) - 1))
        if value is not None:
            self.numbers.append(number)
        return number

    def tensor(self, tensor):
        """The same Tensor, showing a stand-in for the array of this call."""
        cells = [self.cell(tensor, "_array"), self.cell(tensor._node, "grad")]
        for cell in cells:
            if cell.var is not None:
                cell.var.place = "argument"
                self.arguments.append(cell.var)
        for cell in cells:
            cell.argument = len(self.arguments)
        self.arguments.append(None)
        return tensor

    # -- places outside -----------------------------------------------------------------------------------------------
    def cell(self, owner, key, read=True) -> Cell:
        """The place, swapped for a stand-in on first touch. `read`: what it holds now is looked at."""
        found = self.cells.get((id(owner), key))
        if found is None:
            found = self.cells[id(owner), key] = Cell(owner, key)
            value = found.first
            if isinstance(value, np.ndarray | np.generic):
                found.var = self.var(value, place="cell")
                found.now = Traced(value, found.var, self)
        if read:
            found.seen = found.seen or not found.assigned
        else:
            found.assigned = True
        return found

    def read_array(self, tensor, get):
        """What the door shows for the array of a Tensor; `get` reads what is there."""
        cell = self.cells.get((id(tensor), "_array"))
        if cell is None:
            array = get(tensor)
            if type(array) is Traced:  # made by the function
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
        """The array that a Tensor had before the function was traced."""
        return self.cell(tensor, "_array").first

    # -- what the engine asks for -------------------------------------------------------------------------------------
    def forward(self, rule, raw, settings):
        """The result of a row's forward function: call by call where it can be traced so, else as one call."""
        mark = len(self.steps)
        try:
            return rule.forward(*raw, **settings)
        except Exception:  # a mistake of the caller's comes again below
            del self.steps[mark:]
            return call_whole(self, rule.forward, raw, settings)

    def backward(self, order, walk):
        return backward(self, order, walk)

    # -- Python at every replay ---------------------------------------------------------------------------------------
    def check(self, function, *args) -> None:
        """Call a function of arrays now and at every replay, for the errors it may raise."""
        with observed_by(None):
            function(*concrete(args))
        self.put("check", function, args, effect=True)

    def draw(self, generator, method, args, kwargs, make, out=False):
        """Random numbers, now and at every replay, in this order. `out`: the method can write into a buffer."""
        y = self.served.pop(0) if out and self.served else make()
        step = self.put("draw", "out" if out else None, (generator, method, *args), kwargs, effect=True)
        if out:
            self.drawn.append(y)
        if isinstance(y, np.ndarray | np.generic):
            return self.made(step, y)
        step.outs = (Number(y, None, ("host", step, 0)),)
        return step.outs[0]

    def host(self, function) -> tuple:
        """Call Python now and at every replay; the numbers it returns become Numbers of the program."""
        values = function()
        if self.outside is not None:
            self.outside.moved_on()  # which every replay does again
        self.effects = True
        step = self.put("host", function, effect=True)
        step.outs = tuple(Number(value, None, ("host", step, i)) for i, value in enumerate(values))
        return step.outs

    def start_with(self, function, done) -> None:
        """`function` has to be called before each replay; if what it does is not done, the tracing starts over."""
        if not done:
            raise Restart(function)

    # -- the end ------------------------------------------------------------------------------------------------------
    def close(self, keep: bool) -> None:
        """End the tracing: cells get back plain arrays, those the function left (keep) or the ones they had."""
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
    """The tape of the function being traced in this thread."""
    return observer.get()


def watch(thing) -> None:
    """Let the program depend on the settings of an object: its plain attributes, as they are now."""
    tape = current()
    if tape is None or id(thing) in tape.settings:
        return
    tape.settings.add(id(thing))
    if tape.outside is not None:
        tape.outside.add([thing])
    own, unwatched = attributes_of(thing) or {}, getattr(thing, "unwatched", ())
    if tape.outside is not None:  # a method may be hidden by an attribute
        for name in ("call", "update"):
            if hasattr(type(thing), name) and name not in own:
                tape.outside.guards.missing(own, name)
    settings = {
        name: value for name, value in own.items()
        if name not in unwatched
        and (isinstance(value, int | float | str | None) or (callable(value) and not hasattr(value, "_node")))
    }  # fmt: skip
    settings |= {name: getattr(thing, name) for name in ("training", "trainable") if hasattr(thing, name)}
    tape.watched += [(thing, name, value) for name, value in settings.items()]
