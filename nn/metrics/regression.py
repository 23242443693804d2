"""Metrics for numbers, and the losses as metrics."""

from __future__ import annotations

import numpy as np

from nn.losses import classification, regression
from nn.metrics.base import Mean, Metric, matched, metrics


def _of_loss(kind, *names):
    """The mean of a loss over samples, outside the graph."""

    def __init__(self, name=None, **settings):
        Mean.__init__(self, name or names[0])
        self.loss = kind(reduction="none", **settings)

    def values(self, y_true, y_pred):
        y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
        if y_true.ndim == y_pred.ndim - 1 and y_pred.shape[-1] == 1:
            y_true = y_true[..., None]
        return self.loss(y_true, y_pred)

    members = {"__init__": __init__, "values": values, "__doc__": kind.__doc__, "__module__": __name__}
    return metrics.add(*names, kind.__name__)(type(kind.__name__, (Mean,), members))


MeanSquaredError = _of_loss(regression.MeanSquaredError, "mean_squared_error", "mse", "MSE")
MeanAbsoluteError = _of_loss(regression.MeanAbsoluteError, "mean_absolute_error", "mae", "MAE")
MeanAbsolutePercentageError = _of_loss(
    regression.MeanAbsolutePercentageError, "mean_absolute_percentage_error", "mape", "MAPE"
)
MeanSquaredLogarithmicError = _of_loss(
    regression.MeanSquaredLogarithmicError, "mean_squared_logarithmic_error", "msle", "MSLE"
)
LogCoshError = _of_loss(regression.LogCosh, "log_cosh", "logcosh")
Poisson = _of_loss(regression.Poisson, "poisson")
BinaryCrossentropy = _of_loss(classification.BinaryCrossentropy, "binary_crossentropy", "bce")
CategoricalCrossentropy = _of_loss(classification.CategoricalCrossentropy, "categorical_crossentropy")
SparseCategoricalCrossentropy = _of_loss(
    classification.SparseCategoricalCrossentropy, "sparse_categorical_crossentropy"
)
KLDivergence = _of_loss(classification.KLDivergence, "kl_divergence", "kld")
Hinge = _of_loss(classification.Hinge, "hinge")
SquaredHinge = _of_loss(classification.SquaredHinge, "squared_hinge")
CategoricalHinge = _of_loss(classification.CategoricalHinge, "categorical_hinge")


@metrics.add("root_mean_squared_error", "rmse", "RMSE", "RootMeanSquaredError")
class RootMeanSquaredError(MeanSquaredError):
    """sqrt(mean((y_pred - y_true)**2)): an error in the units of the target."""

    def __init__(self, name=None):
        super().__init__(name or "root_mean_squared_error")

    def result(self):
        return super().result() ** 0.5


@metrics.add("cosine_similarity", "CosineSimilarity")
class CosineSimilarity(Mean):
    """cos(angle between y_true and y_pred): 1 is the best."""

    def __init__(self, name=None, axis=-1):
        super().__init__(name)
        self.axis = axis

    def values(self, y_true, y_pred):
        y_true, y_pred = matched(self, y_true, y_pred)
        return (regression.unit(y_true, self.axis) * regression.unit(y_pred, self.axis)).sum(axis=self.axis)


@metrics.add("r2_score", "r2", "R2Score")
class R2Score(Metric):
    """1 - (squared error) / (squared distance from the mean): 1 is the best, 0 is no better than the mean."""

    def reset_state(self):
        self.sums = None

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = matched(self, y_true, y_pred)
        t, p = (np.asarray(y, dtype=np.float64).reshape(len(y), -1) for y in (y_true, y_pred))
        w = np.ones((len(t), 1)) if sample_weight is None else np.asarray(sample_weight, np.float64).reshape(-1, 1)
        new = np.stack([(w * t).sum(0), (w * t * t).sum(0), (w * (t - p) ** 2).sum(0), np.full(t.shape[1], w.sum())])
        self.sums = new if self.sums is None else self.sums + new

    def result(self):
        if self.sums is None:
            return 0.0
        total, squares, error, count = self.sums
        if not count.all():
            return 0.0
        spread = squares - total * total / count
        # A target that never changes: a perfect prediction is 1, anything else 0.
        flat = np.where(error == 0, 1.0, 0.0)
        return float(np.where(spread > 0, 1 - error / np.where(spread > 0, spread, 1), flat).mean())
