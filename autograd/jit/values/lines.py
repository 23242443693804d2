"""Lines: a narrow program as plain Python on floats, one line for each operation.

Where a level has an operation or two, as in a long chain, a call of NumPy costs more than the arithmetic. The text is
made from the same rows, so it computes what Values compute; it raises where Python's floats raise, and the program then
goes the way of NumPy.
"""

from __future__ import annotations

import math
import re

from autograd.jit.values.cells import CONSTANT, EVENT, GRADIENT, INPUT, Flat
from autograd.rules.scalars import SCALAR_NAMES
from autograd.scalar.methods import INLINE

_WORD = re.compile(r"[A-Za-z_]\w*")
PART = 40  # terms of a sum in one line, so that no expression is too deep for the parser


class Lines:
    """The text of a program, `source`. The gradients of what it returned have a text of their own, made when needed."""

    def __init__(self, recipe):
        self.recipe = recipe
        self.calls = {}  # operations without a text -> the name of the function to call
        self.names = {**SCALAR_NAMES, "__builtins__": {}, "float": float}
        self.source, self.compute = self._compile("given", *self._forward(), map(_value, recipe.shown))
        self._gradients = None

    def gradients(self, given, seeds):
        """As `Leveled.gradients`; what is needed of the forward pass is computed again."""
        recipe = self.recipe
        if self._gradients is None:
            starts = [(root, f"seeds[{k}]") for k, root in enumerate(recipe.roots)]
            lines, found = self._backward(starts, recipe.targets, "o")
            self._gradients = self._compile("given, seeds", *self._forward(), lines, found)[1]
        return self._gradients(given, [seeds.get(k, 0.0) for k in range(len(recipe.roots))])

    def _compile(self, arguments, *parts):
        *lines, results = parts
        text = "\n    ".join([f"def compute({arguments}):", *(line for part in lines for line in part)])
        text += f"\n    return [{', '.join(results)}]\n"
        names = dict(self.names)
        exec(compile(text, "<program of Values>", "exec"), names)
        return text, names["compute"]

    def _forward(self):
        cells, needed = self.recipe.cells, self.recipe.needed
        lines = []
        if self.recipe.inputs:
            lines.append(f"{', '.join(map(_value, self.recipe.inputs))}, = given")
        passes = {}
        for i, kind in enumerate(cells.kind):
            if needed[i] and kind is GRADIENT:
                passes.setdefault(cells.a[i], []).append(i)
        for i, kind in enumerate(cells.kind):
            if not needed[i] or kind is INPUT or kind is GRADIENT:
                continue
            if kind is CONSTANT:
                lines.append(f"{_value(i)} = {_literal(cells.value[i])}")
            elif kind is EVENT:
                asked = passes.get(i, [])
                more, found = self._backward([(cells.a[i], _value(cells.b[i]))], [cells.b[j] for j in asked], f"g{i}_")
                lines += more + [f"{_value(j)} = {name}" for j, name in zip(asked, found, strict=True)]
            elif i in self.recipe.terms:
                terms = [_value(t) for t, _ in self.recipe.terms[i]]
                for low in range(0, len(terms), PART):
                    lines.append(f"{_value(i)} = {' + '.join(([_value(i)] if low else []) + terms[low : low + PART])}")
            else:
                lines.append(f"{_value(i)} = {self._operation(i, kind)}")
        return [lines]

    def _operation(self, i, kind):
        cells = self.recipe.cells
        arguments = [_value(cells.a[i])] + ([_value(cells.b[i])] if cells.b[i] >= 0 else [])
        if isinstance(kind, Flat) and kind.sign:
            return f" {kind.sign} ".join(arguments)
        if kind.name in INLINE:
            return _fill(INLINE[kind.name], dict(zip(kind.arguments, arguments, strict=True)))
        name = self.calls.setdefault(kind, f"f{len(self.calls)}")
        self.names[name] = kind.scalar
        return f"{name}({', '.join(arguments)})"

    def _backward(self, starts, targets, prefix):
        """The lines of a backward pass, and where the gradients of the targets are."""
        cells, terms = self.recipe.cells, self.recipe.terms
        active = _active(cells, terms, [root for root, _ in starts], targets)
        lines = [f"{prefix}{i} = 0.0" for i in active]
        lines += [f"{prefix}{root} += {seed}" for root, seed in starts if root in active]
        for i in reversed(list(active)):
            parts = []
            if i in terms:
                parts = [f"{prefix}{p} += {prefix}{i}" for _, p in terms[i] if p in active]
            else:
                names = {"x": _value(cells.a[i]), "a": _value(cells.a[i]), "b": _value(cells.b[i]), "y": _value(i)}
                for k, p in enumerate((cells.parent_a[i], cells.parent_b[i])):
                    if p in active:
                        text = cells.kind[i].formulas[k]
                        slope = "" if text == "1" else f" * ({_fill(text, names)})"
                        parts.append(f"{prefix}{p} += {prefix}{i}{slope}")
            if parts:  # a zero from above stays zero
                lines.append(f"if {prefix}{i}: {'; '.join(parts)}")
        return lines, [f"{prefix}{i}" if i in active else "0.0" for i in targets]


def _active(cells, terms, roots, targets):
    """The cells on a way from a root to a target, oldest first."""
    reached, leads = set(roots), set(targets)
    around = {}
    for i in range(max(roots, default=-1), -1, -1):
        if i in reached:
            if i in terms:
                around[i] = [p for _, p in terms[i] if p >= 0]
            else:
                around[i] = [p for p in (cells.parent_a[i], cells.parent_b[i]) if p >= 0]
            reached.update(around[i])
    for i in reversed(around):
        if not leads.isdisjoint(around[i]):
            leads.add(i)
    return dict.fromkeys(i for i in reversed(around) if i in leads)


def _fill(text, names):
    return _WORD.sub(lambda word: names.get(word[0], word[0]), text)


def _value(i):
    return f"v{i}"


def _literal(x):
    return repr(x) if math.isfinite(x) else f"float('{x}')"
