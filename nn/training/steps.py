"""Single batches: forward, loss, metrics."""

from __future__ import annotations

import math

import numpy as np

from autograd import no_grad
from autograd.extend import array_of, checked
from nn.training.data import aligned, as_inputs, weights_of


class NotFinite(ArithmeticError):
    """The loss of a batch is nan or inf; nothing was updated."""


def check_finite(loss) -> None:
    checked(_check_finite, array_of(loss))


def _check_finite(loss):
    value = float(loss)
    if not math.isfinite(value):
        raise NotFinite(
            f"the loss is {value}; the weights are those before this batch. A smaller learning rate, gradient clipping "
            "(clipnorm=1.0) or scaled inputs help; autograd.detect_anomaly() finds the operation"
        )


def plain(y):
    """The numbers of predictions."""
    return [plain(part) for part in y] if isinstance(y, list | tuple) else array_of(y)


def forward(model, x) -> np.ndarray:
    """The outputs for one batch, in evaluation mode."""
    with no_grad():
        return plain(model(as_inputs(model, x), training=False))


class Mean:
    """The running mean of the loss, each batch weighing as many samples as it has."""

    def __init__(self):
        self.total = self.count = 0.0

    def add(self, loss, count):
        self.total += loss * count
        self.count += count

    def result(self):
        return self.total / self.count if self.count else math.nan


def update_metrics(model, y, y_pred, weight):
    predicted = plain(y_pred)
    for metric, weighted in model._metrics or ():
        metric.update_state(y, predicted, weight if weighted else None)


def _counts(pair):
    metric = pair[0]
    return metric.counts and type(metric).__module__.startswith("nn.metrics.")  # a user's may look at each batch


class Updates:
    """Updates the metrics, for many batches at once where nobody looks at single ones and it makes no difference."""

    MOST = 64  # batches that wait

    def __init__(self, model, at_once):
        self.model = model
        self.waits = not at_once and bool(model._metrics) and all(map(_counts, model._metrics))
        self.batches: list[tuple] = []

    def add(self, y, y_pred, weight):
        if not self.waits:
            return update_metrics(self.model, y, y_pred, weight)
        self.batches.append((y, plain(y_pred), weight))
        if len(self.batches) == self.MOST:
            self.flush()

    def flush(self):
        if self.batches:
            columns = zip(*self.batches, strict=True)
            y, y_pred, weight = (None if parts[0] is None else np.concatenate(parts) for parts in columns)
            self.batches = []
            update_metrics(self.model, y, y_pred, weight)


def logs_of(model, mean) -> dict[str, float]:
    """The loss and the metrics so far, by name."""
    return {"loss": mean.result()} | {metric.name: metric.result() for metric, _ in model._metrics or ()}


def train_on_batch(model, x, y, sample_weight, class_weight):
    _need(model, "train_on_batch", optimizer=True)
    x, y, weight = _batch(model, x, y, sample_weight, class_weight)
    prepare(model, x, y)
    y = aligned(y, model.output_shape_of(x))
    model.train()
    model.reset_metrics()
    loss, y_pred = model.train_step(x, y, weight)
    return _report(model, loss, y, y_pred, weight)


def test_on_batch(model, x, y, sample_weight):
    _need(model, "test_on_batch")
    x, y, weight = _batch(model, x, y, sample_weight, None)
    prepare(model, x, y)
    y = aligned(y, model.output_shape_of(x))
    model.reset_metrics()
    with no_grad():
        loss, y_pred = model.test_step(x, y, weight)
    return _report(model, loss, y, y_pred, weight)


def _batch(model, x, y, sample_weight, class_weight):
    x = as_inputs(model, x)
    y = None if y is None else np.asarray(y)
    count = len(x[0] if isinstance(x, list) else x)
    return x, y, weights_of(count, y, sample_weight, class_weight)


def _report(model, loss, y, y_pred, weight):
    update_metrics(model, y, y_pred, weight)
    mean = Mean()
    mean.add(loss.item(), 1)
    return logs_of(model, mean)


def _need(model, what, optimizer=False):
    if (optimizer and model.optimizer is None) or (model.loss is None and model.optimizer is None):
        raise ValueError(f"{what} needs a compiled model: call model.compile(optimizer, loss, metrics) first")


def prepare(model, x, y) -> tuple:
    """Build the model on a batch, tie the optimizer to its parameters, make the metrics; gives the output's shape."""
    shape = model.output_shape_of(x)
    if model.optimizer is not None:
        model.optimizer.bind(model.trainable_parameters())
    model.make_metrics(shape)
    return shape
