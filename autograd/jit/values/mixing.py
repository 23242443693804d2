"""What a tape of Values does with Numbers: beside a Value, in NumPy's functions, and as conditions of choices."""

from __future__ import annotations

import operator

import numpy as np

from autograd.errors import RecordingError
from autograd.jit.program.number import Number
from autograd.jit.values.operations import GATE, gate
from autograd.jit.values.shown import get_data
from autograd.scalar.value import Value, _make


class Mixing:
    """The part of `ValueTape` that mixes Values and Numbers."""

    def operand(self, number):
        """A Number beside a Value: the float to compute with, remembered until the result arrives at `node`."""
        self.pending = (float(number.value), self.registers.of(number))
        return self.pending[0]

    def takes(self, inputs) -> bool:
        """Whether a NumPy function of these is about Values, rather than about arrays."""
        stack = list(inputs)
        seen = set()
        for x in stack:  # grows while it is read
            if isinstance(x, Value):
                return True
            if type(x) is Number and id(x) not in seen:
                seen.add(id(x))
                if x.op is None and x.operands[:1] == (self.registers,):
                    return True
                if self.used and id(x) in self.registers.sources:
                    return True
                stack += x.operands
        return False

    def ufunc(self, ufunc, method, inputs, kwargs):
        """A NumPy function of Numbers, or of a Number and a Value, whose turn it is then."""
        if any(isinstance(x, Value) for x in inputs):
            return NotImplemented
        if method != "__call__" or kwargs:
            raise RecordingError(f"np.{ufunc.__name__} of numbers of Values takes no keywords, and no .{method}")
        return self.apply(ufunc, inputs)

    def apply(self, function, args, convert=None):
        """A function without a derivative of Numbers and plain numbers."""
        args = [
            x.item() if isinstance(x, np.generic) or (isinstance(x, np.ndarray) and not x.ndim) else x for x in args
        ]
        raw = [x.value if type(x) is Number else x for x in args]
        y = function(*raw) if convert is None else convert(function(*raw))
        if not any(type(x) is Number for x in args):
            return y
        if not isinstance(y, int | float | np.number | np.bool_):
            raise RecordingError(f"{getattr(function, '__name__', function)} of a Value gives {type(y).__name__} here")
        return Number(y.item() if isinstance(y, np.generic) else y, function, tuple(args))

    def where(self, condition, x, y):
        """Both branches, each through a gate, so that a replay can take the other one."""
        if isinstance(condition, Value):
            condition = condition != 0
        return self._gated(x, condition) + self._gated(y, condition == 0)

    def _gated(self, x, condition):
        shut = condition.value if type(condition) is Number else condition
        if isinstance(x, Value):
            c = self.operand(condition) if type(condition) is Number else float(condition)
            return _make(GATE, float(get_data(x)) if shut else 0.0, x, c, c, None)
        raw = x.value if type(x) is Number else x
        return Number(raw if shut else 0.0, gate, (x, condition))

    def clip(self, y, low, high):
        for limit, beyond in ((low, operator.le), (high, operator.ge)):
            if type(limit) is float and limit != limit:
                y = y * 0.0 + limit  # a limit of nan is the result
            elif limit is not None:
                y = self.where(beyond(y, limit), limit, y)
        return y
