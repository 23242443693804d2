"""Lowering: levels of Values become steps over one array of numbers, for the backend that arrays have too.

Each group of a level is one call, written into its stretch of the numbers; operands that do not lie evenly are gathered
first. A backward pass is steps over an array of gradients in the same way (see pullback.py).
"""

from __future__ import annotations

import itertools
import operator

import numpy as np

from autograd.jit.program import backend
from autograd.jit.program.memory import Memory
from autograd.jit.program.steps import Abort, Step, Var
from autograd.jit.values.levels import Event
from autograd.rules.table import ROWS

RELU, POWER = ROWS["relu"], ROWS["power"]
TAKE = np.ndarray.take  # np.take looks at its arguments for longer than this takes
CHUNK = 1 << 21  # about how many numbers are computed at once; longer batches go in parts


class Lowered:
    """A layout as two programs that share their numbers, for one sample or for a batch (a `tail` of axes).

    `compute` goes forward, `gradients` back from the roots. A nan in a gradient may be 0 from above times a singular
    slope, which is 0: at the first one all is lowered again, with masks for that (`careful`).
    """

    def __init__(self, layout, tail=()):
        self.layout, self.tail = layout, tail
        self.wide = None  # the same for a batch, once one was asked for
        self._lower(careful=False)

    def _lower(self, careful):
        layout, tail, self.careful = self.layout, self.tail, careful
        self.nbytes = 0
        self.pull = None  # the backward pass from the roots, made when somebody wants it
        self.loaded = None  # the inputs whose numbers are in the arrays
        self.operands: dict = {}  # group -> its arguments and its result: slices of the numbers, or what was gathered
        self.arrays: dict = {}
        self.steps, self.views = [], {}
        self.index = itertools.count()
        numbers = np.zeros((layout.size, *tail))
        numbers[: len(layout.initial)] = layout.initial.reshape(-1, *(1 for _ in tail))
        self.numbers = self._outside(numbers)
        given = self._var((layout.given, *tail), place="argument")
        self._write(operator.setitem, self.numbers, slice(0, layout.given), given)
        # (operation, how many, level, bytes) for each call
        self.rows = [(self._event if isinstance(x, Event) else self._forward)(x) for x in layout.groups]
        # What the backward pass from the roots reads again, if it is ever made.
        read = [xs for group, xs in self.operands.items() if len(layout.roots) and not group.sums]
        stay = [x for xs in read for x in xs if type(x) is Var]
        self.run = self._compile([given], self._take(self.numbers, layout.shown), stay)

    # -- running ------------------------------------------------------------------------------------------------------
    def compute(self, given) -> np.ndarray:
        """The numbers to be shown, from the inputs."""
        self.loaded = None  # in case it raises
        try:
            (found,) = self.run(given)
        except Abort:
            self._lower(careful=True)
            (found,) = self.run(given)
        self.loaded = given
        return found

    def gradients(self, given, seeds) -> np.ndarray:
        """The gradients of the targets, from those of the roots."""
        if self.loaded is not given:
            self.compute(given)
        if self.pull is None:
            argument = self._var((len(self.layout.roots), *self.tail), place="argument")
            self.pull = self._compile([argument], self._backward(self.layout.pullback, argument))
        try:
            return self.pull(seeds)[0]
        except Abort:
            self._lower(careful=True)
            return self.gradients(given, seeds)

    def over(self, given, gradients):
        """Both for a batch, each input a row; with roots that all have the gradient 1."""
        n = given.shape[1]
        width = max(1, min(n, CHUNK // max(1, self.layout.size)))
        if self.wide is None or self.wide.tail != (width,):
            self.wide = Lowered(self.layout, (width,))
        found, slopes = (np.zeros((len(x), n)) for x in (self.layout.shown, self.layout.targets))
        for stop in range(width, n + width, width):
            part = slice(min(stop, n) - width, min(stop, n))  # the last part covers some of the one before again
            inputs = given[:, part]
            found[:, part] = self.wide.compute(inputs)
            if gradients:
                slopes[:, part] = self.wide.gradients(inputs, np.ones((len(self.layout.roots), 1)))
        return found, slopes

    def _compile(self, arguments, result, stay=()):
        steps, self.steps, self.views = self.steps, [], {}
        memory = Memory(steps, [result], stay)
        memory.arrays.update(self.arrays)
        self.nbytes += memory.nbytes
        self.arrays |= {var: memory.arrays[var] for var in stay if var in memory.arrays}
        return backend.compile(steps, memory, arguments, [result]).run

    # -- steps --------------------------------------------------------------------------------------------------------
    def _var(self, shape, root=None, place=None):
        return Var(next(self.index), np.empty(shape), root, None, place)

    def _outside(self, array):
        var = Var(next(self.index), array, place="own")
        self.arrays[var] = array
        self.nbytes += array.nbytes
        return var

    def _make(self, kind, function, args, var, **settings):
        var.step = Step(kind, function, args, settings, (var,), quiet=True)
        self.steps.append(var.step)
        return var

    def _view(self, var, where):
        key = var, where.start, where.stop, where.step
        if key not in self.views:
            view = Var(next(self.index), self.arrays[var][where], var)
            self.views[key] = self._make("view", operator.getitem, (var, where), view)
        return self.views[key]

    def _take(self, var, at):
        self.nbytes += at.nbytes
        return self._make("out", TAKE, (var, at, 0), self._var((*at.shape, *self.tail)), mode="clip")

    def _into(self, out, function, *args, **settings):
        self.steps.append(Step("into", function, args, settings, (out,), quiet=True))

    def _write(self, function, out, *args):
        self.steps.append(Step("write", function, (out, *args), {}, (out,), quiet=True))

    # -- groups -------------------------------------------------------------------------------------------------------
    def _forward(self, group):
        kind = group.kind
        gathered = [at if isinstance(at, slice) else self._take(self.numbers, at) for at in group.operands]
        self.operands[group] = (*gathered, slice(group.start, group.stop))
        *operands, out = map(self._operand, self.operands[group])
        if group.sums:
            self._into(out, np.add.reduce, *operands, 0)
        elif kind is RELU:
            self._into(out, np.maximum, *operands, 0.0)
        elif kind is POWER:
            self._into(out, _power, *operands)
        elif kind.ufunc:
            self._into(out, kind.forward, *operands)
        else:
            self._write(operator.setitem, out, ..., self._call(kind.forward, operands, out))
        name = f"sum of {len(group.operands[0])}" if group.sums else kind.name
        nbytes = out.nbytes + sum(x.nbytes for x in gathered if type(x) is Var)
        return name, group.stop - group.start, group.level, nbytes

    def _event(self, event):
        before = self.nbytes
        seed = self._view(self.numbers, slice(event.seed, event.seed + 1))
        self._backward(event.pullback, seed, self._view(self.numbers, slice(event.start, event.stop)))
        return "backward", event.stop - event.start, event.level, self.nbytes - before

    def _operand(self, x):
        return x if type(x) is Var else self._view(self.numbers, x)

    def _call(self, function, operands, like):
        return self._make("call", function, tuple(operands), self._var(like.shape))

    def _backward(self, pullback, seed, found=None):
        """The steps of a backward pass into `found`, or else into an array of its own."""
        places = self._outside(np.zeros((pullback.size, *self.tail)))
        self._write(operator.setitem, self._view(places, slice(1, 1 + len(pullback.roots))), ..., seed)
        for (start, stop, group), (at, starts) in zip(pullback.blocks, pullback.gatherings, strict=True):
            g = self._view(places, slice(start, stop))
            if starts is None and len(at) == 1:
                self._into(g, TAKE, places, at[0], 0, mode="clip")
            elif starts is None:
                self._into(g, np.add.reduce, self._take(places, at), 0)
            else:
                self._into(g, np.add.reduceat, self._take(places, at), starts, 0)
            if group is not None and not group.sums:
                self._products(pullback, group, places, g)
        if found is None:
            found = self._take(places, pullback.targets)
        else:
            self._into(found, TAKE, places, pullback.targets, 0, mode="clip")
        if not self.careful:
            self.steps.append(Step("check", _no_nan, (found,), {}, (), quiet=True, effect=True))
        return found

    def _products(self, pullback, group, places, g):
        names = dict(zip((*group.kind.arguments, "y"), self.operands[group], strict=True))
        for i in range(len(group.parents)):
            if (group, i) not in pullback.products:
                continue
            at, text = pullback.products[group, i]
            c = self._view(places, slice(at, at + g.shape[0]))
            if text in ("-1", "0"):
                self._into(c, np.multiply, g, float(text))
                continue
            if text in names:
                slope = self._operand(names[text])
            else:
                slope = self._call(group.kind.derivatives[i], map(self._operand, names.values()), c)
            self._into(c, np.multiply, g, slope)
            if self.careful:
                self._write(_stop_zeros, c, g)


def _power(a, b, out):
    np.power(a, b, out=out)
    if not np.isfinite(out).all():  # newer NumPys take the square root of one number for b = 0.5, as Values do then
        np.copyto(out, POWER.scalar(-np.inf, 0.5), where=(a == -np.inf) & (b == 0.5))


def _no_nan(found):
    if np.isnan(found).any():  # a product of BLAS might wake threads that cost more than they save
        raise Abort


def _stop_zeros(c, g):
    c[g == 0] = 0.0
