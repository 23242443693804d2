"""Counting: bincount and the histograms. Counts of numbers are flat; sums of weights, and edges, are not."""

from __future__ import annotations

import operator

import numpy as np

from autograd.errors import refuse
from autograd.rules.arrays import array_of, is_stand_in, is_tensor, operand
from autograd.rules.indexing import scatter
from autograd.rules.structural import composition


@composition(np.bincount, samples=("f([0, 2, 2], p3)", "f([1, 0], weights=x2, minlength=4)"))
def bincount(x, /, weights=None, minlength=0):
    x = _numbers(x)
    size = np.bincount(x, minlength=minlength).shape[0]  # NumPy looks at the numbers
    if not is_tensor(weights):
        return np.bincount(x, weights, minlength)
    if weights.shape != x.shape:
        raise ValueError(f"np.bincount got weights of shape {weights.shape} for numbers of shape {x.shape}")
    return _sums(weights, x, size)


def _sums(weights, place, size):
    """The weights that belong to each place, added up in float64, as NumPy does."""
    wide = weights.astype(np.result_type(weights.dtype, float))
    return scatter(wide, index=(place,), shape=(size,)).astype(weights.dtype)


HISTOGRAMS = ("f([0.5, 1.5, 1.7], 2, weights=p3)[0]", "f(x5, 3)[1]", "f(x5, 3, density=True)[0]",
              "f([0.5, 1.5, 1.7], u3, weights=p3, density=True)[0]")  # fmt: skip


@composition(np.histogram, samples=HISTOGRAMS)
def histogram(a, bins=10, range=None, density=None, weights=None):
    edges = np.histogram_bin_edges(a, bins, range, weights)
    raw = np.ravel(_numbers(a))
    if is_tensor(weights):
        counts = _weighted([raw], [edges], np.ravel(weights))
    else:
        counts = np.histogram(raw, *_plain(bins, range), weights=None if weights is None else np.ravel(weights))[0]
    if density:
        counts = _as_floats(counts, edges)
        counts = counts / np.diff(edges) / np.sum(counts)
    return counts, edges


@composition(np.histogram_bin_edges, samples=("f(x5, 3)", "f(x23, bins='sturges')"))
def histogram_bin_edges(a, bins=10, range=None, weights=None):
    weights = array_of(weights) if isinstance(bins, str) else None  # NumPy refuses both
    raw = np.histogram_bin_edges(_numbers(a), *_plain(bins, range), weights)
    if is_tensor(bins):
        return bins
    return raw if np.ndim(bins) else _edges(a, len(raw) - 1, range, raw)


@composition(np.histogramdd, samples=("f(x23.T, 2, weights=p3)[0]", "f(x23.T, 2, density=True, weights=p3)[0]",
                                      "f(x23.T, [2, 50 * (u3 - np.mean(u3))], density=True)[0]"))  # fmt: skip
def histogramdd(sample, bins=10, range=None, density=None, weights=None):
    # Rows are points; a list has an array for each coordinate.
    columns = list(sample.T) if getattr(sample, "ndim", 0) == 2 else [operand(x) for x in sample]
    raws = list(map(_numbers, columns))
    n = len(columns)
    bins = list(bins) if _many(bins) else [bins] * n
    ranges = [None] * n if range is None else list(range)
    plain = np.histogramdd(
        raws, [array_of(b) for b in bins], [None if r is None else [*map(array_of, r)] for r in ranges],
        weights=None if weights is None or is_tensor(weights) else weights,
    )  # fmt: skip
    edges = [
        b if is_tensor(b) else raw if np.ndim(b) else _edges(x, len(raw) - 1, r, raw)
        for b, x, r, raw in zip(bins, columns, ranges, plain[1], strict=True)
    ]
    counts = _weighted(raws, edges, weights) if is_tensor(weights) else plain[0]
    if density:
        counts = _as_floats(counts, *edges)
        total = np.sum(counts)
        for i, edge in enumerate(edges):
            counts = counts / np.reshape(np.diff(edge), (-1,) + (1,) * (n - 1 - i))
        counts = counts / total
    return counts, edges


@composition(np.histogram2d, samples=("f(x3, x3, 2, weights=p3)[0]", "f(x3, x3, 2, density=True)[0]", "f(x3, x3)[1]"))
def histogram2d(x, y, bins=10, range=None, density=None, weights=None):
    bins = bins if not _many(bins) or len(bins) == 2 else [bins, bins]
    counts, edges = np.histogramdd([operand(x), operand(y)], bins, range, density, weights)
    return counts, edges[0], edges[1]


def _numbers(x):
    x = array_of(x)
    if is_stand_in(x):
        raise refuse("counting numbers", "What belongs where depends on them; count outside the function")
    return np.asarray(x)


def _many(bins):
    try:
        operator.index(bins)
    except TypeError:
        return True
    return False


def _as_floats(counts, *edges):
    """Counts in the precision of the edges, unless they are sums that have one already."""
    return counts if is_tensor(counts) else counts.astype(np.result_type(*(edge.dtype for edge in edges), np.float16))


def _plain(bins, range):
    return array_of(bins), None if range is None else tuple(map(array_of, range))


def _edges(a, n, range, raw):
    """Edges at equal distances between the limits: those of a range, or the smallest and the largest number."""
    if range is None and is_tensor(a):
        low, high = (np.min(a), np.max(a)) if a.size else (np.sum(a), np.sum(a) + 1)
        if array_of(low) == array_of(high):  # NumPy makes room on both sides
            low, high = low - 0.5, high + 0.5
    elif range is not None and any(map(is_tensor, range)):
        low, high = range
    else:
        return raw
    return np.linspace(low, high, n + 1)


def _weighted(columns, edges, weights):
    """The sum of the weights in each bin: all but the last bin leave out their right edge."""
    if columns[0].shape != weights.shape:
        raise ValueError(f"a histogram of {len(columns[0])} numbers got weights of shape {weights.shape}")
    edges = list(map(_numbers, edges))
    sizes = [len(edge) - 1 for edge in edges]
    place, inside = 0, True
    for x, edge, n in zip(columns, edges, sizes, strict=True):
        at = np.where(x == edge[-1], n - 1, np.searchsorted(edge, x, side="right") - 1)
        inside = inside & (at >= 0) & (at < n)
        place = place * n + at
    total = int(np.prod(sizes))
    sums = _sums(weights, np.where(inside, place, total), total + 1)  # the last for what lies outside
    return np.reshape(sums[:total], sizes)
