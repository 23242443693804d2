"""Accuracies, the share of samples that are right, and F scores, which say how well each class is found."""

from __future__ import annotations

import numpy as np

from nn.losses.classification import class_numbers
from nn.metrics.base import Metric, SampleMean, aligned, has_nan, metrics, ratio, weights_for, without_class, yes_or_no
from nn.settings import ANY, whole, whole_or_none


@metrics.add("exact_accuracy", "Accuracy", "accuracy", "acc")
class Accuracy(SampleMean):
    """The share of predictions equal to their targets.

    In `compile(metrics=["accuracy"])` the name stands for the accuracy that suits the loss: see `resolve`.
    """

    rises = True
    counts = True

    def values(self, y_true, y_pred):
        y_true, y_pred = aligned(self, y_true, y_pred)
        return _unless_nan(_unless_nan(y_true == y_pred, y_pred), y_true)


@metrics.add("binary_accuracy", "BinaryAccuracy")
class BinaryAccuracy(SampleMean):
    """The share of predictions on the right side of the threshold. For logits the threshold is 0.

    >>> BinaryAccuracy()(np.array([1, 0, 1]), np.array([0.9, 0.2, 0.4]))
    0.66667
    """

    rises = True
    counts = True

    def __init__(self, name=None, dtype=None, threshold=0.5):
        if isinstance(threshold, str) or not 0 <= threshold <= 1:
            raise ValueError(f"threshold is a number from 0 to 1; got {threshold!r}")
        super().__init__(name, dtype)
        self.threshold = threshold

    def values(self, y_true, y_pred):
        y_true, y_pred = aligned(self, y_true, y_pred)
        return _unless_nan((y_pred > self.threshold) == yes_or_no(self, y_true), y_pred)


@metrics.add("categorical_accuracy", "CategoricalAccuracy")
class CategoricalAccuracy(SampleMean):
    """The share of samples whose largest prediction is at the place of the largest target (one-hot targets)."""

    rises = True
    counts = True

    def values(self, y_true, y_pred):
        y_true, y_pred = aligned(self, y_true, y_pred)
        return _unless_nan(_one_hot(self, y_true) == y_pred.argmax(axis=-1), y_pred)


class _Sparse(SampleMean):
    """Targets are class numbers; samples of `ignore_class`, such as padding, are left out."""

    rises = True
    counts = True
    ignore_class: int | None = None

    def update_state(self, y_true, y_pred, sample_weight=None):
        if self.ignore_class is not None:
            y_true, y_pred = _rows(self, y_true, y_pred)
            y_true, y_pred, sample_weight = without_class(self.name, self.ignore_class, y_true, y_pred, sample_weight)
        super().update_state(y_true, y_pred, sample_weight)


@metrics.add("sparse_categorical_accuracy", "SparseCategoricalAccuracy")
class SparseCategoricalAccuracy(_Sparse):
    """The share of samples whose largest prediction is at the place of their class number.

    >>> SparseCategoricalAccuracy()(np.array([0, 1]), np.array([[0.9, 0.1], [0.7, 0.3]]))
    0.5
    """

    def __init__(self, name=None, dtype=None, ignore_class=None):
        super().__init__(name, dtype)
        self.ignore_class = whole_or_none("ignore_class", ignore_class, ANY)

    def values(self, y_true, y_pred):
        y_true, y_pred = _rows(self, y_true, y_pred)
        return _unless_nan(_labels(self, y_true, y_pred) == y_pred.argmax(axis=-1), y_pred)


@metrics.add("top_k_categorical_accuracy", "TopKCategoricalAccuracy")
class TopKCategoricalAccuracy(SampleMean):
    """The share of samples whose true class is among the k largest predictions (one-hot targets)."""

    rises = True
    counts = True

    def __init__(self, k=5, name=None, dtype=None):
        super().__init__(name, dtype)
        self.k = whole("k", k)

    def values(self, y_true, y_pred):
        y_true, y_pred = aligned(self, y_true, y_pred)
        return _in_top(_one_hot(self, y_true), y_pred, self.k)


@metrics.add("sparse_top_k_categorical_accuracy", "SparseTopKCategoricalAccuracy")
class SparseTopKCategoricalAccuracy(_Sparse):
    """The share of samples whose class number is among the k largest predictions."""

    def __init__(self, k=5, name=None, dtype=None, ignore_class=None):
        super().__init__(name, dtype)
        self.k = whole("k", k)
        self.ignore_class = whole_or_none("ignore_class", ignore_class, ANY)

    def values(self, y_true, y_pred):
        y_true, y_pred = _rows(self, y_true, y_pred)
        return _in_top(_labels(self, y_true, y_pred), y_pred, self.k)


