"""What a traced function returned, and how each replay gives the same kind of thing again."""

from __future__ import annotations

import numpy as np

from autograd.engine.apply import wrap
from autograd.engine.graph import Node, leaf
from autograd.engine.modes import tracking
from autograd.engine.tensor import Tensor
from autograd.engine.writes import is_unchanged, mark_of
from autograd.errors import BackwardError, refuse
from autograd.jit.program.number import Number
from autograd.jit.trace.standin import StandIn
from autograd.jit.trace.structure import Structure
from autograd.rules.arrays import array_of
from autograd.rules.table import Differentiable
from autograd.scalar.value import Value
from autograd.transforms.checkpoints import again
from autograd.transforms.containers import leaves


class Results:
    """The structure of the results, and which of them are Tensors that depend on variables."""

    def __init__(self, structure, tape, function, args, kwargs):
        self.structure = structure
        self.leaves = list(structure.objects)
        given = _variables(args, kwargs)
        self.given = [  # what comes back as it came, or was there before: (which result, which argument or what)
            (i, next((k for k, y in enumerate(given) if y is x), x))
            for i, x in enumerate(self.leaves)
            if _was_there(x, tape)
        ]
        for i, _ in self.given:
            self.leaves[i] = None
        self.single = structure.is_single
        self.function = function
        self.tensors = [i for i, x in enumerate(self.leaves) if isinstance(x, Tensor)]  # the other ones
        behind = Structure(list(map(_behind, self.leaves)))  # a Tensor and its array are one result of the program
        self.places = behind.places
        self.flat = [x.ref if isinstance(x, StandIn) else x for x in behind.objects]
        _check_apart([x for x in self.flat if type(x) is np.ndarray])
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
        plain: dict[int, object] = {}  # a Tensor and its array are one
        found = [plain.setdefault(id(x), _plain(x)) for x in map(_behind, self.leaves)]
        self.leaves = self.flat = self.structure.objects = None
        return self._build(found, args, kwargs)

    def build(self, found, args, kwargs):
        """The results of a replay, in the structure that was returned."""
        if len(found) < len(self.places):
            found = [found[place] for place in self.places]
        return self._build(found, args, kwargs)

    def _build(self, found, args, kwargs):
        if self.single and self.tensors and self.refused is not None and tracking.get():  # the loss of a training step
            array = np.asarray(found[0])
            return wrap(array, self.refused.node(array))
        if self.given or self.tensors:
            found, given = list(found), _variables(args, kwargs)
            for i, k in self.given:
                found[i] = given[k] if type(k) is int else k
            if self.tensors:
                self._as_tensors(found, [x for x in given if isinstance(x, Tensor)], args, kwargs)
        return self.structure.build(found, args, kwargs)

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


def _variables(args, kwargs):
    return [x for x in leaves([list(args), kwargs]) if isinstance(x, Tensor | Value)]


def _was_there(x, tape) -> bool:
    """Whether it comes back as it is: a Tensor, Value or object that the function did not make."""
    if isinstance(x, Tensor):
        return (id(x), "_array") in tape.cells or x._node.serial < tape.start
    if isinstance(x, Value):
        return any(x is value for value in tape.values) or x._serial < tape.start
    if type(x) is np.ndarray:
        return any(type(y) is np.ndarray and np.may_share_memory(x, y) for y in tape.outside.things)
    return not isinstance(x, StandIn | Number | int | float) and tape.outside.knows(x)


def _check_apart(arrays) -> None:
    """Refuse plain arrays made by the function that share memory: copies of them would not."""
    for i, a in enumerate(arrays):
        if any(np.may_share_memory(a, b) for b in arrays[:i]):
            raise refuse(
                "returning plain arrays that share memory", "Make them of an argument (np.zeros_like(x)), or copy one"
            )


def _behind(x):
    return array_of(x) if isinstance(x, Tensor) else x


def _plain(x):
    if type(x) is np.ndarray:
        return x.copy()  # a plain one that the program keeps
    return x.array if isinstance(x, StandIn) else x.value if type(x) is Number else x


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
