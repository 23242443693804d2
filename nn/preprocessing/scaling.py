"""Scalers: they measure columns of numbers once, and bring any data to that scale. Shaped as scikit-learn's."""

from __future__ import annotations

import numpy as np


class Scaler:
    """What both scalers share: fit, transform, and the way back."""

    scale_: np.ndarray
    n_features_in_: int

    def fit(self, X, y=None):
        """Measure the columns of X."""
        X = as_table(X, type(self).__name__)
        if not len(X):
            raise ValueError(f"{type(self).__name__} cannot measure a table without rows; got shape {X.shape}")
        self.n_features_in_ = X.shape[1]
        self.measure(X)
        return self

    def fit_transform(self, X, y=None):
        """Measure X and scale it."""
        return self.fit(X).transform(X)

    def transform(self, X):
        """X on the measured scale, as new numbers."""
        X = self._fitting(X)
        return (X - self.offset(X.dtype)) / self.scale_.astype(X.dtype)

    def inverse_transform(self, X):
        """From the measured scale back to the original one."""
        X = self._fitting(X)
        return X * self.scale_.astype(X.dtype) + self.offset(X.dtype)

    def _fitting(self, X):
        if not hasattr(self, "scale_"):
            raise ValueError(f"{type(self).__name__} has measured nothing yet; call fit on the training data first")
        X = as_table(X, type(self).__name__)
        if X.shape[1] != self.n_features_in_:
            raise ValueError(f"{type(self).__name__} was fitted on {self.n_features_in_} columns and got {X.shape[1]}")
        return X

    def __repr__(self):
        return f"{type(self).__name__}()"


class StandardScaler(Scaler):
    """Each column to mean 0 and standard deviation 1: z = (x - mean) / std. A constant column becomes 0.

    >>> StandardScaler().fit_transform([[1.0], [3.0]])
    array([[-1.],
           [ 1.]])
    """

    def __init__(self, *, with_mean=True, with_std=True):
        self.with_mean = with_mean
        self.with_std = with_std

    def measure(self, X):
        X = X.astype(np.float64)
        self.mean_ = X.mean(axis=0)
        self.var_ = X.var(axis=0)
        deviation = np.sqrt(self.var_)
        # A column that never changes has no scale; rounding must not give it one.
        flat = deviation <= 10 * np.finfo(np.float64).eps * np.abs(self.mean_)
        self.scale_ = np.where(flat, 1.0, deviation) if self.with_std else np.ones_like(deviation)
        self.n_samples_seen_ = len(X)

    def offset(self, dtype):
        return (self.mean_ if self.with_mean else np.zeros_like(self.mean_)).astype(dtype)


class MinMaxScaler(Scaler):
    """Each column to a range, [0, 1] unless said otherwise. A constant column becomes the low end.

    >>> MinMaxScaler().fit_transform([[1.0], [3.0], [2.0]]).ravel()
    array([0. , 1. , 0.5])
    """

    def __init__(self, feature_range=(0, 1), *, clip=False):
        low, high = feature_range
        if not low < high:
            raise ValueError(f"feature_range is a low and a high number; got {feature_range!r}")
        self.feature_range = feature_range
        self.clip = clip

    def measure(self, X):
        low, high = self.feature_range
        self.data_min_, self.data_max_ = X.min(axis=0).astype(np.float64), X.max(axis=0).astype(np.float64)
        self.data_range_ = self.data_max_ - self.data_min_
        spread = np.where(self.data_range_ == 0, 1.0, self.data_range_)
        self.scale_ = spread / (high - low)  # one unit of the range in units of the data
        self.min_ = low - self.data_min_ / self.scale_

    def offset(self, dtype):
        return (-self.min_ * self.scale_).astype(dtype)

    def transform(self, X):
        found = super().transform(X)
        return np.clip(found, *self.feature_range) if self.clip else found


def as_table(X, who) -> np.ndarray:
    """Rows and columns of finite numbers, or an error that says what came."""
    X = np.asarray(X)
    if X.dtype == object:
        try:
            X = X.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{who} got entries that are no numbers ({error}); encode categories first") from error
    if X.ndim != 2:
        hint = "; write x.reshape(-1, 1) for one column" if X.ndim == 1 else ""
        raise ValueError(f"{who} takes a table of rows and columns, got an array of shape {X.shape}{hint}")
    if X.dtype.kind not in "fiub":
        raise ValueError(f"{who} got dtype {X.dtype}; wanted numbers. Encode categories first")
    X = X if X.dtype.kind == "f" else X.astype(np.float64)
    if not np.isfinite(X).all():
        row, column = np.argwhere(~np.isfinite(X))[0]
        raise ValueError(f"{who} got {X[row, column]} in row {row}, column {column}; fill or drop such rows first")
    return X
