"""Metrics for numbers, and the losses as metrics."""

from __future__ import annotations

import numpy as np

from nn.losses import classification, regression
from nn.metrics.base import Metric, SampleMean, aligned, metrics, weights_for, without_class
from nn.settings import ANY, whole


class LossMetric(SampleMean):
    """The mean of a loss over samples, outside the graph. A subclass names the class of the loss as `kind`."""

    rises = False
    kind: type
    rows = False  # whether a sample is a row of classes, so that numbers in one line make no sense

    def __init__(self, name=None, dtype=None, **settings):
        super().__init__(name, dtype)
        vars(self).update(settings)
        self.loss = self.kind(reduction="none", name=self.name, **settings)

    def values(self, y_true, y_pred):
        y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
        if not self.rows and y_pred.ndim == 1:
            y_pred = y_pred[:, None]
        if y_true.shape == y_pred.shape[:-1] and y_pred.shape[-1:] == (1,):
            y_true = y_true[..., None]
        if self.rows and y_pred.ndim < 2:
            raise ValueError(f"{self.name}: predictions of shape {y_pred.shape}; wanted a row for each sample")
        return self.loss(y_true, y_pred) if y_pred.size else np.empty(0)


@metrics.add("mean_squared_error", "mse", "MSE", "MeanSquaredError")
class MeanSquaredError(LossMetric):
    """mean((y_pred - y_true)**2).

    >>> MeanSquaredError()(np.array([0.0, 1.0]), np.array([0.0, 3.0]))
    2.0
    """

    kind = regression.MeanSquaredError


@metrics.add("root_mean_squared_error", "rmse", "RMSE", "RootMeanSquaredError")
class RootMeanSquaredError(MeanSquaredError):
    """sqrt(mean((y_pred - y_true)**2)): an error in the units of the target."""

    def result(self):
        return super().result() ** 0.5


@metrics.add("mean_absolute_error", "mae", "MAE", "MeanAbsoluteError")
class MeanAbsoluteError(LossMetric):
    """mean(|y_pred - y_true|)."""

    kind = regression.MeanAbsoluteError


@metrics.add("mean_absolute_percentage_error", "mape", "MAPE", "MeanAbsolutePercentageError")
class MeanAbsolutePercentageError(LossMetric):
    """100 * mean(|y_true - y_pred| / max(|y_true|, 1e-7))."""

    kind = regression.MeanAbsolutePercentageError


@metrics.add("mean_squared_logarithmic_error", "msle", "MSLE", "MeanSquaredLogarithmicError")
class MeanSquaredLogarithmicError(LossMetric):
    """mean((log(1 + y_pred) - log(1 + y_true))**2)."""

    kind = regression.MeanSquaredLogarithmicError


@metrics.add("log_cosh", "logcosh", "log_cosh_error", "LogCosh", "LogCoshError")
class LogCoshError(LossMetric):
    """mean(log(cosh(y_pred - y_true))): squared near 0, straight far out."""

    kind = regression.LogCosh


@metrics.add("huber", "huber_loss", "Huber")
class Huber(LossMetric):
    """mean(e**2 / 2 where |e| <= delta, delta * (|e| - delta / 2) beyond)."""

    kind = regression.Huber

    def __init__(self, name=None, dtype=None, delta=1.0):
        super().__init__(name, dtype, delta=delta)


@metrics.add("poisson", "Poisson")
class Poisson(LossMetric):
    """mean(y_pred - y_true * log(y_pred))."""

    kind = regression.Poisson


@metrics.add("binary_crossentropy", "bce", "BCE", "BinaryCrossentropy")
class BinaryCrossentropy(LossMetric):
    """-mean(t * log(p) + (1 - t) * log(1 - p))."""

    kind = classification.BinaryCrossentropy

    def __init__(self, name=None, dtype=None, from_logits=False, label_smoothing=0.0):
        super().__init__(name, dtype, from_logits=from_logits, label_smoothing=label_smoothing)


@metrics.add("binary_focal_crossentropy", "BinaryFocalCrossentropy")
class BinaryFocalCrossentropy(LossMetric):
    """Binary crossentropy times (1 - p_true)**gamma."""

    kind = classification.BinaryFocalCrossentropy

    def __init__(
        self, name=None, dtype=None, gamma=2.0, apply_class_balancing=False, alpha=0.25, from_logits=False,
        label_smoothing=0.0,
    ):  # fmt: skip
        super().__init__(
            name, dtype, gamma=gamma, apply_class_balancing=apply_class_balancing, alpha=alpha, from_logits=from_logits,
            label_smoothing=label_smoothing,
        )  # fmt: skip


@metrics.add("categorical_crossentropy", "cce", "CategoricalCrossentropy")
class CategoricalCrossentropy(LossMetric):
    """-mean(sum(t * log(p))) for one-hot targets or distributions t."""

    kind = classification.CategoricalCrossentropy
    rows = True

    def __init__(self, name=None, dtype=None, from_logits=False, label_smoothing=0.0):
        super().__init__(name, dtype, from_logits=from_logits, label_smoothing=label_smoothing)


