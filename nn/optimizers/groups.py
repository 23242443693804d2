"""Parameters laid end to end in one array, so that an update takes a few NumPy calls however many there are."""

from __future__ import annotations

import itertools

import numpy as np

from autograd import Tensor, Value
from autograd.errors import refuse
from autograd.extend import after_replays, array_of, before_replays, rewritten, show, start_with, tracing, written_to


class TensorGroup:
    """Tensors of one dtype. Each keeps its shape, as a view of the one array."""

    def __init__(self, parameters: list[Tensor]):
        self.parameters = parameters
        self.array = np.concatenate([array_of(p).reshape(-1) for p in parameters])
        self.slices = slices_of([p.size for p in parameters])
        self.views = [self.array[at].reshape(p.shape) for at, p in zip(self.slices, parameters, strict=True)]
        self.scratch = None  # for the gradients end to end; a program has a place of its own for them
        self.attach()

    def __reduce__(self):
        # Copied or pickled one by one, the views would not be views of the new array, nor the parameters show them.
        return TensorGroup, (self.parameters,)

    def trace(self) -> None:
        """Let the array be written in place by the program that is being traced."""
        start_with(self.attach, show(self.parameters, self.views))
        written_to(self, "array")
        before_replays(self.attach)
        after_replays(self.written)

    def attach(self) -> None:
        """Let the parameters show their views; numbers that somebody set since are taken over."""
        if tracing() or show(self.parameters, self.views):
            return
        for p, view in zip(self.parameters, self.views, strict=True):
            array = array_of(p)
            if array is not view:
                view[...] = array
                p.rebase(view)

    def gradient(self):
        """All gradients end to end, and the places of parameters that have none."""
        gradients = [p.grad for p in self.parameters]
        missing = [at for at, g in zip(self.slices, gradients, strict=True) if g is None]
        if tracing():
            parts = [
                np.zeros(at.stop - at.start) if g is None else g for at, g in zip(self.slices, gradients, strict=True)
            ]
            return np.concatenate([part.astype(self.array.dtype, copy=False).reshape(-1) for part in parts]), missing
        if self.scratch is None:
            self.scratch = np.empty_like(self.array)
        if not missing:
            np.concatenate(gradients, axis=None, out=self.scratch)
            return self.scratch, missing
        for at, g in zip(self.slices, gradients, strict=True):
            self.scratch[at] = 0 if g is None else g.reshape(-1)
        return self.scratch, missing

    def written(self) -> None:
        """Tell the engine that the numbers have changed."""
        if not tracing():
            rewritten(self.parameters)


class ValueGroup:
    """Values: their numbers are read before an update and written after it."""

    def __init__(self, parameters: list[Value]):
        self.parameters = parameters
        self.slices = slices_of([1] * len(parameters))
        self.attach()

    def trace(self) -> None:
        raise refuse("an optimizer's step on Values", "Write p.data -= rate * p.grad")

    def attach(self) -> None:
        self.array = np.array([v.data for v in self.parameters], dtype=np.float64)

    def gradient(self):
        missing = [at for at, v in zip(self.slices, self.parameters, strict=True) if v.grad is None]
        return np.array([v.grad or 0.0 for v in self.parameters], dtype=np.float64), missing

    def written(self) -> None:
        for v, number in zip(self.parameters, self.array.tolist(), strict=True):
            v.data = number


def slices_of(sizes: list[int]) -> list[slice]:
    """Where parts of these sizes lie, end to end.

    >>> slices_of([2, 3])
    [slice(0, 2, None), slice(2, 5, None)]
    """
    ends = np.cumsum([0, *sizes]).tolist()
    return [slice(a, b) for a, b in itertools.pairwise(ends)]


def grouped(parameters) -> list[TensorGroup | ValueGroup]:
    """The parameters in groups that can lie in one array, in order of first appearance."""
    kinds: dict = {}
    for p in parameters:
        if isinstance(p, Value):
            kinds.setdefault(Value, []).append(p)
        elif isinstance(p, Tensor) and p.is_leaf:
            kinds.setdefault(p.dtype, []).append(p)
        else:
            raise TypeError(
                f"an optimizer moves variables; got {type(p).__name__} {p!r:.60}. Pass model.parameters(), or a list "
                "of Parameters, Tensors or Values"
            )
    return [ValueGroup(ps) if kind is Value else TensorGroup(ps) for kind, ps in kinds.items()]
