"""Spread and dependence: var, std, average, cov, corrcoef."""

from __future__ import annotations

import numpy as np

from autograd.rules.arrays import array_of, checked, operand, possibly
from autograd.rules.axes import from_end
from autograd.rules.reductions import AXES
from autograd.rules.structural import composition

SPREAD = (*AXES[1:-1], "f(x5, ddof=1)", "f(x34, axis=0, correction=1)",
          "f(x34, axis=1, where=[True, True, False, True])")  # fmt: skip


@composition(np.var, samples=SPREAD)
def var(a, axis=None, dtype=None, ddof=0, keepdims=False, where=True, mean=None, correction=None):
    if correction is not None:
        ddof = correction
    if dtype is not None:
        a = a.astype(dtype)
    axes = from_end(axis, a.ndim)
    if mean is None:
        mean = np.mean(a, axis=axes, keepdims=True, where=where)
    off = a - mean
    squares = np.real(off * np.conj(off)) if a.dtype.kind == "c" else off * off
    count = np.sum(np.broadcast_to(where, a.shape), axis=axes, keepdims=keepdims)
    left = np.maximum(count - ddof, 0).astype(squares.dtype)
    return np.sum(squares, axis=axes, keepdims=keepdims, where=where) / left


@composition(np.std, samples=SPREAD)
def std(a, axis=None, dtype=None, ddof=0, keepdims=False, where=True, mean=None, correction=None):
    v = np.var(a, axis, dtype=dtype, ddof=ddof, keepdims=keepdims, where=where, mean=mean, correction=correction)
    return safe_sqrt(v)


def safe_sqrt(v):
    """The square root with slope 0 at 0, where a norm or a spread has its lowest point."""
    zero = array_of(v) == 0
    return np.where(zero, 0 * v, np.sqrt(np.where(zero, 1, v))) if possibly(zero) else np.sqrt(v)


@composition(np.average, samples=("f(x23)", "f(x23, axis=0)", "f(x23, weights=p23)", "f(x23, 1, p3)",
                                  "f(x23, axis=-1, keepdims=True)"))  # fmt: skip
def average(a, axis=None, weights=None, returned=False, keepdims=False):
    if weights is None:
        y = np.mean(a, axis=axis, keepdims=keepdims)
        total = np.full(y.shape, a.size / max(y.size, 1))
    else:
        dtype = np.result_type(a.dtype, operand(weights).dtype)
        weights = operand(weights, dtype).astype(dtype)
        if weights.shape != a.shape:
            shape = [1] * a.ndim
            shape[axis] = -1
            weights = np.broadcast_to(np.reshape(weights, shape), a.shape)
        total = np.sum(weights, axis=axis, keepdims=keepdims)
        checked(_require_weights, array_of(total))
        y = np.sum(a * weights, axis=axis, keepdims=keepdims) / total
    return (y, total) if returned else y


def _require_weights(total):
    if np.any(total == 0):
        raise ZeroDivisionError("np.average: the weights sum to zero")


@composition(np.cov, samples=("f(x34)", "f(x34, rowvar=False)", "f(x4, x4)", "f(x34, bias=True)", "f(x34, ddof=0)"))
def cov(m, y=None, rowvar=True, bias=False, ddof=None):
    x = np.atleast_2d(m)
    if not rowvar and np.ndim(m) != 1:
        x = x.T
    if y is not None:
        y = np.atleast_2d(y)
        x = np.concatenate([x, y if rowvar or y.shape[0] == 1 else y.T])
    ddof = (0 if bias else 1) if ddof is None else ddof
    off = x - np.mean(x, axis=1, keepdims=True)
    return np.squeeze(off @ np.conj(off.T) / max(x.shape[1] - ddof, 0))


@composition(np.corrcoef, samples=("f(x34)", "f(x34, rowvar=False)", "f(x4, x4)"))
def corrcoef(x, y=None, rowvar=True):
    c = np.cov(x, y, rowvar)
    if c.ndim == 0:
        return c / c
    d = np.sqrt(np.diagonal(c))
    r = c / d[:, None] / d[None, :]
    return r if r.dtype.kind == "c" else np.clip(r, -1.0, 1.0)  # rounding may lead out of [-1, 1]
