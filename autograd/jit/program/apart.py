"""Results that are arrays of their own, and that share memory where they do in Python and nowhere else."""

from __future__ import annotations

import itertools
import operator

from autograd.jit.program import calls
from autograd.jit.program.steps import Step, Var, substitute


def keep_apart(steps, results, roots):
    """The steps and results, with copies at the end where two results have to be told apart, or belong together.

    `roots` says whose memory the results looked at when they were traced. Two with one root share memory (an array and
    a view of it) when they are given back too. Two with different roots do not, though common subexpressions made
    them one; and what were two objects are two.
    """
    groups: dict[Var, list[int]] = {}  # what shared memory, by number of the result
    for i, (old, new) in enumerate(zip(roots, results, strict=True)):
        if old is not None and type(new) is Var and not new.scalar and new.root.place is None:
            groups.setdefault(old, []).append(i)
    owned: set[Var] = set()
    steps, results = list(steps), list(results)
    for members in groups.values():
        root = results[members[0]].root
        if len(members) > 1 or root in owned:
            again = _Again(steps, root)
            for i in members:
                results[i] = again.of(results[i])
        owned.add(root)
    given: set[Var] = set()
    for i, var in enumerate(results):
        if type(var) is Var and not var.scalar:
            if var in given:
                results[i] = var = _another(var, steps)
            given.add(var)
    return steps, results


def _another(var, steps) -> Var:
    """A view of all of an array."""
    new = _like(var, steps, var.root)
    new.step = Step("view", operator.getitem, (var, ...), {}, (new,), False)
    steps.append(new.step)
    return new


class _Again:
    """A copy of an array, and the views of it made again."""

    def __init__(self, steps, root):
        self.steps = steps
        self.root = _like(root, steps)
        self.root.fresh = True
        self.known = {root: self.root}
        self.root.step = Step("out", calls.copy, (root,), {}, (self.root,), False)
        steps.append(self.root.step)

    def of(self, var) -> Var:
        if var not in self.known:
            step = var.step
            parent = next(x for x in step.reads if x.root is var.root)
            outs = tuple(_like(out, self.steps, self.root) for out in step.outs)
            again = Step(step.kind, step.function, substitute(step.args, {parent: self.of(parent)}), step.kwargs, outs,
                         False)  # fmt: skip
            for old, new in zip(step.outs, outs, strict=True):
                new.step = again
                self.known[old] = new
            self.steps.append(again)
        return self.known[var]


def _like(var, steps, root=None):
    found = itertools.chain([var], *((*step.made, *step.reads) for step in steps))
    new = var.copied(1 + max(x.index for x in found))
    new.root = new if root is None else root
    return new
