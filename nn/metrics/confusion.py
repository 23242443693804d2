"""Metrics that count right and wrong: precision, recall, F1, the area under a curve, the confusion matrix."""

from __future__ import annotations

import numpy as np

from nn.metrics.base import Metric, matched, metrics


class _Counts(Metric):
    """The four counts of a yes-or-no question, at one threshold or several."""

    def __init__(self, thresholds=0.5, class_id=None, name=None):
        self.thresholds = thresholds
        self.class_id = class_id
        self.levels = np.atleast_1d(np.asarray(thresholds, dtype=np.float64))
        if not ((self.levels >= 0) & (self.levels <= 1)).all():
            raise ValueError(f"thresholds are numbers from 0 to 1; got {thresholds!r}")
        super().__init__(name)

    def reset_state(self):
        self.tp, self.fp, self.tn, self.fn = np.zeros((4, len(self.levels)))

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = matched(self, y_true, y_pred)
        if self.class_id is not None:
            y_true, y_pred = y_true[..., self.class_id], y_pred[..., self.class_id]
        weight = _weights(sample_weight, y_true)
        true, pred = y_true.reshape(-1) > 0.5, y_pred.reshape(-1)
        yes = pred > self.levels[:, None]
        self.tp += ((yes & true) * weight).sum(axis=1)
        self.fp += ((yes & ~true) * weight).sum(axis=1)
        self.fn += ((~yes & true) * weight).sum(axis=1)
        self.tn += ((~yes & ~true) * weight).sum(axis=1)

    def shown(self, values):
        return float(values[0]) if np.ndim(self.thresholds) == 0 else values


def _weights(sample_weight, like):
    if sample_weight is None:
        return 1.0
    weight = np.asarray(sample_weight, dtype=np.float64)
    weight = weight.reshape(weight.shape + (1,) * (like.ndim - weight.ndim))
    return np.broadcast_to(weight, like.shape).reshape(-1)


def ratio(a, b):
    """a / b, and 0 where b is 0."""
    return np.divide(a, b, out=np.zeros_like(a), where=b != 0)


@metrics.add("precision", "Precision")
class Precision(_Counts):
    """Of those said to be positive, the share that is: TP / (TP + FP)."""

    def result(self):
        return self.shown(ratio(self.tp, self.tp + self.fp))


@metrics.add("recall", "Recall")
class Recall(_Counts):
    """Of those that are positive, the share found: TP / (TP + FN)."""

    def result(self):
        return self.shown(ratio(self.tp, self.tp + self.fn))


def _count(kind, attribute, text):
    def result(self):
        return self.shown(getattr(self, attribute))

    return metrics.add(kind)(type(kind, (_Counts,), {"result": result, "__doc__": text, "__module__": __name__}))


TruePositives = _count("TruePositives", "tp", "How many positives were found.")
TrueNegatives = _count("TrueNegatives", "tn", "How many negatives were left alone.")
FalsePositives = _count("FalsePositives", "fp", "How many negatives were taken for positives.")
FalseNegatives = _count("FalseNegatives", "fn", "How many positives were missed.")


@metrics.add("f1_score", "f1", "F1Score")
class F1Score(Metric):
    """The harmonic mean of precision and recall, for each class or averaged ('micro', 'macro', 'weighted').

    Without a threshold the largest prediction of a row is its class; with one, each column is a question of its own.
    """

    beta = 1.0

    def __init__(self, average=None, threshold=None, name=None):
        if average not in (None, "micro", "macro", "weighted"):
            raise ValueError(f"average is None, 'micro', 'macro' or 'weighted'; got {average!r}")
        self.average = average
        self.threshold = threshold
        super().__init__(name or "f1_score")

    def reset_state(self):
        self.tp = self.fp = self.fn = self.support = None

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = matched(self, y_true, y_pred)
        if y_pred.ndim == 1:
            y_true, y_pred = y_true[:, None], y_pred[:, None]
        if self.threshold is None and y_pred.shape[-1] > 1:
            yes = y_pred == y_pred.max(axis=-1, keepdims=True)
        else:
            yes = y_pred > (0.5 if self.threshold is None else self.threshold)
        true = y_true > 0.5
        weight = 1.0 if sample_weight is None else np.asarray(sample_weight, dtype=np.float64).reshape(-1, 1)
        found = [((a & b) * weight).sum(axis=0) for a, b in [(yes, true), (yes, ~true), (~yes, true)]]
        if self.tp is None:
            self.tp, self.fp, self.fn = (np.zeros(y_pred.shape[-1]) for _ in range(3))
        self.tp += found[0]
        self.fp += found[1]
        self.fn += found[2]

    def result(self):
        if self.tp is None:
            return 0.0
        tp, fp, fn = self.tp, self.fp, self.fn
        if self.average == "micro":
            tp, fp, fn = (x.sum(keepdims=True) for x in (tp, fp, fn))
        b2 = self.beta**2
        score = ratio((1 + b2) * tp, (1 + b2) * tp + b2 * fn + fp)
        if self.average == "weighted":
            support = tp + fn
            return float((score * support).sum() / support.sum()) if support.sum() else 0.0
        if self.average is not None or len(score) == 1:
            return float(score.mean())
        return score


