"""What networks use and NumPy has no name for, as single rows: softmax and its losses, a linear layer.

Fusing them is not only quicker. The loss of a softmax taken together with it never meets log(0) or 0 * inf, and its
gradient is the difference of two distributions.
"""

from __future__ import annotations

import functools

import numpy as np

from autograd.rules.arrays import as_array, sum_to
from autograd.rules.structural import Primitive


@Primitive.row(samples=("f(x4)", "f(x23)", "f(x23, axis=-2)"))
def softmax(x, *, axis=-1):
    """exp(x) / sum(exp(x)) along an axis counted from the end."""
    y = np.exp(x - np.max(x, axis=axis, keepdims=True, initial=_LOWEST))
    y /= np.sum(y, axis=axis, keepdims=True)
    return y


@softmax.vjp("x")
def _(g, y, axis):
    return y * (g - np.sum(g * y, axis=axis, keepdims=True))


@Primitive.row(samples=("f(x4)", "f(x23)", "f(x23, axis=-2)"))
def log_softmax(x, *, axis=-1):
    """x - log(sum(exp(x))) along an axis counted from the end."""
    y = x - np.max(x, axis=axis, keepdims=True, initial=_LOWEST)
    y -= np.log(np.sum(np.exp(y), axis=axis, keepdims=True))
    return y


@log_softmax.vjp("x")
def _(g, y, axis):
    return g - np.exp(y) * np.sum(g, axis=axis, keepdims=True)


@Primitive.row(samples=("f(x4)", "f(x23)", "f(x23, axis=-2)"))
def logsumexp(x, *, axis=-1):
    """log(sum(exp(x))) along an axis counted from the end; -inf, with slope 0, where every x is -inf."""
    top = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0)
    y = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top
    return np.squeeze(y, axis=axis)


@logsumexp.vjp("x")
def _(g, x, y, axis):
    y = np.expand_dims(np.where(y == -np.inf, 0, y), axis)
    return np.expand_dims(g, axis) * np.exp(x - y)


@Primitive.row(samples=("f(x4, p4)", "f(x23, p23)", "f(x23, p3)"), batched=False)
def softmax_cross_entropy(logits, target):
    """-sum(target * log_softmax(logits)) along the last axis."""
    return -np.sum(target * log_softmax.forward(logits), axis=-1)


@softmax_cross_entropy.vjp("logits")
def _(g, logits, target):
    slope = softmax(logits) * np.sum(target, axis=-1, keepdims=True) - target
    return np.expand_dims(g, -1) * slope


@softmax_cross_entropy.vjp("target")
def _(g, logits, target_like):
    return sum_to(-np.expand_dims(g, -1) * log_softmax(logits), target_like.shape)


@Primitive.row(samples=("f(x4, labels=2)", "f(x23, labels=[2, 0])"), batched=False)
def label_cross_entropy(logits, *, labels):
    """-log_softmax(logits)[label]: the same for a target that is one class, given by its number."""
    y = log_softmax.forward(logits)
    labels = as_array(labels)
    if y.ndim == 2:  # quicker than take_along_axis
        return -y[np.arange(len(y)), labels]
    return -np.take_along_axis(y, labels[..., None], axis=-1)[..., 0]


@label_cross_entropy.vjp("logits")
def _(g, logits, labels):
    chosen = as_array(labels)[..., None] == np.arange(logits.shape[-1])
    return np.expand_dims(g, -1) * (softmax(logits) - chosen)


@Primitive.row(samples=("f(x23, x34, x4)", "f(x223, x34, x4)", "f(x3, x34, x4)"), batched=False)
def linear(x, weight, bias):
    """x @ weight + bias: one layer of weights, for any number of leading axes of x."""
    y = np.matmul(x, weight)
    if y.dtype == bias.dtype and y.ndim:
        y += bias
        return y
    return y + bias


@linear.vjp("x")
def _(g, weight):
    if g.ndim == 2 and g.shape[1] == 1:
        return g * weight.T  # one product for each number: much quicker than asking for sums of them
    return np.matmul(g, weight.T)


@linear.vjp("weight")
def _(g, x):
    if x.ndim == 2:
        return np.matmul(x.T, g)
    leading = tuple(range(x.ndim - 1))
    return np.tensordot(x, g, (leading, leading))


@linear.vjp("bias")
def _(g, bias_like):
    if g.ndim == 2 and g.shape[1:] == bias_like.shape and g.dtype.char in "fd":
        return np.matmul(_ones(len(g), g.dtype), g)  # much quicker than a sum down the columns
    return sum_to(g, bias_like.shape)


@functools.lru_cache(maxsize=64)
def _ones(n, dtype):
    return np.ones(n, dtype)


@Primitive.row(samples=("f(x23, kept=2.0)",))
def dropout(x, *, kept):
    """x * kept, for an array `kept` that nobody else has, so that it needs no check before the gradient is computed."""
    return x * kept


@dropout.vjp("x")
def _(g, kept):
    return g * kept


_LOWEST = -3.0e38  # finite, so that a row of -inf alone gives no nan; below every number worth comparing in float32
