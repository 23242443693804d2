"""What code reads by name, and whose it is."""

from __future__ import annotations

import dis
import functools
import sys
import types

from autograd.engine.graph import LIBRARY

NOT_OURS = frozenset(sys.stdlib_module_names) | {m.rstrip(".") for m in LIBRARY}
_INSTALLED = ("site-packages", "dist-packages")


@functools.cache
def is_foreign(name) -> bool:
    """Whether the name of a module is one of the library's, of Python's or of an installed package."""
    if not isinstance(name, str):
        return True
    top = name.partition(".")[0]
    if top == "__main__" or top not in sys.modules:
        return False
    places = [getattr(sys.modules[top], "__file__", None), *getattr(sys.modules[top], "__path__", ())]
    return top in NOT_OURS or any(folder in place for place in places if place for folder in _INSTALLED)


@functools.lru_cache(maxsize=4096)
def names_of(code):
    """The globals that code reads, and all names and short texts in it: attributes that it may look at."""
    read = [step.argval for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")]
    mentioned = list(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            inner = names_of(constant)
            read += inner[0]
            mentioned += inner[1]
        elif isinstance(constant, str) and constant.isidentifier():
            mentioned.append(constant)
    return tuple(dict.fromkeys(read)), tuple(dict.fromkeys(mentioned))


def imported(code, space):
    """The modules that code imports, as far as they have been."""
    found = []
    for instruction in dis.get_instructions(code):
        if instruction.opname == "IMPORT_NAME":
            name = instruction.argval
            if name in sys.modules:
                found.append(sys.modules[name])
                found += [sys.modules[n] for n in (f"{name}.{x}" for x in code.co_names) if n in sys.modules]
            parents = (space.get("__package__") or "").split(".")
            places = (".".join([*parents[:k], *filter(None, [name])]) for k in range(len(parents), 0, -1))
            found += [sys.modules[place] for place in places if place in sys.modules]  # what a relative one may mean
    return found
