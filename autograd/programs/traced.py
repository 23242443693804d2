"""Traced: the stand-in for an array while a function is recorded.

It computes at once, with the numbers of this call, and puts the same call on the tape. It is no ndarray, so that nothing in
NumPy can read its numbers past the tape; what would need them (`if`, `float()`, an index that decides a shape) is
refused with what to write instead.
"""

from __future__ import annotations

import operator

import numpy as np

from autograd.errors import RecordingError
from autograd.modes import value_tape
from autograd.programs import calls
from autograd.programs.numbers import Number
from autograd.programs.tape import Step, current, refuse

CHOICE = "Use np.where(condition, a, b), or decide outside the function"


def _method(function):
    def method(self, *args, **kwargs):
        return function(self, *args, **kwargs)

    return method


def _refused(what, instead):
    def method(self, *args, **kwargs):
        raise refuse(what, instead)

    return method


class Traced(np.lib.mixins.NDArrayOperatorsMixin):
    """An array of a recording: `array` has its numbers now, `ref` is what the program calls it."""

    __slots__ = ("__weakref__", "array", "ref", "tape")
    __traced__ = True
    __array_priority__ = 50

    def __init__(self, array, ref, tape):
        self.array = array
        self.ref = ref
        self.tape = tape

    # -- NumPy's protocols --------------------------------------------------------------------------------------------
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        tape = current()
        if tape is None or tape is not self.tape:
            return getattr(ufunc, method)(*concrete(inputs), **concrete(kwargs))
        return call_ufunc(tape, ufunc, method, inputs, kwargs)

    def __array_function__(self, function, types, args, kwargs):
        tape = current()
        if any(hasattr(kind, "__record__") for kind in types):
            return NotImplemented  # a Tensor is among them, and records it as its own
        if tape is None or tape is not self.tape:
            return function(*concrete(args), **concrete(kwargs))
        return call(tape, function, args, kwargs)

    # -- what is known without the numbers ------------------------------------------------------------------------------
    shape = property(lambda self: self.array.shape)
    dtype = property(lambda self: self.array.dtype)
    ndim = property(lambda self: self.array.ndim)
    size = property(lambda self: self.array.size)
    nbytes = property(lambda self: self.array.nbytes)
    itemsize = property(lambda self: self.array.itemsize)
    strides = property(lambda self: self.array.strides)
    flags = property(lambda self: self.array.flags)
    base = property(lambda self: None if self.ref.root is self.ref else self.ref.root)
    T = property(lambda self: np.transpose(self))
    real = property(lambda self: np.real(self))
    imag = property(lambda self: np.imag(self))

    def __len__(self):
        return len(self.array)

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __repr__(self):
        return f"<{self.dtype} {self.shape} of a recording>"

    __hash__ = object.__hash__

    # -- indexing and methods -------------------------------------------------------------------------------------------
    def __getitem__(self, index):
        if any(getattr(part, "dtype", None) == bool and hasattr(part, "__traced__") for part in _parts(index)):
            raise refuse("indexing with a computed mask", "Its shape would depend on the numbers; use np.where")
        return call(self.tape, operator.getitem, (self, index), {})

    def __setitem__(self, index, value):
        write(self.tape, operator.setitem, self, (self, index, value), {})

    def reshape(self, *shape, order="C"):
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, order=order)

    def transpose(self, *axes):
        return np.transpose(self, (axes[0] if len(axes) == 1 else axes) or None)

    def astype(self, dtype, copy=True, **kwargs):
        if not copy and self.dtype == dtype:
            return self
        return call(self.tape, calls.cast, (self, np.dtype(dtype)), {})

    def copy(self, order="C"):
        return call(self.tape, calls.copy, (self,), {})

    def fill(self, value):
        self[...] = value

    def view(self, *args):
        raise refuse("ndarray.view", "Use astype, or reshape")

    sum = _method(np.sum)
    mean = _method(np.mean)
    prod = _method(np.prod)
    max = _method(np.max)
    min = _method(np.min)
    any = _method(np.any)
    all = _method(np.all)
    var = _method(np.var)
    std = _method(np.std)
    argmax = _method(np.argmax)
    argmin = _method(np.argmin)
    argsort = _method(np.argsort)
    cumsum = _method(np.cumsum)
    cumprod = _method(np.cumprod)
    dot = _method(np.dot)
    ravel = _method(np.ravel)
    flatten = _method(lambda self: np.ravel(self).copy())
    squeeze = _method(np.squeeze)
    swapaxes = _method(np.swapaxes)
    conj = conjugate = _method(np.conj)
    round = _method(np.round)
    clip = _method(np.clip)
    take = _method(np.take)
    repeat = _method(np.repeat)
    diagonal = _method(np.diagonal)
    trace = _method(np.trace)
    nonzero = _method(np.nonzero)

    # -- what would need the numbers ------------------------------------------------------------------------------------
    __bool__ = _refused("bool() of an array (as in if, while, and, or, assert)", CHOICE)
    __contains__ = _refused("`in`", "Use np.any(x == value)")
    __float__ = __int__ = __complex__ = __index__ = __round__ = _refused(
        "float() or int() of an array", "Use it as it is, with np.* functions; return it, and take the number outside"
    )
    item = tolist = tobytes = __format__ = _refused(
        "taking the numbers out (.item(), .tolist(), printing)", "Return the array, and take its numbers outside"
    )
    __array__ = _refused(
        "making a plain array of it",
        "Use np.stack to join arrays and np.take_along_axis to index one; what needs a plain array has to stay outside",
    )

    def __deepcopy__(self, memo):
        return self.copy()


