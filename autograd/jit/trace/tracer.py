"""Traced: the stand-in for an array while a function is traced.

It computes at once, with the numbers of this call, and puts the same call on the tape. It is no ndarray, so that
nothing in NumPy can read its numbers past the tape; what would need them (`if`, `float()`, an index that decides a
shape) is refused with what to write instead.
"""

from __future__ import annotations

import functools
import operator

import numpy as np

from autograd.engine.methods import Operators
from autograd.engine.modes import observer
from autograd.errors import refuse
from autograd.jit.program import calls
from autograd.jit.program.number import Number, asked_by_library
from autograd.jit.trace.numpy_calls import CHOICE, call, call_ufunc, write
from autograd.jit.trace.standin import StandIn, beside, concrete

_POWERS = {2: np.square, 0.5: np.sqrt, -1: np.reciprocal, 1: np.positive}


_ADDRESSES = {"__array_interface__", "__array_struct__", "__dlpack__", "__dlpack_device__"}
_ANSWERED = {*_ADDRESSES, "__floor__", "__ceil__", "__trunc__"}


def _refused(what, instead):
    def method(self, *args, **kwargs):
        raise refuse(what, instead)

    return method


def _base(self):
    if not asked_by_library():
        raise refuse("x.base of an array", "np.shares_memory(x, y) says whether two arrays are views of one another")
    return None if self.ref.root is self.ref else self.ref.root


def stand_in(array, ref, tape) -> Traced:
    """What stands for an array, or for one of NumPy's numbers."""
    return (TracedArray if isinstance(array, np.ndarray) else Traced)(array, ref, tape)


class Traced(StandIn, np.lib.mixins.NDArrayOperatorsMixin):
    """A StandIn that takes part in NumPy's calls, operators and methods. As it is, it stands for a number of NumPy."""

    __slots__ = ()
    __array_priority__ = 50

    # -- NumPy's protocols --------------------------------------------------------------------------------------------
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if observer.get() is not self.tape:
            beside(self.tape)
            return getattr(ufunc, method)(*concrete(inputs), **concrete(kwargs))
        return call_ufunc(self.tape, ufunc, method, inputs, kwargs)

    def __array_function__(self, function, types, args, kwargs):
        if any(hasattr(kind, "__apply__") for kind in types):
            return NotImplemented  # a Tensor is among them, and applies it as its own
        if observer.get() is not self.tape:
            beside(self.tape)
            return function(*concrete(args), **concrete(kwargs))
        return call(self.tape, function, args, kwargs)

    def __row__(self, rule, args, settings):
        """A row applied to plain arrays: call by call where its body can be traced so, else as one call."""
        if observer.get() is not self.tape:
            beside(self.tape)
            return rule.forward(*concrete(args), **concrete(settings))
        return self.tape.forward(rule, args, settings)

    # Who asks what it is hears what it stands for.
    __class__ = property(lambda self: type(self.array))
    base = property(_base)
    T, mT, real, imag = Operators.T, Operators.mT, Operators.real, Operators.imag

    def __eq__(self, other):
        return self.array == other if _is_no_number(other) else np.equal(self, other)

    def __ne__(self, other):
        return self.array != other if _is_no_number(other) else np.not_equal(self, other)

    def __pow__(self, other):
        # As NumPy's own operator has it, which knows quicker functions for some exponents.
        if type(other) is Number or (self.ref.scalar and not getattr(other, "ndim", 0)):
            return call(self.tape, calls.power, (self, other), {}) if _is_alone(other) else NotImplemented
        quicker = _POWERS.get(other) if type(other) in (int, float) and self.dtype.kind in "fc" else None
        return np.power(self, other) if quicker is None else quicker(self)

    def __rpow__(self, other):
        if self.ref.scalar and _is_alone(other) and not getattr(other, "ndim", 0):
            return call(self.tape, calls.power, (other, self), {})
        return np.power(other, self)

    def __repr__(self):
        if asked_by_library() or not self.tape.open:
            return f"<{self.dtype} {self.shape} of a recording>"
        return self.__str__()

    def __dir__(self):
        return dir(self.array)

    # -- indexing and methods -----------------------------------------------------------------------------------------
    __iter__ = None  # having __getitem__ is not enough

    def __getitem__(self, index):
        parts = index if isinstance(index, tuple) else (index,)
        if any(isinstance(part, StandIn) and part.dtype.kind == "b" for part in parts):
            raise refuse("indexing with a computed mask", "Its shape would depend on the numbers; use np.where")
        return call(self.tape, operator.getitem, (self, index), {})

    def reshape(self, *shape, **settings):
        if not shape and not settings:
            raise TypeError("reshape() takes exactly 1 argument (0 given)")
        return Operators.reshape(self, *shape, **settings)

    def conj(self):
        return np.conj(self) if self.dtype.kind == "c" or self.ref.scalar else self

    conjugate = conj

    def transpose(self, *axes):
        return np.transpose(self, axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes or None)

    def __array_namespace__(self, *, api_version=None):
        return np

    def astype(self, dtype, order="K", casting="unsafe", subok=True, copy=True):
        if order != "K":
            raise refuse(f"astype(order={order!r})", "Leave order= away, or copy with x.copy(order)")
        if not np.can_cast(self.dtype, dtype, casting):
            raise TypeError(f"Cannot cast array data from {self.dtype!r} to {np.dtype(dtype)!r} by {casting!r}")
        if not copy and self.dtype == dtype:
            return self
        return call(self.tape, calls.cast, (self, np.dtype(dtype)), {})

    def copy(self, order="C"):
        if order not in ("C", "F", "A", "K"):
            raise TypeError(f"order must be one of 'C', 'F', 'A' and 'K', not {order!r}")
        if self.ref.scalar:
            return self
        flags = self.array.flags
        if order == "A":
            order = "F" if flags.f_contiguous and not flags.c_contiguous else "C"
        if order == "F":
            return self.T.copy().T
        by_rows = order == "C" and self.ndim > 1 and not flags.c_contiguous
        return call(self.tape, calls.copy_by_rows if by_rows else calls.copy, (self,), {})

    def __copy__(self):
        return self.copy("K")

    def __deepcopy__(self, memo):
        return memo.setdefault(id(self), self.copy("K"))

    def fill(self, value):
        self[...] = value

    def flatten(self, order="C"):
        return np.ravel(self, order).copy()

    # -- what would need the numbers ----------------------------------------------------------------------------------
    __bool__ = _refused("bool() of an array (as in if, while, and, or, assert)", CHOICE)
    __hash__ = _refused("hash() of a number (as in a set, or as the key of a dict)", CHOICE)
    __float__ = __int__ = __complex__ = __index__ = __round__ = _refused(
        "float() or int() of an array (as in filling a plain one: a[i] = x)",
        "Use it as it is, with np.* functions, np.stack instead of filling, or return it and take the number outside",
    )
    view = _refused("ndarray.view", "Use astype, or reshape")
    item = tolist = tobytes = __str__ = __format__ = __reduce_ex__ = __buffer__ = _refused(
        "taking the numbers out (.item(), .tolist(), printing)", "Return the array, and take its numbers outside"
    )
    __array__ = _refused(
        "making a plain array of it",
        "Use np.stack to join arrays and np.take_along_axis to index one; what needs a plain array has to stay outside",
    )

    def __getattr__(self, name):
        if name[0] == "_" and name not in _ANSWERED:
            raise AttributeError(name)
        found = getattr(type(self.array), name, None)
        if name in _ADDRESSES:
            self.__array__()
        if found is None:
            raise AttributeError(f"{type(self.array).__name__!r} object has no attribute {name!r} while jit records")
        what = f"{type(self.array).__name__}.{name}", "Use a function of NumPy, such as np.sort(x) for x.sort()"
        if not callable(found):
            raise refuse(*what)
        return functools.partial(_refused(*what), self)


