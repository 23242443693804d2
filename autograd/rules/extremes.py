"""The largest and the smallest, and order statistics: max, min, ptp, median, quantiles.

Where several elements tie for the extreme they share its gradient equally.
"""

from __future__ import annotations

import numpy as np

from autograd.rules.arrays import array_of
from autograd.rules.axes import from_end, unreduce
from autograd.rules.reductions import AXES, gather_axes
from autograd.rules.structural import Primitive, composition


def _extreme(function, alias, pairwise, worst):
    def extreme(x, *, axis):
        return function(x, axis=axis)

    extreme.__name__ = function.__name__ + "_"
    row = Primitive(extreme, masks=True)

    @row.vjp("x")
    def _(g, x, y, axis):
        raw = array_of(x)
        best = raw == unreduce(array_of(y), axis, raw.ndim)
        share = best / np.maximum(best.sum(axis=axis, keepdims=True), 1)
        return unreduce(g, axis, raw.ndim) * share.astype(raw.dtype)

    samples = (*AXES[:-1], "f(x23, where=[True, False, True], initial=0.0, axis=1)", "f(x23, 1, initial=-9.0)")

    @composition(function, alias, samples=samples)
    def public(a, axis=None, keepdims=False, initial=None, where=True):
        axes = from_end(axis, a.ndim)
        if where is not True:
            if initial is None:
                raise ValueError(f"np.{function.__name__} with where= needs initial=")
            a = np.where(where, a, worst)
        if initial is not None and not all(a.shape[i] for i in axes):
            y = np.sum(a, axis=axes) + initial
        else:
            y = row(a, axis=axes) if initial is None else pairwise(row(a, axis=axes), initial)
        return np.expand_dims(y, axes) if keepdims else y


_extreme(np.max, np.amax, np.maximum, -np.inf)
_extreme(np.min, np.amin, np.minimum, np.inf)


@composition(np.ptp, samples=("f(x23)", "f(x23, axis=0)", "f(x23, -1, keepdims=True)"))
def ptp(a, axis=None, keepdims=False):
    return np.max(a, axis=axis, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)


QUANTILES = ("f(x5, 0.3)", "f(x34, [0.1, 0.5], axis=0)", "f(x34, 0.7, axis=-1, keepdims=True)",
             "f(x23, 0.4, axis=(0, 1))", "f(x5, 0.3, method='lower')", "f(x5, 0.3, method='midpoint')",
             "f(x5, 0.3, method='weibull')")  # fmt: skip


@composition(np.quantile, samples=QUANTILES)
def quantile(a, q, axis=None, method="linear", keepdims=False):
    q = np.asarray(q, dtype=float)
    axes = from_end(axis, a.ndim)
    x = gather_axes(a, axes)
    n = x.shape[-1]
    if not n:  # of nothing: nan, as NumPy has it for a median; elsewhere NumPy raises
        if axis is None or q.ndim:
            raise IndexError(f"np.quantile of an empty axis: shape {a.shape}, axis {axis}")
        y = np.sum(x, axis=-1) * np.nan
        return np.expand_dims(y, axes) if keepdims else y
    x = np.sort(x, axis=-1)
    # NumPy itself says how each method weighs two neighbours: ask it for the position among 0, 1, 2, ...
    at = np.quantile(np.arange(float(n)), q, method=method)
    low = np.clip(np.floor(at).astype(int), 0, n - 1)
    high = np.minimum(low + 1, n - 1)
    part = (at - low).astype(x.dtype)
    y = x[..., low] * (1 - part) + x[..., high] * part
    y = np.moveaxis(y, tuple(range(y.ndim - q.ndim, y.ndim)), tuple(range(q.ndim))) if q.ndim else y
    return np.expand_dims(y, axes) if keepdims else y


@composition(np.percentile, samples=("f(x5, 30)", "f(x34, [10, 50], axis=0)"))
def percentile(a, q, axis=None, method="linear", keepdims=False):
    return np.quantile(a, np.asarray(q) / 100, axis=axis, method=method, keepdims=keepdims)


@composition(np.median, samples=("f(x5)", "f(x34)", "f(x34, axis=0)", "f(x34, axis=(0, 1), keepdims=True)"))
def median(a, axis=None, keepdims=False):
    return np.quantile(a, 0.5, axis=axis, keepdims=keepdims)
