"""Lines: a narrow program as plain Python on floats, one line for each operation.

For fewer than NARROW operations a level, as in a long chain, Python's floats are much quicker than calls of NumPy, so
such programs do not become steps, which are about arrays. The text is made from the same rows, so it computes what
Values compute; it raises where Python's floats raise, and the program then goes the way of NumPy.
"""

from __future__ import annotations

import math
import re

from autograd.jit.values.operations import NoGradient
from autograd.jit.values.registers import CONSTANT, EVENT, GRADIENT, INPUT
from autograd.rules.scalars import SCALAR_NAMES
from autograd.scalar.methods import INLINE

_WORD = re.compile(r"[A-Za-z_]\w*")
PART = 40  # terms of a sum, or names, in one line, so that no expression is too deep for the parser


class Lines:
    """The text of a program, `source`. The gradients of what it returned have a text of their own, made when needed."""

    def __init__(self, levels):
        self.levels = levels
        self.calls = {}  # operations without a text -> the name of the function to call
        self.names = {**SCALAR_NAMES, "__builtins__": {}, "float": float}
        self.source, self.compute = self._compile("given", self._forward(), map(_value, levels.shown))
        self._gradients = None

    def gradients(self, given, seeds):
        """As `Lowered.gradients`; what is needed of the forward pass is computed again."""
        levels = self.levels
        if self._gradients is None:
            starts = [(root, f"seeds[{k}]") for k, root in enumerate(levels.roots)]
            lines, found = self._backward(starts, levels.targets, "o")
            self._gradients = self._compile("given, seeds", self._forward() + lines, found)[1]
        return self._gradients(given, seeds)

    def _compile(self, arguments, lines, results):
        text = "\n    ".join([f"def compute({arguments}):", *lines, f"return [{', '.join(results)}]\n"])
        names = dict(self.names)
        exec(compile(text, "<program of Values>", "exec"), names)
        return text, names["compute"]

    def _forward(self):
        registers, uses = self.levels.registers, self.levels.uses
        lines = []
        if self.levels.inputs:
            lines.append(f"{', '.join(map(_value, self.levels.inputs))}, = given")
        passes = {}
        for i, kind in enumerate(registers.kind):
            if uses[i] and kind is GRADIENT:
                passes.setdefault(registers.a[i], []).append(i)
        for i, kind in enumerate(registers.kind):
            if not uses[i] or kind is INPUT or kind is GRADIENT:
                continue
            if kind is CONSTANT:
                lines.append(f"{_value(i)} = {_literal(registers.value[i])}")
            elif kind is EVENT:
                asked = passes.get(i, [])
                root, seed = registers.a[i], _value(registers.b[i])
                more, found = self._backward([(root, seed)], [registers.b[j] for j in asked], f"g{i}_")
                lines += more + [f"{_value(j)} = {name}" for j, name in zip(asked, found, strict=True)]
            elif i in self.levels.terms:
                terms = [_value(t) for t, _ in self.levels.terms[i]]
                for low in range(0, len(terms), PART):
                    lines.append(f"{_value(i)} = {' + '.join(([_value(i)] if low else []) + terms[low : low + PART])}")
            else:
                lines.append(f"{_value(i)} = {self._operation(i, kind)}")
        return lines

    def _operation(self, i, kind):
        registers = self.levels.registers
        arguments = [_value(registers.a[i])] + ([_value(registers.b[i])] if registers.b[i] >= 0 else [])
        if isinstance(kind, NoGradient) and kind.sign:
            return f" {kind.sign} ".join(arguments)
        if kind.name in INLINE:
            return _fill(INLINE[kind.name], dict(zip(kind.arguments, arguments, strict=True)))
        name = self.calls.setdefault(kind, f"f{len(self.calls)}")
        self.names[name] = kind.scalar
        return f"{name}({', '.join(arguments)})"

    def _backward(self, starts, targets, prefix):
        """The lines of a backward pass, and where the gradients of the targets are."""
        registers, terms = self.levels.registers, self.levels.terms
        active = self._active([root for root, _ in starts], targets)
        names = [f"{prefix}{i} = " for i in active]
        lines = ["".join(names[low : low + PART]) + "0.0" for low in range(0, len(names), PART)]  # quicker to compile
        lines += [f"{prefix}{root} += {seed}" for root, seed in starts if root in active]
        for i in reversed(active):
            a, b = _value(registers.a[i]), _value(registers.b[i])
            names = {"x": a, "a": a, "b": b, "y": _value(i)}
            parts = []
            for k, p in enumerate(self._parents(i)):
                if p in active:
                    text = "1" if i in terms else registers.kind[i].formulas[k]
                    slope = "" if text == "1" else f" * ({_fill(text, names)})"
                    parts.append(f"{prefix}{p} += {prefix}{i}{slope}")
            if parts:  # a zero from above stays zero
                lines.append(f"if {prefix}{i}: {'; '.join(parts)}")
        return lines, [f"{prefix}{i}" if i in active else "0.0" for i in targets]

    def _parents(self, i):
        """Where the gradient of a register goes; -1 for nowhere."""
        registers, terms = self.levels.registers, self.levels.terms
        return [p for _, p in terms[i]] if i in terms else [registers.parent_a[i], registers.parent_b[i]]

    def _active(self, roots, targets):
        """The registers on a way from a root to a target, as keys, oldest first."""
        reached = set(roots)
        for i in range(max(roots, default=-1), -1, -1):
            if i in reached:
                reached.update(self._parents(i))
        reached.discard(-1)
        leads = set(targets)
        for i in sorted(reached):
            if not leads.isdisjoint(self._parents(i)):
                leads.add(i)
        return dict.fromkeys(sorted(reached & leads))


def _fill(text, names):
    return _WORD.sub(lambda word: names.get(word[0], word[0]), text)


def _value(i):
    return f"v{i}"


def _literal(x):
    return repr(x) if math.isfinite(x) else f"float('{x}')"