@metrics.add("f1_score", "f1", "F1Score")
class F1Score(Metric):
    """The harmonic mean of precision and recall, for each class or averaged ('micro', 'macro', 'weighted').

    Without a threshold the largest prediction of a row is its class (one column: what is above 0.5); with one, each
    column is a question of its own.
    """

    rises = True
    beta = 1.0

    def __init__(self, average=None, threshold=None, name=None, dtype=None):
        if average not in (None, "micro", "macro", "weighted"):
            raise ValueError(f"average is None, 'micro', 'macro' or 'weighted'; got {average!r}")
        if threshold is not None and (isinstance(threshold, str) or not 0 <= threshold <= 1):
            raise ValueError(f"threshold is a number from 0 to 1; got {threshold!r}")
        self.average = average
        self.threshold = threshold
        super().__init__(name, dtype)

    def reset_state(self):
        self.tp = self.fp = self.fn = None

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = aligned(self, y_true, y_pred)
        if not y_pred.size:
            return
        columns = y_pred.shape[-1] if y_pred.ndim > 1 else 1
        if self.tp is None:
            self.tp, self.fp, self.fn = np.zeros((3, columns))
        elif len(self.tp) != columns:
            raise ValueError(f"{self.name}: {columns} columns after batches of {len(self.tp)}")
        true, y_pred = yes_or_no(self, y_true).reshape(-1, columns), y_pred.reshape(-1, columns)
        if self.threshold is None and columns > 1:
            yes = (y_pred == y_pred.max(axis=-1, keepdims=True)) & (np.abs(y_pred) > 1e-9)  # as Keras: 0 is no yes
        else:
            yes = y_pred > (0.5 if self.threshold is None else self.threshold)
        weight = 1.0 if sample_weight is None else weights_for(self.name, sample_weight, (len(y_pred), 1))
        weight = np.nan if has_nan(y_pred) else weight
        for kept, which in [(self.tp, yes & true), (self.fp, yes & ~true), (self.fn, ~yes & true)]:
            kept += (which * weight).sum(axis=0)

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
        return float(score.mean()) if self.average is not None or len(score) == 1 else score


@metrics.add("fbeta_score", "FBetaScore")
class FBetaScore(F1Score):
    """The F score with recall weighing `beta` times as much as precision."""

    def __init__(self, average=None, beta=1.0, threshold=None, name=None, dtype=None):
        if not beta > 0:
            raise ValueError(f"beta is a number above 0; got {beta!r}")
        super().__init__(average, threshold, name or "fbeta_score", dtype)
        self.beta = beta


def _unless_nan(right, y):
    """nan in place of right and wrong when there is a nan in y, so that the mean is nan."""
    return np.full(right.shape, np.nan) if has_nan(y) else right


def _one_hot(metric, y_true):
    """The class numbers of one-hot rows. Rows of probabilities count as their largest."""
    _two_classes(metric, y_true.shape)
    if has_nan(y_true):
        raise ValueError(f"{metric.name}: nan among the targets; wanted one-hot rows or probabilities")
    return y_true.argmax(axis=-1)


def _rows(metric, y_true, y_pred):
    """Class numbers and the row of predictions of each."""
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    shape = y_pred.shape
    _two_classes(metric, shape)
    if y_true.shape == (*shape[:-1], 1):
        y_true = y_true[..., 0]
    if y_true.shape != shape[:-1]:
        advice = "; for one-hot rows use categorical_accuracy, or y.argmax(axis=-1)" if y_true.shape == shape else ""
        raise ValueError(
            f"{metric.name}: labels of shape {y_true.shape} against predictions of shape {shape}; wanted one class "
            f"number for each row{advice}"
        )
    return y_true, y_pred


def _two_classes(metric, shape):
    if len(shape) < 2 or shape[-1] < 2:
        raise ValueError(
            f"{metric.name} over predictions of shape {shape}; wanted a row for each sample and a column for each "
            "class. With one column use binary_accuracy"
        )


def _labels(metric, y_true, y_pred):
    """The class numbers as indices; those that are no class are refused."""
    classes = y_pred.shape[-1]
    labels = y_true.astype(np.intp) if y_true.dtype.kind in "iub" else None
    # Seen as unsigned, a number below 0 is a very large one: one pass finds both kinds of wrong labels.
    if labels is None or labels.view(np.uintp).max(initial=0) >= classes:
        try:
            class_numbers(metric.name, y_true, classes)
        except ValueError as error:
            advice = ""
            if y_true.dtype.kind in "iub" and labels.min() < 0 and metric.ignore_class is None:
                advice = f"; samples that do not count are left out by {type(metric).__name__}(ignore_class=...)"
            raise ValueError(f"{error}{advice}") from None
        labels = y_true.astype(np.intp)
    return labels


def _in_top(labels, y_pred, k):
    """Whether fewer than k predictions are larger than that of the label."""
    own = np.take_along_axis(y_pred, labels[..., None], axis=-1)
    return _unless_nan((y_pred > own).sum(axis=-1) < k, y_pred)
