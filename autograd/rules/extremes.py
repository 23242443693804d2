"""The largest and the smallest, and order statistics: max, min, ptp, median, quantiles.

Where several elements tie for the extreme they share its gradient equally.
"""

from __future__ import annotations

import numpy as np

from autograd.rules.arrays import array_of, constant_only, possibly
from autograd.rules.axes import from_end, unreduce
from autograd.rules.reductions import AXES, gather_axes
from autograd.rules.structural import Primitive, composition


def _extreme(function, alias, pairwise, worst):
    def extreme(x, *, axis):
        return function(x, axis=axis)

    extreme.__name__ = function.__name__ + "_"
    row = Primitive(extreme)

    @row.vjp("x")
    def _(g, x, y, axis):
        raw = array_of(x)
        best = raw == unreduce(array_of(y), axis, raw.ndim)
        share = best / np.maximum(best.sum(axis=axis, keepdims=True), 1)
        return unreduce(g, axis, raw.ndim) * share.astype(raw.dtype)

    samples = (*AXES[:-1], "f(x23, where=[True, False, True], initial=0.0, axis=1)", "f(x23, 1, initial=-9.0)")

    @composition(function, alias, pairwise.reduce, samples=samples)
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


# The methods that take one of the elements as it is.
CHOOSING = ("inverted_cdf", "closest_observation", "lower", "higher", "nearest")


def _unless_nan(x, y, extra):
    """`y` from the last axis of the sorted `x`, and nan (which sorts last) where there is one among them."""
    bad = np.isnan(array_of(x)[..., -1])
    return np.where(bad.reshape(bad.shape + (1,) * extra), np.nan, y) if possibly(bad) else y


@composition(np.quantile, samples=QUANTILES)
def quantile(a, q, axis=None, method="linear", keepdims=False):
    q = np.asarray(constant_only("np.quantile", "q", q), dtype=float)
    if a.dtype.kind == "c":
        raise TypeError("a quantile of complex numbers, which have no order: take that of np.abs(z), or of each part")
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
    part = (at - low).astype(x.dtype)
    if method in CHOOSING:
        y = x[..., low]
    else:  # from the nearer of the two, in NumPy's own order
        first, second = x[..., low], x[..., np.minimum(low + 1, n - 1)]
        y = np.where(part < 0.5, first, second) + (second - first) * np.where(part < 0.5, part, part - 1)
    y = _unless_nan(x, y, q.ndim)
    y = np.moveaxis(y, tuple(range(y.ndim - q.ndim, y.ndim)), tuple(range(q.ndim))) if q.ndim else y
    return np.expand_dims(y, axes) if keepdims else y


@composition(np.percentile, samples=("f(x5, 30)", "f(x34, [10, 50], axis=0)"))
def percentile(a, q, axis=None, method="linear", keepdims=False):
    q = np.asarray(constant_only("np.percentile", "q", q)) / 100
    return np.quantile(a, q, axis=axis, method=method, keepdims=keepdims)


@composition(np.median, samples=("f(x5)", "f(x34)", "f(x34, axis=0)", "f(x34, axis=(0, 1), keepdims=True)"))
def median(a, axis=None, keepdims=False):
    axes = from_end(axis, a.ndim)
    x = np.sort(gather_axes(a, axes), axis=-1)
    n = x.shape[-1]
    middle = x[..., (n - 1) // 2 : n // 2 + 1] if n else x
    y = np.mean(middle, axis=-1)  # nan of nothing, as in NumPy
    y = _unless_nan(x, y, 0) if n else y
    return np.expand_dims(y, axes) if keepdims else y
