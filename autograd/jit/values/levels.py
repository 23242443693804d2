"""Levels: registers sorted so that those of one kind at one depth are computed by one NumPy call.

A long sum `a + b + c + ...`, whose partial sums nobody else asks for, counts as one operation: Python's `sum` would
otherwise be as many levels as it has terms. Its terms are added in the order in which Python adds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from autograd.jit.values.pullback import Pullback
from autograd.jit.values.registers import CONSTANT, EVENT, GRADIENT, INPUT
from autograd.rules.table import ROWS

ADD = ROWS["add"]
NARROW = 6  # operations in a level: for fewer, Python's own floats are much quicker
LONGEST = 100_000  # operations in one text, which takes its time to compile


class Levels:
    """What is to be computed: the registers to show, those that gradients start from (`roots`) and go to (`targets`).

    `inputs` says for each input register what it stands for, in the order in which inputs are given.
    """

    def __init__(self, registers, inputs, shown, roots):
        self.registers = registers
        self.shown = shown
        self.roots = roots
        wanted = shown + roots
        self.uses = _uses(registers, wanted)
        self.inputs = [register for register in inputs if self.uses[register]]
        self.targets = [register for register in self.inputs if inputs[register][0] == "data"] + roots
        self.terms = _long_sums(registers, self.uses)
        self.groups = _levels(registers, self.uses, self.terms)
        self.count = sum(map(len, self.groups.values()))

    def is_narrow(self) -> bool:
        """Whether there is too little at one level to be worth NumPy's calls, and not too much for a text."""
        return self.count < NARROW * len(self.groups) and self.count < LONGEST


@dataclass(eq=False, slots=True)
class Group:
    """Operations of one kind at one level; their results are `start` to `stop` of the program's numbers."""

    kind: object
    level: int
    start: int
    stop: int
    operands: list  # for each argument where to find it: a slice, or indices; of a sum, a matrix
    parents: list  # the same for gradients, -1 where none goes; always indices
    sums: bool  # whether it is a long sum, of as many rows as there are terms


@dataclass(eq=False, slots=True)
class Event:
    """A backward pass among the groups: where its seed is, and which gradients it gives."""

    level: int
    start: int
    stop: int
    seed: int
    pullback: Pullback


class Layout:
    """Where the numbers of the levels stand, all in one array, and what is computed from where, group by group."""

    def __init__(self, levels):
        registers, kind, groups = levels.registers, levels.registers.kind, levels.groups
        sources = levels.inputs + [i for i in range(len(registers)) if levels.uses[i] and kind[i] is CONSTANT]
        self.given = len(levels.inputs)
        self.initial = np.array([registers.value[i] for i in sources], float)
        order = sorted(groups)
        members = [i for key in order for i in groups[key]]
        self.size = len(sources) + len(members)
        place = np.full(len(registers) + 1, -1)  # one more, so that -1 stays -1
        place[[*sources, *members]] = np.arange(self.size)
        self.shown, self.roots, self.targets = (
            place[np.array(x, int)] for x in (levels.shown, levels.roots, levels.targets)
        )
        a, b, parent_a, parent_b = (
            place[x] for x in (registers.a, registers.b, registers.parent_a, registers.parent_b)
        )
        self.groups = []
        stop = len(sources)
        for key in order:
            level, _, length, _ = key
            at = np.array(groups[key])
            first, start, stop = at[0], stop, stop + len(at)
            if kind[first] is GRADIENT:
                event = registers.a[first]
                self.groups.append(Event(level, start, stop, b[event], Pullback(self, [a[event]], b[at])))
            elif length:
                table = np.array([levels.terms[i] for i in groups[key]])  # (members, terms, 2)
                operand, parent = place[table.T]
                self.groups.append(Group(ADD, level, start, stop, [operand], [parent], True))
            elif kind[first] is not EVENT:  # that is computed for its gradients, if anybody reads one
                both = slice(2 if registers.b[first] >= 0 else 1)
                operands = [_where(x[at]) for x in (a, b)[both]]
                parents = [x[at] for x in (parent_a, parent_b)[both]]
                self.groups.append(Group(kind[first], level, start, stop, operands, parents, False))

    @cached_property
    def pullback(self):
        """The backward pass from the roots to the targets."""
        return Pullback(self, self.roots, self.targets)


def _uses(registers, wanted):
    """How often the wanted registers ask for each, 0 where they do without it: once for each operation that has it as
    an operand, and twice for any other way. There is a spare place at the end, for -1."""
    kind, a, b, parent_a, parent_b = registers.kind, registers.a, registers.b, registers.parent_a, registers.parent_b
    uses = [0] * (len(registers) + 1)
    for i in wanted:
        uses[i] = 2
    for i in range(len(registers) - 1, -1, -1):
        if uses[i]:
            x, y, p, q = a[i], b[i], parent_a[i], parent_b[i]
            often = 2 if kind[i] is EVENT or kind[i] is GRADIENT else 1
            uses[x] += often
            uses[y] += often
            if p != x:
                uses[p] += 2
            if q != y:
                uses[q] += 2
    return uses


def _long_sums(registers, uses):
    """For each sum of three terms or more: its (register, parent) pairs, from the left. The partial sums drop out."""
    kind, a, b, parent_a, parent_b = registers.kind, registers.a, registers.b, registers.parent_a, registers.parent_b
    terms = {}
    for i, k in enumerate(kind):
        if k is not ADD or not uses[i]:
            continue
        pairs = [(a[i], parent_a[i]), (b[i], parent_b[i])]
        for (x, p), other in zip(pairs, pairs[::-1], strict=True):  # the order of two does not matter
            if kind[x] is ADD and uses[x] == 1 and (p == x or p < 0):
                before = terms.pop(x, None) or [(a[x], parent_a[x]), (b[x], parent_b[x])]
                if p < 0 and max(parent_a[x], parent_b[x]) >= 0:  # only the number was used, not the Value
                    before = [(t, -1) for t, _ in before]
                terms[i] = before
                before.append(other)
                uses[x] = 0
                break
    return terms


def _levels(registers, uses, terms):
    """(level, number of the kind, terms of a long sum, whatever else differs) -> the registers in that group."""
    kind, a, b, parent_a, parent_b = registers.kind, registers.a, registers.b, registers.parent_a, registers.parent_b
    level = [0] * (len(registers) + 1)
    level[-1] = -1
    deepest = 0
    groups = {}
    kinds = {}
    for i, k in enumerate(kind):
        if not uses[i] or k is INPUT or k is CONSTANT:
            continue
        length = 0
        if i in terms:
            length = len(terms[i])
            here = 1 + max(level[x] for pair in terms[i] for x in pair)
        elif k is EVENT:
            here = 1 + deepest
        elif k is GRADIENT:
            here = level[a[i]]
        else:
            here = 1 + max(level[a[i]], level[b[i]], level[parent_a[i]], level[parent_b[i]])
        level[i] = here
        deepest = max(deepest, here)
        key = (here, kinds.setdefault(k, len(kinds)), length, a[i] if k is GRADIENT else b[i] >= 0)
        groups.setdefault(key, []).append(i)
    return groups


def _where(at):
    """A slice for indices that step evenly or stay the same, as they can be read without a copy."""
    first, step = int(at[0]), int(at[1] - at[0]) if len(at) > 1 else 0
    if step >= 0 and (at[1:] - at[:-1] == step).all():
        return slice(first, first + 1) if step == 0 else slice(first, int(at[-1]) + 1, step)
    return at
