"""Liveness, and where arrays lie by it: one block of memory serves several arrays whose lives do not overlap."""

from __future__ import annotations

import math

import numpy as np

from autograd.jit.program.arena import Arena
from autograd.jit.program.steps import Var, variables

SMALL = 1 << 12  # bytes


class Memory:
    """Buffers for what the steps make, handed out in the order of the steps.

    A result takes the place of an operand that is not needed any more where both have the same shape. Arrays that are
    joined end to end are made in their places from the start, so that joining them costs nothing. What is in `stay`
    keeps its place until the end, for another program to read.
    """

    def __init__(self, steps, results, stay=()):
        self.steps = steps
        self.arrays: dict[Var, np.ndarray] = {}  # all whose place stays the same
        self.places: dict[Var, tuple[int, int]] = {}  # where in memory, for what is not a part
        self.arena = Arena()
        self.joined: set[int] = set()  # numbers of the steps that need no call, since their parts lie in place
        self.parts: dict[Var, tuple[Var, int]] = {}  # what is made inside a joined array: (that array, from where)
        self.last = last_uses(steps, [*results, *stay])
        self._find_joins(results)
        self.alone = self._returned_alone(results)
        kept = self._outlive()
        dying: dict[int, list[Var]] = {}
        for root, number in self.last.items():
            dying.setdefault(number, []).append(root)
        for step in steps:
            for out in self._placed(step):
                # What is filled once has a place that nothing else ever uses, not even before. So has a small result:
                # it lives until the end, and would lie in the way.
                once = step.kind == "fill" and out in kept
                if once or (out.nbytes <= SMALL and self.last.get(out) == len(steps) and out not in self.parts):
                    self.places[out] = self.arena.take(out.nbytes)
        living: dict[Var, tuple[int, int]] = {}  # places to be given back
        for number, step in enumerate(steps):
            for out in self._placed(step):
                whole = self.parts[out][0] if out in self.parts else out
                if whole not in self.places:
                    heir = self._heir(step, number, out, living) if whole is out else None
                    self.places[whole] = heir or self.arena.take(whole.nbytes)
                    if whole not in kept:
                        living[whole] = self.places[whole]
            for root in dying.get(number, ()):
                if root in living:
                    self.arena.give(living.pop(root))
        self._make()

    def _make(self):
        """The arrays, now that all places are known."""
        memory = self.arena.memory()
        for var, (start, size) in self.places.items():
            self.arrays[var] = _shaped(memory[start : start + size], var)
        for out, (whole, start) in self.parts.items():
            self.arrays[out] = self.arrays[whole][start : start + _size(out)].reshape(out.shape)

    @property
    def nbytes(self) -> int:
        return self.arena.size

    def _placed(self, step):
        into = step.kind in ("out", "fill") or (step.kind == "draw" and step.function == "out")
        return [out for out in step.outs if into and out not in self.alone]

    def _returned_alone(self, results) -> set:
        """Results that nothing else is or looks at: these are made as new arrays, instead of being copied."""
        seen = {out.root for step in self.steps if step.kind == "view" for out in step.outs}
        made = {out for step in self.steps if step.kind == "out" for out in step.outs}
        return {
            var for var in variables(results)
            if var in made and var.writes == 0 and not var.scalar and var not in self.parts and var not in seen
        } | {out for out in made if out.fresh}  # fmt: skip

    def _outlive(self):
        """What must stay as it is until the end: arrays filled once, and what a guard may still need."""
        guarded = max((number for number, step in enumerate(self.steps) if step.kind == "guard"), default=0)
        filled = {step.outs[0] for step in self.steps if step.kind == "fill" and not step.outs[0].writes}
        return filled | {
            step.outs[0] for step in self.steps[:guarded] if step.kind == "draw" and step.function == "out"
        }  # fmt: skip

    def _find_joins(self, results):
        makers = {step.outs[0]: number for number, step in enumerate(self.steps) if step.kind == "out"}
        returned = set(variables(results))
        for number, step in enumerate(self.steps):
            if step.function is not np.concatenate or step.kind != "out" or not _flat(step):
                continue
            whole, start = step.outs[0], 0
            roots = [part.root for part in step.args[0]]
            fits = len(set(roots)) == len(roots) and all(
                root in makers
                and _is_by_rows(root)
                and root.dtype == whole.dtype
                and root.nbytes == part.nbytes
                and _in_order(part)
                and makers[root] not in self.joined
                and root not in self.parts
                and (self.last[root] == number or (root in returned and whole.writes == 0))
                and not (root in returned and root.writes)
                for root, part in zip(roots, step.args[0], strict=True)
            )
            if not fits:
                continue
            for root in roots:
                self.parts[root] = (whole, start)
                start += _size(root)
                if self.last[root] > number:
                    self.last[whole] = self.last[root]
            self.joined.add(number)

    def _heir(self, step, number, out, living):
        """The place, taken over, of an operand that nobody needs after this step, where writing over it is safe."""
        if out.nbytes <= SMALL:  # writing over an operand makes NumPy's calls of few numbers slower
            return None
        if step.kind != "out" or not isinstance(step.function, np.ufunc) or step.function.signature is not None:
            return None
        for var in step.reads:
            root = var.root
            if (
                root in living
                and self.last.get(root) == number
                and (var.shape, var.dtype, var.nbytes) == (out.shape, out.dtype, root.nbytes)
                and (var.axes == out.axes if var is root else _is_by_rows(root) and _is_by_rows(out) and _in_order(var))
                and sum(other.root is root for other in step.reads) == sum(o is var for o in step.reads)
            ):
                return living.pop(root)
        return None


def _is_by_rows(var) -> bool:
    return var.axes in (None, tuple(range(len(var.shape))))


def _in_order(part) -> bool:
    """Whether a view of a whole array has its numbers in the same order; a reversed one has not."""
    while part.root is not part:
        if part.step.function not in (np.reshape, np.ravel) or type(part.step.args[0]) is not Var:
            return False
        part = part.step.args[0]
    return True


def _size(var) -> int:
    return math.prod(var.shape)


def _shaped(block, var):
    """The block as an array of the variable's shape, with its axes in the same order in memory."""
    flat = block[: var.nbytes].view(var.dtype)
    if var.axes is None:
        return flat.reshape(var.shape)
    array = flat.reshape([var.shape[axis] for axis in var.axes])
    return array.transpose(np.argsort(var.axes))


def _flat(step) -> bool:
    """Whether a concatenate joins whole one-dimensional arrays."""
    axis = step.kwargs.get("axis", step.args[1] if len(step.args) > 1 else 0)
    parts = step.args[0]
    return axis in (0, -1) and all(type(part) is Var and len(part.shape) == 1 for part in parts)


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
