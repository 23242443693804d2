"""From what a user wrote in `compile(metrics=[...])` to a metric."""

from __future__ import annotations

import copy
import itertools

import numpy as np

from nn.metrics import accuracy
from nn.metrics.base import MeanMetricWrapper, Metric, metrics

GENERAL = {"accuracy": "accuracy", "acc": "accuracy", "crossentropy": "crossentropy", "ce": "crossentropy"}


def get(what, custom=None) -> Metric:
    """The metric for a name, a class, an object or a function of (y_true, y_pred).

    >>> get("mae").name
    'mean_absolute_error'
    """
    found = metrics.get(what, custom)
    if isinstance(found, Metric):
        return found
    name = getattr(getattr(found, "kind", None), "__name__", None)
    if name in metrics.entries:  # a loss given as a function
        return metrics.get(name)
    return MeanMetricWrapper(found)


def resolve(what, output_shape, loss=None) -> Metric:
    """The metric, with 'accuracy' made binary, categorical or sparse as the loss and the output suggest."""
    if not isinstance(what, str) or what.lower() not in GENERAL:
        metric = get(what)
        if isinstance(what, str) and what in metrics.entries:
            metric.name = what  # as the user wrote it: 'mae' in the logs
        return metric
    kind = kind_of(output_shape, loss)
    if GENERAL[what.lower()] == "accuracy":
        found = {
            "binary": accuracy.BinaryAccuracy,
            "sparse": accuracy.SparseCategoricalAccuracy,
            "categorical": accuracy.CategoricalAccuracy,
        }[kind]
        return _Logits(what) if kind == "binary" and loss in ("hinge", "squared_hinge") else found(name=what)
    metric = copy.copy(get({"binary": "bce"}.get(kind, f"{kind}_crossentropy".replace("sparse", "sparse_categorical"))))
    metric.name = what
    return metric


def named(found) -> list[tuple[str, Metric, bool]]:
    """(name in the logs, metric, whether it is weighted), from (metric, whether it is weighted): each name once.

    As in Keras, the second 'mae' is 'mae_1', and a weighted one 'weighted_mae' where 'mae' is taken.

    >>> pairs = [(get("mae"), False), (get("mae"), False), (get("mae"), True)]
    >>> [name for name, _, _ in named(pairs)]
    ['mean_absolute_error', 'mean_absolute_error_1', 'weighted_mean_absolute_error']
    """
    listed: list[tuple[str, Metric, bool]] = []
    taken = {"loss"}
    for metric, weighted in found:
        if any(metric is other for _, other, _ in listed):
            raise ValueError(f"metric {metric.name!r} is listed twice, and would count all twice; make a second one")
        first = name = f"weighted_{metric.name}" if weighted and metric.name in taken else metric.name
        for i in itertools.count(1):
            if name not in taken:
                break
            name = f"{first}_{i}"
        taken.add(name)
        listed.append((name, metric, weighted))
    return listed


class _Logits(accuracy.BinaryAccuracy):
    """Hinge losses predict above and below 0, for targets -1 and 1."""

    def __init__(self, name):
        super().__init__(name=name)
        self.threshold = 0.0

    def values(self, y_true, y_pred):
        return super().values(np.asarray(y_true) > 0, y_pred)


def kind_of(output_shape, loss) -> str:
    """'binary', 'sparse' or 'categorical': by the loss where it tells, else by the number of outputs."""
    loss = loss or ""
    if "sparse" in loss:
        return "sparse"
    several = len(output_shape) > 1 and output_shape[-1] > 1
    return "categorical" if "categorical" in loss or (several and "binary" not in loss) else "binary"
