"""Levels: cells sorted so that those of one kind at one depth are computed by one NumPy call.

A long sum `a + b + c + ...`, whose partial sums nobody else asks for, counts as one operation: Python's `sum` would
otherwise be as many levels as it has terms. Its terms are added in the order in which Python adds them.
"""

from __future__ import annotations

import numpy as np

from autograd.jit.values.cells import CONSTANT, EVENT, GRADIENT, INPUT
from autograd.rules.table import ROWS

ADD = ROWS["add"]
NARROW = 6  # operations in a level: for fewer, Python's own floats are much quicker
LONGEST = 20_000  # operations in one text, which takes its time to compile


class Recipe:
    """What is to be computed: the cells to show, those that gradients start from (`roots`) and go to (`targets`).

    `inputs` says for each input cell what it stands for, in the order in which inputs are given.
    """

    def __init__(self, cells, inputs, shown, roots):
        self.cells = cells
        self.shown = shown
        self.roots = roots
        wanted = shown + roots
        self.needed = _needed(cells, wanted)
        self.inputs = [cell for cell in inputs if self.needed[cell]]
        self.targets = [cell for cell in self.inputs if inputs[cell][0] == "data"] + roots
        self.terms = _long_sums(cells, self.needed, wanted)
        self.groups = _levels(cells, self.needed, self.terms)
        self.count = sum(map(len, self.groups.values()))

    def is_narrow(self) -> bool:
        """Whether there is too little at one level to be worth NumPy's calls, and not too much for a text."""
        return self.count < NARROW * len(self.groups) and self.count < LONGEST


class Group:
    """Operations of one kind at one level; their results are `start` to `stop` of the program's numbers."""

    __slots__ = ("count", "kind", "level", "operands", "parents", "start", "stop", "sums")

    def __init__(self, kind, level, start, operands, parents, sums):
        self.kind = kind
        self.level = level
        self.count = parents[0].shape[-1] if parents else 0
        self.start = start
        self.stop = start + self.count
        self.operands = operands  # for each argument where to find it: a slice, or indices; of a sum, a matrix
        self.parents = parents  # the same for gradients, -1 where none goes; always indices
        self.sums = sums  # whether it is a long sum, of as many rows as there are terms


class Pass:
    """A backward pass: where its seed is, and where its gradients of which numbers go."""

    __slots__ = ("level", "root", "seed", "start", "stop", "targets")

    def __init__(self, level, root, seed, targets, start):
        self.level, self.root, self.seed, self.targets, self.start = level, root, seed, targets, start
        self.stop = start + len(targets)


class Plan:
    """The layout: `place[cell]` is where a cell's number stands (-1: nowhere); `steps`, groups and passes in order."""

    def __init__(self, recipe):
        cells, needed, terms, groups = recipe.cells, recipe.needed, recipe.terms, recipe.groups
        constants = [i for i in range(len(cells)) if needed[i] and cells.kind[i] is CONSTANT]
        self.sources = recipe.inputs + constants
        self.initial = np.array([cells.value[i] for i in self.sources], float)
        self.place = place = np.full(len(cells) + 1, -1)  # one more, so that -1 stays -1
        place[self.sources] = np.arange(len(self.sources))
        size = len(self.sources)
        order = sorted(groups)
        for key in order:
            members = groups[key]
            place[members] = np.arange(size, size + len(members))
            size += len(members)
        self.size = size
        self.steps = []
        a, b, parent_a, parent_b = (place[x] for x in (cells.a, cells.b, cells.parent_a, cells.parent_b))
        size = len(self.sources)
        for key in order:
            members = groups[key]
            level, _, length, _ = key
            kind = cells.kind[members[0]]
            if kind is GRADIENT:
                event = cells.a[members[0]]
                step = Pass(level, place[cells.a[event]], place[cells.b[event]], b[members], size)
            elif kind is EVENT:
                step = None  # computed for its gradients, if anybody reads one
            elif length:
                table = np.array([terms[i] for i in members])  # (members, terms, 2)
                operand, parent = place[table[:, :, 0].T], place[table[:, :, 1].T]
                step = Group(kind, level, size, [operand], [parent], True)
            else:
                at = members[0] if len(members) == 1 else np.array(members)
                two = cells.b[members[0]] >= 0
                operands = [_where(x[at]) for x in ((a, b) if two else (a,))]
                parents = [np.atleast_1d(x[at]) for x in ((parent_a, parent_b) if two else (parent_a,))]
                step = Group(kind, level, size, operands, parents, False)
            size += len(members)
            if step is not None:
                self.steps.append(step)
        self.groups = [step for step in self.steps if isinstance(step, Group)]


