"""What things hold, found out without running code of the user's."""

from __future__ import annotations

import gc

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
    """A list and all lists in it, if nested lists of plain things, each in one place, are all there is; else None."""
    found, known = [rows], {id(rows)}
    for row in found:  # which grows meanwhile
        for x in row:
            if type(x) is list and id(x) not in known:
                found.append(x)
                known.add(id(x))
            elif not is_plain(x):
                return None
    return found


def settings_of(thing, space):
    """The attributes that decide what an object of the library or NumPy's does, if it does not say so itself."""
    module = type(thing).__module__
    if module.startswith("numpy"):  # the mask of an array, the coefficients of a polynomial
        return [key for key, x in space.items() if isinstance(x, np.ndarray | np.generic)]
    if module.startswith("nn.") and not any(hasattr(type(thing), name) for name in ("unwatched", "update_state")):
        return [key for key, x in space.items() if is_plain(x)]
    return []


def cached(wrapper):
    """What the cache of a function holds that may change."""
    found = []
    for part in gc.get_referents(wrapper):
        if part is not vars(wrapper):
            found += part.values() if type(part) is dict else [part]
    return [x for x in found if not is_plain(x) and not hasattr(type(x), "__traced__")]


def slots_of(classes):
    """The names of attributes that objects of these classes keep in slots."""
    for kind in classes:
        names = vars(kind).get("__slots__", ())
        for key in (names,) if isinstance(names, str) else names:
            if key not in ("__dict__", "__weakref__"):
                hidden = key.startswith("__") and not key.endswith("__")
                yield f"_{kind.__name__.lstrip('_')}{key}" if hidden else key


def is_buffer(x) -> bool:
    """Whether it is something to read bytes from that is no array: bytearray, memoryview, array.array."""
    if isinstance(x, np.ndarray | np.generic | bytes):
        return False
    try:
        memoryview(x)
    except TypeError:
        return False
    return True
