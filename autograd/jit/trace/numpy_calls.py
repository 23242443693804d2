"""Putting NumPy's calls on the tape: each is computed at once, and kept with its arguments and its result."""

from __future__ import annotations

import functools
import inspect

import numpy as np

from autograd.engine.modes import observer, observing_values
from autograd.errors import RecordingError, refuse
from autograd.jit.program import calls
from autograd.jit.program.number import Number, attempt
from autograd.jit.trace.standin import StandIn, arrays, concrete
from autograd.rules.arrays import as_array
from autograd.transforms.containers import leaves

CHOICE = "Use np.where(condition, a, b), or decide outside the function"


def call_ufunc(tape, ufunc, method, inputs, kwargs):
    """A ufunc or one of its methods, computed and put on the tape."""
    if any(hasattr(x, "__apply__") for x in inputs):
        return NotImplemented
    out = kwargs.pop("out", None)
    function = ufunc if method == "__call__" else getattr(ufunc, method)
    if method == "at":
        write(tape, function, inputs[0], inputs, kwargs)
        return None
    if out is not None:
        target = out[0]
        if len(out) > 1:
            raise refuse("out= with several arrays", "Leave out= away, and copy what comes where it should be")
        if not isinstance(target, StandIn):
            raise refuse(
                "out= with an array from outside",
                "The program keeps its own buffers; leave out= away, or pass the array to the function",
            )
        if target.ref.scalar:
            raise TypeError("return arrays must be of ArrayType")
        return write(tape, function, target, inputs, kwargs, out=True)
    y = attempt(function, *concrete(inputs), **concrete(kwargs))
    kind = "out" if type(y) is not tuple and "where" not in kwargs and method in _WITH_OUT else "call"
    return _put(tape, kind, function, inputs, kwargs, y)


_WITH_OUT = frozenset({"__call__", "reduce", "accumulate"})


def call(tape, function, args, kwargs):
    """Any other function of NumPy, computed and put on the tape."""
    if function in calls.STATIC:
        return function(*concrete(args), **concrete(kwargs))
    if function in (np.shares_memory, np.may_share_memory):
        return _shared(function, args, kwargs)
    if function is np.min_scalar_type:
        raise refuse("np.min_scalar_type", "It depends on the numbers; write the dtype, as in x.astype(np.float32)")
    if function in calls.SHAPED or (function is np.where and len(args) == 1):
        raise refuse(
            f"np.{function.__name__}",
            "The shape of its result depends on the numbers; use np.where, or a mask of 0 and 1",
        )
    if function in calls.WRITERS:
        write(tape, function, args[0], args, kwargs)
        return None
    lowered = calls.LOWERED.get(function)
    if lowered is not None and isinstance(args[0] if args else kwargs.get("a"), StandIn):
        y = lowered(*args, **kwargs)
        if y is not NotImplemented:
            return y
    kwargs = {key: value for key, value in kwargs.items() if value is not np._NoValue}
    if function in calls.FILLS:
        y = function(*concrete(args), **concrete(kwargs))
        return tape.made(tape.put("fill", function, (calls.FILLS[function],)), y)
    place = _place_of_out(function)
    if place < len(args):
        args, kwargs = (*args[:place], *args[place + 1 :]), {**kwargs, "out": args[place]}
    out = kwargs.pop("out", None)
    if isinstance(out, StandIn):
        return write(tape, function, out, args, kwargs, out=True)
    if out is not None:
        raise refuse("out= of a function", "The program keeps its own buffers; leave out= away")
    y = attempt(function, *_as_arrays(concrete(args)), **concrete(kwargs))
    if type(y) is np.ndarray and not y.ndim and any(x.ref.scalar for x in arrays(args)):
        number = attempt(function, *concrete(args), **concrete(kwargs))
        if isinstance(number, np.generic):  # a number of its own, also where it is an array that looks at another
            y, function = number, calls.Whole(function, ())
    if any(x.dtype.kind in "biu" for x in arrays(args)) and isinstance(y, np.ndarray) and function not in calls.FIXED:
        function = calls.SameShape(function, y.shape)
    return _put(tape, "out" if function in calls.WITH_OUT else "call", function, args, kwargs, y)