def _parts(index):
    return index if isinstance(index, tuple) else (index,)


def concrete(x):
    """The numbers behind stand-ins, for code that runs beside the recording."""
    if type(x) is Traced:
        if not x.tape.open and x.ref.place is None:
            raise RecordingError(
                "an array of a recording that has ended: jit's function kept it somewhere. What is needed outside has to be "
                "returned by the function"
            )
        return x.array
    if type(x) is Number:
        return x.value
    if type(x) is tuple or type(x) is list:
        return type(x)(map(concrete, x))
    if type(x) is dict:
        return {key: concrete(value) for key, value in x.items()}
    return x


def _as_arrays(x):
    """With arrays for NumPy's numbers, since that is what they are in a program, and a view of one looks at it."""
    if isinstance(x, np.generic):
        return np.asarray(x)
    return type(x)([_as_arrays(part) for part in x]) if type(x) in (tuple, list) else x


def lower(tape, x):
    """An argument as the tape keeps it: Vars for arrays, Numbers and settings as they are."""
    if type(x) is Traced:
        if x.tape is not tape:
            concrete(x)
            raise RecordingError("an array of another recording; return it from its own function first")
        return x.ref
    if type(x) is np.ndarray:
        return tape.constant(x)
    if type(x) is tuple or type(x) is list:
        return type(x)([lower(tape, part) for part in x])
    if type(x) is dict:
        return {key: lower(tape, part) for key, part in x.items()}
    if type(x) is slice:
        return slice(lower(tape, x.start), lower(tape, x.stop), lower(tape, x.step)) if _has_number(x) else x
    return x


def _has_number(s):
    if any(type(part) is Number for part in (s.start, s.stop, s.step)):
        raise refuse("a slice up to a computed number", "Name the argument in jit(static=...)")
    return False


def is_traced(x) -> bool:
    return type(x) is Traced


def wrap(tape, y, step, root=None):
    """The result of a call as a stand-in."""
    var = tape.var(y, root, step)
    step.outs = (*step.outs, var)
    return Traced(y, var, tape)


# -- calls -------------------------------------------------------------------------------------------------------------
def call_ufunc(tape, ufunc, method, inputs, kwargs):
    """A ufunc or one of its methods, computed and recorded."""
    if any(hasattr(x, "__record__") for x in inputs):
        return NotImplemented
    out = kwargs.pop("out", None)
    function = getattr(ufunc, method)
    if method == "at":
        return write(tape, function, inputs[0], inputs, kwargs)
    if out is not None:
        target = out[0]
        if type(target) is Traced and not target.ref.scalar:
            return write(tape, ufunc if method == "__call__" else function, target, inputs, kwargs, out=True)
        if type(target) is not Traced:
            raise refuse(
                "out= with an array from outside",
                "The program keeps its own buffers; leave out= away, or pass the array to the function",
            )
    y = function(*concrete(inputs), **concrete(kwargs))
    if method == "__call__":
        function = ufunc
    kind = "out" if type(y) is not tuple and "where" not in kwargs and method in _WITH_OUT else "call"
    return _record(tape, kind, function, inputs, kwargs, y)


_WITH_OUT = frozenset({"__call__", "reduce", "accumulate"})


