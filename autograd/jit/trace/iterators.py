"""Where iterators stand, which a program could not move on."""

from __future__ import annotations

import gc
import itertools
import types

from autograd.jit.trace.things import EMPTY


def position_of(thing):
    """Where an iterator stands: None for what is none (or of a class of its user's), EMPTY if it does not tell."""
    if isinstance(thing, types.GeneratorType):
        frame = thing.gi_frame
        return None if frame is None else (frame.f_lasti, {key: id(x) for key, x in frame.f_locals.items()})
    if isinstance(thing, itertools.count | itertools.repeat):
        return repr(thing)
    kind = type(thing)
    if kind.__module__ not in _MODULES or not hasattr(kind, "__next__"):
        return None
    if hasattr(kind, "__length_hint__"):
        return thing.__length_hint__()
    inner = [*_parts(thing)]
    places = [position_of(part) for part in inner]
    if kind not in _MOVERS or any(place is EMPTY for place in places) or (kind is itertools.cycle and not inner):
        return EMPTY
    return [(id(part), place) for part, place in zip(inner, places, strict=True)]


_MODULES = frozenset(["builtins", "itertools", "collections", "_collections"])
# Iterators over others, one of which moves whenever they do.
_MOVERS = {enumerate, map, filter, zip} | {
    getattr(itertools, name, zip)
    for name in "accumulate batched chain compress cycle dropwhile filterfalse islice pairwise starmap takewhile "
    "zip_longest".split()
}


def _parts(iterator):
    """The iterators that one works on."""
    for part in gc.get_referents(iterator):
        for x in part if type(part) is tuple else (part,):
            if hasattr(type(x), "__next__"):
                yield x
