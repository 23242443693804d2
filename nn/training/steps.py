"""Single batches: forward, loss, metrics."""

from __future__ import annotations

import math

import numpy as np

from autograd import no_grad
from autograd.extend import array_of, checked
from nn.training.arrays import aligned, as_inputs, as_numbers, by_class, count_of, weights_of
from nn.training.data import check_counts


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
    if type(y) is np.ndarray:  # of a program, mostly
        return y
    return [plain(part) for part in y] if isinstance(y, list | tuple) else array_of(y)


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
    for _, metric, weighted in model._metrics or ():
        metric.update_state(y, predicted, weight if weighted else None)


def _counts(named):
    metric = named[1]
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
    return {"loss": mean.result()} | {name: metric.result() for name, metric, _ in model._metrics or ()}


def train_on_batch(model, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
    """One step on one batch: the loss, followed by the metrics of this batch."""
    need(model, "train_on_batch", optimizer=True)
    batch = _batch(model, x, y, sample_weight, class_weight, learns=True)
    model.train()
    model.reset_metrics()
    return _step(model, model.train_step, batch, return_dict)


def test_on_batch(model, x, y=None, sample_weight=None, return_dict=False):  # noqa: PT028  no test of pytest's
    """The loss on one batch, followed by the metrics; nothing is learned."""
    need(model, "test_on_batch")
    batch = _batch(model, x, y, sample_weight, None)
    model.reset_metrics()
    with no_grad():
        return _step(model, model.test_step, batch, return_dict)


def predict_on_batch(model, x) -> np.ndarray:
    """The outputs for one batch."""
    with no_grad():
        return plain(model(as_inputs(model, x), training=False))


def _batch(model, x, y, sample_weight, class_weight, learns=False):
    x = as_inputs(model, x)
    y = None if y is None else as_numbers(y, "y")
    check_counts(x, y)
    weight = weights_of(count_of(x), sample_weight)
    weight = by_class(weight, y, class_weight, "sparse" in getattr(model.loss, "name", ""))
    return x, aligned(y, _prepare(model, x, learns)), weight


def _step(model, step, batch, return_dict):
    loss, y_pred = step(*batch)
    update_metrics(model, batch[1], y_pred, batch[2])
    mean = Mean()
    mean.add(loss.item(), 1)
    return report(logs_of(model, mean), return_dict)


def report(logs, return_dict):
    """The loss and the metrics by name, or as a list; the loss alone as a number."""
    if return_dict:
        return logs
    numbers = list(logs.values())
    return numbers if len(numbers) > 1 else numbers[0]


def need(model, what, optimizer=False):
    if (optimizer and model.optimizer is None) or (model.loss is None and model.optimizer is None):
        raise ValueError(f"{what} needs a compiled model: call model.compile(optimizer, loss, metrics) first")


def need_targets(model, y, what):
    """Say that there are none, unless the model's own code may do without."""
    if y is not None or model.loss is None:
        return
    kind = type(model)
    if all(getattr(kind, name).__module__ == "nn.models.base" for name in ("train_step", "test_step", "compute_loss")):
        raise ValueError(no_targets(model.loss, what))


def no_targets(loss, what):
    return (
        f"{what} has no targets: the loss {loss.name!r} compares predictions with y, so give x and y, or batches (x, y)"
    )


def prepare(model, data, learns=False) -> tuple:
    """Make all ready for the data by a look at its first batch; gives the output's shape."""
    first = data.first()
    if first is None:
        raise ValueError("the data gave no batch at all")
    return _prepare(model, first[0], learns)


def _prepare(model, x, learns):
    """Build the model on a batch, make the metrics, and tie the optimizer to the parameters that will learn."""
    shape = model.output_shape_of(x)
    if learns:
        model.optimizer.bind(model.trainable_parameters())
    model.make_metrics(shape)
    return shape
