"""A replay compared with plain Python: the second line of defence, behind what tracing notices and refuses.

The replay runs first. What it changed is put back, random generators too, and the function itself runs on the same
numbers; what that gives and leaves is kept, so a call that is compared is one call.
"""

from __future__ import annotations

import itertools
from contextlib import suppress
from contextvars import ContextVar

import numpy as np

from autograd.engine.graph import show_line
from autograd.engine.modes import mode
from autograd.engine.tensor import Tensor
from autograd.errors import ReplayError
from autograd.jit.equality import alike, difference, nearly
from autograd.jit.program.number import Number
from autograd.jit.program.steps import Var
from autograd.jit.state import State
from autograd.rules.arrays import array_of
from autograd.transforms.containers import tree_map

stepwise: ContextVar[bool] = ContextVar("stepwise", default=False)  # whether functions under jit run as plain Python


def compared(jitted, entry, arguments, args, kwargs):
    """What the function itself gives, after a replay that has to have given and left the same, else a ReplayError."""
    with entry.program.lock:
        before = State([*args, *kwargs.values(), *entry.touched(arguments)])
        replayed = tree_map(_copy, entry.replay(arguments, args, kwargs))
        left = [(name, _copy(now)) for name, now in entry.places(arguments)]
        before.put_back()
        with mode(stepwise, True):
            found = jitted.function(*args, **kwargs)
        if entry.plain:
            found = tree_map(array_of, found)
        same = alike if entry.exact else nearly
        what = difference("the result", replayed, found, same)
        for (name, then), (_, now) in zip(left, entry.places(arguments), strict=True):
            what = what or difference(name, then, now, same)
        if what is None:
            return found
        raise ReplayError(
            f"a replay of {jitted.__name__} gave something else than Python: {what}"
            f"{_line(jitted, entry, before, arguments, args, kwargs)}. It reads or decides something there that jit "
            "cannot follow: pass that as an argument, or leave jit away. This call was done by Python, so nothing is "
            "lost (check=False compares no more)",
            found,
        )


def _copy(x):
    return np.array(array_of(x)) if isinstance(x, Tensor | np.ndarray) else x


# -- at which line -----------------------------------------------------------------------------------------------------


def _line(jitted, entry, before, arguments, args, kwargs) -> str:
    """The user's line whose calls are no longer those recorded, found by tracing the function once more."""
    after = State([*args, *kwargs.values(), *entry.touched(arguments)])
    before.put_back()
    line = None
    with suppress(Exception):  # it is not why we are here
        line = first_change(entry.program, jitted.retraced(args, kwargs).program)
    after.put_back()
    return "" if line is None else f" ({show_line(line)})"


def first_change(old, new):
    """The line of the first call of one program that is not the same in the other; None where all are."""
    numbers = [{var.index: array for array, var in program.constants} for program in (old, new)]
    for a, b in itertools.zip_longest(old.steps, new.steps):
        if a is None or b is None or _call(a, numbers[0]) != _call(b, numbers[1]):
            return (b or a).line
    return None


def _call(step, constants):
    """What tells one call from another."""
    return step.kind, step.name, _fixed(step.args, constants), _fixed(step.kwargs, constants)


def _fixed(x, constants):
    if type(x) is Var:
        return (x.index, constants[x.index].tobytes()) if x.index in constants else x.index
    if type(x) is Number:
        return "number"
    if isinstance(x, tuple | list):
        return tuple(_fixed(part, constants) for part in x)
    if isinstance(x, dict):
        return tuple((key, _fixed(part, constants)) for key, part in x.items())
    return repr(x) if isinstance(x, float | int | complex | str | np.generic) else type(x)


__all__ = ["compared", "stepwise"]
