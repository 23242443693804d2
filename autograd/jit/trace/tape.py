"""Tape: the NumPy calls of a function being traced, in order, and the places outside that it reads and writes.

The function meets stand-ins for arrays (`Traced`) that compute at once and put each call on the tape. What it reads
from outside (a Tensor's array or gradient, an optimizer's state) is swapped for a stand-in when it is first touched,
and put back at the end. The program made from a tape does the same calls again.
"""

from __future__ import annotations

import copy
import threading

import numpy as np

from autograd.engine.graph import user_line
from autograd.engine.modes import observed_by, observer
from autograd.errors import RecordingError, refuse
from autograd.jit.program.cell import Cell
from autograd.jit.program.number import Number
from autograd.jit.program.steps import Step, Var
from autograd.jit.trace.backward import backward
from autograd.jit.trace.caught import Modes, decided_by_shapes, raise_caught
from autograd.jit.trace.constants import Constants
from autograd.jit.trace.numpy_calls import call_whole
from autograd.jit.trace.standin import StandIn, concrete, lower
from autograd.jit.trace.tracer import Traced, stand_in
from autograd.rules.arrays import as_array
from autograd.transforms.containers import leaves


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
        self.constants = Constants()
        self.arguments: list = []
        self.numbers: list = []  # those of the arguments that are numbers, and Values
        self.values: list = []
        self.before: list = []  # called before each replay reads its cells
        self.after: list = []  # called when a replay is done
        self.served: list = []  # draws that an aborted replay has made already
        self.watched: list = []  # (owner, attribute, thing): what has to be the same object at a replay
        self.settings: set[int] = set()  # the objects whose settings are watched
        self.objects: list = []  # arguments that do not vary within the program
        self.lifted: dict[int, Traced] = {}  # by the id of an array that is an argument
        self.containers: list = []  # lists and dictionaries among them: (as given, with stand-ins, what that held)
        self.drawn: list = []
        self.start = 0  # nodes with a lower number were there before
        self.outside = None  # what else the function refers to
        self.streams = None  # where random numbers come from
        self.undo: list = []  # called, the last one first, when the tracing comes to nothing
        self.errors: list = []  # refusals, and errors that other numbers might not cause; see trace/caught.py
        self.modes = Modes()
        self.thread = threading.get_ident()

    # -- steps and their arrays ---------------------------------------------------------------------------------------
    def put(self, kind, function, args=(), kwargs=None, outs=(), effect=False) -> Step:
        """A call, put at the end of the tape."""
        if not self.quiet:
            self.modes.check()
        args, kwargs = lower(self, args), lower(self, kwargs or {})
        step = Step(kind, function, args, kwargs, outs, self.quiet, effect, user_line())
        self.steps.append(step)
        return step

    def made(self, step, y, source=None) -> Traced:
        """A result of a call, as a stand-in. `source`: the stand-in whose memory it looks at."""
        var = self.var(y, None if source is None else source.ref.root, step)
        step.outs = (*step.outs, var)
        return stand_in(y, var, self)

    def var(self, array, root=None, step=None, place=None) -> Var:
        self.count += 1
        return Var(self.count, array, root, step, place)

    def constant(self, array) -> Var:
        """An array that was not made by the program: it is read where it is, at each replay."""
        return self.constants.var(array, lambda: self.var(array, place="constant"))

    def array(self, x) -> Traced:
        """What the user gave for a Tensor, as an array of the program."""
        if type(x) in (list, tuple) and any(isinstance(part, StandIn | Number) for part in leaves(x)):
            return np.stack([self.array(part) for part in x])
        x = as_array(x)
        return stand_in(x, self.constant(x), self) if type(x) is np.ndarray and x.dtype.kind in "biufc" else x

    # -- the arguments of the function --------------------------------------------------------------------------------
    def argument(self, array) -> Traced:
        """A stand-in for an array: the same one where the same array is given again."""
        if id(array) in self.lifted:
            self.arguments.append(None)
            return self.lifted[id(array)]
        var = self.var(array, place="argument")
        self.arguments.append(var)
        self.lifted[id(array)] = stand_in(array, var, self)
        return self.lifted[id(array)]

    def number(self, value) -> Number:
        """A stand-in for a number."""
        self.arguments.append(None)
        number = Number(value, None, ("argument", None, len(self.arguments) - 1))
        if value is not None:
            self.numbers.append(number)
        return number

    def container(self, given, lift):
        """A list or dictionary like the one given, with stand-ins."""
        place = len(self.containers)
        self.containers.append(None)
        lifted = [lift(x) for x in given] if type(given) is list else {key: lift(x) for key, x in given.items()}
        held = list(enumerate(lifted)) if type(given) is list else list(lifted.items())
        self.containers[place] = given, lifted, held
        return lifted

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
                found.now = stand_in(value, found.var, self)
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
            if isinstance(array, StandIn):  # made by the function
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

    def read_name(self, node, get):
        """The name of a Tensor: of one from outside it has to be the same at a replay, as it has of an argument."""
        cell = self.cells.get((id(node), "grad"))
        if node.serial < self.start and (cell is None or cell.argument is None):
            self.watched.append((node, "name", get(node)))
        return get(node)

    def write_name(self, node, name) -> bool:
        return False

    def first(self, tensor):
        """The array that a Tensor had before the function was traced."""
        return self.cell(tensor, "_array").first

    # -- what the engine asks for -------------------------------------------------------------------------------------
    def forward(self, rule, raw, settings):
        """The result of a row's forward function: call by call where it can be traced so, else as one call."""
        mark = self.mark()
        try:
            return rule.forward(*raw, **settings)
        except Exception:  # a mistake of the caller's comes again below
            self.back_to(mark)
            return call_whole(self, rule.forward, raw, settings)

    def backward(self, order, walk):
        return backward(self, order, walk)

    def mark(self):
        """Where the tape is now, for `back_to`, which forgets what came since."""
        return len(self.steps), len(self.errors)

    def back_to(self, mark) -> None:
        del self.steps[mark[0] :], self.errors[mark[1] :]

    # -- errors that the function may catch ---------------------------------------------------------------------------
    def failed(self, error, function, args) -> None:
        """Remember an error that other numbers might not cause."""
        indexed = any(isinstance(x, np.ndarray | np.generic) and x.dtype.kind in "biu" for x in leaves(args))
        if not isinstance(error, RecordingError) and not decided_by_shapes(error, function, indexed):
            self.errors.append(error)

    def hear(self, error) -> None:
        """Remember a refusal in this thread."""
        if self.open and observer.get() is self:
            self.errors.append(error)

    def raise_caught(self, raised=None) -> None:
        raise_caught(self.errors, raised)

    # -- Python at every replay ---------------------------------------------------------------------------------------
    def check(self, function, *args) -> None:
        """Call a function of arrays now and at every replay, for the errors it may raise."""
        with observed_by(None):
            function(*concrete(args))
        self.put("check", function, args, effect=True)

    def draw(self, generator, method, args, kwargs, make, out=False):
        """Random numbers, now and at every replay, in this order. `out`: the method can write into a buffer."""
        y = self.served.pop(0) if self.served else make()
        step = self.put("draw", "out" if out else None, (generator, method, *args), kwargs, effect=True)
        self.drawn.append(copy.copy(y))
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
    def close(self, keep: bool, restarting=False) -> None:
        """End the tracing: cells get back plain arrays, those the function left (keep) or the ones they had."""
        self.open = False
        moved = [cell for cell in self.cells.values() if cell.node is not None and cell.owner._node is not cell.node]
        for cell in self.cells.values():
            cell.end()
        for cell in moved:
            cell.owner._node = cell.node
        if not keep:
            self.streams.undo(told=not restarting)
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