def _needed(cells, wanted):
    """For each cell whether the wanted ones cannot do without it; one byte more than there are cells."""
    needed = bytearray(len(cells) + 1)
    for i in wanted:
        needed[i] = 1
    a, b, parent_a, parent_b = cells.a, cells.b, cells.parent_a, cells.parent_b
    for i in range(len(cells) - 1, -1, -1):
        if needed[i]:
            needed[a[i]] = needed[b[i]] = needed[parent_a[i]] = needed[parent_b[i]] = 1  # [-1] is the spare place
    return needed


def _long_sums(cells, needed, wanted):
    """For each sum of three terms or more: its (cell, parent) pairs, from the left. The partial sums drop out."""
    kind, a, b, parent_a, parent_b = cells.kind, cells.a, cells.b, cells.parent_a, cells.parent_b
    uses = _uses(cells, needed, wanted)
    terms = {}
    for i, k in enumerate(kind):
        if k is ADD and needed[i]:
            x, y, p, q = a[i], b[i], parent_a[i], parent_b[i]
            if not (kind[x] is ADD and uses[x] == 1 and (p == x or p < 0)):
                x, y, p, q = y, x, q, p  # the order of two does not matter
                if not (kind[x] is ADD and uses[x] == 1 and (p == x or p < 0)):
                    continue
            before = terms.pop(x, None) or [(a[x], parent_a[x]), (b[x], parent_b[x])]
            if p < 0 and max(parent_a[x], parent_b[x]) >= 0:  # only the number was used, not the Value
                before = [(t, -1) for t, _ in before]
            before.append((y, q))
            terms[i] = before
            needed[x] = 0
    return terms


def _uses(cells, needed, wanted):
    """How often each cell is asked for, where 2 stands for any way but as the operand of one operation."""
    alive = np.frombuffer(needed, np.uint8)[:-1] != 0
    uses = np.zeros(len(cells) + 1, int)
    uses[np.array(wanted, int)] = 2
    for operand, parent in ((cells.a, cells.parent_a), (cells.b, cells.parent_b)):
        operand, parent = np.array(operand, int)[alive], np.array(parent, int)[alive]
        uses += np.roll(np.bincount(operand + 1, minlength=len(uses)), -1)  # -1 stays at the end
        uses[parent[parent != operand]] = 2
    for i, kind in enumerate(cells.kind):
        if kind is EVENT or kind is GRADIENT:
            uses[cells.a[i]] = uses[cells.b[i]] = 2
    return uses.tolist()


def _levels(cells, needed, terms):
    """(level, number of the kind, terms of a long sum, whatever else differs) -> the cells in that group."""
    kind, a, b, parent_a, parent_b = cells.kind, cells.a, cells.b, cells.parent_a, cells.parent_b
    level = [0] * (len(cells) + 1)
    level[-1] = -1
    deepest = 0
    groups = {}
    kinds = {}
    for i, k in enumerate(kind):
        if not needed[i] or k is INPUT or k is CONSTANT:
            continue
        length = 0
        if k is ADD and i in terms:
            here = 0
            for pair in terms[i]:
                for x in pair:
                    if level[x] > here:
                        here = level[x]
                length += 1
            here += 1
        elif k is EVENT:
            here = 1 + deepest
        elif k is GRADIENT:
            here = level[a[i]]
        else:
            x, y, p, q = a[i], b[i], parent_a[i], parent_b[i]
            here = max(level[x], level[y])
            if (p >= 0 and p != x) or (q >= 0 and q != y):
                here = max(here, level[p], level[q])
            here += 1
        level[i] = here
        if here > deepest:
            deepest = here
        key = (here, kinds.setdefault(k, len(kinds)), length, a[i] if k is GRADIENT else b[i] >= 0)
        group = groups.get(key)
        if group is None:
            groups[key] = [i]
        else:
            group.append(i)
    return groups


def _where(at):
    """A slice for indices that step evenly or stay the same, as they can be read without a copy."""
    if at.ndim == 0 or len(at) == 1:
        first = int(at if at.ndim == 0 else at[0])
        return slice(first, first + 1)
    first, step = int(at[0]), int(at[1] - at[0])
    if step >= 0 and (at[1:] - at[:-1] == step).all():
        return slice(first, first + 1) if step == 0 else slice(first, int(at[-1]) + 1, step)
    return at
