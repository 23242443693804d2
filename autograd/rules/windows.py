"""What convolutions and pooling are made of: windows over the axes before the last one, and adding windows back.

`windows` and `fold` are each the other's gradient. A convolution is windows, one product and a reshape; its gradient
with respect to the input is one product and a fold.
"""

from __future__ import annotations

import itertools

import numpy as np

from autograd.rules.arrays import looking_at, zeros
from autograd.rules.structural import Primitive, composition

IMAGES = ("f(x2432, size=(2, 3), stride=(1, 1), dilation=(1, 1), padding=((0, 0), (0, 0)))",
          "f(x542, size=(3, 2), stride=(2, 1), dilation=(1, 2), padding=((1, 0), (2, 1)))",
          "f(x251, size=(2,), stride=(3,), dilation=(2,), padding=((1, 1),))",
          "f(x4322, size=(2,) * 3, stride=(2, 1, 1), dilation=(1,) * 3, padding=((0, 0), (0, 0), (0, 1)))")  # fmt: skip
BACK = ("f(x22232, size=(2, 3), stride=(1, 1), dilation=(1, 1), padding=((0, 0), (0, 0)), shape=(3, 4))",
        "f(x232, size=(3,), stride=(2,), dilation=(1,), padding=((1, 1),), shape=(3,))")  # fmt: skip


@Primitive.row(samples=IMAGES, masks=True)
def windows(x, *, size, stride, dilation, padding):
    """The windows of `size` over the axes before the last: (..., *axes, c) becomes (..., *places, *size, c)."""
    view = _view(padded(x, padding), size, stride, dilation)
    if x.shape[-1] > 1:
        return view.copy()
    n = len(size)  # with one channel, numbers that lie side by side are those of neighbouring windows
    front = view.ndim - n - 1
    order = (*range(front, view.ndim), *range(front))
    return np.transpose(np.transpose(view, order).copy(), (*range(n + 1, view.ndim), *range(n + 1)))


def _view(x, size, stride, dilation, writeable=False):
    """The windows as a view: (..., *places, *size, c). It can be written to where windows do not overlap."""
    n = len(size)
    view = np.lib.stride_tricks.sliding_window_view(
        x, _reach(size, dilation), tuple(range(-n - 1, -1)), writeable=writeable
    )
    view = view[(..., *(slice(None, None, s) for s in stride), slice(None), *(slice(None, None, d) for d in dilation))]
    front = view.ndim - n - 1
    return np.transpose(view, (*range(front), *range(front + 1, view.ndim), front))


def _reach(size, dilation):
    return [(k - 1) * d + 1 for k, d in zip(size, dilation, strict=True)]


@windows.vjp("x")
def _(g, x_like, size, stride, dilation, padding):
    n = len(size)
    shape = tuple(x_like.shape[-n - 1 : -1])
    return fold(g, size=size, stride=stride, dilation=dilation, padding=padding, shape=shape)


@Primitive.row(samples=BACK, masks=True)
def fold(cols, *, size, stride, dilation, padding, shape):
    """Zeros of `shape`, with the numbers of windows added at the places that they were from; those in padding go."""
    n = len(size)
    front, places = cols.shape[: cols.ndim - 2 * n - 1], cols.shape[-2 * n - 1 : -n - 1]
    whole = [m + low + high for m, (low, high) in zip(shape, padding, strict=True)]
    far = _reach(size, dilation)
    if tuple(places) != tuple((m - r) // s + 1 for m, r, s in zip(whole, far, stride, strict=True)):
        raise ValueError(f"fold: axes of {tuple(whole)} have no {tuple(places)} windows of {size}, stride {stride}")
    out = zeros((*front, *whole, cols.shape[-1]), cols)
    view = _view(out, size, stride, dilation, writeable=True)
    for at in _apart(size, stride, dilation, places):
        part = view[at]
        part += cols[at]
    return cropped(out, padding)


@fold.vjp("cols")
def _(g, size, stride, dilation, padding):
    return windows(g, size=size, stride=stride, dilation=dilation, padding=padding)


def _apart(size, stride, dilation, places):
    """Indices of windows that take them in turns, so that no two numbers of one turn come from the same place.

    Without gaps, whole rows of windows side by side are one turn, which reads and writes long runs of numbers.
    """
    turns = [(slice(None), k) for k in range(size[-1])]
    if dilation[-1] == 1:
        every = -(-size[-1] // stride[-1])
        turns = [(slice(first, None, every), slice(None)) for first in range(min(every, places[-1]))]
    for offset in itertools.product(*map(range, size[:-1])):
        for place, inside in turns:
            yield (..., place, *offset, inside, slice(None))


# -- NumPy's own windows, over any axes, which are a view --------------------------------------------------------------
@Primitive
def sliding_(x, *, size, axes):
    return np.lib.stride_tricks.sliding_window_view(x, size, axes)


@sliding_.vjp("x")
def _(g, x_like, y_ndim, size, axes):
    lead, n = np.ndim(g) - y_ndim, len(size)
    at = tuple(lead + axis % len(x_like.shape) for axis in axes)
    cols = np.moveaxis(g, at, range(-2 * n, -n))[..., None]  # the places, then what is inside, then a channel
    once, shape = (1,) * n, tuple(x_like.shape[axis] for axis in axes)
    x = fold(cols, size=size, stride=once, dilation=once, padding=((0, 0),) * n, shape=shape)
    return np.moveaxis(x[..., 0], range(-n, 0), at)


@composition(np.lib.stride_tricks.sliding_window_view,
             samples=("f(x5, 2)", "f(x34, (2, 2))", "f(x34, 2, axis=-1)", "f(x345, (2, 3), axis=(2, 0))",
                      "f(x5, (2, 2), axis=(0, 0))"))  # fmt: skip
def sliding_window_view(x, window_shape, axis=None, *, subok=False, writeable=False):
    size = tuple(window_shape) if np.iterable(window_shape) else (window_shape,)
    axes = tuple(range(x.ndim)) if axis is None else tuple(axis) if np.iterable(axis) else (axis,)
    if len({axis % max(x.ndim, 1) for axis in axes}) < len(axes) == len(size):  # windows of windows
        for k, axis in zip(size, axes, strict=True):
            x = sliding_window_view(x, k, axis)
        return x
    return looking_at(sliding_(x, size=size, axes=axes), x)


# -- what rows of windows share ----------------------------------------------------------------------------------------
def shifted(offset, places, stride, dilation):
    """The index of what all windows have at one place inside of them."""
    starts = [o * d for o, d in zip(offset, dilation, strict=True)]
    parts = zip(starts, places, stride, strict=True)
    return (..., *(slice(start, start + (m - 1) * s + 1 if m else start, s) for start, m, s in parts), slice(None))


def padded(x, padding):
    """`x` with so many zeros around the axes before the last."""
    if not any(map(any, padding)):
        return x
    around = [(0, 0)] * (x.ndim - len(padding) - 1) + [*padding, (0, 0)]
    out = zeros([low + m + high for m, (low, high) in zip(x.shape, around, strict=True)], x)
    out[tuple(slice(low, low + m) for m, (low, _) in zip(x.shape, around, strict=True))] = x
    return out


def cropped(x, padding):
    """`x` without what is padding around the axes before the last."""
    if not any(map(any, padding)):
        return x
    parts = zip(x.shape[-len(padding) - 1 : -1], padding, strict=True)
    return x[(..., *(slice(low, m - high) for m, (low, high) in parts), slice(None))]
