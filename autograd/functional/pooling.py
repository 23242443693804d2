"""Pooling: of each window the largest number, or the mean."""

from __future__ import annotations

import math

import numpy as np

from autograd.functional.geometry import numbers, numeric, pads, places
from autograd.rules import pooling


def max_pool(x, size, *, stride=None, padding="valid"):
    """The largest number of each window, for each channel: (..., *axes, channels) becomes (..., *places, channels).

    `size` is a number for each axis, or one for all between the first and the last. Windows lie side by side, unless
    `stride` says else. Padding is never the largest. Numbers that tie share the gradient.

    >>> max_pool(np.array([[[1.0], [5.0], [2.0], [3.0]]]), 2)[0, :, 0]
    array([5., 3.])
    """
    x, size, stride, around = _given("max_pool", x, size, stride, padding)
    return pooling.max_pool(_padded(x, around, -np.inf), size=size, stride=stride)


def avg_pool(x, size, *, stride=None, padding="valid"):
    """The mean of each window, for each channel; padding is not counted.

    >>> avg_pool(np.array([[[1.0], [5.0], [2.0]]]), 2, padding="same")[0, :, 0]
    array([3., 2.])
    """
    x, size, stride, around = _given("avg_pool", x, size, stride, padding)
    if x.dtype.char == "e":  # whose sums may be larger than it holds
        return avg_pool(x.astype(np.float32), size, stride=stride, padding=around).astype(x.dtype)
    y = pooling.sum_pool(_padded(x, around, 0.0), size=size, stride=stride)
    if not any(map(any, around)):
        return y / math.prod(size)
    ones = np.ones((*x.shape[-len(size) - 1 : -1], 1))
    return y / pooling.sum_pool(_padded(ones, around, 0.0), size=size, stride=stride).astype(y.dtype)


def _given(name, x, size, stride, padding):
    x = numeric(name, "the input", x)
    n = len(size) if np.iterable(size) else x.ndim - 2
    if n < 1 or x.ndim < n + 1:
        raise ValueError(
            f"{name}: an input (..., *axes, channels), and a size for each axis; got {x.shape} and {size!r}"
        )
    size = numbers(name, "size", size, n)
    stride = size if stride is None else numbers(name, "stride", stride, n)
    axes, once = x.shape[-n - 1 : -1], (1,) * n
    around = pads(name, padding, axes, size, stride, once)
    places(name, axes, size, stride, once, around)
    return x, size, stride, around


def _padded(x, around, value):
    if not any(map(any, around)):
        return x
    return np.pad(x, [(0, 0)] * (x.ndim - len(around) - 1) + [*around, (0, 0)], constant_values=value)
