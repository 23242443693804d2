"""Depthwise convolution: each channel has a small kernel of its own, so there is no matrix product to win.

All windows' numbers at one place inside are one strided slice, so a kernel of k numbers is k products of slices with
the kernel's row for that place, laid out along the last axis of places as often as there are places: then both are
long runs of memory. Samples are taken so few at a time that their sums stay in the cache. The three rows are the three
ways to sum x[p * stride + i * dilation] * kernel[i] * g[p], so each is what the derivatives of the others need.
"""

from __future__ import annotations

import itertools
import math

import numpy as np

from autograd.rules.arrays import zeros
from autograd.rules.structural import Primitive
from autograd.rules.windows import cropped, padded, shifted

AT_ONCE = 1 << 20  # bytes of a result that are worked on together
ONCE = "stride=(1, 1), dilation=(1, 1), padding=((0, 0), (0, 0))"
APART = "stride=(2, 1), dilation=(1, 2), padding=((1, 0), (0, 1))"
ROW = "stride=(3,), dilation=(2,), padding=((1, 1),)"


@Primitive.row(
    samples=(f"f(x2432, x232, {ONCE})", f"f(x542, x322, {APART})", f"f(x251, x21, {ROW})"), batched=False, masks=True,
)  # fmt: skip
def depthwise(x, kernel, *, stride, dilation, padding):
    """Each window times the kernel, summed for each channel: (..., *axes, c) and (*size, c) to (..., *places, c)."""
    x = padded(x, padding)
    n = kernel.ndim - 1
    places = _places(x.shape[-n - 1 :], kernel.shape, stride, dilation)
    front = x.shape[: -n - 1]
    samples = x.reshape(math.prod(front), *x.shape[-n - 1 :])
    y = zeros((len(samples), *places, kernel.shape[-1]), _like(x, kernel))
    for some, scratch in _parts(y):
        sums, inputs = y[some], samples[some]
        for offset, row in _rows(kernel, places[-1]):
            part = inputs[shifted(offset, places, stride, dilation)]
            np.multiply(part, row, out=scratch)
            sums += scratch
    return y.reshape(*front, *places, kernel.shape[-1])


@depthwise.vjp("x")
def _(g, x_like, kernel, stride, dilation, padding):
    n = kernel.ndim - 1
    shape = tuple(x_like.shape[-n - 1 : -1])
    return depthwise_back(g, kernel, stride=stride, dilation=dilation, padding=padding, shape=shape)


@depthwise.vjp("kernel")
def _(g, x, kernel_like, stride, dilation, padding):
    size = tuple(kernel_like.shape[:-1])
    return depthwise_sums(x, g, size=size, stride=stride, dilation=dilation, padding=padding)


@Primitive.row(
    samples=(f"f(x2322, x232, {ONCE}, shape=(4, 4))", f"f(x232, x22, {ROW}, shape=(7,))"), batched=False, masks=True,
)  # fmt: skip
def depthwise_back(g, kernel, *, stride, dilation, padding, shape):
    """Zeros of `shape`, with each number of `g` times the kernel added at its window; what falls in padding goes."""
    n = kernel.ndim - 1
    front, places = g.shape[: -n - 1], g.shape[-n - 1 : -1]
    whole = [m + low + high for m, (low, high) in zip(shape, padding, strict=True)]
    if _places((*whole, g.shape[-1]), kernel.shape, stride, dilation) != tuple(places):
        raise ValueError(f"depthwise_back: axes of {tuple(whole)} have no {tuple(places)} windows of {kernel.shape}")
    samples = g.reshape(math.prod(front), *g.shape[-n - 1 :])
    x = zeros((len(samples), *whole, kernel.shape[-1]), _like(g, kernel))
    for some, scratch in _parts(x, samples):
        sums, given = x[some], samples[some]
        for offset, row in _rows(kernel, places[-1]):
            part = sums[shifted(offset, places, stride, dilation)]
            np.multiply(given, row, out=scratch)
            part += scratch
    return cropped(x.reshape(*front, *whole, kernel.shape[-1]), padding)


@depthwise_back.vjp("g")
def _(upstream, kernel, stride, dilation, padding):
    return depthwise(upstream, kernel, stride=stride, dilation=dilation, padding=padding)


@depthwise_back.vjp("kernel")
def _(upstream, g, kernel_like, stride, dilation, padding):
    size = tuple(kernel_like.shape[:-1])
    return depthwise_sums(upstream, g, size=size, stride=stride, dilation=dilation, padding=padding)


@Primitive.row(
    samples=(f"f(x2432, x2322, size=(2, 2), {ONCE})", f"f(x253, x223, size=(2,), {ROW})"), batched=False, masks=True,
)  # fmt: skip
def depthwise_sums(x, g, *, size, stride, dilation, padding):
    """For each place inside a window and each channel the sum of all windows' numbers there times those of `g`."""
    dtype = np.result_type(x.dtype, g.dtype)
    if dtype == np.float16:  # in which sums of so many numbers would stop growing
        x, g = x.astype(np.float32), g.astype(np.float32)
    x = padded(x, padding)
    n = len(size)
    reach = [(k - 1) * d + 1 for k, d in zip(size, dilation, strict=True)]
    view = np.lib.stride_tricks.sliding_window_view(x, reach, tuple(range(-n - 1, -1)))
    places, inside = [slice(None, None, s) for s in stride], [slice(None, None, d) for d in dilation]
    view = view[(..., *places, slice(None), *inside)]
    axes = list(range(view.ndim))  # (*front, *places, channel, *size)
    sums = np.einsum(view, axes, g, axes[:-n], [*axes[-n:], axes[-n - 1]])
    return sums.astype(dtype)


@depthwise_sums.vjp("x")
def _(upstream, x_like, g, stride, dilation, padding):
    shape = tuple(x_like.shape[-len(stride) - 1 : -1])
    return depthwise_back(g, upstream, stride=stride, dilation=dilation, padding=padding, shape=shape)


@depthwise_sums.vjp("g")
def _(upstream, x, stride, dilation, padding):
    return depthwise(x, upstream, stride=stride, dilation=dilation, padding=padding)


# -- what the rows share -----------------------------------------------------------------------------------------------
def _like(a, b):
    """The one of two arrays that has the dtype of their product."""
    return a if a.dtype == np.result_type(a.dtype, b.dtype) else b


def _places(image, kernel, stride, dilation):
    """How many windows lie along each axis, for the shapes (*axes, channels) of an image and of a kernel."""
    (*axes, channels), (*size, own) = image, kernel
    places = tuple((m - (k - 1) * d - 1) // s + 1 for m, k, s, d in zip(axes, size, stride, dilation, strict=True))
    if min(*places, *size) < 1 or channels != own:
        raise ValueError(f"a depthwise kernel of shape {kernel} does not fit into an image of shape {image}")
    return places


def _parts(y, given=None):
    """The samples of a result, some at a time, and room for as many of what is added to them."""
    step = max(AT_ONCE // max(y.itemsize * math.prod(y.shape[1:]), 1), 1)
    scratch = zeros((min(step, len(y)), *(y if given is None else given).shape[1:]), y)
    for start in range(0, len(y), step):
        stop = min(start + step, len(y))
        yield slice(start, stop), scratch[: stop - start]


def _rows(kernel, places):
    """Each place inside of a window, and the kernel's numbers there, once for each place along the last axis."""
    for offset in itertools.product(*map(range, kernel.shape[:-1])):
        yield offset, np.broadcast_to(kernel[offset], (places, kernel.shape[-1])).copy()
