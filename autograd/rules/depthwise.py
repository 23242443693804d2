"""Depthwise convolution: each channel has a small kernel of its own, so there is no matrix product to win.

Instead einsum adds products of long runs of memory. Along the last axis of places all channels of what the windows
have at one place inside lie side by side, and so does the kernel's row for that place, if it is written as often as
there are places. The three rows are the three ways to sum x[p * stride + i * dilation] * kernel[i] * g[p] for each
channel, so each is what the derivatives of the others need.
"""

from __future__ import annotations

import numpy as np

from autograd.rules.arrays import zeros
from autograd.rules.structural import Primitive
from autograd.rules.windows import padded

ONCE = "stride=(1, 1), dilation=(1, 1), padding=((0, 0), (0, 0))"
APART = "stride=(2, 1), dilation=(1, 2), padding=((1, 0), (0, 1))"
ROW = "stride=(3,), dilation=(2,), padding=((1, 1),)"
WIDE = "stride=(1,), dilation=(1,), padding=((2, 0),), shape=(3,)"  # a window lies in the padding


@Primitive.row(
    samples=(f"f(x2432, x232, {ONCE})", f"f(x542, x322, {APART})", f"f(x251, x21, {ROW})"), batched=False, masks=True,
)  # fmt: skip
def depthwise(x, kernel, *, stride, dilation, padding):
    """Each window times the kernel, summed for each channel: (..., *axes, c) and (*size, c) to (..., *places, c)."""
    return _windows_times(padded(x, padding), kernel, stride, dilation)


@depthwise.vjp("x")
def _(g, x_like, kernel, stride, dilation, padding):
    shape = tuple(x_like.shape[-kernel.ndim : -1])
    return depthwise_back(g, kernel, stride=stride, dilation=dilation, padding=padding, shape=shape)


@depthwise.vjp("kernel")
def _(g, x, kernel_like, stride, dilation, padding):
    size = tuple(kernel_like.shape[:-1])
    return depthwise_sums(x, g, size=size, stride=stride, dilation=dilation, padding=padding)


