"""`checkpoint`: keep only the inputs of a function, and run it again in the backward pass. Memory for time."""

from __future__ import annotations

import functools

import numpy as np

from autograd.engine.apply import fresh
from autograd.engine.backward import backward
from autograd.engine.graph import Node, next_serial, user_line
from autograd.engine.modes import enable_grad, observing, tracking
from autograd.engine.tensor import Tensor, wrap
from autograd.engine.writes import fingerprint, marks_of
from autograd.errors import ChangedError, refuse
from autograd.rules.arrays import array_of, is_stand_in
from autograd.rules.table import Differentiable
from autograd.transforms.containers import leaves, tree_map
from autograd.transforms.draws import Draws, repeated


def checkpoint(f):
    """`f` with the same results and gradients, that keeps nothing of its inside between forward and backward.

    Its arguments and results may be containers; Tensors it uses from outside get their gradients too. `f` is run once
    more in the backward pass. Random numbers are then the same again: those of NumPy's and Python's own generators, and
    of generators that `f` refers to. Where results differ from those of the first run, an error says which.

    >>> import numpy as np
    >>> from autograd import grad
    >>> float(grad(checkpoint(lambda x: np.exp(np.sin(x))))(0.0))
    1.0
    """

    @functools.wraps(f)
    def wrapped(*args, **kwargs):
        if not tracking.get():
            return f(*args, **kwargs)
        variables = tensors([args, kwargs])
        start = next_serial()
        draws = Draws(f, args, kwargs)
        output = _run(f, args, kwargs, list(map(array_of, variables)))[1]
        outputs = tensors(output)
        outside = _outside([y._node for y in outputs], start)
        if not outputs or not (variables or outside):
            return output
        drawn = draws.since()
        if drawn and observing() is not None:
            raise refuse("random draws in a checkpoint", "Leave checkpoint out: a program reuses memory by itself")
        rule = _Again(f, args, kwargs, variables, outside, _same_arrays(args, kwargs), drawn)
        return _with_tensors(output, rule.results(list(map(array_of, outputs)), marked=True))

    return wrapped


def again(f, args, kwargs, variables, outside, arrays, same) -> list[Node]:
    """Nodes for results of `f` that were computed without a graph: their gradients come from running `f` once more.

    `same` says whether all that `f` uses besides its arguments is still as it was.
    """
    return [y._node for y in _Again(f, args, kwargs, variables, outside, same).results(arrays)]


def tensors(tree) -> list[Tensor]:
    return [x for x in leaves(tree) if isinstance(x, Tensor)]


def _with_tensors(tree, new):
    """The same structure with other Tensors."""
    supply = iter(new)
    return tree_map(lambda x: next(supply) if isinstance(x, Tensor) else x, tree)


def _same_arrays(args, kwargs):
    """A function that tells whether the plain arrays among the arguments are still as they are now."""
    arrays = [(x, fingerprint(x)) for x in leaves([args, kwargs]) if type(x) is np.ndarray]
    return lambda: all(fingerprint(x) == mark for x, mark in arrays)


def _run(f, args, kwargs, arrays):
    """`f` on fresh variables that show these arrays, so that the graph of this run ends there."""
    inner = list(map(fresh, arrays))
    args, kwargs = _with_tensors([args, kwargs], inner)
    with enable_grad():
        return inner, f(*args, **kwargs)


def _outside(nodes, start):
    """The nodes older than the run that it used: Tensors from around it."""
    seen, todo, found = set(), list(nodes), {}
    while todo:
        node = todo.pop()
        if node in seen:
            continue
        seen.add(node)
        if node.serial < start:
            found[node] = None
        else:
            todo.extend(p for p in node.parents if p is not None)
    return list(found)


