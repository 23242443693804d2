"""Functions that read something outside, which changes between calls: under jit and as plain Python, bit for bit.

A case is text: what makes the state outside, a function f (or the expression that it gives), and a change between the
calls. It runs in worlds of its own, modules that are the user's as far as jit can tell. `load` reads cases from a page:

    == name, with (refused) behind it if jit has to refuse it at the first call
    the state
    -- f
    the function, or its expression
    -- change
    the change
"""

import itertools
import re
import sys
import types
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
from equal import same

from autograd import jit
from autograd.errors import RecordingError

_numbers = itertools.count()
PAGES = Path(__file__).parent / "autograd" / "jit" / "sound" / "cases"
PRELUDE = """
import numpy as np, nn
from autograd import Tensor, Value, grad, value_and_grad, jit
"""


class Case(NamedTuple):
    name: str
    state: str
    function: str
    change: str
    refused: bool = False  # at the first call; else equal to plain Python


def load(page) -> list[Case]:
    """The cases of a page."""
    found = []
    for text in re.split(r"^== ", (PAGES / f"{page}.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        name, _, rest = text.partition("\n")
        rest, _, change = rest.partition("-- change\n")
        state, _, function = rest.partition("-- f\n")
        found.append(Case(name.removesuffix(" (refused)"), state, function.strip("\n"), change, "(refused)" in name))
    assert len({case.name for case in found}) == len(found)
    return found


def world(state, function):
    """A module of the user's with the state and f in it."""
    module = types.ModuleType(f"world_{next(_numbers)}")
    sys.modules[module.__name__] = module
    text = function if "def f(" in function else f"def f(x):\n    return {function}"
    exec(compile(f"{PRELUDE}\n{state}\n{text}\n", f"<{module.__name__}>", "exec"), vars(module))
    return module


def run(case, module, argument, keep):
    """What f gives at each call: the second one is a replay, the third and the fourth meet a change."""
    results = []
    for i in range(4):
        results.append(keep(module.f(argument(i))))
        if i in (1, 2):
            exec(compile(case.change, f"<change of {module.__name__}>", "exec"), vars(module))
    return results


def check(case, argument=lambda i: np.array([0.5, -1.0, 2.0]) + i, keep=lambda x: x, through=jit):
    """Assert that a function under jit does what the function does, or is refused where the case says so."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = run(case, world(case.state, case.function), argument, keep)
        module = world(case.state, case.function)
        module.f = through(module.f)
        if case.refused:
            try:
                module.f(argument(0))
            except RecordingError:
                return
            raise AssertionError(f"{case.name}: not refused")
        fast = run(case, module, argument, keep)
    for i, (a, b) in enumerate(zip(fast, plain, strict=True)):
        assert same(a, b), f"{case.name}: call {i} gave {a!r}, and in Python {b!r}"
