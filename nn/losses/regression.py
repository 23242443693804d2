"""Losses for numbers: how far a prediction is from its target."""

from __future__ import annotations

import math

import numpy as np

from autograd import functional
from nn.losses.base import Loss, losses
from nn.settings import ANY, flag, whole


@losses.add("mean_squared_error", "mse", "MSE")
class MeanSquaredError(Loss):
    """mean((y_pred - y_true)**2) over the last axis."""

    def call(self, y_true, y_pred):
        return np.mean(np.square(y_pred - y_true), axis=-1)


@losses.add("mean_absolute_error", "mae", "MAE")
class MeanAbsoluteError(Loss):
    """mean(|y_pred - y_true|) over the last axis."""

    def call(self, y_true, y_pred):
        return np.mean(np.abs(y_pred - y_true), axis=-1)


@losses.add("mean_absolute_percentage_error", "mape", "MAPE")
class MeanAbsolutePercentageError(Loss):
    """100 * mean(|y_true - y_pred| / max(|y_true|, 1e-7)) over the last axis."""

    def call(self, y_true, y_pred):
        return 100.0 * np.mean(np.abs((y_true - y_pred) / np.maximum(np.abs(y_true), 1e-7)), axis=-1)


@losses.add("mean_squared_logarithmic_error", "msle", "MSLE")
class MeanSquaredLogarithmicError(Loss):
    """mean((log(1 + y_pred) - log(1 + y_true))**2) over the last axis; negative numbers count as 0."""

    def call(self, y_true, y_pred):
        return np.mean(np.square(np.log1p(np.maximum(y_pred, 1e-7)) - np.log1p(np.maximum(y_true, 1e-7))), axis=-1)


@losses.add("huber", "huber_loss")
class Huber(Loss):
    """e**2 / 2 where |e| <= delta, delta * (|e| - delta / 2) beyond: squared near 0, straight far out."""

    def __init__(self, delta=1.0, reduction="sum_over_batch_size", name=None):
        super().__init__(reduction, name)
        if not delta > 0:
            raise ValueError(f"delta is a number above 0; got {delta!r}")
        self.delta = delta

    def call(self, y_true, y_pred):
        error = np.abs(y_pred - y_true)
        inner = np.minimum(error, self.delta)
        return np.mean(inner * (error - 0.5 * inner), axis=-1)


@losses.add("log_cosh", "logcosh")
class LogCosh(Loss):
    """mean(log(cosh(y_pred - y_true))) over the last axis, without overflow."""

    def call(self, y_true, y_pred):
        error = y_pred - y_true
        return np.mean(error + functional.softplus(-2.0 * error) - math.log(2.0), axis=-1)


@losses.add("poisson")
class Poisson(Loss):
    """mean(y_pred - y_true * log(y_pred)) over the last axis; with from_logits=True y_pred is the logarithm."""

    def __init__(self, from_logits=False, reduction="sum_over_batch_size", name=None):
        super().__init__(reduction, name)
        self.from_logits = flag("from_logits", from_logits)

    def call(self, y_true, y_pred):
        if self.from_logits:
            return np.mean(np.exp(y_pred) - y_true * y_pred, axis=-1)
        return np.mean(y_pred - y_true * np.log(y_pred + 1e-7), axis=-1)


@losses.add("cosine_similarity", "cosine")
class CosineSimilarity(Loss):
    """-cos(angle between y_true and y_pred) along an axis: -1 is the best, 1 the worst."""

    def __init__(self, axis=-1, reduction="sum_over_batch_size", name=None):
        super().__init__(reduction, name)
        self.axis = whole("axis", axis, ANY)

    def call(self, y_true, y_pred):
        return -np.sum(unit(y_true, self.axis) * unit(y_pred, self.axis), axis=self.axis)


def unit(x, axis):
    """x scaled to length 1; what is as good as 0 stays 0."""
    return x / np.sqrt(np.maximum(np.sum(np.square(x), axis=axis, keepdims=True), 1e-12))
