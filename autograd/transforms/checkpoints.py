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
from autograd.transforms.containers import leaves, rebuild


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
        variables = [x for x in leaves([list(args), kwargs]) if isinstance(x, Tensor)]
        if not tracking.get():
            return f(*args, **kwargs)
        start = next_serial()
        inner, output = _run(f, args, kwargs, variables)
        outputs = [y for y in leaves(output) if isinstance(y, Tensor)]
        outside = _outside([y._node for y in outputs], start)
        rule = _Again(f, args, kwargs, variables, outside)
        rule.outputs = max(len(outputs), 2)  # always a list, for one code path
        parents = tuple(v._node for v in variables) + tuple(outside)
        shapes = [(y.shape, y.dtype) for y in outputs]
        shapes += [((), outputs[0].dtype)] * (rule.outputs - len(outputs)) if outputs else []
        if not (outputs and parents):
            return output
        node = Node(
            rule, parents, (None,) * len(parents), {"__shapes__": shapes}, None, None, outputs[0].dtype, user_line()
        )
        del inner
        supply = iter([wrap(array_of(y), node, k) for k, y in enumerate(outputs)])
        return rebuild(output, [next(supply) if isinstance(y, Tensor) else y for y in leaves(output)])

    return wrapped


def again(f, args, kwargs, variables, outside, arrays, same) -> list[Node]:
    """Nodes for results of `f` that were computed without a graph: their gradients come from running `f` once more.

    `same` says whether all that `f` uses besides its arguments is still as it was.
    """
    rule = _Again(f, args, kwargs, variables, outside)
    rule.same = same
    rule.outputs = max(len(arrays), 2)
    parents = tuple(v._node for v in variables) + tuple(outside)
    shapes = [(a.shape, a.dtype) for a in arrays]
    shapes += [((), arrays[0].dtype)] * (rule.outputs - len(arrays))
    whole = Node(
        rule, parents, (None,) * len(parents), {"__shapes__": shapes}, None, None, arrays[0].dtype, user_line()
    )
    return [wrap(a, whole, k)._node for k, a in enumerate(arrays)]


def _run(f, args, kwargs, variables):
    """`f` on fresh variables with the same numbers, so that the graph of this run ends there."""
    inner = [fresh(array_of(v)) for v in variables]
    supply = iter(inner)
    parts = [next(supply) if isinstance(x, Tensor) else x for x in leaves([list(args), kwargs])]
    args, kwargs = rebuild([list(args), kwargs], parts)
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

    def __init__(self, f, args, kwargs, variables, outside):
        self.call = (f, args, kwargs, variables)
        self.outside = outside
        self.same = lambda: True
        self.found = None  # (g, gradients), from the first argument asked for until the last

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
                    outputs = [y for y in leaves(f(*args, **kwargs)) if isinstance(y, Tensor)]
                inputs = [v._node for v in variables]
            else:
                inner, output = _run(f, args, kwargs, variables)
                outputs = [y for y in leaves(output) if isinstance(y, Tensor)]
                inputs = [v._node for v in inner]
            targets = inputs + self.outside
            seeds = {y._node: part for y, part in zip(outputs, g, strict=False)}
            self.found = (g, [backward(seeds, targets=targets, wrap=wrap if nested else None).get(t) for t in targets])
        result = self.found[1][i]
        if i == len(node.parents) - 1:
            self.found = None
        return result