@Primitive.row(
    samples=(f"f(x2322, x232, {ONCE}, shape=(4, 4))", f"f(x232, x22, {ROW}, shape=(7,))", f"f(x142, x22, {WIDE})"),
    batched=False, masks=True,
)  # fmt: skip
def depthwise_back(g, kernel, *, stride, dilation, padding, shape):
    """Zeros of `shape`, with each number of `g` times the kernel added at its window; what falls in padding goes.

    That is the kernel turned round, times windows of `g` with zeros between its numbers and around them.
    """
    n = kernel.ndim - 1
    places = tuple(g.shape[-n - 1 : -1])
    whole = [m + low + high for m, (low, high) in zip(shape, padding, strict=True)]
    _places((*whole, g.shape[-1]), kernel.shape, stride, dilation, places)
    into, taken, room = [], [], []
    for m, k, d, s, (low, _), there in zip(shape, kernel.shape[:-1], dilation, stride, padding, places, strict=True):
        start = (k - 1) * d - low
        room.append(m + (k - 1) * d)
        first = max(-(start // s), 0)  # the windows before it lie in padding
        last = max(min(there, (room[-1] - 1 - start) // s + 1), first)
        taken.append(slice(first, last))
        into.append(slice(start + first * s, max(start + last * s, 0), s))
    apart = zeros((*g.shape[: -n - 1], *room, g.shape[-1]), g)
    apart[(..., *into, slice(None))] = g[(..., *taken, slice(None))]
    return _windows_times(apart, kernel[(slice(None, None, -1),) * n], (1,) * n, dilation)


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
    x, g, dtype = _precise(padded(x, padding), g)
    channels, places = g.shape[-1], tuple(g.shape[-len(size) - 1 : -1])
    _places(x.shape[-len(size) - 1 :], (*size, channels), stride, dilation, places)
    view, inside = _runs(x, size, places, stride, dilation)
    outside, run = view.shape[: -len(inside)], view.shape[-1]
    sums = np.einsum(view, [*range(view.ndim)], g.reshape(*outside, run), [*range(len(outside)), inside[-1]], inside)
    return _of(dtype, np.sum(sums.reshape(*size, -1 if channels else 1, channels), axis=-2))


@depthwise_sums.vjp("x")
def _(upstream, x_like, g, stride, dilation, padding):
    shape = tuple(x_like.shape[-len(stride) - 1 : -1])
    return depthwise_back(g, upstream, stride=stride, dilation=dilation, padding=padding, shape=shape)


@depthwise_sums.vjp("g")
def _(upstream, x, stride, dilation, padding):
    return depthwise(x, upstream, stride=stride, dilation=dilation, padding=padding)


# -- what the rows share -----------------------------------------------------------------------------------------------
def _windows_times(x, kernel, stride, dilation):
    """Each window of x times the kernel, summed for each channel."""
    x, kernel, dtype = _precise(x, kernel)
    *size, channels = kernel.shape
    places = _places(x.shape[-kernel.ndim :], kernel.shape, stride, dilation)
    front = x.shape[: -kernel.ndim]
    view, inside = _runs(x, size, places, stride, dilation)
    outside, run = range(view.ndim - len(inside)), view.shape[-1]
    often = np.broadcast_to(kernel[..., None, :], (*size, run // max(channels, 1), channels))
    y = np.einsum(view, [*range(view.ndim)], often.reshape(*size, run), inside, [*outside, inside[-1]])
    return _of(dtype, y.reshape(*front, *places, channels))


def _runs(x, size, places, stride, dilation):
    """A view of all windows, (*front, *places, *inside, run), and the numbers of the axes from the first inside on.

    Where windows lie side by side along the last axis, what they have at one place inside is one run of memory, and
    so is `run`; that axis is not among `places` then. Else `run` is the channels.
    """
    n, channels = len(size), x.shape[-1]
    reach = [(k - 1) * d + 1 for k, d in zip(size, dilation, strict=True)]
    steps, gaps = [slice(None, None, s) for s in stride], [slice(None, None, d) for d in dilation]
    if stride[-1] == 1 and channels:
        x = x.reshape(*x.shape[:-2], x.shape[-2] * channels)
        window = (*reach[:-1], places[-1] * channels)
        view = np.lib.stride_tricks.sliding_window_view(x, window, tuple(range(-n, 0)))
        view = view[(..., *steps[:-1], slice(None, None, dilation[-1] * channels), *gaps[:-1], slice(None))]
        first = view.ndim - n - 1
        view = np.moveaxis(view, first, -2)  # the place inside along the last axis: where the run begins
    else:
        view = np.lib.stride_tricks.sliding_window_view(x, reach, tuple(range(-n - 1, -1)))
        view = view[(..., *steps, slice(None), *gaps)]
        first = view.ndim - n - 1
        view = np.moveaxis(view, first, -1)
    return view, [*range(first, view.ndim)]


def _precise(a, b):
    """Both in single precision, where sums would else be of half, and the dtype of their product."""
    dtype = np.result_type(a.dtype, b.dtype)
    if dtype == np.float16:
        a, b = a.astype(np.float32), b.astype(np.float32)
    return a, b, dtype


def _of(dtype, y):
    return y if y.dtype == dtype else y.astype(dtype)


def _places(image, kernel, stride, dilation, wanted=None):
    """How many windows lie along each axis, for the shapes (*axes, channels) of an image and of a kernel."""
    (*axes, channels), (*size, own) = image, kernel
    places = tuple((m - (k - 1) * d - 1) // s + 1 for m, k, s, d in zip(axes, size, stride, dilation, strict=True))
    if min(*places, *size) < 1 or channels != own or places != (wanted or places):
        raise ValueError(f"a depthwise kernel of shape {kernel} does not fit into an image of shape {image}")
    return places
