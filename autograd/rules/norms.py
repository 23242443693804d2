"""Norms of vectors and matrices, with slope 0 at zero."""

from __future__ import annotations

import numpy as np

from autograd.rules.arrays import array_of, constant_only, possibly
from autograd.rules.statistics import safe_sqrt
from autograd.rules.structural import composition

NORMS = ("f(x3)", "f(x23)", "f(x3, 1)", "f(x3, 3)", "f(x3, np.inf)", "f(x3, -np.inf)", "f(x23, axis=0)",
         "f(x23, 'fro')", "f(m33, 'nuc')", "f(m33, 2)", "f(m33, -2)", "f(x23, 1)", "f(x23, -1)", "f(x23, np.inf)",
         "f(x23, -np.inf)", "f(x234, 3, axis=-1, keepdims=True)", "f(x234, 'fro', axis=(0, 2))",
         "f(x234, axis=(0, 1), keepdims=True)", "f(z3)", "f(0 * x3)", "f(0 * x3, 3)")  # fmt: skip


def _squares(x):
    return np.real(x * np.conj(x)) if x.dtype.kind == "c" else x * x


def _largest(x, axis, keepdims):
    """The maximum of numbers that are not negative: 0 of none."""
    return (np.max if x.size else np.sum)(x, axis=axis, keepdims=keepdims)


def _vector(x, order, axis, keepdims):
    if order is None or order == 2:
        return safe_sqrt(np.sum(_squares(x), axis=axis, keepdims=keepdims))
    size = np.abs(x)
    if order == np.inf:
        return _largest(size, axis, keepdims)
    if order == -np.inf:
        return np.min(size, axis=axis, keepdims=keepdims)
    if order == 1:
        return np.sum(size, axis=axis, keepdims=keepdims)
    if order == 0:
        return np.sum(array_of(x) != 0, axis=axis, keepdims=keepdims).astype(size.dtype)
    total = np.sum(size**order, axis=axis, keepdims=keepdims)
    zero = array_of(total) == 0
    root = np.where(zero, 1.0, total) ** (1.0 / order)
    return np.where(zero, 0 * total, root) if possibly(zero) else root


def _matrix(x, order, axes, keepdims):
    if order in (None, "fro", "f"):
        return safe_sqrt(np.sum(_squares(x), axis=axes, keepdims=keepdims))
    row, column = (a % x.ndim for a in axes)
    if row == column:
        raise ValueError("np.linalg.norm: duplicate axes")
    if order in (2, -2, "nuc"):
        s = np.linalg.svd(np.moveaxis(x, (row, column), (-2, -1)), compute_uv=False)
        y = np.sum(s, axis=-1) if order == "nuc" else _largest(s, -1, False) if order == 2 else np.min(s, axis=-1)
        return np.expand_dims(y, tuple(sorted((row, column)))) if keepdims else y
    if order not in (1, -1, np.inf, -np.inf):
        raise ValueError(f"np.linalg.norm of a matrix has no order {order!r}")
    first, second = (row, column) if abs(order) == 1 else (column, row)
    sums = np.sum(np.abs(x), axis=first, keepdims=True)
    y = _largest(sums, second, True) if order > 0 else np.min(sums, axis=second, keepdims=True)
    return y if keepdims else np.squeeze(y, axis=(row, column))


@composition(np.linalg.norm, samples=NORMS)
def norm(x, ord=None, axis=None, keepdims=False):
    constant_only("np.linalg.norm", "ord", ord)
    if axis is None:
        if ord is None:
            y = _vector(np.ravel(x), None, 0, False)
            return np.reshape(y, (1,) * x.ndim) if keepdims else y
        axis = tuple(range(x.ndim))
        if x.ndim not in (1, 2):
            raise ValueError(
                f"np.linalg.norm with ord={ord!r} takes 1-d or 2-d arrays, or axis=; got {x.ndim} dimensions"
            )
    axis = (axis,) if isinstance(axis, int | np.integer) else tuple(axis)
    if len(axis) == 1:
        return _vector(x, ord, axis[0], keepdims)
    if len(axis) != 2:
        raise ValueError(f"np.linalg.norm takes one axis or two, not {axis}")
    return _matrix(x, ord, axis, keepdims)


@composition(np.linalg.vector_norm, samples=("f(x23)", "f(x23, axis=0, ord=3)", "f(x234, axis=(0, 1), keepdims=True)"))
def vector_norm(x, *, axis=None, keepdims=False, ord=2):
    return _vector(x, constant_only("np.linalg.vector_norm", "ord", ord), axis, keepdims)


@composition(np.linalg.matrix_norm, samples=("f(x23)", "f(m233, ord='nuc')", "f(x23, keepdims=True, ord=1)"))
def matrix_norm(x, *, keepdims=False, ord="fro"):
    return _matrix(x, constant_only("np.linalg.matrix_norm", "ord", ord), (-2, -1), keepdims)
