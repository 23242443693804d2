"""Convolution in one row, some samples at a time: their windows, the product and adding back stay in the cache.

Windows are many times as large as what they are taken from. Here they are never there for all samples at once, and
nothing keeps them: what a gradient needs of them is made again, which costs less than to write and to read them. The
three rows are the three ways to sum x[p * stride + i * dilation] * kernel[i] * g[p], so each is what the derivatives of
the others need.
"""

from __future__ import annotations

import math

import numpy as np

from autograd.rules.arrays import empty, sum_to, zeros
from autograd.rules.structural import Primitive
from autograd.rules.windows import add_windows, best_order, cropped, padded, window_view

PIECE = 1 << 20  # bytes of windows that are worked on together: they and the product's result fit into the cache
MOST = 16  # pieces, each of which is some calls of a program
ONCE = "stride=(1, 1), dilation=(1, 1), padding=((0, 0), (0, 0))"
APART = "stride=(2, 1), dilation=(1, 2), padding=((1, 0), (0, 1))"
ROW = "stride=(3,), dilation=(2,), padding=((1, 1),)"


@Primitive.row(
    samples=(f"f(x2432, x2323, x3, {ONCE})", f"f(x542, x3221, x1, {APART})", f"f(x251, x212, 0.0, {ROW})"),
    batched=False, masks=True,
)  # fmt: skip
def conv(x, kernel, bias, *, stride, dilation, padding):
    """Each window times the kernel, plus the bias: (..., *axes, c) and (*size, c, o) to (..., *places, o)."""
    size, filters = tuple(kernel.shape[:-2]), kernel.shape[-1]
    weight = _matrix(kernel)
    x, front = _samples(x, len(size))
    places = _places(x.shape[1:-1], size, stride, dilation, padding)
    y = empty((len(x), math.prod(places), filters), x, _dtype(x, kernel, bias))
    view = window_view(padded(x, padding), size, stride, dilation)
    for some in _pieces(len(x), math.prod(places) * len(weight) * x.itemsize):
        part = _matrix(y[some])
        np.matmul(_rows(view[some], size), weight, out=part)
        if np.ndim(bias):
            part += bias
    return y.reshape(*front, *places, filters)


@conv.vjp("x")
def _(g, x_like, kernel, stride, dilation, padding):
    shape = tuple(x_like.shape[-len(stride) - 1 : -1])
    return conv_back(g, kernel, stride=stride, dilation=dilation, padding=padding, shape=shape)


@conv.vjp("kernel")
def _(g, x, kernel_like, stride, dilation, padding):
    return conv_sums(x, g, size=tuple(kernel_like.shape[:-2]), stride=stride, dilation=dilation, padding=padding)


@conv.vjp("bias")
def _(g, bias_like):
    if g.shape[-1:] != bias_like.shape or g.dtype.char not in "fd":
        return sum_to(g, bias_like.shape)
    rows = np.reshape(g, (math.prod(g.shape[:-1]), g.shape[-1]))
    return np.matmul(np.ones(len(rows), g.dtype), rows)  # much quicker than a sum down the columns


@Primitive.row(
    samples=(f"f(x2323, x2223, {ONCE}, shape=(4, 3))", f"f(x231, x221, {ROW}, shape=(7,))",
             "f(x211, x311, stride=(1,), dilation=(1,), padding=((1, 1),), shape=(1,))"),
    batched=False, masks=True,
)  # fmt: skip
def conv_back(g, kernel, *, stride, dilation, padding, shape):
    """Zeros of `shape`, with each number of `g` times the kernel added at its window; what falls in padding goes."""
    size, channels = tuple(kernel.shape[:-2]), kernel.shape[-2]
    weight = _matrix(kernel).T
    g, front = _samples(g, len(size))
    places = _places(shape, size, stride, dilation, padding, g)
    whole = [m + low + high for m, (low, high) in zip(shape, padding, strict=True)]
    x = zeros((len(g), *whole, channels), g, _dtype(g, kernel))
    view = window_view(x, size, stride, dilation, writeable=True)
    for some in _pieces(len(g), math.prod(places) * weight.shape[1] * g.itemsize):
        part = view[some]
        cols = np.matmul(_matrix(g[some]), weight).reshape(part.shape)
        add_windows(part, cols, size, stride, dilation)
    return cropped(x.reshape(*front, *whole, channels), padding)


