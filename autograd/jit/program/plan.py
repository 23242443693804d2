"""What a program needs of its tape: dead calls dropped, equal ones shared, and the last use of every array."""

from __future__ import annotations

import numpy as np

from autograd.jit.program.simplify import simplify
from autograd.jit.program.steps import Step, Var, substitute, variables


def plan(steps, results):
    """The steps that `results` and the outside need, each once; and `results` in terms of what is left."""
    steps = needed(steps, results)
    for improve in (simplify, share):
        steps, replaced = improve(steps)
        results = substitute(results, replaced)
    return needed(steps, results), results


def needed(steps, results) -> list[Step]:
    """The steps that matter, found from the last backwards."""
    wanted = set()
    for var in variables(results):
        wanted.add(var)
        wanted.add(var.root)
    kept = []
    for step in reversed(steps):
        made = step.made
        if step.effect:
            keep = True
        elif step.kind in ("write", "into"):
            root = made[0].root
            keep = root.place is not None or root in wanted
        else:
            keep = any(out in wanted for out in made)
        if keep:
            kept.append(step)
            for var in step.reads:
                wanted.add(var)
                wanted.add(var.root)
            for var in made:
                wanted.add(var)
                wanted.add(var.root)
    return kept[::-1]


def share(steps):
    """One step for equal calls, unless somebody writes into what they make or read; and what stands for what."""
    known: dict = {}
    versions: dict = {}
    replaced: dict[Var, Var] = {}
    kept = []
    for step in steps:
        step.substitute(replaced)
        if step.kind in ("write", "into"):
            root = step.outs[0].root
            outside = root.place is not None
            versions["outside" if outside else root] = versions.get("outside" if outside else root, 0) + 1
        key = None
        if step.kind == "view" or (
            step.kind in ("out", "call", "calls") and not any(out.root.writes for out in step.outs)
        ):
            key = _key(step, versions)
        if key is not None:
            same = known.get(key)
            if same is not None:
                replaced.update(zip(step.outs, same.outs, strict=True))
                continue
            known[key] = step
        kept.append(step)
    return kept, replaced


def _key(step, versions):
    """What tells the call from others, or None where that cannot be said."""
    seen = () if step.kind == "view" else tuple(
        versions.get("outside" if var.root.place is not None else var.root, 0) for var in step.reads
    )  # fmt: skip
    try:
        key = (step.name, _frozen(step.function), _frozen(step.args), _frozen(step.kwargs), seen)
        hash(key)
    except TypeError:
        return None
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
    if isinstance(getattr(x, "__self__", None), np.ufunc):
        return (x.__self__, x.__name__)
    return x


def last_uses(steps, results) -> dict[Var, int]:
    """For each piece of memory the number of the last step that touches it; `len(steps)` for what is returned."""
    last = {}
    for number, step in enumerate(steps):
        for var in step.reads:
            last[var.root] = number
        for var in step.made:
            last[var.root] = number
    for var in variables(results):
        last[var.root] = len(steps)
    return last
