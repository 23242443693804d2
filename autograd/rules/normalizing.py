"""Columns brought to mean 0 and variance 1, as one row: few passes over the data, and sums down columns as products."""

from __future__ import annotations

import numpy as np

from autograd.rules.arrays import sum_to
from autograd.rules.structural import Primitive


@Primitive.row(samples=("f(x43, x3, x3, epsilon=0.1)", "f(x43, 2.0, 0.0, epsilon=0.1)"), batched=False)
def batch_norm(x, gamma, beta, *, epsilon):
    """gamma * (x - mean) / sqrt(variance + epsilon) + beta, with the mean and variance of each column."""
    centred, variance = _centred(x)
    return centred * (gamma / np.sqrt(variance + epsilon)) + beta


@batch_norm.vjp("x")
def _(g, x, gamma, epsilon):
    centred, variance = _centred(x)
    variance = variance + epsilon
    along = column_means(g, centred) / variance
    return (g - centred * along - column_means(g)) * (gamma / np.sqrt(variance))


@batch_norm.vjp("gamma")
def _(g, x, gamma_like, epsilon):
    centred, variance = _centred(x)
    return sum_to(column_means(g, centred) * (len(x) / np.sqrt(variance + epsilon)), gamma_like.shape)


@batch_norm.vjp("beta")
def _(g, beta_like):
    return sum_to(column_means(g) * len(g), beta_like.shape)


def _centred(x):
    centred = x - column_means(x)
    return centred, column_means(centred, centred)


def column_means(x, other=None):
    """The mean of each column, or of each column times that of another: much quicker than `np.mean` of rows."""
    x = x if other is None else x * other
    if x.dtype.char not in "fd":  # float16 needs more room for its sums
        return np.mean(x, axis=0)
    return np.matmul(np.ones(len(x), x.dtype), x) / len(x)
