"""Reductions that pass over nan: the nan are replaced by what changes nothing, and get no gradient."""

from __future__ import annotations

import math

import numpy as np

from autograd.rules.arrays import array_of
from autograd.rules.axes import from_end
from autograd.rules.reductions import gather_axes
from autograd.rules.structural import composition

SAMPLES = ("f(x23)", "f(x34, axis=0)", "f(x234, axis=(0, -1))", "f(x23, axis=1, keepdims=True)")


def _present(a):
    return ~np.isnan(array_of(a))


def _through(function, plain, neutral):
    @composition(function, samples=SAMPLES)
    def through(a, axis=None, keepdims=False):
        here = _present(a)
        y = plain(np.where(here, a, neutral), axis=axis, keepdims=keepdims)
        if np.isinf(neutral):
            y = np.where(np.any(here, axis=axis, keepdims=keepdims), y, np.nan)
        return y


_through(np.nansum, np.sum, 0.0)
_through(np.nanprod, np.prod, 1.0)
_through(np.nanmax, np.max, -np.inf)
_through(np.nanmin, np.min, np.inf)


@composition(np.nanmean, samples=SAMPLES)
def nanmean(a, axis=None, keepdims=False):
    return np.mean(np.where(_present(a), a, 0.0), axis=axis, keepdims=keepdims, where=_present(a))


@composition(np.nanvar, samples=(*SAMPLES, "f(x34, axis=0, ddof=1)"))
def nanvar(a, axis=None, ddof=0, keepdims=False):
    return np.var(np.where(_present(a), a, 0.0), axis=axis, ddof=ddof, keepdims=keepdims, where=_present(a))


@composition(np.nanstd, samples=(*SAMPLES, "f(x34, axis=0, ddof=1)"))
def nanstd(a, axis=None, ddof=0, keepdims=False):
    return np.std(np.where(_present(a), a, 0.0), axis=axis, ddof=ddof, keepdims=keepdims, where=_present(a))


@composition(np.nancumsum, samples=("f(x5)", "f(x23, axis=0)"))
def nancumsum(a, axis=None):
    return np.cumsum(np.where(_present(a), a, 0.0), axis=axis)


@composition(np.nancumprod, samples=("f(x5)", "f(x23, axis=0)"))
def nancumprod(a, axis=None):
    return np.cumprod(np.where(_present(a), a, 1.0), axis=axis)


QUANTILES = ("f(x5, 0.3)", "f(x34, 0.7, axis=0)", "f(x34, [0.2, 0.5], axis=-1, keepdims=True)")


@composition(np.nanquantile, samples=QUANTILES)
def nanquantile(a, q, axis=None, method="linear", keepdims=False):
    return _row_by_row(lambda row: np.quantile(row, q, method=method), a, axis, keepdims, np.shape(q))


@composition(np.nanpercentile, samples=("f(x5, 30)", "f(x34, 70, axis=0)"))
def nanpercentile(a, q, axis=None, method="linear", keepdims=False):
    return _row_by_row(lambda row: np.percentile(row, q, method=method), a, axis, keepdims, np.shape(q))


@composition(np.nanmedian, samples=SAMPLES)
def nanmedian(a, axis=None, keepdims=False):
    return _row_by_row(np.median, a, axis, keepdims, ())


def _row_by_row(function, a, axis, keepdims, front):
    """A function of what is left of each row without its nan; of a row that has nothing else, nan."""
    axes = from_end(axis, a.ndim)
    x = gather_axes(a, axes)
    shape = x.shape[:-1]
    rows = np.reshape(x, (math.prod(shape), x.shape[-1]))
    if not rows.size:
        y = np.sum(x, axis=-1) * np.nan  # of nothing: one nan for all q, as NumPy has it
        return np.expand_dims(y, axes) if keepdims else y
    here = _present(rows)
    here = here | ~here.any(axis=1, keepdims=True)
    found = np.stack([function(rows[i][here[i]]) for i in range(len(here))])
    y = np.reshape(np.moveaxis(found, 0, -1), front + shape)
    return np.expand_dims(y, axes) if keepdims else y
