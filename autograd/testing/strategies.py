"""Hypothesis strategies for testing derivatives: arrays, shapes that broadcast, axes, indices, random programs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograd.rules.table import ROWS, Elementwise


def domains(row):
    """Intervals, one for each argument of an elementwise row, in which it is smooth."""
    return st.just(row.domain)


def arrays(shape=None, dtype=np.float64, low=-2.0, high=2.0, away_from=(), margin=0.05):
    """Arrays of numbers between `low` and `high`, at least `margin` away from the points in `away_from`."""
    dtype = np.dtype(dtype)
    width = {2: 16, 4: 32, 8: 64}[dtype.itemsize]
    low, high = (float(np.asarray(x, dtype)) for x in (low, high))
    numbers = st.floats(low, high, width=width, allow_subnormal=False).filter(
        lambda x: all(abs(x - kink) >= margin for kink in away_from)
    )
    shape = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3) if shape is None else shape
    return hnp.arrays(dtype, shape, elements=numbers)


def broadcastable_shapes(count=2):
    """Tuples of `count` shapes that broadcast together, with 0-d and empty ones among them."""
    found = hnp.mutually_broadcastable_shapes(num_shapes=count, min_dims=0, max_dims=3, min_side=0, max_side=3)
    return found.map(lambda shapes: shapes.input_shapes)


def axes(ndim: int):
    """None, one axis (counted from either end) or a tuple of distinct axes."""
    if ndim == 0:
        return st.none()
    one = st.integers(-ndim, ndim - 1)
    return st.none() | one | hnp.valid_tuple_axes(ndim)


def indices(shape):
    """Index expressions for an array of this shape: basic, advanced and boolean."""
    basic = hnp.basic_indices(shape, allow_newaxis=True)
    if not shape or 0 in shape:
        return basic
    advanced = hnp.integer_array_indices(shape)
    return basic | advanced | hnp.arrays(bool, shape)


UNARY = ("tanh", "sin", "cos", "exp", "sigmoid", "softplus", "negative", "square", "arctan")
BINARY = ("add", "subtract", "multiply")


@dataclass(frozen=True)
class Expression:
    """A small program of table rows, to be run on floats, Values or Tensors: `expression(x, y, ...)`."""

    text: str
    arguments: int

    def __call__(self, *args):
        names = {name: row for name, row in ROWS.items() if isinstance(row, Elementwise)}
        return eval(self.text, {**names, **{f"x{i}": a for i, a in enumerate(args)}})

    def __repr__(self):
        return f"lambda {', '.join(f'x{i}' for i in range(self.arguments))}: {self.text}"


def expressions(arguments=2, max_leaves=10):
    """Random programs of smooth rows; a failing one shrinks to a short formula."""
    leaves = st.integers(0, arguments - 1).map(lambda i: f"x{i}")

    def extend(inner):
        one = st.tuples(st.sampled_from(UNARY), inner).map(lambda t: f"{t[0]}({t[1]} * 0.5)")
        two = st.tuples(st.sampled_from(BINARY), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})")
        return one | two

    return st.recursive(leaves, extend, max_leaves=max_leaves).map(lambda text: Expression(text, arguments))
