"""Hypothesis strategies for testing derivatives: arrays, shapes that broadcast, axes, indices, random programs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograd.rules.table import ROWS, Elementwise
from autograd.testing.samples import Sample, one_sample_call, sampled_rows
from autograd.transforms.containers import leaves


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


TIES = ("maximum", "minimum", "fmax", "fmin")  # with a kink where their arguments are equal


def _lines(count):
    """The names of the elementwise rows of so many arguments."""
    return [name for name, row in ROWS.items() if isinstance(row, Elementwise) and len(row.formulas) == count]


def _applied(name, *inner) -> str:
    """The text of a call of an elementwise row, with its arguments led into the interval where it is smooth."""
    row = ROWS[name]
    if name in ("add", "subtract", "multiply"):
        return f"{name}({', '.join(inner)})"
    arguments = []
    for i, ((low, high), text) in enumerate(zip(row.domain, inner, strict=True)):
        low, high = (0.2, high) if row.kinks else (low, high)
        low, high = ((0.2, 2.0), (-2.0, -0.2))[i] if name in TIES else (low, high)
        middle, half = (low + high) / 2, (high - low) / 2
        arguments.append(f"{half:g} * tanh({text})" if middle == 0 else f"{middle:g} + {half:g} * tanh({text})")
    return f"{name}({', '.join(arguments)})"


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


def expressions(arguments=2, max_leaves=10, rows=None):
    """Random programs of elementwise rows (all of them, or those named); a failing one shrinks to a short formula.

    Smooth everywhere: what goes into a row is led into the interval where that is defined and has no kinks.
    """
    variables = st.integers(0, arguments - 1).map(lambda i: f"x{i}")
    unary, binary = ([name for name in _lines(n) if rows is None or name in rows] for n in (1, 2))

    def extend(inner):
        one = st.tuples(st.sampled_from(unary or ["tanh"]), inner).map(lambda t: _applied(*t))
        two = st.tuples(st.sampled_from(binary or ["add"]), inner, inner).map(lambda t: _applied(*t))
        return one | two

    return st.recursive(variables, extend, max_leaves=max_leaves).map(lambda text: Expression(text, arguments))


@st.composite
def calls(draw, rows=None, dtype=np.float64):
    """A sample call of any row of the table (or of those given), elementwise or of whole arrays, at random numbers.

    `call.call(*call.arrays)` makes it: on arrays, Tensors or what a transform hands in.
    """
    row = draw(st.sampled_from(sampled_rows() if rows is None else rows))
    return one_sample_call(row, draw(st.integers(0, 29)), dtype, seed=draw(st.integers(0, 2**16)))


@dataclass(frozen=True)
class Program:
    """Sample calls one after the other, each at points near its own that depend on what came before: `program(x)`.

    `x` is an array of any shape, or a Tensor; the result has one axis, and is smooth in `x`.
    """

    calls: tuple[Sample, ...]

    def __call__(self, x):
        for call in self.calls:
            x = _joined(call.call(*[_near(call, k, np.roll(np.tanh(np.ravel(x)), k)) for k in range(len(call.arrays))]))
        return x


def _near(call, k, by):
    """The kth array of a sample, moved a little by numbers between -1 and 1, within its domain."""
    array = call.arrays[k]
    by = np.resize(by, array.shape)
    if call.domain:
        low, high = call.domain[k]
        by = (low + high) / 2 + (high - low) / 2 * by - array
    return array + 0.05 * by


def _joined(y):
    parts = [y for y in leaves(y) if getattr(y, "dtype", np.dtype(object)).kind in "fc"]
    return np.concatenate([np.ravel(np.real(y) + np.imag(y) if y.dtype.kind == "c" else y) for y in parts])


def programs(rows=None, max_calls=3):
    """Random programs of arrays, of all rows of the table (or those given); a failing one shrinks to a single call."""
    return st.lists(calls(rows), min_size=1, max_size=max_calls).map(lambda found: Program(tuple(found)))
