"""What a jitted function meets outside: touched in one way, changed, and compared with plain Python.

While a function is traced, whatever it touches of the world becomes a stand-in at the first touch. If one way of
touching is forgotten, the number is frozen into the program, and later calls are stale with no error.
"""

import re

import numpy as np
from equal import same

from autograd import Tensor, Value, jit
from autograd.errors import RecordingError
from autograd.rules.arrays import array_of

X = np.array([1.0, 2.0])  # the argument, so that there is a program whatever the function does besides
ADVICE = re.compile(r"(?i)write|pass|use|call|compute|read|return|make|leave|take|keep|go|without jit|outside")


def replaced(tensor, array):
    """Other numbers for a Tensor: a new array."""
    tensor.data = np.array(array)


def in_place(tensor, array):
    """Other numbers for a Tensor, written into its array."""
    tensor.data[...] = array


def plain(x):
    """A result as it is now: arrays copied, Tensors and Values as their numbers."""
    if isinstance(x, tuple | list):
        return [plain(part) for part in x]
    if isinstance(x, dict):
        return {key: plain(part) for key, part in x.items()}
    if isinstance(x, Value):
        return np.array(x.data)
    if x is None or isinstance(x, str | np.dtype | type):
        return None if x is None else str(x)
    return np.array(array_of(x))


def outcome(call):
    with np.errstate(all="ignore"):
        try:
            return plain(call())
        except Exception as error:
            return error


def agrees(use, make, changes, equal=same, blind=False, x=X):
    """`use(*make())` in a jitted function gives what it gives in Python, after each change too, or is refused at once.

    `changes` are functions of what `make` made. Refused may be only what is refused for arguments as well, or what
    Python refuses. `blind`: the numbers make no difference to `use`, so that a change of them need not show.
    """
    mine, theirs = make(), make()
    program = jit(lambda x: [x * 2.0, use(*mine)])
    found, wanted = outcome(lambda: program(x)), outcome(lambda: [x * 2.0, use(*theirs)])
    if isinstance(wanted, Exception):
        assert isinstance(wanted, TypeError | ValueError | IndexError), f"Python fails: {wanted!r}"
        assert isinstance(found, type(wanted) | RecordingError), f"{wanted!r} in Python, {found!r} under jit"
        return
    if isinstance(found, Exception):
        assert isinstance(found, TypeError), f"neither a number nor a refusal: {found!r}"
        assert ADVICE.search(str(found)), f"refused without saying what to do: {found}"
        again = outcome(lambda: jit(lambda x, things: [x * 2.0, use(*things)])(x, make()))
        assert isinstance(again, Exception), f"refused from outside, though not as an argument: {found!r}"
        return
    assert equal(found, wanted), f"the first call gave {found}, Python gives {wanted}"
    for number, change in enumerate(changes):
        change(mine)
        change(theirs)
        before, wanted = wanted, outcome(lambda: [x * 2.0, use(*theirs)])
        found = outcome(lambda: program(x))
        if isinstance(wanted, Exception):
            assert type(found) is type(wanted), f"{wanted!r} in Python, {found!r} under jit"
            wanted = None
            continue
        assert blind or not equal(before, wanted), f"{wanted} before and after the change: nothing could be noticed"
        if isinstance(found, RecordingError) and "it depends on the numbers" in str(found):
            continue  # noticed: the program holds for one shape, and says so
        assert not isinstance(found, Exception), f"call {number + 2} was refused, though not the first: {found!r}"
        if not equal(found, wanted):
            stale = ", as before the change" if equal(found, before) else ""
            raise AssertionError(f"call {number + 2} gave {found[1]}{stale}; Python gives {wanted[1]}")


replaced_first, in_place_first = (replaced, in_place), (in_place, replaced)


def agrees_on_tensors(use, before, after, blind=False, ways=(replaced_first, in_place_first)):
    """The same for Tensors that nobody has touched: replaced and then written to, and the other way round."""
    for pair in ways:
        changes = [
            lambda tensors, way=way, arrays=arrays: [way(t, a) for t, a in zip(tensors, arrays, strict=True)]
            for way, arrays in zip(pair, (after, before), strict=True)
        ]
        agrees(use, lambda: [Tensor(a) for a in before], changes, blind=blind)


def own_members(kind):
    """What a class has that every object has not: plumbing with one leading underscore left out."""
    names = (name for name in dir(kind) if name.startswith("__") or not name.startswith("_"))
    return [name for name in names if getattr(kind, name, None) is not getattr(object, name, None)]
