"""What things hold, found out without running code of the user's."""

from __future__ import annotations

import itertools
import types

import numpy as np

from autograd.jit.trace.exact import is_plain

EMPTY = object()


def filled(cell):
    try:
        return cell.cell_contents
    except ValueError:  # a variable that has no value yet
        return EMPTY


def attributes_of(thing):
    """The attributes of an object, without asking a `__getattr__` of the user's."""
    try:
        space = object.__getattribute__(thing, "__dict__")
    except AttributeError:
        return None
    return space if isinstance(space, dict) else None


def table_of(rows):
    """A list and all lists in it, if nested lists of plain things are all there is; else None."""
    found = [rows]
    for row in found:  # which grows meanwhile
        for x in row:
            if type(x) is list:
                found.append(x)
            elif not is_plain(x):
                return None
    return found


def position_of(thing):
    """Where an iterator stands, as far as it can be told."""
    if isinstance(thing, types.GeneratorType):
        frame = thing.gi_frame
        return None if frame is None else (frame.f_lasti, {key: id(x) for key, x in frame.f_locals.items()})
    if isinstance(thing, itertools.count | itertools.repeat):
        return repr(thing)
    if type(thing) in _ITERATORS:
        return thing.__length_hint__()
    return None


_ITERATORS = {type(iter(x)) for x in ([], (), {}, {}.values(), {}.items(), set(), range(1), reversed([]))}


def as_tuple(names):
    return (names,) if isinstance(names, str) else tuple(names)


def is_buffer(x) -> bool:
    """Whether it is something to read bytes from that is no array: bytearray, memoryview, array.array."""
    if isinstance(x, np.ndarray | np.generic | bytes):
        return False
    try:
        memoryview(x)
    except TypeError:
        return False
    return True
