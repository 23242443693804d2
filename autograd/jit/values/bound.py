"""A plan bound to buffers: every number has its place, every step its views, made once."""

from __future__ import annotations

from functools import partial

import numpy as np

from autograd.jit.values.levels import Pass, Plan
from autograd.jit.values.pullback import PullPlan
from autograd.rules.table import ROWS

RELU, POWER = ROWS["relu"], ROWS["power"]


class Leveled:
    """A program computed level by level, with buffers of its own."""

    def __init__(self, recipe):
        self.plan = Plan(recipe)
        self.shown = self.plan.place[np.array(recipe.shown, int)]
        self.roots = self.plan.place[np.array(recipe.roots, int)]
        self.targets = self.plan.place[np.array(recipe.targets, int)]
        self.plan.place = None  # only the making needs it
        self.bound = Bound(self.plan)
        self.loaded = None  # the inputs whose numbers are in the buffers
        self._pull_plan = self._pull = None

    @property
    def nbytes(self) -> int:
        return self.bound.nbytes + (self._pull.nbytes if self._pull else 0)

    def compute(self, given):
        """The numbers that the recipe shows."""
        self.loaded = None  # in case it raises
        with np.errstate(all="ignore"):
            self.bound.numbers[: len(given)] = given
            self.bound.run()
        self.loaded = given
        return self.bound.numbers.take(self.shown).tolist()

    def gradients(self, given, seeds):
        """The gradients of the recipe's targets, from those of its roots (by position)."""
        if self.loaded is not given:
            self.compute(given)
        self._pull = self._pull or self.pull_on(self.bound)
        self._pull.seeds[...] = 0.0
        for i, g in seeds.items():
            self._pull.seeds[i] = g
        with np.errstate(all="ignore"):
            return self._pull().tolist()

    def pull_on(self, bound):
        """The backward pass from the roots to the targets, on these buffers."""
        if self._pull_plan is None:
            self._pull_plan = PullPlan(self.plan, self.roots, self.targets)
        return self._pull_plan.bind(bound)


class Bound:
    """The buffers of a plan, for one sample or for a batch of them (a `tail` of axes behind each number)."""

    def __init__(self, plan, tail=()):
        self.numbers = np.zeros((plan.size, *tail))
        self.nbytes = self.numbers.nbytes
        self.operands = {}  # group -> its arguments and result, as the backward pass needs them
        self.steps = []
        self.rows = []
        self.numbers[: len(plan.sources)] = plan.initial.reshape(-1, *(1 for _ in tail))
        for step in plan.steps:
            if isinstance(step, Pass):
                self._pass(plan, step)
            else:
                self._group(step, tail)

    def _group(self, group, tail):
        arguments = []
        for where in group.operands:
            if isinstance(where, slice):
                arguments.append(self.numbers[where])
                continue
            buffer = np.empty((*where.shape, *tail))
            self.nbytes += buffer.nbytes + where.nbytes
            self.steps.append((self.numbers.take, (where, 0, buffer, "clip")))
            arguments.append(buffer)
        out = self.numbers[group.start : group.stop]
        kind = group.kind
        size = out.nbytes + sum(x.nbytes for x in arguments if x.base is not self.numbers)
        self.rows.append((f"sum of {len(arguments[0])}" if group.sums else kind.name, group.count, group.level, size))
        if group.sums:
            self.steps.append((np.add.reduce, (*arguments, 0, None, out)))
        elif kind is RELU:
            self.steps.append((partial(np.maximum, out=out), (*arguments, 0.0)))
        elif kind is POWER:
            self.steps.append((_power, (*arguments, out)))
        elif kind.ufunc:
            self.steps.append((partial(kind.forward, out=out), arguments))
        else:
            self.steps.append((_fill, (kind.forward, arguments, out)))
        self.operands[id(group)] = (*arguments, out)

    def _pass(self, plan, step):
        pull = PullPlan(plan, [step.root], step.targets).bind(self)
        self.nbytes += pull.nbytes
        self.rows.append(("backward", len(step.targets), step.level, pull.nbytes))
        seed, found = self.numbers[step.seed : step.seed + 1], self.numbers[step.start : step.stop]
        self.steps.append((_go_back, (pull, seed, found)))

    def run(self):
        """Compute every number from the sources."""
        for function, arguments in self.steps:
            function(*arguments)


def _power(a, b, out):
    np.power(a, b, out=out)
    if not np.isfinite(out).all():  # newer NumPys take the square root of one number for b = 0.5, as Values do then
        np.copyto(out, POWER.scalar(-np.inf, 0.5), where=(a == -np.inf) & (b == 0.5))


def _fill(function, arguments, out):
    out[...] = function(*arguments)


def _go_back(pull, seed, found):
    pull.seeds[...] = seed
    found[...] = pull()
