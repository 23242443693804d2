"""What a node keeps: the arrays its rule asks for, with marks on those that a user could still write to."""

from __future__ import annotations

import numpy as np

from autograd.engine.graph import show_line, user_line
from autograd.engine.writes import fingerprint
from autograd.errors import AnomalyError
from autograd.rules.table import Rule


class Share:
    """Arrays that may share memory: a count of writes, to notice a view that is out of date."""

    __slots__ = ("version",)

    def __init__(self):
        self.version = 0


def keep(rule, raw, parents, mask, y):
    """The arrays that the rule asks for, given which arguments are variables; and marks for those at risk."""
    plan = rule.plans.get(mask)
    if plan is None:
        wanted = wants(rule, parents)
        plan = (tuple(i for i in range(len(raw)) if i in wanted), "y" in wanted)
        if not rule.variadic:
            rule.plans[mask] = plan
    indices, keeps_y = plan
    saved = [None] * len(raw)
    marks = None
    for i in indices:
        array = saved[i] = raw[i]
        if type(array) is np.ndarray:
            parent = parents[i]
            mark = None if parent is None else parent.seal
            if mark is None:
                if parent is not None and array.base is None:
                    continue  # made by the engine; nobody can write to it
                mark = fingerprint(array)
            elif mark.mark is not None:  # a variable whose array was handed out
                mark = fingerprint(array)
            if marks is None:
                marks = [None] * len(raw)
            marks[i] = mark
    saved.append(y if keeps_y else None)
    return tuple(saved), marks


def wants(rule, parents):
    """Which arguments (by position) and whether the result ('y') the backward functions will ask for."""
    wanted = set()
    for i, parent in enumerate(parents):
        if parent is None:
            continue
        if rule.elementwise:
            wanted.update("y" if name == "y" else rule.arguments.index(name) for name in rule.needs[i])
            continue
        argument = rule.arguments[0] if rule.variadic else rule.arguments[i]
        if argument not in rule.wants:
            raise TypeError(
                f"{rule.name} has no derivative for its argument {argument!r}; pass t.data if it is meant as a constant"
            )
        for want in rule.wants[argument]:
            if want == "y":
                wanted.add("y")
            elif want == "likes":
                wanted.update(k for k, p in enumerate(parents) if p is None)
            elif want in rule.arguments:
                wanted.update(range(len(parents)) if rule.variadic else (rule.arguments.index(want),))
            elif want.endswith("_like") and parents[rule.arguments.index(want[:-5])] is None:
                wanted.add(rule.arguments.index(want[:-5]))
    return wanted


def constant(rule, arg):
    """A constant argument: numbers stay as they are (weak), arrays and lists become plain arrays."""
    if type(arg) is np.ndarray and arg.dtype.kind in NUMBERS:  # the commonest, without looking for the rest
        return arg
    if type(arg) in _PLAIN or hasattr(arg, "__traced__"):
        return arg
    if isinstance(arg, np.ma.MaskedArray):
        raise TypeError(f"{rule.name} of a Tensor and a masked array: fill it first, or use np.where with its mask")
    if isinstance(arg, np.ndarray | np.generic):
        if arg.dtype.kind not in NUMBERS:
            raise TypeError(
                f"{rule.name} of a Tensor and an array of dtype {arg.dtype}: only numbers can be differentiated"
            )
        # A subclass such as np.matrix has arithmetic of its own; its numbers are what counts here.
        return np.asarray(arg) if isinstance(arg, np.ndarray) else arg
    if isinstance(arg, list | tuple):
        return constant(rule, np.asarray(arg))
    if hasattr(arg, "__array__") and not hasattr(arg, "__apply__"):
        return constant(rule, np.asarray(arg))
    raise TypeError(
        f"{rule.name} of a Tensor and {type(arg).__name__} {arg!r:.60}: wanted a number, an array or a Tensor"
    )


NUMBERS = "biufc"  # the kinds of dtype that arithmetic with a Tensor takes
_PLAIN = frozenset({int, float, complex, bool})


class _Output(Rule):
    """Picks one output of a node with several; the walk collects its gradients in a list."""

    elementwise = False
    broadcasts = False
    masks = False
    quick = None
    outputs = 1
    batched = True
    variadic = False
    linear = True

    def carry(self, node, i, g, saved):
        return g


OUTPUT = _Output("output", (), ())


def watch(rule, raw, y):
    if np.all(np.isfinite(y)):
        return
    bad = "nan" if np.isnan(y).any() else "inf" if np.max(y) == np.inf else "-inf"
    spans = ", ".join(_span(a) for a in raw)
    raise AnomalyError(f"{rule.name} gave {bad} at {show_line(user_line())}; its operands: {spans}")


def _span(a) -> str:
    if not isinstance(a, np.ndarray | np.generic):
        return repr(a)
    if a.size == 0:
        return f"empty {a.shape}"
    return (
        f"{a.dtype} {a.shape} from {np.nanmin(a):.6g} to {np.nanmax(a):.6g}"
        if a.dtype.kind != "c"
        else f"{a.dtype} {a.shape}"
    )
