"""Lifting: within a transform, the arguments to differentiate become fresh variables of its own.

Because each transform makes its own variables, nested ones cannot confuse their derivatives.
"""

from __future__ import annotations

from contextvars import ContextVar

import numpy as np

from autograd.engine.apply import wrap
from autograd.engine.graph import Node, user_line
from autograd.engine.modes import enable_grad, tracking
from autograd.engine.tensor import Tensor
from autograd.rules.arrays import array_of
from autograd.rules.table import ROWS
from autograd.scalar.value import Value
from autograd.transforms.containers import leaves, matched, tree_map

VARIABLES = (Tensor, Value)
_SETTINGS = (str, bool)

_depth: ContextVar[int] = ContextVar("transform_depth", default=0)


def is_inside() -> bool:
    """Whether a transform is running, so that what is computed may be differentiated once more."""
    return _depth.get() > 0


class inside:
    """While a transform runs: a depth more, and recording, if it is off.

    Where it is on nothing is entered, so that operations need not look at the modes.
    """

    __slots__ = ("mode", "token")

    def __enter__(self):
        self.token = _depth.set(_depth.get() + 1)
        self.mode = None if tracking.get() else enable_grad()
        if self.mode is not None:
            self.mode.__enter__()

    def __exit__(self, *error):
        if self.mode is not None:
            self.mode.__exit__(*error)
        _depth.reset(self.token)


def is_variable(x) -> bool:
    """Whether a leaf of an argument is differentiated: all but settings are."""
    return not (x is None or isinstance(x, _SETTINGS))


class Lifted:
    """The arguments of a call with those to differentiate replaced by fresh variables."""

    def __init__(self, args, kwargs, argnums):
        self.single = not isinstance(argnums, tuple | list)
        self.args, self.kwargs = list(args), kwargs.copy()
        self.variables = []  # handles of our own: a function that writes to its argument moves only the one it has
        self.given = []  # the original argument of each argnum
        self.nested = is_inside() or any(isinstance(x, VARIABLES) for x in leaves((*args, kwargs)))
        for where in (argnums,) if self.single else argnums:
            named = isinstance(where, str)
            store = self.kwargs if named else self.args
            if where not in (store if named else range(-len(store), len(store))):
                raise TypeError(f"argument {where!r} is to be differentiated, and was not given in the call")
            self.given.append(store[where])
            store[where] = tree_map(self._lift, store[where])

    def _lift(self, x):
        if not is_variable(x):
            return x
        if isinstance(x, Tensor):  # an alias, which passes everything on to the Tensor whose array it shows
            alias = Node(ROWS["positive"], (x._node,), (None, None), {}, None, x.shape, x.dtype, user_line())
            variable = wrap(array_of(x), alias)
        elif isinstance(x, Value):
            variable = +x
        else:
            variable = Tensor(x)
            variable._node.keeps_grad = False
        # The function may write to its argument in place, which then stands for another node.
        self.variables.append(variable if isinstance(variable, Value) else wrap(array_of(variable), variable._node))
        return variable

    def require(self, what):
        """An error where an argument to differentiate is itself nothing that could be."""
        for x in self.given:
            if not isinstance(x, dict | list | tuple) and not is_variable(x):
                raise TypeError(f"{what} with respect to {x!r:.60}: wanted a number, an array, a Tensor or a container")
        return self

    def match(self, trees) -> list:
        """The leaves of trees shaped like the differentiated arguments, at the places of the variables."""
        parts = matched(self.given, trees)
        return [part for part, x in zip(parts, leaves(self.given), strict=True) if is_variable(x)]

    def lower(self, y):
        """A result as the caller should see it: a Tensor inside another transform, else plain."""
        return y if self.nested or not isinstance(y, VARIABLES) else plain(y)

    def pack(self, found, nested=None):
        """Gradients in the structure of the arguments; None for leaves that are not numbers."""
        supply = iter([as_given(g, self.nested if nested is None else nested) for g in found])
        packed = [tree_map(lambda x: next(supply) if is_variable(x) else None, original) for original in self.given]
        return packed[0] if self.single else tuple(packed)


def as_given(g, nested):
    if nested:
        if type(g) is float:  # of Values
            return Value(g)
        return Tensor(g) if isinstance(g, np.ndarray) or hasattr(g, "__traced__") else g
    return plain(g)


def plain(g):
    """The numbers alone: of an array without axes a NumPy number."""
    if type(g) is not np.ndarray:
        g = array_of(g)
    return g[()] if isinstance(g, np.ndarray) and not g.shape else g