@conv_back.vjp("g")
def _(upstream, kernel, stride, dilation, padding):
    return conv(upstream, kernel, 0.0, stride=stride, dilation=dilation, padding=padding)


@conv_back.vjp("kernel")
def _(upstream, g, kernel_like, stride, dilation, padding):
    size = tuple(kernel_like.shape[:-2])
    return conv_sums(upstream, g, size=size, stride=stride, dilation=dilation, padding=padding)


@Primitive.row(
    samples=(f"f(x2432, x2323, size=(2, 2), {ONCE})", f"f(x253, x223, size=(2,), {ROW})"), batched=False, masks=True,
)  # fmt: skip
def conv_sums(x, g, *, size, stride, dilation, padding):
    """For each place inside a window, channel and filter the sum of all windows' numbers there times those of `g`."""
    channels, filters = x.shape[-1], g.shape[-1]
    x, _ = _samples(x, len(size))
    g, _ = _samples(g, len(size))
    _places(x.shape[1:-1], size, stride, dilation, padding, g)
    sums = zeros((math.prod(size) * channels, filters), x, _dtype(x, g))
    view = window_view(padded(x, padding), size, stride, dilation)
    for some in _pieces(len(x), math.prod(g.shape[1:-1]) * len(sums) * x.itemsize):
        sums += np.matmul(_rows(view[some], size).T, _matrix(g[some]))
    return sums.reshape(*size, channels, filters)


@conv_sums.vjp("x")
def _(upstream, x_like, g, stride, dilation, padding):
    shape = tuple(x_like.shape[-len(stride) - 1 : -1])
    return conv_back(g, upstream, stride=stride, dilation=dilation, padding=padding, shape=shape)


@conv_sums.vjp("g")
def _(upstream, x, stride, dilation, padding):
    return conv(x, upstream, 0.0, stride=stride, dilation=dilation, padding=padding)


# -- what the rows share -----------------------------------------------------------------------------------------------
def _places(axes, size, stride, dilation, padding, g=None):
    """How many windows lie along each axis, as many as `g` is for."""
    whole = [m + low + high for m, (low, high) in zip(axes, padding, strict=True)]
    places = tuple((m - (k - 1) * d - 1) // s + 1 for m, k, s, d in zip(whole, size, stride, dilation, strict=True))
    if min(*places, *size) < 1 or (g is not None and tuple(g.shape[1:-1]) != places):
        raise ValueError(f"a kernel of {size} does not fit into {tuple(whole)}, or not as often as it has a gradient")
    return places


def _samples(x, n):
    """All axes before the last n + 1 as one, and what they were."""
    front = tuple(x.shape[: x.ndim - n - 1])
    return x.reshape(math.prod(front), *x.shape[x.ndim - n - 1 :]), front


def _pieces(count, nbytes):
    """Slices of the samples, each with windows of about as many bytes as fit into the cache."""
    pieces = max(min(-(-count * nbytes // PIECE), MOST, count), 1)
    step = max(-(-count // pieces), 1)
    return [slice(start, min(start + step, count)) for start in range(0, count, step)]


def _rows(view, size):
    """Windows as the rows of a matrix."""
    inside = math.prod(size) * view.shape[-1]
    shape = (math.prod(view.shape) // max(inside, 1), inside)
    if math.prod(size) == 1:
        return view.reshape(shape)
    view, back = best_order(view, len(size))
    cols = empty(view.shape, view)
    np.copyto(cols, view)  # not view.copy(), for which a program would keep what it has made before
    return np.transpose(cols, back).reshape(shape)


def _matrix(x):
    """All axes before the last as one."""
    return x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


def _dtype(*arrays):
    return np.result_type(*(x.dtype for x in arrays if np.ndim(x)))
