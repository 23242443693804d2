"""Images seen through an affine map: each new pixel is looked up somewhere between the old ones."""

from __future__ import annotations

import functools
import itertools

import numpy as np

from autograd.extend import as_array, is_tensor

FILL_MODES = ("reflect", "wrap", "constant", "nearest")


def affine(x, matrix, interpolation="bilinear", fill_mode="constant", fill_value=0.0):
    """Images (batch, height, width, channels) through maps from where a pixel is to where its number comes from.

    `matrix` is (a, b, c, d, e, f), each a number or one for each image: the pixel at (x, y) = (column, row) gets what
    lies at (a x + b y + c, d x + e y + f).

    >>> affine(np.array([[[[1.0], [2.0], [3.0]]]]), (1, 0, -1, 0, 1, 0)).ravel()  # one to the right
    array([0., 1., 2.])
    """
    _, h, w, _ = x.shape
    kind = np.result_type(x.dtype, np.float32)  # half precision can't say where a pixel lies
    a, b, c, d, e, f = (np.reshape(as_array(n), (-1, 1, 1)).astype(kind) for n in matrix)
    columns, rows = np.arange(w, dtype=kind), np.arange(h, dtype=kind)[:, None]
    return sample(x, d * columns + e * rows + f, a * columns + b * rows + c, interpolation, fill_mode, fill_value)


def sample(x, rows, columns, interpolation="bilinear", fill_mode="constant", fill_value=0.0):
    """The numbers of images at places between the pixels, which are (batch, height, width) of the result."""
    n, h, w, c = x.shape
    pixels = np.reshape(x, (n * h * w, c))
    first = np.reshape(np.arange(n) * (h * w), (n, 1, 1))
    near = _nearest if interpolation == "nearest" else _linear
    parts = []
    # Between two rows and two columns, four pixels share the weight.
    for (row, high), (column, wide) in itertools.product(near(rows), near(columns)):
        part = pick(pixels, first + _inside(row, h, fill_mode) * w + _inside(column, w, fill_mode), 0)
        if fill_mode == "constant":
            there = (row >= 0) & (row < h) & (column >= 0) & (column < w)
            part = np.where(there[..., None], part, np.asarray(fill_value, x.dtype))
        parts.append(part if high is None else part * (high * wide)[..., None].astype(x.dtype))
    return functools.reduce(np.add, parts)


def pick(x, index, axis):
    """The parts of x along an axis by their numbers, which a program may have drawn."""
    if is_tensor(x):
        return x[(slice(None),) * axis + (index,)]
    return np.take(x, index, axis=axis)  # several times as quick


def _nearest(at):
    """The whole number next to each place; a half goes away from 0."""
    return [(np.trunc(at + np.copysign(0.5, at)).astype(np.intp), None)]


def _linear(at):
    """The two whole numbers about each place, with their weights."""
    low = np.floor(at)
    share = at - low
    low = low.astype(np.intp)
    return [(low, 1 - share), (low + 1, share)]


def _inside(index, n, fill_mode):
    """The index of a pixel, for one that may lie beyond the border of `n` pixels."""
    if fill_mode == "wrap":  # a b c d | a b c d | a b c d
        return index % n
    if fill_mode == "reflect":  # d c b a | a b c d | d c b a
        index = index % (2 * n)
        return np.minimum(index, 2 * n - 1 - index)
    return np.clip(index, 0, n - 1)  # a a a a | a b c d | d d d d
