"""Regularizers: a price on the size of weights, added to the loss."""

from __future__ import annotations

import numpy as np

from nn.registry import Registry

regularizers = Registry("regularizer")


class Regularizer:
    """Called with a parameter, gives one number. A subclass writes `__call__`."""

    def __call__(self, w):
        raise NotImplementedError(f"{type(self).__name__} defines no __call__(self, w)")


regularizers.base = Regularizer


def _strength(value, name):
    real = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not (real and np.isfinite(value) and value >= 0):
        raise ValueError(f"{name} is a number, 0 or more; got {value!r}")
    return float(value)


@regularizers.add("l1_l2", "L1L2")
class L1L2(Regularizer):
    """l1 * sum(|w|) + l2 * sum(w**2)."""

    def __init__(self, l1=0.0, l2=0.0):
        self.l1 = _strength(l1, "l1")
        self.l2 = _strength(l2, "l2")

    def __call__(self, w):
        cost = 0.0
        if self.l1:
            cost = cost + self.l1 * np.sum(np.abs(w))
        if self.l2:
            cost = cost + self.l2 * np.sum(np.square(w))
        return cost


@regularizers.add("l1", "L1")
class L1(Regularizer):
    """l1 * sum(|w|): drives small weights to exactly 0."""

    def __init__(self, l1=0.01):
        self.l1 = _strength(l1, "l1")

    def __call__(self, w):
        return self.l1 * np.sum(np.abs(w))


@regularizers.add("l2", "L2")
class L2(Regularizer):
    """l2 * sum(w**2): keeps weights small.

    >>> float(L2(0.1)(np.array([1.0, 2.0])))
    0.5
    """

    def __init__(self, l2=0.01):
        self.l2 = _strength(l2, "l2")

    def __call__(self, w):
        return self.l2 * np.sum(np.square(w))


@regularizers.add("orthogonal_regularizer", "orthogonal")
class OrthogonalRegularizer(Regularizer):
    """factor times the mean |cosine| between different rows (or columns) of a matrix."""

    def __init__(self, factor=0.01, mode="rows"):
        if mode not in ("rows", "columns"):
            raise ValueError(f"mode is 'rows' or 'columns'; got {mode!r}")
        self.factor = _strength(factor, "factor")
        self.mode = mode

    def __call__(self, w):
        if w.ndim != 2:
            raise ValueError(f"an orthogonal regularizer works on matrices; got a parameter of shape {w.shape}")
        w = w if self.mode == "rows" else w.T
        size = w.shape[0]
        unit = w / np.sqrt(np.maximum(np.sum(np.square(w), axis=1, keepdims=True), 1e-12))
        off = (unit @ unit.T) * (1.0 - np.eye(size, dtype=w.dtype))
        return self.factor * 0.5 * np.sum(np.abs(off)) / max(size * (size - 1) / 2, 1.0)


l1, l2, l1_l2, orthogonal_regularizer = L1, L2, L1L2, OrthogonalRegularizer


def get(what):
    """The regularizer for a name, an object, or None.

    >>> get("l2").l2
    0.01
    """
    return regularizers.get(what)
