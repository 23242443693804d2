"""Scalers: they measure columns of numbers once, and bring any data to that scale. Shaped as scikit-learn's."""

from __future__ import annotations

import numpy as np


class Scaler:
    """What both scalers share: fit, transform, and the way back.

    They work in place on a copy in float64, whatever came, and the result has the data's own dtype.
    """

    scale_: np.ndarray
    n_features_in_: int

    def fit(self, X, y=None):
        """Measure the columns of X."""
        X = as_table(X, type(self).__name__)
        if 0 in X.shape:
            raise ValueError(f"{type(self).__name__} cannot measure a table without rows or columns; got {X.shape}")
        with np.errstate(over="ignore", invalid="ignore"):
            measures = self.measure(X.astype(np.float64))
        for name, numbers in measures.items():
            if not np.isfinite(numbers).all():
                raise ValueError(
                    f"{type(self).__name__} cannot measure column {np.argmin(np.isfinite(numbers))}: its {name[:-1]} "
                    "is too large for float64. Divide the column by a power of 10 first"
                )
        vars(self).update(measures)
        self.n_features_in_ = X.shape[1]
        self.n_samples_seen_ = len(X)
        return self

    def fit_transform(self, X, y=None):
        """Measure X and scale it."""
        return self.fit(X).transform(X)

    def transform(self, X):
        """X on the measured scale, as new numbers."""
        X = self._fitting(X)
        return self.scaled(X.astype(np.float64)).astype(X.dtype, copy=False)

    def inverse_transform(self, X):
        """From the measured scale back to the original one."""
        X = self._fitting(X)
        return self.unscaled(X.astype(np.float64)).astype(X.dtype, copy=False)

    def _fitting(self, X):
        if not hasattr(self, "scale_"):
            raise ValueError(f"{type(self).__name__} has measured nothing yet; call fit on the training data first")
        X = as_table(X, type(self).__name__)
        if X.shape[1] != self.n_features_in_:
            raise ValueError(f"{type(self).__name__} was fitted on {self.n_features_in_} columns and got {X.shape[1]}")
        return X

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in vars(self).items() if k[-1] != '_')})"


class StandardScaler(Scaler):
    """Each column to mean 0 and standard deviation 1: z = (x - mean_) / scale_. A constant column becomes 0.

    >>> StandardScaler().fit_transform([[1.0], [3.0]])
    array([[-1.],
           [ 1.]])
    """

    def __init__(self, *, with_mean=True, with_std=True):
        self.with_mean = with_mean
        self.with_std = with_std

    def measure(self, X):
        # The mean of equal numbers is that number, which their sum divided by n need not be.
        mean = np.where(X.min(axis=0) == X.max(axis=0), X[0], X.mean(axis=0))
        X -= mean
        var = np.einsum("ij,ij->j", X, X) / len(X)
        deviation = np.sqrt(var)
        # A column that never changes has no scale; rounding must not give it one.
        flat = deviation <= 10 * np.finfo(np.float64).eps * np.abs(mean)
        scale = np.where(flat, 1.0, deviation) if self.with_std else np.ones_like(deviation)
        return {"mean_": mean, "var_": var, "scale_": scale}

    def scaled(self, X):
        if self.with_mean:
            X -= self.mean_
        X /= self.scale_
        return X

    def unscaled(self, X):
        X *= self.scale_
        if self.with_mean:
            X += self.mean_
        return X


class MinMaxScaler(Scaler):
    """Each column to a range, [0, 1] unless said otherwise: z = x * scale_ + min_. A constant column becomes its low.

    >>> MinMaxScaler().fit_transform([[1.0], [3.0], [2.0]]).ravel()
    array([0. , 1. , 0.5])
    """

    def __init__(self, feature_range=(0, 1), *, clip=False):
        ends = np.asarray(feature_range)
        if ends.shape != (2,) or ends.dtype.kind not in "fiu" or not np.isfinite(ends).all() or not ends[0] < ends[1]:
            raise ValueError(f"feature_range is a low and a high number; got {feature_range!r}")
        self.feature_range = feature_range
        self.clip = clip

    def measure(self, X):
        low, high = self.feature_range
        least, most = X.min(axis=0), X.max(axis=0)
        scale = (high - low) / self.spread(most - least)
        return {"data_range_": most - least, "data_min_": least, "data_max_": most, "scale_": scale,
                "min_": low - least * scale}  # fmt: skip

    def scaled(self, X):
        # The same as x * scale_ + min_, but numbers far from 0 keep their digits, and the ends are met exactly.
        low, high = self.feature_range
        X -= self.data_min_
        X /= self.spread(self.data_range_)
        X *= high - low
        X += low
        return np.clip(X, low, high, out=X) if self.clip else X

    def unscaled(self, X):
        low, high = self.feature_range
        X -= low
        X /= high - low
        X *= self.spread(self.data_range_)
        X += self.data_min_
        return X

    @staticmethod
    def spread(lengths):
        """The lengths to divide by: 1 where a column is constant, or so nearly that 1 / length overflows."""
        return np.where(lengths < np.finfo(np.float64).tiny, 1.0, lengths)


def as_table(X, who) -> np.ndarray:
    """Rows and columns of finite numbers, or an error that says what came."""
    try:
        X = np.asarray(X)
    except ValueError as error:
        raise ValueError(f"{who} takes a table of rows and columns; the rows that came differ in length") from error
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
