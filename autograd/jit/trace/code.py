"""What code reads by name, and whose it is."""

from __future__ import annotations

import dis
import functools
import re
import sys
import types

from autograd.engine.graph import LIBRARY
from autograd.errors import refuse

NOT_OURS = frozenset(sys.stdlib_module_names) | {m.rstrip(".") for m in LIBRARY}
_INSTALLED = ("site-packages", "dist-packages")
_IMPORTERS = frozenset(["import_module", "__import__"])
BY_NAME = frozenset(["globals", "eval", "exec", "f_globals", "__globals__"])  # ways to any global
_WORD = re.compile(r"[^\W\d]\w*")


def is_foreign(name) -> bool:
    """Whether the name of a module is one of the library's, of Python's or of an installed package."""
    if not isinstance(name, str):
        return True
    top = name.partition(".")[0]
    return top in NOT_OURS or (top != "__main__" and top in sys.modules and _is_installed(sys.modules[top]))


def _is_installed(module) -> bool:
    places = [getattr(module, "__file__", None), *getattr(module, "__path__", ())]
    return any(folder in place for place in places if place for folder in _INSTALLED)


@functools.lru_cache(maxsize=4096)
def names_of(code):
    """The globals that code reads, and all names and short texts in it: attributes that it may look at."""
    read = [step.argval for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")]
    mentioned = list(code.co_names)
    texts = not {"eval", "exec"}.isdisjoint(mentioned)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            inner = names_of(constant)
            read += inner[0]
            mentioned += inner[1]
        elif isinstance(constant, str) and constant.isidentifier():
            mentioned.append(constant)
        elif isinstance(constant, str) and texts:
            mentioned += _WORD.findall(constant)
    return tuple(dict.fromkeys(read)), tuple(dict.fromkeys(mentioned))


def imported(code, space):
    """The names of modules that code imports, or finds in `sys.modules`; some of them need not be there."""
    found = []
    if not _IMPORTERS.isdisjoint(code.co_names):
        found += [x for x in code.co_consts if isinstance(x, str) and x in sys.modules]
        if not found:
            raise refuse("import of a module by a computed name", "Write an import statement")
    for instruction in dis.get_instructions(code):
        if instruction.opname == "IMPORT_NAME":
            name = instruction.argval
            parents = (space.get("__package__") or "").split(".")
            places = [".".join([*parents[:k], *filter(None, [name])]) for k in range(len(parents), 0, -1)]
            found += [place for place in (name, *places) if place]  # what a relative one may mean, too
            found += [place for place in (f"{name}.{x}" for x in code.co_names) if place in sys.modules]
    if "modules" in code.co_names:
        values = [space.get("__name__"), *code.co_consts, *(space.get(name) for name in code.co_names)]
        found += [x for x in values if isinstance(x, str) and x in sys.modules]
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found += imported(constant, space)
    return list(dict.fromkeys(found))