@metrics.add("FBetaScore")
class FBetaScore(F1Score):
    """The F score with recall weighing `beta` times as much as precision."""

    def __init__(self, average=None, beta=1.0, threshold=None, name=None):
        if not beta > 0:
            raise ValueError(f"beta is a number above 0; got {beta!r}")
        super().__init__(average, threshold, name or "fbeta_score")
        self.beta = beta


@metrics.add("auc", "AUC")
class AUC(_Counts):
    """The area under the ROC curve (recall over false alarms) or the PR curve (precision over recall).

    The curve is known at `num_thresholds` points, evenly spaced, and summed as trapezoids (PR: by interpolation).
    """

    def __init__(self, num_thresholds=200, curve="ROC", from_logits=False, name=None):
        if curve not in ("ROC", "PR"):
            raise ValueError(f"curve is 'ROC' or 'PR'; got {curve!r}")
        if num_thresholds < 2:
            raise ValueError(f"num_thresholds is a whole number, 2 or more; got {num_thresholds!r}")
        super().__init__(np.linspace(0, 1, num_thresholds), name=name)
        self.levels[0], self.levels[-1] = -1e-7, 1 + 1e-7  # so that the ends of the curve are reached
        self.num_thresholds = num_thresholds
        self.curve = curve
        self.from_logits = from_logits

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_pred = np.asarray(y_pred)
        if self.from_logits:
            y_pred = 0.5 * np.tanh(0.5 * y_pred) + 0.5
        super().update_state(y_true, y_pred, sample_weight)

    def result(self):
        recall = ratio(self.tp, self.tp + self.fn)
        if self.curve == "ROC":
            alarms = ratio(self.fp, self.fp + self.tn)
            return float(((alarms[:-1] - alarms[1:]) * (recall[:-1] + recall[1:]) / 2).sum())
        # Between two thresholds true and false positives are taken to grow in proportion.
        found = self.tp + self.fp
        d_tp, d_found = self.tp[:-1] - self.tp[1:], found[:-1] - found[1:]
        slope = ratio(d_tp, np.maximum(d_found, 0))
        intercept = self.tp[1:] - slope * found[1:]
        growth = np.where((found[:-1] > 0) & (found[1:] > 0), ratio(found[:-1], np.maximum(found[1:], 0)), 1.0)
        area = slope * (d_tp + intercept * np.log(growth))
        return float(ratio(area, np.maximum(self.tp[1:] + self.fn[1:], 0)).sum())


@metrics.add("confusion_matrix", "ConfusionMatrix")
class ConfusionMatrix(Metric):
    """A table: row i, column j says how many samples of class i were taken for class j."""

    def __init__(self, num_classes=None, name=None):
        self.num_classes = num_classes
        super().__init__(name)

    def reset_state(self):
        self.table = np.zeros((self.num_classes or 0,) * 2)

    def update_state(self, y_true, y_pred, sample_weight=None):
        true, pred = as_classes(y_true), as_classes(y_pred)
        found = confusion_matrix(true, pred, self.num_classes, sample_weight)
        size = max(len(found), len(self.table))
        table = np.zeros((size, size))
        table[: len(self.table), : len(self.table)] = self.table
        table[: len(found), : len(found)] += found
        self.table = table

    def result(self):
        return self.table.copy()


def as_classes(y):
    """Class numbers from class numbers, probabilities of yes, or one row for each sample."""
    y = np.asarray(y)
    if y.ndim > 1 and y.shape[-1] > 1:
        return y.argmax(axis=-1)
    y = y.reshape(-1)
    fractions = y.dtype.kind == "f" and ((y != np.trunc(y)) & (y > 0) & (y < 1)).any()
    return (y > 0.5).astype(np.intp) if fractions else y.astype(np.intp)


def confusion_matrix(y_true, y_pred, num_classes=None, sample_weight=None) -> np.ndarray:
    """A table: row i, column j says how many samples of class i were taken for class j.

    >>> confusion_matrix([0, 1, 1], [0, 0, 1])
    array([[1., 0.],
           [1., 1.]])
    """
    true, pred = np.asarray(y_true, dtype=np.intp).reshape(-1), np.asarray(y_pred, dtype=np.intp).reshape(-1)
    if true.shape != pred.shape:
        raise ValueError(f"confusion_matrix of {true.size} targets and {pred.size} predictions; wanted as many")
    top = int(max(true.max(initial=-1), pred.max(initial=-1)))
    size = top + 1 if num_classes is None else num_classes
    if min(true.min(initial=0), pred.min(initial=0)) < 0 or top >= size:
        raise ValueError(f"confusion_matrix: class numbers from 0 to {size - 1} wanted; there are some outside")
    weight = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64).reshape(-1)
    return np.bincount(true * size + pred, weight, size * size).reshape(size, size).astype(np.float64)