@metrics.add("sparse_categorical_crossentropy", "scce", "SparseCategoricalCrossentropy")
class SparseCategoricalCrossentropy(LossMetric):
    """-mean(log(p[label])) for targets that are class numbers."""

    kind = classification.SparseCategoricalCrossentropy
    rows = True

    def __init__(self, name=None, dtype=None, from_logits=False, ignore_class=None):
        super().__init__(name, dtype, from_logits=from_logits, ignore_class=ignore_class)

    def update_state(self, y_true, y_pred, sample_weight=None):
        if self.ignore_class is not None:
            self.loss.check_shape(y_true, np.shape(y_pred))
            y_true, y_pred, sample_weight = without_class(self.name, self.ignore_class, y_true, y_pred, sample_weight)
        super().update_state(y_true, y_pred, sample_weight)


@metrics.add("kl_divergence", "kld", "KLD", "KLDivergence", "kullback_leibler_divergence")
class KLDivergence(LossMetric):
    """mean(sum(t * log(t / p))) for distributions t and p."""

    kind = classification.KLDivergence
    rows = True


@metrics.add("hinge", "Hinge")
class Hinge(LossMetric):
    """mean(max(1 - t * y_pred, 0)) for targets t of -1 and 1 (0 and 1 are taken as those)."""

    kind = classification.Hinge


@metrics.add("squared_hinge", "SquaredHinge")
class SquaredHinge(LossMetric):
    """mean(max(1 - t * y_pred, 0)**2) for targets t of -1 and 1 (0 and 1 are taken as those)."""

    kind = classification.SquaredHinge


@metrics.add("categorical_hinge", "CategoricalHinge")
class CategoricalHinge(LossMetric):
    """mean(max(largest y_pred of a wrong class - y_pred of the right one + 1, 0)), for one-hot targets."""

    kind = classification.CategoricalHinge
    rows = True


@metrics.add("cosine_similarity", "cosine", "CosineSimilarity")
class CosineSimilarity(SampleMean):
    """mean(cos(angle between y_true and y_pred)): 1 is the best, and vectors of zeros give 0.

    >>> CosineSimilarity()(np.array([[3.0, 4.0]]), np.array([[4.0, 3.0]]))
    0.96
    """

    rises = True

    def __init__(self, name=None, dtype=None, axis=-1):
        super().__init__(name, dtype)
        self.axis = whole("axis", axis, ANY)

    def values(self, y_true, y_pred):
        y_true, y_pred = aligned(self, y_true, y_pred)
        if y_pred.ndim < 2:
            raise ValueError(f"{self.name}: predictions of shape {y_pred.shape}; wanted a vector for each sample")
        y_true, y_pred = y_true.astype(np.float64), y_pred.astype(np.float64)
        return (regression.unit(y_true, self.axis) * regression.unit(y_pred, self.axis)).sum(axis=self.axis)


@metrics.add("r2_score", "r2", "R2Score")
class R2Score(Metric):
    """1 - (squared error) / (squared distance from the mean): 1 is the best, 0 is no better than the mean.

    With several columns it is their mean ('uniform_average'), their mean weighted by the spread of the targets
    ('variance_weighted_average'), or an array (None). A target that never changes gives 1 if hit exactly, else 0.

    >>> R2Score()(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0]))
    0.5
    """

    rises = True

    def __init__(self, class_aggregation="uniform_average", name=None, dtype=None):
        if class_aggregation not in (None, "uniform_average", "variance_weighted_average"):
            raise ValueError(
                "class_aggregation is None, 'uniform_average' or 'variance_weighted_average'; got "
                f"{class_aggregation!r}"
            )
        self.class_aggregation = class_aggregation
        super().__init__(name, dtype)

    def reset_state(self):
        self.sums = None
        self.count = 0.0

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = aligned(self, y_true, y_pred)
        if not y_pred.size:
            return
        t, p = (np.asarray(y, dtype=np.float64).reshape(len(y), -1) for y in (y_true, y_pred))
        w = np.ones((len(t), 1)) if sample_weight is None else weights_for(self.name, sample_weight, (len(t), 1))
        if self.sums is None:
            self.origin, self.sums = t[0].copy(), np.zeros((3, t.shape[1]))
        elif len(self.origin) != t.shape[1]:
            raise ValueError(f"{self.name}: {t.shape[1]} columns after batches of {len(self.origin)}")
        error, t = t - p, t - self.origin  # sums of squares far from 0 would cancel
        self.sums += [(w * t).sum(0), (w * t * t).sum(0), (w * error * error).sum(0)]
        self.count += float(w.sum())

    def result(self):
        if not self.count:
            return 0.0
        total, squares, error = self.sums
        spread = squares - total * total / self.count
        varies = spread > 0
        flat = np.where(error == 0, 1.0, 0.0 * error)  # a nan stays one
        score = np.where(varies, 1 - error / np.where(varies, spread, 1), flat)
        if self.class_aggregation is None:
            return score
        if self.class_aggregation == "variance_weighted_average" and varies.any():
            return float(np.average(score, weights=np.maximum(spread, 0)))
        return float(score.mean())
