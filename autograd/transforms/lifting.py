"""Lifting: within a transform, the arguments to differentiate become fresh variables of its own.

Because each transform makes its own variables, nested ones cannot confuse their derivatives.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

from autograd.engine.apply import wrap
from autograd.engine.graph import Node, user_line
from autograd.engine.modes import enable_grad
from autograd.engine.operands import as_variable
from autograd.engine.tensor import Tensor
from autograd.rules.arrays import array_of
from autograd.rules.table import ROWS
from autograd.scalar.value import Value
from autograd.transforms.containers import leaves, rebuild

_depth: ContextVar[int] = ContextVar("transform_depth", default=0)


def is_inside() -> bool:
    """Whether a transform is running, so that what is computed may be differentiated once more."""
    return _depth.get() > 0


@contextmanager
def inside():
    token = _depth.set(_depth.get() + 1)
    try:
        with enable_grad():
            yield
    finally:
        _depth.reset(token)


def _alias(tensor):
    """A variable of its own within one transform: it passes everything on to the Tensor whose array it shows."""
    node = tensor._node
    alias = Node(_ALIAS, (node,), (None, None), {}, None, node.shape, node.dtype, user_line())
    return wrap(array_of(tensor), alias)


_ALIAS = ROWS["positive"]


class Lifted:
    """The arguments of a call with those to differentiate replaced by fresh variables."""

    def __init__(self, args, kwargs, argnums):
        self.argnums = argnums if isinstance(argnums, tuple | list) else (argnums,)
        self.single = not isinstance(argnums, tuple | list)
        self.args, self.kwargs = list(args), dict(kwargs)
        self.variables = []
        self.given = []  # per argnum: the original argument, and which of its leaves are variables
        everything = leaves([list(args), kwargs])
        self.nested = is_inside() or any(isinstance(x, Tensor | Value) for x in everything)
        for where in self.argnums:
            store = self.kwargs if isinstance(where, str) else self.args
            if (isinstance(where, str) and where not in store) or (not isinstance(where, str) and where >= len(store)):
                raise TypeError(f"argument {where!r} is to be differentiated, and was not given in the call")
            original = store[where]
            lifted = [self._lift(x) for x in leaves(original)]
            self.given.append((original, [x is not None for x in lifted]))
            store[where] = rebuild(
                original, [x if v is None else v for x, v in zip(leaves(original), lifted, strict=True)]
            )

    def _lift(self, x):
        if x is None or isinstance(x, str | bool):
            return None
        if isinstance(x, Tensor):
            variable = _alias(x)
        elif isinstance(x, Value):
            variable = +x
        else:
            variable = Tensor(as_variable(x))
        self.variables.append(variable)
        return variable

    def match(self, trees) -> list:
        """The leaves of trees shaped like the differentiated arguments, at the places of the variables."""
        found = []
        for (original, flags), tree in zip(self.given, trees, strict=True):
            parts = leaves(tree)
            if len(parts) != len(flags):
                raise ValueError(
                    f"structures differ: {len(flags)} leaves in the argument and {len(parts)} here: {original!r:.60}"
                )
            found += [part for part, flag in zip(parts, flags, strict=True) if flag]
        return found

    def lower(self, y):
        """A result as the caller should see it: a Tensor inside another transform, else plain."""
        return y if self.nested or not isinstance(y, Tensor | Value) else plain(y)

    def pack(self, found, nested=None):
        """Gradients in the structure of the arguments; None for leaves that are not numbers."""
        supply = iter([as_given(g, self.nested if nested is None else nested) for g in found])
        packed = [
            rebuild(original, [next(supply) if flag else None for flag in flags]) for original, flags in self.given
        ]
        return packed[0] if self.single else tuple(packed)


def as_given(g, nested):
    if nested:
        if type(g) is float:  # of Values
            return Value(g)
        return Tensor(g) if isinstance(g, np.ndarray) or hasattr(g, "__traced__") else g
    return plain(g)


def plain(g):
    """The numbers alone: of an array without axes a NumPy number."""
    g = array_of(g)
    return g[()] if isinstance(g, np.ndarray) and g.ndim == 0 else g
