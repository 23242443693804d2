"""`checkpoint`: keep only the inputs of a function, and run it again in the backward pass. Memory for time."""

from __future__ import annotations

import functools

from autograd.engine.apply import fresh
from autograd.engine.backward import backward
from autograd.engine.graph import Node, next_serial, user_line
from autograd.engine.modes import enable_grad, tracking
from autograd.engine.tensor import Tensor, wrap
from autograd.errors import ChangedError
from autograd.rules.arrays import array_of
from autograd.rules.table import Differentiable
from autograd.transforms.containers import leaves, tree_map


def checkpoint(f):
    """`f` with the same results and gradients, that keeps nothing of its inside between forward and backward.

    Its arguments and results may be containers; Tensors it uses from outside get their gradients too. `f` is run once
    more in the backward pass, so it must do the same both times (seed its random numbers inside).

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
        output = _run(f, args, kwargs, variables)[1]
        outputs = tensors(output)
        outside = _outside([y._node for y in outputs], start)
        if not outputs or not (variables or outside):
            return output
        rule = _Again(f, args, kwargs, variables, outside)
        return _with_tensors(output, rule.results(list(map(array_of, outputs))))

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


def _run(f, args, kwargs, variables):
    """`f` on fresh variables with the same numbers, so that the graph of this run ends there."""
    inner = [fresh(array_of(v)) for v in variables]
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

    def __init__(self, f, args, kwargs, variables, outside, same=lambda: True):
        self.call = (f, args, kwargs, variables)
        self.outside = outside
        self.same = same
        self.found = None  # (g, gradients), from the first argument asked for until the last

    def results(self, arrays) -> list[Tensor]:
        """Tensors that show these results of the call."""
        shapes = [(a.shape, a.dtype) for a in arrays]
        if len(shapes) == 1:  # always several, for one code path
            shapes.append(((), arrays[0].dtype))
        self.outputs = len(shapes)
        parents = (*(v._node for v in self.call[3]), *self.outside)
        settings = {"__shapes__": shapes}
        node = Node(self, parents, (None,) * len(parents), settings, None, None, arrays[0].dtype, user_line())
        return [wrap(a, node, k) for k, a in enumerate(arrays)]

    def carry(self, node, i, g, saved):
        if self.found is None or self.found[0] is not g:
            if not self.same():
                raise ChangedError(
                    "this Tensor is the result of a function under jit, which runs once more for the gradient; what it "
                    "uses has changed since, so that would not give the same. Call backward() before the change, or "
                    "inside the function"
                )
            f, args, kwargs, variables = self.call
            nested = any(isinstance(part, Tensor) for part in g)
            if nested:
                with enable_grad():
                    inputs, output = variables, f(*args, **kwargs)
            else:
                inputs, output = _run(f, args, kwargs, variables)
            targets = [v._node for v in inputs] + self.outside
            seeds = {y._node: part for y, part in zip(tensors(output), g, strict=False)}
            self.found = (g, [backward(seeds, targets=targets, wrap=wrap if nested else None).get(t) for t in targets])
        result = self.found[1][i]
        if i == len(node.parents) - 1:
            self.found = None
        return result
