"""What stands for an array while a function is traced, as the tape and NumPy's calls see it: numbers, and a Var."""

from __future__ import annotations

import threading

import numpy as np

from autograd.errors import RecordingError, refuse
from autograd.jit.program.number import Number


class StandIn:
    """`array` has its numbers now, `ref` is what the program calls it."""

    __slots__ = ("__weakref__", "array", "ref", "tape")
    __traced__ = True
    __stands_in__ = True

    def __init__(self, array, ref, tape):
        self.array = array
        self.ref = ref
        self.tape = tape


def concrete(x):
    """The numbers behind stand-ins, for code that runs beside the tracing."""
    if isinstance(x, StandIn):
        if not x.tape.open and x.ref.place is None:
            raise RecordingError(
                "an array of a recording that has ended: jit's function kept it somewhere. What is needed "
                "outside has to be returned by the function"
            )
        return x.array
    if type(x) is Number:
        return x.value
    if type(x) is tuple or type(x) is list:
        return type(x)(map(concrete, x))
    if type(x) is dict:
        return {key: concrete(value) for key, value in x.items()}
    return x


def beside(tape) -> None:
    """Refuse work on stand-ins in another thread than the one that traces."""
    if tape.open and tape.thread != threading.get_ident():
        raise RecordingError(
            "an array of a recording in another thread: what that computes the program could not repeat. Let the "
            "function under jit do it itself, or call jit's function in each thread"
        )


def lower(tape, x):
    """An argument as the tape keeps it: Vars for arrays, Numbers and settings as they are."""
    if isinstance(x, StandIn):
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
    if type(x) is slice and any(type(part) is Number for part in (x.start, x.stop, x.step)):
        raise refuse("a slice up to a computed number", "Name the argument in jit(static=...)")
    return x


def arrays(args):
    """The stand-ins among arguments, also inside lists and tuples."""
    for x in args:
        if isinstance(x, StandIn):
            yield x
        elif type(x) is tuple or type(x) is list:
            yield from arrays(x)
