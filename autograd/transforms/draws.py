"""Random draws that repeat: the generators that a function can reach, and the states they were in."""

from __future__ import annotations

import collections
import functools
import random
import sys
import types
from contextlib import contextmanager

import numpy as np

from autograd.engine.graph import LIBRARY
from autograd.rules.arrays import is_tensor

MOST = 20_000  # things looked at, and the length of a list: more would make every call slow
_PLAIN = frozenset({int, float, complex, str, bytes, bool, type(None), np.ndarray, types.ModuleType})
_SEVERAL = (list, tuple, set, frozenset, collections.deque)
_NOT_THE_USER_S = frozenset(sys.stdlib_module_names) | {name.rstrip(".") for name in LIBRARY}


class Draws:
    """What the generators were like that these functions and objects can reach, to find out which were drawn from."""

    def __init__(self, *roots):
        self.roots = roots
        self.before = {id(g): (g, _state(g)) for g in reachable(*roots)}

    def since(self) -> list:
        """The generators that were drawn from since, each with the state it was in before."""
        for g in reachable(*self.roots):  # also those that were made meanwhile, such as a layer's at its first call
            if id(g) not in self.before and (seeds := getattr(g, "seed_seq", None)) is not None:
                self.before[id(g)] = (g, type(g)(seeds).state)
        return [(g, state) for g, state in self.before.values() if _frozen(_state(g)) != _frozen(state)]


@contextmanager
def repeated(drawn):
    """Let generators draw once more what they drew, and go on afterwards from where they are."""
    now = [(g, _state(g)) for g, _ in drawn]
    for g, state in drawn:
        _restore(g, state)
    try:
        yield
    finally:
        for g, state in now:
            _restore(g, state)


def reachable(*roots) -> list:
    """The random generators that functions and objects refer to, and those that NumPy and Python have for everybody."""
    found, seen, todo = [np.random.mtrand._rand, random], set(), list(roots)  # the first is that of np.random.normal
    while todo and len(seen) < MOST:
        x = todo.pop()
        if type(x) in _PLAIN or id(x) in seen or is_tensor(x):
            continue
        seen.add(id(x))
        if issubclass(type(x), np.random.Generator):
            todo.append(x.bit_generator)
        elif isinstance(x, np.random.BitGenerator | np.random.RandomState | random.Random):
            found.append(x)
        else:
            todo.extend(_inside(x))
    return found


def _inside(x) -> list:
    """What an object refers to."""
    if isinstance(x, types.FunctionType):
        return _of_function(x)
    if isinstance(x, types.MethodType):
        return [x.__self__, x.__func__]
    if isinstance(x, functools.partial):
        return [x.func, *x.args, *x.keywords.values()]
    if isinstance(x, type):
        methods = (getattr(value, "__func__", getattr(value, "fget", value)) for value in vars(x).values())
        return [] if _is_foreign(x.__module__) else [*x.__bases__, *methods]
    parts = [type(x), *vars(x).values()] if hasattr(x, "__dict__") else [type(x)]
    if isinstance(x, dict):
        parts += x.values()
    elif isinstance(x, _SEVERAL) and len(x) <= MOST:
        parts += x
    for kind in type(x).__mro__:
        names = vars(kind).get("__slots__", ())
        parts += [getattr(x, name, None) for name in ((names,) if isinstance(names, str) else names)]
    return parts


def _of_function(function) -> list:
    """What a function refers to: enclosing variables, defaults, and the globals that it names."""
    parts = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values(), *vars(function).values()]
    parts += [cell.cell_contents for cell in function.__closure__ or () if cell != types.CellType()]
    if _is_foreign(function.__module__ or ""):
        return parts
    names = set(_names(function.__code__))
    named = [function.__globals__[name] for name in names & function.__globals__.keys()]
    for module in named:
        if isinstance(module, types.ModuleType) and not _is_foreign(module.__name__):
            parts += [vars(module)[name] for name in names & vars(module).keys()]
    return parts + named


def _names(code):
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)


def _is_foreign(module) -> bool:
    return module != "__main__" and module.partition(".")[0] in _NOT_THE_USER_S


def _state(g):
    if isinstance(g, np.random.BitGenerator):
        return g.state
    return g.get_state(legacy=False) if isinstance(g, np.random.RandomState) else g.getstate()


def _restore(g, state) -> None:
    if isinstance(g, np.random.BitGenerator):
        g.state = state
    elif isinstance(g, np.random.RandomState):
        g.set_state(state)
    else:
        g.setstate(state)


def _frozen(state):
    """A state as something that can be compared."""
    if isinstance(state, dict):
        return {key: _frozen(value) for key, value in state.items()}
    return state.tobytes() if isinstance(state, np.ndarray) else state
