"""Convolutions of any number of axes, channels last, as windows and one matrix product."""

from __future__ import annotations

import math

import numpy as np

from autograd.functional.geometry import images_and_kernel, numbers, pads, places, reach, transposed
from autograd.rules import convolution
from autograd.rules.arrays import operand
from autograd.rules.depthwise import depthwise
from autograd.rules.networks import linear
from autograd.rules.windows import fold, windows


def conv(x, kernel, bias=None, *, stride=1, padding="valid", dilation=1, groups=1):
    """Each window of x times the kernel, summed: y[p] = sum over offsets i of x[p * stride + i * dilation] @ kernel[i].

    x is (..., *axes, channels) and the kernel (*size, channels / groups, filters), as in Keras; the result is
    (..., *places, filters). `padding` is "valid" (none), "same", "causal" (one axis: all in front) or numbers: one for
    all sides, one for each axis, or a pair (before, after) for each. With `groups`, each group of channels has its own
    filters.

    Windows of more than a megabyte are made for some samples at a time, and again for the gradient: they are never
    all there, and never kept.

    >>> conv(np.ones((1, 5, 2)), np.ones((3, 2, 4))).shape
    (1, 3, 4)
    >>> conv(np.ones((1, 5, 2)), np.ones((3, 2, 4)), padding="same", stride=2)[0, :, 0]
    array([4., 6., 4.])
    """
    x, kernel, bias = images_and_kernel("conv", x, kernel, bias, filters=-1)
    n = kernel.ndim - 2
    if n < 1 or x.ndim < n + 1:
        raise ValueError(
            f"conv: an input (..., *axes, channels) and a kernel (*size, channels, filters) with as many axes; got the "
            f"shapes {x.shape} and {kernel.shape}"
        )
    size, channels, filters = kernel.shape[:n], x.shape[-1], kernel.shape[-1]
    (groups,) = numbers("conv", "groups", groups, 1)
    if channels != kernel.shape[-2] * groups or filters % groups:
        raise ValueError(
            f"conv: a kernel of shape {kernel.shape} with groups={groups} takes {kernel.shape[-2] * groups} channels "
            f"and a number of filters that {groups} divides; got an input of shape {x.shape}"
        )
    stride, dilation = numbers("conv", "stride", stride, n), numbers("conv", "dilation", dilation, n)
    axes = x.shape[-n - 1 : -1]
    around = pads("conv", padding, axes, size, stride, dilation)
    there = places("conv", axes, size, stride, dilation, around)
    if groups == channels > 1:
        return _each_its_own(x, kernel, bias, {"stride": stride, "dilation": dilation, "padding": around})
    shape = (*x.shape[: -n - 1], *there)
    count, inside = math.prod(shape), math.prod(size)
    if groups == 1 and count * inside * channels * x.dtype.itemsize > convolution.PIECE:  # too much to look at
        bias = 0.0 if bias is None else operand(bias)
        return convolution.conv(x, kernel, bias, stride=stride, dilation=dilation, padding=around)
    cols = _columns(x, size, stride, dilation, around)
    if groups == 1:
        rows = np.reshape(cols, (count, inside * channels))
        y = _product(rows, np.reshape(kernel, (inside * channels, filters)), bias)
    else:
        own = channels // groups
        rows = np.reshape(cols, (count, inside, groups, own))
        rows = np.reshape(np.transpose(rows, (2, 0, 1, 3)), (groups, count, inside * own))
        weight = np.reshape(kernel, (inside, own, groups, filters // groups))
        weight = np.reshape(np.transpose(weight, (2, 0, 1, 3)), (groups, inside * own, filters // groups))
        y = np.reshape(np.transpose(np.matmul(rows, weight), (1, 0, 2)), (count, filters))
        y = y if bias is None else y + bias
    return np.reshape(y, (*shape, filters))


def conv_transpose(x, kernel, bias=None, *, stride=1, padding="valid", output_padding=None, dilation=1):
    """Each place of x times the kernel, added up `stride` apart: what carries a gradient back through `conv`.

    x is (..., *axes, channels) and the kernel (*size, filters, channels), as in Keras; the result is
    (..., *larger, filters). An axis of m comes out as (m - 1) * stride + reach, where a window reaches over
    (size - 1) * dilation + 1 places; with padding="valid" it is at least m * stride, and "same" cuts it to m * stride.
    Numbers as `padding` are cut off, as a `conv` with that padding asks for. `output_padding`, less than the stride,
    makes the end longer; in "valid" and "same" it takes the place of what these would add, so that "same" gives
    (m - 1) * stride + reach % 2 + output_padding, as in Keras.

    >>> conv_transpose([[[1.0], [10.0]]], [[[1.0]], [[2.0]], [[3.0]]], stride=2)[0, :, 0]
    array([ 1.,  2., 13., 20., 30.])
    >>> conv_transpose(np.ones((1, 7, 7, 16)), np.ones((3, 3, 8, 16)), stride=2, padding="same").shape
    (1, 14, 14, 8)
    """
    name = "conv_transpose"
    x, kernel, bias = images_and_kernel(name, x, kernel, bias, filters=-2)
    n = kernel.ndim - 2
    if n < 1 or x.ndim < n + 1 or x.shape[-1] != kernel.shape[-1] or math.prod(kernel.shape) == 0:
        raise ValueError(
            f"{name}: an input (..., *axes, channels) and a kernel (*size, filters, channels) with as many axes and "
            f"channels; got the shapes {x.shape} and {kernel.shape}"
        )
    size, (filters, channels) = kernel.shape[:n], kernel.shape[n:]
    stride, dilation = numbers(name, "stride", stride, n), numbers(name, "dilation", dilation, n)
    front, axes = x.shape[: -n - 1], x.shape[-n - 1 : -1]
    cut = transposed(axes, size, stride, dilation, padding, output_padding)
    rows = np.reshape(x, (math.prod(front) * math.prod(axes), channels))
    cols = np.matmul(rows, np.reshape(kernel, (math.prod(size) * filters, channels)).T)
    cols = np.reshape(cols, (*front, *axes, *size, filters))
    around = tuple((low, max(high, 0)) for low, high in cut)  # what `fold` drops; zeros at the end are its shape's
    far = reach(size, dilation)
    shape = tuple((m - 1) * s + r - low - high for m, s, r, (low, high) in zip(axes, stride, far, cut, strict=True))
    y = fold(cols, size=size, stride=stride, dilation=dilation, padding=around, shape=shape)
    return y if bias is None else y + bias


def _each_its_own(x, kernel, bias, where):
    """Where each channel is a group, with as many filters as there are to each channel."""
    several = kernel.shape[-1] // x.shape[-1]
    x = np.repeat(x, several, axis=-1) if several > 1 else x
    y = depthwise(x, np.reshape(kernel, (*kernel.shape[:-2], kernel.shape[-1])), **where)
    return y if bias is None else y + bias


def _columns(x, size, stride, dilation, around):
    if math.prod(size) > 1 or any(map(any, around)):
        return windows(x, size=size, stride=stride, dilation=dilation, padding=around)
    if math.prod(stride) > 1:  # windows of one number
        return x[(..., *(slice(None, None, s) for s in stride), slice(None))]
    return x


def _product(rows, weight, bias):
    return np.matmul(rows, weight) if bias is None else linear(rows, weight, bias)
