"""The passes over recorded steps: dead code, common subexpressions, and calls that change nothing.

Each takes steps and gives fewer; none changes a bit of what is computed.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from autograd.jit.program import calls
from autograd.jit.program.number import Number
from autograd.jit.program.steps import Step, Var, substitute, variables

# The operand that a number leaves as it is: x * 1, 1 * x, x / 1, x ** 1, x - 0.
_NEUTRAL = {np.multiply: (1, (0, 1)), np.divide: (1, (0,)), np.power: (1, (0,)), np.subtract: (0, (0,))}


def optimize(steps, results):
    """The steps that `results` and the outside need, each once; and `results` in terms of what is left."""
    steps = dead_code(steps, results)
    for improve in (simplify, common_subexpressions):
        steps, replaced = improve(steps)
        results = substitute(results, replaced)
    return dead_code(steps, results), results


def dead_code(steps, results) -> list[Step]:
    """The steps without those that nobody needs: what matters is found from the last step backwards."""
    wanted = set()

    def want(found):
        for var in found:
            wanted.update((var, var.root))

    want(variables(results))
    kept = []
    for step in reversed(steps):
        made = step.made
        if step.kind in ("write", "into"):
            needed = made[0].root.place is not None or made[0].root in wanted
        else:
            needed = not wanted.isdisjoint(made)
        if needed or step.effect:
            kept.append(step)
            want([*step.reads, *made])
    return kept[::-1]


def common_subexpressions(steps):
    """One step for equal calls, unless somebody writes into what they make or read; and what stands for what."""
    known: dict = {}
    versions: Counter = Counter()  # how often memory was written to
    replaced: dict[Var, Var] = {}
    kept = []
    for step in steps:
        step.substitute(replaced)
        if step.kind in ("write", "into"):
            versions[_memory(step.outs[0])] += 1
        same = known.setdefault(_key(step, versions), step)
        if same is step:
            kept.append(step)
        else:
            replaced.update(zip(step.outs, same.outs, strict=True))
    return kept, replaced


def _memory(var):
    """What a write changes: the array itself, or whatever is outside, where arrays may overlap."""
    return var.root if var.root.place is None else "outside"


def _key(step, versions):
    """What tells the call from others; the step itself where nothing can stand for it."""
    if step.kind == "view":
        seen = ()
    elif step.kind in ("out", "call", "calls") and not any(out.root.writes for out in step.outs):
        seen = tuple(versions[_memory(var)] for var in step.reads)
    else:
        return step
    try:
        key = (step.name, _frozen(step.function), _frozen(step.args), _frozen(step.kwargs), seen)
        hash(key)
    except (TypeError, ValueError):
        return step
    return key


def _frozen(x):
    kind = type(x)
    if kind is tuple or kind is list:
        return (kind, *map(_frozen, x))
    if kind is dict:
        return tuple((key, _frozen(value)) for key, value in x.items())
    if kind is slice:
        return (slice, x.start, x.stop, x.step)
    if kind is float or isinstance(x, np.generic):
        return (kind, repr(x))  # tells 0.0 from -0.0, and nan from nothing
    if kind is bool or kind is int:
        return (kind, x)
    if kind is Number:
        return (Number, id(x))
    if isinstance(getattr(x, "__self__", None), np.ufunc):
        return (x.__self__, x.__name__)
    return x


def simplify(steps):
    """The steps without those that change nothing (times 1, a copy nobody writes to), and what stands for what. Only
    what leaves every bit as it is."""
    replaced: dict[Var, Var] = {}
    kept = []
    for step in steps:
        step.substitute(replaced)
        if step.kind in ("out", "call") and type(step.outs[0]) is Var:
            same = _unchanged(step)
            if same is not None and _is_twin(same, step.outs[0]):
                replaced[step.outs[0]] = same
                continue
        kept.append(step)
    return kept, replaced


def _is_twin(x, out):
    """Whether one can stand for the other: they are alike, nobody writes to them, and neither comes from outside."""
    alike = (x.shape, x.dtype, x.axes, x.scalar) == (out.shape, out.dtype, out.axes, out.scalar)
    return alike and x.root.place is None and x.root.writes == 0 and out.writes == 0


def _unchanged(step):
    """The argument that the result of this call equals bit by bit, if there is one."""
    function, args = step.function, step.args
    if step.kwargs:
        return None
    if function in _NEUTRAL:
        number, places = _NEUTRAL[function]
        for i in places:
            x, other = args[i], args[1 - i]
            if (
                type(x) is Var
                and type(other) is not Number
                and isinstance(other, int | float | np.floating)
                and other == number
            ):
                if number == 0 and np.signbit(other):
                    return None  # -0.0 - -0.0 is 0.0
                return x  # of the result's dtype, or this is not what happens
    if function is calls.copy or function is calls.cast:
        return args[0] if type(args[0]) is Var and args[0].root is args[0] else None
    return None