@functools.cache
def _place_of_out(function) -> int:
    """Where `out` stands among the arguments, for those who give it without its name; past all of them if nowhere."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        parameters = {}
    by_place = [name for name, p in parameters.items() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return by_place.index("out") if "out" in by_place else len(parameters) + 1000


def _shared(function, args, kwargs) -> bool:
    """Whether arrays share memory, where that is the same at every call of the function."""
    roots = [x.ref.root if isinstance(x, StandIn) else None for x in args[:2]]
    if roots[0] is not roots[1] and all(root is None or root.place is not None for root in roots):
        raise refuse(f"np.{function.__name__} of arrays from outside", "Decide outside the function")
    return function(*concrete(args), **concrete(kwargs))


def call_whole(tape, function, args, kwargs):
    """A function of arrays that cannot be traced call by call: as one call, which gives new arrays."""
    given = concrete(args)
    y = calls.owned(attempt(function, *given, **concrete(kwargs)), given)
    if y is None:
        return None
    several = isinstance(y, tuple | list)
    function = calls.Whole(function, [np.shape(part) for part in y] if several else np.shape(y))
    step = tape.put("calls" if several else "call", function, tuple(args), kwargs)
    return [tape.made(step, as_array(part)) for part in y] if several else tape.made(step, as_array(y))


def write(tape, function, target, args, kwargs, out=False):
    """A call that writes into `target`."""
    if not isinstance(target, StandIn):
        raise refuse(
            f"writing into a plain array ({getattr(function, '__name__', function)})",
            "Join arrays with np.stack or np.concatenate, or choose with np.where",
        )
    root = target.ref.root
    if root.place == "constant":
        raise refuse("writing into an array from outside", "Pass it to the function as an argument")
    if root.scalar:  # in NumPy it has memory of its own, in a program that of the number
        raise refuse("writing into an array made of a single number", "Make it with np.full, or copy it first")
    if root.place is not None:
        tape.undo.append(functools.partial(np.copyto, target.array, target.array.copy()))
        tape.effects = True
    into = {"out": target.array} if out else {}
    attempt(function, *concrete(args), **concrete(kwargs), **into)
    tape.put("into" if out else "write", function, tuple(args), kwargs, (target.ref,))
    root.writes += 1
    return target


def _put(tape, kind, function, args, kwargs, y):
    """Put a call on the tape, given its result."""
    if type(y) is np.ndarray or isinstance(y, np.generic):
        source = _source(y, args)
        if source is not None and source.array is y:
            return source
        if source is None and type(y) is np.ndarray and y.base is not None:  # of an array made of a number, if any
            source = next((x for x in arrays(args) if x.ref.scalar), None)
        return tape.made(tape.put(kind if source is None else "view", function, args, kwargs), y, source)
    if isinstance(y, tuple | list) and y and all(isinstance(part, np.ndarray | np.generic) for part in y):
        step = tape.put("calls", function, args, kwargs)
        parts = [tape.made(step, part, _source(part, args)) for part in y]
        return type(y)(*parts) if hasattr(y, "_fields") else type(y)(parts)
    if y is None:
        raise refuse(
            f"{function.__name__}",
            "What it changes the program cannot see: do it outside the function",
        )
    raise refuse(f"{getattr(function, '__name__', function)}, which gives a plain {type(y).__name__}", CHOICE)


def _source(y, args):
    """The array among the arguments that `y` is, or whose memory it looks at."""
    if type(y) is np.ndarray:
        for x in arrays(args):
            if x.array is y or (y.base is not None and not x.ref.scalar and np.may_share_memory(y, x.array)):
                return x
    return None


def _as_arrays(x):
    """With arrays for NumPy's numbers, since that is what they are in a program, and a view of one looks at it."""
    if isinstance(x, np.generic):
        return np.asarray(x)
    return type(x)([_as_arrays(part) for part in x]) if type(x) in (tuple, list) else x


def of_number(tape, number, dtype=None):
    """A number as an array without axes."""
    if dtype is None:
        dtype = np.asarray(number.value).dtype
    return tape.made(tape.put("out", calls.cast, (number, dtype)), np.asarray(number.value).astype(dtype))


# -- what a Number is to NumPy ---------------------------------------------------------------------------------------
def _tape():
    tape = observer.get()
    if tape is None:
        raise RecordingError("a number of a recording that has ended: return it from the function instead")
    return tape


def _number_ufunc(self, ufunc, method, *inputs, **kwargs):
    values = observing_values()
    if values is not None and values.takes(inputs):
        return values.ufunc(ufunc, method, inputs, kwargs)
    return call_ufunc(_tape(), ufunc, method, inputs, kwargs)


def _number_function(self, function, types, args, kwargs):
    if any(hasattr(kind, "__apply__") for kind in types):
        return NotImplemented
    values = observing_values()
    if values is not None and values.takes(leaves([list(args), kwargs])):
        if function is np.where and len(args) == 3 and not kwargs:
            return values.where(*args)
        if function not in calls.STATIC:
            raise refuse(f"np.{function.__name__} of numbers of Values", "Use operators and np.where, or Tensors")
    return call(_tape(), function, args, kwargs)


def _number_as_array(self, dtype=None):
    return of_number(_tape(), self, dtype)


Number.__array_ufunc__ = _number_ufunc
Number.__array_function__ = _number_function
Number.__as_array__ = _number_as_array
