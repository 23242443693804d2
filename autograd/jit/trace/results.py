"""What a traced function returned, and how each replay gives the same kind of thing again."""

from __future__ import annotations

import numpy as np

from autograd.engine.apply import wrap
from autograd.engine.graph import Node, leaf
from autograd.engine.modes import tracking
from autograd.engine.tensor import Tensor
from autograd.engine.writes import is_unchanged, mark_of
from autograd.errors import BackwardError
from autograd.jit.program.number import Number
from autograd.jit.trace.tracer import Traced
from autograd.rules.arrays import array_of
from autograd.rules.table import Differentiable
from autograd.transforms.checkpoints import again
from autograd.transforms.containers import leaves, rebuild


class Results:
    """The structure of the results, and which of them are Tensors that depend on variables."""

    def __init__(self, tree, tape, function, args, kwargs):
        self.tree = tree
        self.leaves = leaves(tree)
        given = _tensors(args, kwargs)
        self.given = [  # the Tensors that come back as they came, or were there before: (which result, which one)
            (i, next((k for k, y in enumerate(given) if y is x), x))
            for i, x in enumerate(self.leaves)
            if isinstance(x, Tensor) and ((id(x), "_array") in tape.cells or x._node.serial < tape.start)
        ]
        for i, _ in self.given:
            self.leaves[i] = None
        self.single = len(self.leaves) == 1 and not isinstance(tree, dict | list | tuple)
        self.function = function
        self.tensors = [i for i, x in enumerate(self.leaves) if isinstance(x, Tensor)]  # the other ones
        self.flat = [x.ref if type(x) is Traced else x for x in map(_behind, self.leaves)]
        self.refused = None  # the rule of results that cannot be differentiated from outside
        if tape.effects or any(cell.replaced or cell.written for cell in tape.cells.values()):
            self.refused = _Refused("changed things outside")
        elif any(step.kind == "draw" for step in tape.steps):
            self.refused = _Refused("drew random numbers")
        self.around = [c.owner for c in tape.cells.values() if isinstance(c.owner, Tensor) and c.argument is None]
        self.constants = [array for array, _ in tape.constants.values()]
        self.same = lambda: True  # whether what the function refers to is as it was
        self.outside = [tensor._node for tensor in self.around]

    def now(self, args, kwargs):
        """The results of the traced call itself."""
        found = [_plain(_behind(x)) for x in self.leaves]
        self.tree, self.leaves, self.flat = rebuild(self.tree, [None] * len(found)), None, None
        return self.build(found, args, kwargs)

    def build(self, found, args, kwargs):
        """The results of a replay, in the structure that was returned."""
        if self.single and self.tensors and self.refused is not None and tracking.get():  # the loss of a training step
            array = np.asarray(found[0])
            return wrap(array, self.refused.node(array))
        if self.given or self.tensors:
            found, given = list(found), _tensors(args, kwargs)
            for i, k in self.given:
                found[i] = given[k] if type(k) is int else k
            if self.tensors:
                self._as_tensors(found, given, args, kwargs)
        return found[0] if self.single else rebuild(self.tree, found)

    def _unchanged(self, args, kwargs):
        """A function that tells whether all that the function uses is as it is now."""
        shown = _tensors(args, kwargs) + self.around
        before = [(x, array_of(x), mark_of(array_of(x), x._node)) for x in shown]
        arrays = [x for x in [*leaves([list(args), kwargs]), *self.constants] if type(x) is np.ndarray]
        before += [(None, x, mark_of(x, None)) for x in arrays]

        def same():
            return self.same() and all(
                (x is None or array_of(x) is array) and is_unchanged(array, mark) for x, array, mark in before
            )

        return same

    def _as_tensors(self, found, variables, args, kwargs):
        arrays = [np.asarray(found[i]) for i in self.tensors]
        if not tracking.get() or not (variables or self.outside):
            nodes = [leaf(a.shape, a.dtype) for a in arrays]
        elif self.refused is not None:
            nodes = list(map(self.refused.node, arrays))
        else:
            nodes = again(self.function, args, kwargs, variables, self.outside, arrays, self._unchanged(args, kwargs))
        for i, array, node in zip(self.tensors, arrays, nodes, strict=True):
            found[i] = wrap(array, node)


def _tensors(args, kwargs):
    return [x for x in leaves([list(args), kwargs]) if isinstance(x, Tensor)]


def _behind(x):
    return array_of(x) if isinstance(x, Tensor) else x


def _plain(x):
    return x.array if type(x) is Traced else x.value if type(x) is Number else x


class _Refused(Differentiable):
    """The rule of a result that cannot be differentiated from outside."""

    name = "jit"
    arguments = ("x",)
    covers = samples = ()
    parents = (leaf((), np.dtype(float)),)

    def __init__(self, why):
        self.why = why

    def node(self, array):
        return Node(self, self.parents, (None, None), None, None, array.shape, array.dtype, None)

    def carry(self, node, i, g, saved):
        raise BackwardError(
            f"this Tensor is the result of a function under jit that {self.why}, so running it again for its gradient "
            "would not give the same. Call backward() inside the function"
        )
