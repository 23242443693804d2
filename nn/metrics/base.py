"""What all metrics share: they gather over batches and give one number (or table) at the end.

Metrics work on plain arrays, outside the graph. Before the first batch a mean is 0, as in Keras.
"""

from __future__ import annotations

import numpy as np

from nn.registry import Registry

metrics = Registry("metric")


class Metric:
    """A subclass writes `update_state`, `result` and `reset_state`; or use a function of (y_true, y_pred).

    >>> class Largest(Metric):
    ...     def reset_state(self):
    ...         self.top = 0.0
    ...     def update_state(self, y_true, y_pred, sample_weight=None):
    ...         self.top = max(self.top, np.abs(y_pred - y_true).max().item())
    ...     def result(self):
    ...         return self.top
    >>> Largest()(np.array([1.0, 2.0]), np.array([1.5, 2.0]))
    0.5
    """

    name: str

    def __new__(cls, *args, **kwargs):
        metric = object.__new__(cls)
        metric.name = snake(cls.__name__)  # so that a subclass without an __init__ has one
        return metric

    def __init__(self, name=None):
        self.name = name or snake(type(self).__name__)
        self.reset_state()

    def reset_state(self) -> None:
        """Forget all batches."""

    def update_state(self, y_true, y_pred, sample_weight=None) -> None:
        """Take one batch into account."""
        raise NotImplementedError(f"{type(self).__name__} defines no update_state(self, y_true, y_pred, sample_weight)")

    def result(self):
        """The number over all batches so far."""
        raise NotImplementedError(f"{type(self).__name__} defines no result(self)")

    def __call__(self, y_true, y_pred, sample_weight=None):
        """The result over all batches, this one included."""
        self.update_state(y_true, y_pred, sample_weight)
        return self.result()

    def __repr__(self):
        return f"<{type(self).__name__} {self.name!r}: {self.result()}>"


metrics.base = Metric


class Mean(Metric):
    """A mean over samples. A subclass writes `values(y_true, y_pred)`: one number, or one for each sample.

    >>> mean = Mean()
    >>> mean.update_state([1.0, 3.0])
    >>> mean.result()
    2.0
    """

    def reset_state(self):
        self.total = 0.0
        self.count = 0.0

    def values(self, y_true, y_pred):
        return y_true

    def update_state(self, y_true, y_pred=None, sample_weight=None):
        values = np.asarray(self.values(y_true, y_pred))
        if sample_weight is not None:
            weight = np.asarray(sample_weight, dtype=np.float64)
            weight = np.broadcast_to(weight.reshape(weight.shape + (1,) * (values.ndim - weight.ndim)), values.shape)
            self.total += float((values * weight).sum())
            self.count += float(weight.sum())
        else:
            self.total += float(values.sum())
            self.count += values.size

    def result(self):
        return self.total / self.count if self.count else 0.0


class Sum(Mean):
    """A sum over samples."""

    def result(self):
        return self.total


class FunctionMetric(Mean):
    """The mean of a user's function of (y_true, y_pred)."""

    def __init__(self, function, name=None):
        super().__init__(name or getattr(function, "__name__", "metric"))
        self.function = function

    def values(self, y_true, y_pred):
        found = self.function(y_true, y_pred)
        return getattr(found, "_array", found)


MeanMetricWrapper = FunctionMetric


def matched(metric, y_true, y_pred):
    """Both as arrays of one shape: (n,) and (n, 1) are made to agree, anything else is refused."""
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if y_true.shape != y_pred.shape:
        if y_true.size != y_pred.size or not _columns(y_true.shape, y_pred.shape):
            raise ValueError(
                f"{metric.name}: targets of shape {y_true.shape} against predictions of shape {y_pred.shape}; wanted "
                "the same"
            )
        y_true = y_true.reshape(y_pred.shape)
    return y_true, y_pred


def _columns(a, b):
    return (*a, 1) == b or (*b, 1) == a


def snake(name):
    text = "".join("_" + c.lower() if c.isupper() and (i == 0 or not name[i - 1].isupper()) else c.lower()
                   for i, c in enumerate(name))  # fmt: skip
    return text.lstrip("_")
