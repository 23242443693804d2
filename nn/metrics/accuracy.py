"""Accuracies: the share of samples that are right."""

from __future__ import annotations

import numpy as np

from nn.metrics.base import Mean, matched, metrics


@metrics.add("exact_accuracy", "Accuracy")
class Accuracy(Mean):
    """The share of predictions equal to their targets."""

    def values(self, y_true, y_pred):
        y_true, y_pred = matched(self, y_true, y_pred)
        return y_true == y_pred


@metrics.add("binary_accuracy", "BinaryAccuracy")
class BinaryAccuracy(Mean):
    """The share of predictions on the right side of the threshold.

    >>> BinaryAccuracy()(np.array([1, 0, 1]), np.array([0.9, 0.2, 0.4]))
    0.66667
    """

    def __init__(self, threshold=0.5, name=None):
        if not 0 <= threshold <= 1:
            raise ValueError(f"threshold is a number from 0 to 1; got {threshold!r}")
        super().__init__(name)
        self.threshold = threshold

    def values(self, y_true, y_pred):
        y_true, y_pred = matched(self, y_true, y_pred)
        return (y_pred > self.threshold) == y_true


@metrics.add("categorical_accuracy", "CategoricalAccuracy")
class CategoricalAccuracy(Mean):
    """The share of samples whose largest prediction is at the place of the largest target (one-hot targets)."""

    def values(self, y_true, y_pred):
        y_true, y_pred = matched(self, y_true, y_pred)
        return y_true.argmax(axis=-1) == y_pred.argmax(axis=-1)


@metrics.add("sparse_categorical_accuracy", "SparseCategoricalAccuracy")
class SparseCategoricalAccuracy(Mean):
    """The share of samples whose largest prediction is at the place of their class number."""

    def values(self, y_true, y_pred):
        return labels(self, y_true, y_pred) == np.asarray(y_pred).argmax(axis=-1)


@metrics.add("top_k_categorical_accuracy", "TopKCategoricalAccuracy")
class TopKCategoricalAccuracy(Mean):
    """The share of samples whose true class is among the k largest predictions (one-hot targets)."""

    def __init__(self, k=5, name=None):
        super().__init__(name)
        self.k = k

    def values(self, y_true, y_pred):
        y_true, y_pred = matched(self, y_true, y_pred)
        return in_top(y_true.argmax(axis=-1), y_pred, self.k)


@metrics.add("sparse_top_k_categorical_accuracy", "SparseTopKCategoricalAccuracy")
class SparseTopKCategoricalAccuracy(Mean):
    """The share of samples whose class number is among the k largest predictions."""

    def __init__(self, k=5, name=None):
        super().__init__(name)
        self.k = k

    def values(self, y_true, y_pred):
        return in_top(labels(self, y_true, y_pred).astype(np.intp), np.asarray(y_pred), self.k)


def labels(metric, y_true, y_pred):
    """Class numbers, one for each row of the predictions."""
    y_true, shape = np.asarray(y_true), np.shape(y_pred)
    if y_true.shape == (*shape[:-1], 1):
        y_true = y_true[..., 0]
    if y_true.shape != shape[:-1]:
        raise ValueError(
            f"{metric.name}: labels of shape {y_true.shape} against predictions of shape {shape}; wanted one class "
            "number "
            "for each row"
        )
    return y_true


def in_top(label, y_pred, k):
    """Whether fewer than k predictions are larger than that of the label."""
    own = np.take_along_axis(y_pred, label[..., None], axis=-1)
    return np.isfinite(own[..., 0]) & ((y_pred > own).sum(axis=-1) < k)
