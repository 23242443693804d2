"""Where the arrays of a program lie: one block of memory serves several arrays whose lives do not overlap."""

from __future__ import annotations

import math

import numpy as np

from autograd.programs.plan import last_uses
from autograd.programs.tape import Var, variables

ALIGNMENT = 64


class Memory:
    """Buffers for what the steps make, handed out in the order of the steps.

    A result takes the place of an operand that is not needed any more where both have the same shape. Arrays that are
    joined end to end are made in their places from the start, so that joining them costs nothing.
    """

    def __init__(self, steps, results):
        self.steps = steps
        self.buffers: dict[Var, np.ndarray] = {}
        self.blocks: list[np.ndarray] = []
        self.free: list[np.ndarray] = []
        self.joined: set[int] = set()  # numbers of the steps that need no call, since their parts lie in place
        self.parts: dict[Var, tuple[Var, int]] = {}  # what is made inside a joined array: (that array, from where)
        self.last = last_uses(steps, results)
        self._find_joins(results)
        kept = self._outlive()
        block_of: dict[Var, np.ndarray] = {}
        dying: dict[int, list[Var]] = {}
        for root, number in self.last.items():
            if root not in kept:
                dying.setdefault(number, []).append(root)
        for number, step in enumerate(steps):
            for out in self._made(step):
                if out in self.parts:
                    whole, start = self.parts[out]
                    if whole not in self.buffers:
                        block_of[whole] = self._place(whole)
                    flat = self.buffers[whole].reshape(-1)
                    self.buffers[out] = flat[start : start + _size(out)].reshape(out.shape)
                elif out not in self.buffers:
                    heir = self._heir(step, number, out, block_of)
                    block_of[out] = heir if heir is not None else self._take(out.nbytes)
                    self.buffers[out] = _shaped(block_of[out], out)
            for root in dying.get(number, ()):
                block = block_of.pop(root, None)
                if block is not None and not any(block is other for other in block_of.values()):
                    self.free.append(block)

    def holds(self, x) -> bool:
        """Whether this is an array that lies in one of the buffers."""
        return type(x) is Var and x in self.buffers

    @property
    def nbytes(self) -> int:
        return sum(block.nbytes for block in self.blocks)

    @staticmethod
    def _made(step):
        into = step.kind in ("out", "fill") or (step.kind == "draw" and step.function == "out")
        return step.outs if into else ()

    def _outlive(self):
        """What must stay as it is until the end: arrays filled once, and what a guard may still need."""
        kept = set()
        guards = [number for number, step in enumerate(self.steps) if step.kind == "guard"]
        for number, step in enumerate(self.steps):
            if step.kind == "fill" and not step.outs[0].writes:
                kept.update(step.outs)
            if step.kind == "draw" and step.function == "out" and guards and number < guards[-1]:
                kept.update(step.outs)
        return kept

    def _find_joins(self, results):
        makers = {out: number for number, step in enumerate(self.steps) for out in self._made(step)}
        returned = set(variables(results))
        for number, step in enumerate(self.steps):
            if step.function is not np.concatenate or step.kind != "out" or not _flat(step):
                continue
            whole, start = step.outs[0], 0
            roots = [part.root for part in step.args[0]]
            fits = len(set(roots)) == len(roots) and all(
                root in makers
                and self.steps[makers[root]].kind == "out"
                and root.layout in (None, tuple(range(len(root.shape))))
                and root.dtype == whole.dtype
                and root.nbytes == part.nbytes
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

    def _heir(self, step, number, out, block_of):
        """The block of an operand that nobody needs after this step, when writing over it piece by piece is safe."""
        if step.kind != "out" or not isinstance(step.function, np.ufunc) or step.function.signature is not None:
            return None
        for var in step.reads:
            if (
                var.root is var
                and var in block_of
                and self.last.get(var) == number
                and var.shape == out.shape
                and var.dtype == out.dtype
                and var.layout == out.layout
                and var not in self.parts
                and sum(other.root is var for other in step.reads) == sum(o is var for o in step.reads)
            ):
                return block_of[var]
        return None

    def _place(self, var):
        block = self._take(var.nbytes)
        self.buffers[var] = _shaped(block, var)
        return block

    def _take(self, nbytes):
        fitting = [i for i, block in enumerate(self.free) if nbytes <= block.nbytes <= 2 * nbytes + 4096]
        if fitting:
            return self.free.pop(min(fitting, key=lambda i: self.free[i].nbytes))
        size = max(nbytes, 1)
        raw = np.empty(size + ALIGNMENT, np.uint8)
        start = -raw.ctypes.data % ALIGNMENT
        block = raw[start : start + size]
        self.blocks.append(block)
        return block


def _size(var) -> int:
    return math.prod(var.shape)


def _shaped(block, var):
    """The block as an array of the variable's shape, with its axes in the same order in memory."""
    flat = block[: var.nbytes].view(var.dtype)
    if var.layout is None:
        return flat.reshape(var.shape)
    array = flat.reshape([var.shape[axis] for axis in var.layout])
    return array.transpose(np.argsort(var.layout))


def _flat(step) -> bool:
    """Whether a concatenate joins whole one-dimensional arrays."""
    axis = step.kwargs.get("axis", step.args[1] if len(step.args) > 1 else 0)
    parts = step.args[0]
    return axis in (0, -1) and all(type(part) is Var and len(part.shape) == 1 for part in parts)
