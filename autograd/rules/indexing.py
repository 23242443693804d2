"""Selecting and placing elements. Taking with an index and adding back at that index are each other's derivative."""

from __future__ import annotations

import math

import numpy as np

from autograd.rules.arrays import array_of, as_array, sum_to, zeros
from autograd.rules.structural import Primitive, composition

TAKEN = ("f(x34, index=1)", "f(x34, index=(slice(None), -1))", "f(x34, index=(..., None, slice(0, 2)))",
         "f(x34, index=([0, 0, 2],))", "f(x34, index=([0, 2, 0], [1, 1, 1]))",
         "f(x234, index=(0, slice(None), [1, 1]))", "f(x, index=())")  # fmt: skip
ADDED = ("f(x3, index=([0, 0, 2],), shape=(4,))", "f(x23, index=(slice(0, 2),), shape=(4, 3))")
SET = ("f(x34, x4, index=1)", "f(x34, x, index=(slice(None), slice(1, 3)))", "f(x34, x34, index=([0, 2, 0],))")


@Primitive.row(samples=TAKEN, masks=True)
def getitem(x, *, index):
    return x[index]


@getitem.vjp("x")
def _(g, x_like, y_ndim, index):
    shape, lead = x_like.shape, np.ndim(g) - y_ndim
    if not lead:
        return scatter(g, index=index, shape=shape)
    batch = g.shape[:lead]
    if is_basic(index):
        return scatter(g, index=behind(lead, index), shape=batch + shape)
    places = _places(index, shape).reshape(-1)
    columns = np.reshape(g, (math.prod(batch), len(places))).T
    rows = scatter(columns, index=(places,), shape=(x_like.size, columns.shape[1]))
    return np.reshape(rows.T, batch + shape)


@Primitive.row(samples=ADDED)
def scatter(g, *, index, shape):
    """Zeros of `shape` with `g` added at `index`; an index that is repeated adds up."""
    rows = index[0] if type(index) is tuple and len(index) == 1 else index
    if (
        len(shape) > 1
        and (type(rows) is np.ndarray or hasattr(rows, "__traced__"))
        and rows.dtype.kind == "i"
        and g.dtype.char in "df"
        and 0 not in shape
    ):
        # Rows, as of a table of embeddings: much quicker than np.add.at; it sums in float64.
        width = math.prod(shape[1:])
        places = (rows.reshape(-1, 1) % shape[0]) * width + np.arange(width)
        out = np.bincount(places.reshape(-1), g.reshape(-1), minlength=math.prod(shape)).reshape(shape)
        return out.astype(g.dtype, copy=False)  # of no numbers at all it gives ints
    out = zeros(shape, g)
    if is_basic(index):
        out[index] = g
    else:
        np.add.at(out, index, g)
    return out


@scatter.vjp("g")
def _(upstream, index, shape):
    lead = np.ndim(upstream) - len(shape)
    if lead and not is_basic(index):
        return np.reshape(upstream, (*upstream.shape[:lead], math.prod(shape)))[..., _places(index, shape)]
    return upstream[behind(lead, index)]


@Primitive.row(samples=SET, masks=True, batched=lambda node: is_basic(node.settings["index"]))
def put(x, value, *, index):
    """A copy of `x` with `x[index] = value`."""
    out = np.array(x)
    out[index] = value
    return out


@put.vjp("x")
def _(g, index, y_ndim):
    return put(g, 0.0, index=behind(np.ndim(g) - y_ndim, index))


@put.vjp("value")
def _(g, value_like, index, y_ndim):
    lead = np.ndim(g) - y_ndim
    taken = g[behind(lead, index)]
    if not is_basic(index):  # of several writes to one place the last one stands
        order = np.arange(taken.size).reshape(taken.shape)
        last = np.empty(g.shape, int)
        last[index] = order
        taken = np.where(last[index] == order, taken, 0.0)
    shape = value_like.shape
    while taken.ndim - lead < len(shape) and shape[0] == 1:
        shape = shape[1:]
    return np.reshape(sum_to(taken, shape, lead), g.shape[:lead] + value_like.shape)


def is_basic(index) -> bool:
    """Whether an index is made of ints, slices, None and Ellipsis only, so that no element is met twice."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(isinstance(i, _BASIC) and not isinstance(i, bool) for i in parts)


def behind(lead: int, index):
    """The index for an array with `lead` more axes in front, all of which it takes; of basic ones any, in place.

    >>> behind(1, (0, slice(2)))
    (slice(None, None, None), 0, slice(None, 2, None))
    """
    return (*(slice(None),) * lead, *(index if isinstance(index, tuple) else (index,))) if lead else index


def _places(index, shape):
    """Where an index finds its elements in an array of this shape laid out as one row."""
    return np.arange(math.prod(shape)).reshape(shape)[index]


_BASIC = (int, np.integer, slice, type(None), type(Ellipsis))


@Primitive.row(broadcasts=True, masks=True)
def where_(x, y, *, condition):
    return np.where(condition, x, y)


@where_.vjp("x")
def _(g, condition):
    return np.where(condition, g, 0)


@where_.vjp("y")
def _(g, condition):
    return np.where(condition, 0, g)


@composition(np.where, samples=("f([True, False, True], x23, x3)", "f([[True], [False]], x, x23)"))
def where(condition, x=None, y=None):
    condition = as_array(array_of(condition))
    if x is None or y is None:
        return np.where(condition)
    return where_(x, y, condition=condition.astype(bool))
