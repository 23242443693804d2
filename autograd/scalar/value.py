"""Value: one number that remembers where it came from.

Its operators and methods are made from the table's rows: for each, a small function is compiled from the row's formula
text, which computes the result and the derivative at once, as plain floats. `print(Value.__mul__.source)` shows one.
"""

from __future__ import annotations

import operator

import numpy as np

from autograd.engine.graph import next_serial
from autograd.engine.modes import ACTIVE, look_at_value, tracking, value_observer
from autograd.rules.arrays import array_of
from autograd.rules.table import ROWS, Elementwise
from autograd.scalar import dispatch, micrograd, operands
from autograd.scalar.backward import accumulate, pairs
from autograd.scalar.methods import compile_method
from autograd.scalar.operands import as_number, flat

_new = object.__new__


def _compare(function):
    def operator(self, other):
        return function(self.data, array_of(other))

    return operator


class Value:
    """A number whose operations are recorded, so that `backward()` can tell how a result depends on it.

    >>> a, b = Value(2.0, name="a"), Value(-3.0, name="b")
    >>> c = (a * b + 10).tanh()
    >>> c.backward()
    >>> round(a.grad, 6), round(b.grad, 6)
    (-0.004023, 0.002682)

    `.grad` is None until a backward pass reaches the Value. Every node of the graph shows its gradient; those of
    variables add up over several passes until set to 0 (or None) again.
    """

    # `_a`, `_b`: the operands (a Value, a constant or None). `_da`, `_db`: the local derivatives, None for constants.
    __slots__ = ("__weakref__", "_a", "_b", "_da", "_db", "_rule", "_serial", "data", "grad", "name")

    def __init__(self, x, name=None):
        if type(x) is not float:
            x = as_number(x, self)
        self.data = x
        self.grad = None
        self.name = name
        self._rule = self._a = self._b = self._da = self._db = None
        self._serial = next_serial()

    # -- gradients ----------------------------------------------------------------------------------------------
    def backward(self, seed=1.0, create_graph=False) -> None:
        """Set `.grad` on every Value that this one was computed from; variables add to what they have."""
        if ACTIVE and value_observer.get() is not None:
            value_observer.get().backward(self, seed, create_graph)
        else:
            accumulate(pairs(self, seed, create_graph))

    @property
    def op(self) -> str | None:
        """The name of the operation that made this Value; None for a variable."""
        return None if self._rule is None else self._rule.name

    @property
    def parents(self) -> tuple[Value, ...]:
        """The Values that this one was computed from, in order, each as often as it was used."""
        return tuple(p for p, d in ((self._a, self._da), (self._b, self._db)) if d is not None)

    @property
    def is_leaf(self) -> bool:
        """Whether this is a variable rather than a result."""
        return self._rule is None

    def item(self) -> float:
        """The number, outside the graph."""
        return self.data

    def detach(self) -> Value:
        """A new variable with the same number, cut off from the graph."""
        return Value(self.data, self.name)

    __array_ufunc__ = dispatch.array_ufunc
    __array_function__ = dispatch.array_function
    clip = dispatch.clip
    _prev, _op, label = micrograd.children, micrograd.sign, micrograd.label

    def _constant(self, number):
        """A number that is no longer this one, yet was made from it: its slope is 0."""
        return _make(ROWS["positive"], float(number), self, 0.0)

    def __apply__(self, rule, args, settings):
        if not isinstance(rule, Elementwise) or settings:
            raise TypeError(f"{rule.name} works on arrays; make a Tensor for it, Value is a single number")
        return METHODS[rule.name](*args) if isinstance(args[0], Value) else _reflected(rule, *args)

    # -- comparisons give plain bools; hashing is by identity, so Values can be dictionary keys ------------------------
    __eq__ = _compare(operator.eq)
    __ne__ = _compare(operator.ne)
    __lt__ = _compare(operator.lt)
    __le__ = _compare(operator.le)
    __gt__ = _compare(operator.gt)
    __ge__ = _compare(operator.ge)
    __hash__ = object.__hash__

    def __bool__(self):
        return bool(self.data != 0)

    # -- flat functions give plain numbers -----------------------------------------------------------------------------
    def __floordiv__(self, other):
        return flat(np.floor_divide, self.data, array_of(other), convert=float)

    def __rfloordiv__(self, other):
        return flat(np.floor_divide, array_of(other), self.data, convert=float)

    def __round__(self, digits=None):
        return round(self.data, digits)

    # -- the ways out of the graph that would lose it silently -------------------------------------------------------
    __float__ = __int__ = __index__ = __complex__ = __trunc__ = __floor__ = __ceil__ = dispatch.refuse_number
    __array__ = dispatch.refuse_array

    def __repr__(self):
        name = f", name={self.name!r}" if self.name else ""
        grad = "" if self.grad is None else f", grad={array_of(self.grad):.6g}"
        return f"Value(data={self.data:.6g}{grad}{name})"

    def __format__(self, spec):
        return format(self.data, spec) if spec else repr(self)

    def __deepcopy__(self, memo):
        copy = Value(self.data, self.name)
        copy.grad = self.grad
        return copy

    __copy__ = detach

    def __reduce__(self):
        return Value, (self.data, self.name)


def _make(rule, y, a, da, b=None, db=None):
    out = _new(Value)
    out.data = y
    out.grad = out.name = None
    out._rule, out._a, out._b, out._da, out._db = rule, a, b, da, db
    out._serial = next_serial()
    return _special(out) if ACTIVE else out


def _special(out):
    """What the modes ask for: somebody who observes, a look at the number, no graph under `no_grad`."""
    if (who := value_observer.get()) is not None:
        return who.node(out)
    look_at_value(out)
    return out if tracking.get() else Value(out.data)


def _slow(rule, i, *args):
    """A derivative at a point where Python's floats raise: the same formula on NumPy's."""
    with np.errstate(all="ignore"):
        return float(rule.derivatives[i](*map(np.float64, args)))


# -- methods compiled from the rows -----------------------------------------------------------------------------------
_NAMES = {"Value": Value, "new": _new, "slow": _slow, "special": _special, "ACTIVE": ACTIVE, "next_serial": next_serial,
          "operand": operands.operand}  # fmt: skip
METHODS = {name: compile_method(rule, _NAMES) for name, rule in ROWS.items() if isinstance(rule, Elementwise)}


def _reflected(rule, a, b):
    """`constant (op) value`: only the second argument is a variable."""
    a = operands.operand(rule, a)
    x = b.data
    y = rule.scalar(a, x)
    return _make(rule, float(y), a, None, b, _slow(rule, 1, a, x, y))


def _reflect(name):
    rule = ROWS[name]

    def operator(self, other):
        return _reflected(rule, other, self)

    return operator


for _name, _method in METHODS.items():
    setattr(Value, _name, _method)
for _operator, _name in {
    "__add__": "add", "__sub__": "subtract", "__mul__": "multiply", "__truediv__": "divide", "__pow__": "power",
    "__mod__": "remainder", "__neg__": "negative", "__pos__": "positive", "__abs__": "abs",
}.items():  # fmt: skip
    setattr(Value, _operator, METHODS[_name])
# Sums and products do not mind the order, so the quick method serves both sides.
Value.__radd__ = Value.__add__
Value.__rmul__ = Value.__mul__
for _operator, _name in {
    "__rsub__": "subtract", "__rtruediv__": "divide", "__rpow__": "power", "__rmod__": "remainder",
}.items():  # fmt: skip
    setattr(Value, _operator, _reflect(_name))
