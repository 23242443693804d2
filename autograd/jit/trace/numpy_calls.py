"""Putting NumPy's calls on the tape: each is computed at once, and recorded with its arguments and its result."""

from __future__ import annotations

import functools

import numpy as np

from autograd.engine.modes import observing_values
from autograd.errors import RecordingError, refuse
from autograd.jit.program import calls
from autograd.jit.program.number import Number
from autograd.jit.program.steps import Step
from autograd.jit.trace.standin import StandIn, as_arrays, concrete, lower, wrap
from autograd.jit.trace.tape import current

CHOICE = "Use np.where(condition, a, b), or decide outside the function"


def call_ufunc(tape, ufunc, method, inputs, kwargs):
    """A ufunc or one of its methods, computed and recorded."""
    if any(hasattr(x, "__apply__") for x in inputs):
        return NotImplemented
    out = kwargs.pop("out", None)
    function = getattr(ufunc, method)
    if method == "at":
        return write(tape, function, inputs[0], inputs, kwargs)
    if out is not None:
        target = out[0]
        if len(out) > 1:
            raise refuse("out= with several arrays", "Leave out= away, and copy what comes where it should be")
        if isinstance(target, StandIn) and not target.ref.scalar:
            return write(tape, ufunc if method == "__call__" else function, target, inputs, kwargs, out=True)
        if not isinstance(target, StandIn):
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
    if isinstance(kwargs.get("out"), StandIn):
        rest = {key: value for key, value in kwargs.items() if key != "out"}
        return write(tape, function, kwargs["out"], args, rest, out=True)
    if kwargs.get("out") is not None:
        raise refuse("out= of a function", "The program keeps its own buffers; leave out= away")
    if kwargs:
        kwargs = {key: value for key, value in kwargs.items() if value is not np._NoValue and key != "out"}
    y = function(*as_arrays(concrete(args)), **concrete(kwargs))
    if function is calls.cast and args[0].ref.scalar:
        y = y[()]
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
        raise refuse(
            f"{function.__name__}",
            "What it changes the program cannot see: do it outside the function",
        )
    raise refuse(f"{getattr(function, '__name__', function)}, which gives a plain {type(y).__name__}", CHOICE)


def _lower_all(tape, kwargs):
    return {key: lower(tape, value) for key, value in kwargs.items()} if kwargs else kwargs


def _arrays(args):
    for x in args:
        if isinstance(x, StandIn):
            yield x
        elif type(x) is tuple or type(x) is list:
            yield from _arrays(x)


def write(tape, function, target, args, kwargs, out=False):
    """A call that writes into `target`."""
    if not isinstance(target, StandIn):
        raise refuse(
            f"writing into a plain array ({getattr(function, '__name__', function)})",
            "Join arrays with np.stack or np.concatenate, or choose with np.where",
        )
    if target.ref.root.place == "constant":
        raise refuse("writing into an array from outside", "Pass it to the function as an argument")
    if target.ref.root.scalar:  # in NumPy it has memory of its own, in a program that of the number
        raise refuse("writing into an array made of a single number", "Make it with np.full, or copy it first")
    if target.ref.root.place is not None:
        tape.undo.append(functools.partial(np.copyto, target.array, target.array.copy()))
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
    values = observing_values()
    if values is not None and values.takes(inputs):
        return values.ufunc(ufunc, method, inputs, kwargs)
    tape = current()
    if tape is None:
        raise RecordingError("a number of a recording that has ended: return it from the function instead")
    return call_ufunc(tape, ufunc, method, inputs, kwargs)


Number.__array_ufunc__ = _number_ufunc