def call(tape, function, args, kwargs):
    """Any other function of NumPy, computed and recorded."""
    if function in calls.STATIC:
        return function(*concrete(args), **concrete(kwargs))
    if function in calls.SHAPED or (function is np.where and len(args) == 1):
        raise refuse(
            f"np.{function.__name__}",
            "The shape of its result depends on the numbers; use np.where, or a mask of 0 and 1",
        )
    if function in calls.WRITERS:
        return write(tape, function, args[0], args, kwargs)
    lowered = calls.LOWERED.get(function)
    if lowered is not None:
        y = lowered(*args, **kwargs)
        if y is not NotImplemented:
            return y
    if function in calls.FILLS:
        return _fill(tape, function, args, kwargs)
    if type(kwargs.get("out")) is Traced:
        rest = {key: value for key, value in kwargs.items() if key != "out"}
        return write(tape, function, kwargs["out"], args, rest, out=True)
    if kwargs.get("out") is not None:
        raise refuse("out= of a function", "The program keeps its own buffers; leave out= away")
    if kwargs:
        kwargs = {key: value for key, value in kwargs.items() if value is not np._NoValue and key != "out"}
    y = function(*_as_arrays(concrete(args)), **concrete(kwargs))
    if any(x.dtype.kind in "biu" for x in _arrays(args)) and isinstance(y, np.ndarray) and function not in calls.FIXED:
        function = calls.SameShape(function, y.shape)
    return _record(tape, "out" if function in calls.WITH_OUT else "call", function, args, kwargs, y)


def _record(tape, kind, function, args, kwargs, y):
    if type(y) is np.ndarray or isinstance(y, np.generic):
        root = None
        if type(y) is np.ndarray and y.base is not None:
            for x in _arrays(args):
                if x.array is y:
                    return x
                if (type(x.array) is np.ndarray and np.may_share_memory(y, x.array)) or x.ref.scalar:
                    kind, root = "view", x.ref.root
                    break
        elif type(y) is np.ndarray:
            for x in _arrays(args):
                if x.array is y:
                    return x
        step = Step(kind, function, lower(tape, args), _lower_all(tape, kwargs), (), tape.quiet)
        y = wrap(tape, y, step, root)
        tape.add(step)
        return y
    if isinstance(y, tuple | list) and y and all(isinstance(part, np.ndarray | np.generic) for part in y):
        step = Step("calls", function, lower(tape, args), _lower_all(tape, kwargs), (), tape.quiet)
        roots = [
            next(
                (
                    x.ref.root
                    for x in _arrays(args)
                    if type(x.array) is np.ndarray and np.may_share_memory(part, x.array)
                ),
                None,
            )
            for part in y
        ]
        parts = [wrap(tape, part, step, root) for part, root in zip(y, roots, strict=True)]
        tape.add(step)
        return type(y)(*parts) if hasattr(y, "_fields") else type(y)(parts)
    if y is None:
        raise refuse(f"{function.__name__}", "It changes something that the program cannot see")
    raise refuse(f"{getattr(function, '__name__', function)}, which gives a plain {type(y).__name__}", CHOICE)


def _lower_all(tape, kwargs):
    return {key: lower(tape, value) for key, value in kwargs.items()} if kwargs else kwargs


def _arrays(args):
    for x in args:
        if type(x) is Traced:
            yield x
        elif type(x) is tuple or type(x) is list:
            yield from _arrays(x)


def write(tape, function, target, args, kwargs, out=False):
    """A call that writes into `target`."""
    if type(target) is not Traced:
        raise refuse(
            f"writing into a plain array ({getattr(function, '__name__', function)})",
            "Join arrays with np.stack or np.concatenate, or choose with np.where",
        )
    if target.ref.root.place == "constant":
        raise refuse("writing into an array from outside", "Pass it to the function as an argument")
    if out:
        function(*concrete(args), **concrete(kwargs), out=target.array)
    else:
        function(*concrete(args), **concrete(kwargs))
    step = Step("write", function, lower(tape, tuple(args)), _lower_all(tape, kwargs), (target.ref,), tape.quiet)
    if out:
        step.kind = "into"
    target.ref.root.writes += 1
    tape.effects = tape.effects or target.ref.root.place is not None
    tape.add(step)
    return target


def _fill(tape, function, args, kwargs):
    kwargs = {key: value for key, value in kwargs.items() if value is not np._NoValue}
    y = function(*concrete(args), **concrete(kwargs))
    step = Step("fill", function, (calls.FILLS[function],), {}, (), tape.quiet)
    y = wrap(tape, y, step)
    tape.add(step)
    return y


def _number_ufunc(self, ufunc, method, *inputs, **kwargs):
    values = value_tape()
    if values is not None and values.takes(inputs):
        return values.ufunc(ufunc, method, inputs, kwargs)
    tape = current()
    if tape is None:
        raise RecordingError("a number of a recording that has ended: return it from the function instead")
    return call_ufunc(tape, ufunc, method, inputs, kwargs)


Number.__array_ufunc__ = _number_ufunc