class TracedArray(Traced):
    """A stand-in with what arrays have and NumPy's numbers have not."""

    __slots__ = ()
    __hash__ = None
    __contains__ = _refused("`in`", "Use np.any(x == value)")

    def __len__(self):
        return len(self.array)

    def __iter__(self):
        if not self.shape:
            return iter(self.array)  # which says that it cannot be
        return (self[i] for i in range(len(self)))

    def __delitem__(self, index):
        raise ValueError("cannot delete array elements")

    def __setitem__(self, index, value):
        write(self.tape, operator.setitem, self, (self, index, value), {})


def _is_alone(x) -> bool:
    """Whether it is a plain number, one of NumPy's, or what stands for them; no Tensor and no Value."""
    return type(x) is Number or isinstance(x, StandIn | np.generic | int | float | complex)


def _is_no_number(x) -> bool:
    """Whether no number is equal to it, whatever it is."""
    return x is None or isinstance(x, str | bytes)


def _method(function):
    def method(self, *args, **kwargs):
        return function(self, *args, **kwargs)

    return method


# What is known without the numbers, and the methods that are NumPy's functions of the same name.
for _name in ("shape", "dtype", "ndim", "size", "nbytes", "itemsize", "strides", "flags"):
    setattr(Traced, _name, property(operator.attrgetter(f"array.{_name}")))
for _name in (
    "sum", "mean", "prod", "max", "min", "any", "all", "var", "std", "argmax", "argmin", "argsort", "cumsum", "cumprod",
    "dot", "ravel", "squeeze", "swapaxes", "round", "clip", "take", "repeat", "diagonal", "trace",
    "nonzero",
):  # fmt: skip
    setattr(Traced, _name, _method(getattr(np, _name)))

# A number is not changed in place: `s += 1` is a new one.
for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift", "and", "or", "xor"):
    setattr(TracedArray, f"__i{_name}__", getattr(Traced, f"__i{_name}__"))
    setattr(Traced, f"__i{_name}__", getattr(Traced, f"__{_name}__"))
