"""Registers: the numbers of a program of Values, each computed once from older ones.

A register is an input, a constant, an operation on one or two registers, a backward pass (an "event"), or a gradient
that one gave. A Value is known by the register that it was made as; `parent_a` and `parent_b` are the registers of the
Values that a gradient goes back to, or -1. They differ from the operands `a` and `b` where a user wrote to `.data` in
between.
"""

from __future__ import annotations

from functools import partial

from autograd.errors import RecordingError
from autograd.jit.program.number import Number
from autograd.jit.values.operations import kind_of
from autograd.scalar.operands import is_number

INPUT, CONSTANT, EVENT, GRADIENT = "input", "constant", "event", "gradient"


class Registers:
    """The table of registers: parallel lists, since there may be very many."""

    def __init__(self):
        self.kind, self.a, self.b, self.parent_a, self.parent_b, self.value = [], [], [], [], [], []
        self.fixed = []  # whether it is the same at every replay
        self.inputs = {}  # what an input stands for, such as ("data", value) -> register
        self.constants = {}
        self.sources = {}  # the id of a Number -> its register
        self.numbers = []  # those, kept
        self._shown = {}  # register and type -> the Number that shows it

    def __len__(self):
        return len(self.kind)

    def add(self, kind, value, a=-1, b=-1, parent_a=-1, parent_b=-1, fixed=False):
        self.kind.append(kind)
        self.value.append(value)
        self.a.append(a)
        self.b.append(b)
        self.parent_a.append(parent_a)
        self.parent_b.append(parent_b)
        self.fixed.append(fixed)
        return len(self.kind) - 1

    def input(self, what, value):
        register = self.inputs.get(what)
        if register is None:
            register = self.inputs[what] = self.add(INPUT, value)
        return register

    def constant(self, x):
        if type(x) is not float and type(x) is not int and not is_number(x):
            raise RecordingError(f"{type(x).__name__} {x!r:.60} among Values: wanted one real number")
        x = x.item() if hasattr(x, "item") else x
        key = x or str(x)  # 0.0 and -0.0 are two
        register = self.constants.get(key)
        if register is None:
            register = self.constants[key] = self.add(CONSTANT, float(x), fixed=True)
        return register

    def shown(self, register, value):
        """A Number for what a register holds, always the same one; a plain number where that never changes."""
        if self.fixed[register]:
            return value
        key = register, type(value)
        if key not in self._shown:
            self._shown[key] = Number(value, None, (self, register))
        return self._shown[key]

    def source(self, number, register):
        """Say in which register a Number is."""
        self.sources[id(number)] = register
        self.numbers.append(number)

    def of(self, x):
        """The register of a plain number or a Number; a Number's expression becomes registers, oldest first."""
        if type(x) is not Number:
            return self.constant(x)
        stack = [x]
        while stack:
            number = stack[-1]
            if id(number) not in self.sources:
                waiting = [n for n in number.operands if type(n) is Number and id(n) not in self.sources]
                if waiting:
                    stack += waiting
                    continue
                self.source(number, self._register(number))
            stack.pop()
        return self.sources[id(x)]

    def _register(self, number):
        if number.op is None:
            if not number.operands or number.operands[0] is not self:
                raise RecordingError(
                    "a number that was computed from arrays, or in another recording, meets a Value; a program of "
                    "Values takes its numbers from Values and from plain arguments"
                )
            return number.operands[1]
        op, operands = number.op, number.operands
        if op is round:
            op, operands = partial(round, ndigits=operands[1]), operands[:1]
        if not 1 <= len(operands) <= 2:
            raise RecordingError(
                f"{getattr(op, '__name__', op)} of {len(operands)} numbers among Values: not supported"
            )
        registers = [self.sources[id(n)] if type(n) is Number else self.constant(n) for n in operands]
        if isinstance(number.value, int) and abs(number.value) > 2**53:
            raise RecordingError(f"an integer of {number.value}: a program of Values computes with floats up to 2**53")
        return self.add(kind_of(op), number.value, *registers)

    def dependence(self, roots, targets):
        """For each root, which of the targets it depends on, by position."""
        bits = [0] * (len(self) + 1)
        for k, i in enumerate(roots):
            bits[i] |= 1 << k
        parent_a, parent_b = self.parent_a, self.parent_b
        for i in range(max(roots, default=-1), -1, -1):
            if bits[i]:
                bits[parent_a[i]] |= bits[i]  # [-1] is a spare place
                bits[parent_b[i]] |= bits[i]
        return [[j for j, i in enumerate(targets) if bits[i] >> k & 1] for k in range(len(roots))]
