"""Convolutions of any number of axes, channels last, as windows and one matrix product."""

from __future__ import annotations

import math

import numpy as np

from autograd.functional.geometry import numbers, numeric, pads, places
from autograd.rules import convolution
from autograd.rules.arrays import operand
from autograd.rules.networks import linear
from autograd.rules.windows import windows


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
    x, kernel = numeric("conv", "the input", x), numeric("conv", "the kernel", kernel)
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


def _columns(x, size, stride, dilation, around):
    if math.prod(size) > 1 or any(map(any, around)):
        return windows(x, size=size, stride=stride, dilation=dilation, padding=around)
    if math.prod(stride) > 1:  # windows of one number
        return x[(..., *(slice(None, None, s) for s in stride), slice(None))]
    return x


def _product(rows, weight, bias):
    return np.matmul(rows, weight) if bias is None else linear(rows, weight, bias)
