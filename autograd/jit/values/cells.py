"""Cells: the numbers of a program of Values, each computed once from older ones.

A cell is an input, a constant, an operation on one or two cells, a backward pass (an "event"), or a gradient that one
gave. A Value is known by the cell that it was made as; `parent_a` and `parent_b` are the cells of the Values that a
gradient goes back to, or -1. They differ from the operands `a` and `b` where a user wrote to `.data` in between.
"""

from __future__ import annotations

import operator
from functools import partial

import numpy as np

from autograd.errors import RecordingError
from autograd.jit.program.number import Number
from autograd.rules.table import ROWS
from autograd.scalar.operands import is_number

INPUT, CONSTANT, EVENT, GRADIENT = "input", "constant", "event", "gradient"


class Flat:
    """An operation on Numbers, through which no gradient goes: a NumPy ufunc, or any function of Python's numbers."""

    formulas = ()
    derivatives = ()

    def __init__(self, name, function, ufunc=False, sign=None):
        self.name = name
        self.sign = sign  # that of Python's comparison
        self.forward = function if ufunc else self._one_by_one
        self.ufunc = ufunc
        self.function = function

    def _one_by_one(self, *arrays):
        """Python's own answer for each number, so that it raises what eager Python raises, such as division by 0."""
        arrays = np.broadcast_arrays(*arrays)
        results = [self.scalar(*xs) for xs in zip(*(x.ravel().tolist() for x in arrays), strict=True)]
        return np.array(results, float).reshape(arrays[0].shape)

    def scalar(self, *xs):
        y = self.function(*xs)
        if isinstance(y, complex):
            raise RecordingError(f"{self.name} gave a complex number; a program of Values holds real ones")
        return float(y)


def gate(x, condition):
    """`x` where the condition holds, else 0: half of a where()."""
    return np.where(condition, x, 0.0)


class Gate:
    """`gate` as the rule of a Value; nothing goes back where it is shut."""

    name = "where"
    arguments = ("a", "b")
    formulas = ("b", "0")
    ufunc = False
    forward = staticmethod(gate)
    derivatives = (lambda a, b, y: b, lambda a, b, y: 0 * b)

    @staticmethod
    def scalar(x, condition):
        return x if condition else 0.0


GATE = Gate()
# Numbers and Values share the rows that are exact twins of Python's operators; division differs at 0.
_SHARED = {operator.add: "add", operator.sub: "subtract", operator.mul: "multiply", operator.neg: "negative",
           operator.pos: "positive", operator.abs: "abs"}  # fmt: skip
_COMPARE = {"<": (operator.lt, np.less), "<=": (operator.le, np.less_equal), ">": (operator.gt, np.greater),
            ">=": (operator.ge, np.greater_equal), "==": (operator.eq, np.equal),
            "!=": (operator.ne, np.not_equal)}  # fmt: skip
_KINDS = {
    **{op: ROWS[name] for op, name in _SHARED.items()},
    **{op: Flat(op.__name__, ufunc, True, sign) for sign, (op, ufunc) in _COMPARE.items()},
    gate: GATE,
}
# NumPy's numbers beside a Number arrive as the ufunc of the operator.
_KINDS |= {_KINDS[op].forward: _KINDS[op] for op in (*_SHARED, *(op for op, _ in _COMPARE.values()))}


def kind_of(op):
    """The operation on cells for a Number's `op`."""
    found = _KINDS.get(op)
    if found is None:
        found = _KINDS[op] = Flat(getattr(op, "__name__", repr(op)), op, isinstance(op, np.ufunc))
    return found


class Cells:
    """The table of cells: parallel lists, since there may be very many."""

    def __init__(self):
        self.kind, self.a, self.b, self.parent_a, self.parent_b, self.value = [], [], [], [], [], []
        self.fixed = []  # whether it is the same at every replay
        self.inputs = {}  # what an input stands for, such as ("data", value) -> cell
        self.constants = {}
        self.sources = {}  # id of a Number -> its cell
        self.kept = []  # those Numbers, so that an id is not used again

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
        cell = self.inputs.get(what)
        if cell is None:
            cell = self.inputs[what] = self.add(INPUT, value)
        return cell

    def constant(self, x):
        if x.__class__ is not float and x.__class__ is not int and not is_number(x):
            raise RecordingError(f"{type(x).__name__} {x!r:.60} among Values: wanted one real number")
        x = x.item() if hasattr(x, "item") else x
        key = x or str(x)  # 0.0 and -0.0 are two
        cell = self.constants.get(key)
        if cell is None:
            cell = self.constants[key] = self.add(CONSTANT, float(x), fixed=True)
        return cell

    def register(self, number, cell):
        self.sources[id(number)] = cell
        self.kept.append(number)

    def shown(self, cell, value):
        """A Number for what a cell holds; a plain number where that never changes."""
        return value if self.fixed[cell] else Number(value, None, (self, cell))

    def of(self, x):
        """The cell of a plain number or a Number; a Number's expression becomes cells, oldest first."""
        if x.__class__ is not Number:
            return self.constant(x)
        stack = [x]
        while stack:
            number = stack[-1]
            if id(number) not in self.sources:
                waiting = [n for n in number.operands if n.__class__ is Number and id(n) not in self.sources]
                if waiting:
                    stack += waiting
                    continue
                self.register(number, self._cell(number))
            stack.pop()
        return self.sources[id(x)]

    def _cell(self, number):
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
        cells = [self.sources[id(n)] if n.__class__ is Number else self.constant(n) for n in operands]
        if isinstance(number.value, int) and abs(number.value) > 2**53:
            raise RecordingError(f"an integer of {number.value}: a program of Values computes with floats up to 2**53")
        return self.add(kind_of(op), number.value, *cells)

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