class _Again(Differentiable):
    """The rule of one checkpointed call: run again, recorded, and carry the gradients back through that."""

    name = "checkpoint"
    variadic = False
    covers = samples = ()
    arguments = ()

    def __init__(self, f, args, kwargs, variables, outside, same, drawn=()):
        args, kwargs = tree_map(lambda x: x, [args, kwargs])  # the caller's own containers may change
        self.call = (f, args, kwargs)
        self.variables = [wrap(array_of(v), v._node) for v in variables]  # and so may what a Tensor stands for
        self.outside = outside
        self.same = same
        self.drawn = drawn
        self.found = None  # (g, gradients), from the first argument asked for until the last

    def results(self, arrays, marked=False) -> list[Tensor]:
        """Tensors that show these results of the call. `marked`: a write to a variable is noticed by the walk."""
        self.arrays = list(arrays)
        shapes = [(a.shape, a.dtype) for a in arrays]
        if len(shapes) == 1:  # always several, for one code path
            shapes.append(((), arrays[0].dtype))
        self.outputs = len(shapes)
        parents = (*(v._node for v in self.variables), *self.outside)
        saved = (*map(array_of, self.variables), *(None,) * len(self.outside))
        marks = marks_of(saved, parents, range(len(self.variables))) if marked else None
        settings = {"__shapes__": shapes}
        node = Node(self, parents, saved, settings, marks, None, arrays[0].dtype, user_line())
        return [wrap(a, node, k) for k, a in enumerate(arrays)]

    def carry(self, node, i, g, saved):
        if self.found is None or self.found[0] is not g:
            if not self.same():
                raise ChangedError(
                    "this Tensor is the result of a function under jit or checkpoint, which runs once more for the "
                    "gradient; what it uses has changed since, so that would not give the same. Call backward() before "
                    "the change, or inside the function"
                )
            nested = any(isinstance(part, Tensor) for part in g)
            with repeated(self.drawn):
                inputs, output = self._run_again(nested)
            self._compare(tensors(output))
            targets = [v._node for v in inputs] + self.outside
            seeds = {y._node: part for y, part in zip(tensors(output), g, strict=False)}
            self.found = (g, [backward(seeds, targets=targets, wrap=wrap if nested else None).get(t) for t in targets])
        result = self.found[1][i]
        if i == len(node.parents) - 1:
            self.found = None
        return result

    def _run_again(self, nested):
        """The variables, and what the function gives of them; `nested`: as a part of the graph around it."""
        f, args, kwargs = self.call
        if not nested:
            return _run(f, args, kwargs, list(map(array_of, self.variables)))
        args, kwargs = _with_tensors([args, kwargs], self.variables)
        with enable_grad():
            return self.variables, f(*args, **kwargs)

    def _compare(self, now) -> None:
        """Refuse a second run that gave something else than the first."""
        now = list(map(array_of, now))
        if len(now) != len(self.arrays):
            raise ChangedError(f"{_AGAIN} gave {len(now)} Tensors, and {len(self.arrays)} before. {_ADVICE}")
        for k, (before, after) in enumerate(zip(self.arrays, now, strict=True)):
            if before.shape != after.shape or before.dtype != after.dtype:
                raise ChangedError(
                    f"{_AGAIN} gave {after.dtype} {after.shape} as result {k}, and {before.dtype} {before.shape} "
                    f"before. {_ADVICE}"
                )
            if is_stand_in(before) or is_stand_in(after) or np.array_equal(before, after, equal_nan=True):
                continue
            if len(places := _differences(before, after)):
                at = tuple(map(int, places[0]))
                raise ChangedError(
                    f"{_AGAIN} gave another result {k}: {after[at]} at {list(at)}, and {before[at]} before; "
                    f"{len(places)} of {before.size} elements differ. {_ADVICE}"
                )


_AGAIN = "a function under checkpoint or jit, run again for its gradient,"
_ADVICE = (
    "Something that it uses has changed in between: an array or a Tensor from outside, a counter or a setting, or "
    "random numbers of a generator that it makes without a seed. Call backward() before the change, or pass it as an "
    "argument"
)


def _differences(before, after):
    """Where two arrays differ by more than rounding."""
    with np.errstate(all="ignore"):
        size = np.abs(before)
        allowed = np.sqrt(np.finfo(before.dtype).eps) * np.max(size, where=np.isfinite(size), initial=0)
        same = (before == after) | (np.isnan(before) & np.isnan(after)) | (np.abs(after - before) <= allowed)
    return np.argwhere(~same)
