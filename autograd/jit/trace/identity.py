"""`x is y` of an array from outside, which Python answers by itself: False, where `x` is an argument's stand-in."""

from __future__ import annotations

import builtins
import dis
import functools
import types

import numpy as np

from autograd.errors import refuse
from autograd.jit.trace.code import is_foreign
from autograd.transforms.containers import leaves


def compared(outside) -> set[int]:
    """The ids of arrays from outside, if code of the user's may ask whether something is one of them."""
    codes = (
        x.__code__ for x in outside.seen.values() if type(x) is types.FunctionType and not is_foreign(x.__module__)
    )
    if not any(map(_asks, codes)):
        return set()
    return {key for key, x in outside.seen.items() if isinstance(x, np.ndarray)}


def check_identity(outside, args, kwargs) -> None:
    """Refuse the one case in which the answer is another: that an argument is the very array."""
    if not compared(outside).isdisjoint(map(id, leaves([args, kwargs]))):
        what = "`is`, in a function that has an array both as an argument and from outside,"
        raise refuse(what, "Give it in one of the two ways, or compare a name")


@functools.lru_cache(maxsize=4096)
def _asks(code) -> bool:
    """Whether it has `x is y`, of other things than constants and what is built in, as in `type(x) is float`."""
    before = None
    for step in dis.get_instructions(code):
        plain = before and (before.opname == "LOAD_CONST" or before.argval in vars(builtins))
        if step.opname == "IS_OP" and not plain:
            return True
        before = step
    return any(_asks(inner) for inner in code.co_consts if isinstance(inner, types.CodeType))
