"""What all metrics share: they gather over batches and give one number (or table) at the end.

Metrics work on plain arrays, outside the graph, and add up in double precision. The rules that hold for all of them:

- Before the first sample, and where all weights are 0, a result is 0.0, as in Keras. An empty batch changes nothing.
- A nan among the predictions makes the result nan until `reset_state()`: a diverged model has no accuracy.
- Targets of shape (n,) and predictions of shape (n, 1), or the reverse, are made to agree; other mismatches, targets
  that cannot be meant and weights below 0 are refused.
"""

from __future__ import annotations

import copy
import functools

import numpy as np

from autograd.extend import array_of, checked, on_failure, tracing
from nn.registry import Registry, snake

metrics = Registry("metric")
GATHERED = (int, float, np.generic, np.ndarray, list, dict, type(None))  # what metrics keep of batches


class Metric:
    """A subclass writes `update_state`, `result` and `reset_state`; or use a function of (y_true, y_pred).

    `dtype` is there for Keras's sake; whatever it is, sums are kept in double precision.

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
    _unset = False  # whether reset_state has still to be called for the first time
    rises: bool | None = None  # whether more of it is better, for callbacks that watch it; None: nobody knows

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "update_state" in vars(cls):
            cls.update_state = _traced(cls.update_state)
        if "result" in vars(cls):
            cls.result = _started(cls.result)

    def __new__(cls, *args, **kwargs):
        metric = object.__new__(cls)
        metric.name = snake(cls.__name__)  # so that a subclass with an __init__ of its own has one
        return metric

    def __init__(self, name=None, dtype=None):
        self.name = name or snake(type(self).__name__)
        self.dtype = None if dtype is None else np.dtype(dtype).name
        try:
            self.reset_state()
        except AttributeError:  # an __init__ that calls this one first has yet to set what reset_state asks for
            self._unset = True

    def reset_state(self) -> None:
        """Forget all batches."""

    def update_state(self, y_true, y_pred, sample_weight=None) -> None:
        """Take one batch into account."""
        raise NotImplementedError(f"{type(self).__name__} defines no update_state(self, y_true, y_pred, sample_weight)")

    def result(self):
        """The number over all batches so far."""
        raise NotImplementedError(f"{type(self).__name__} defines no result(self)")

    counts = False  # True: counts samples, so that two batches give what both of them joined give

    def __call__(self, *batch, **named):
        """The result over all batches, this one included; takes what `update_state` takes."""
        self.update_state(*batch, **named)
        return self.result()

    def __repr__(self):
        return f"<{type(self).__name__} {self.name!r}: {self.result()}>"


metrics.base = Metric


def _started(method):
    """A method that needs the state, which is there by then at the latest."""

    @functools.wraps(method)
    def started(self, *args, **kwargs):
        if self._unset:
            self._unset = False
            self.reset_state()
        return method(self, *args, **kwargs)

    return started


def _traced(update):
    """`update_state` that becomes a call of its program in a function under `jit`, with copies of the arrays there."""

    update = _started(update)

    @functools.wraps(update)
    def update_state(self, *batch, **named):
        if not tracing():
            return update(self, *batch, **named)
        gathered = {name: copy.deepcopy(x) for name, x in vars(self).items() if isinstance(x, GATHERED)}
        on_failure(functools.partial(vars(self).update, gathered))

        def update_metric(*parts):
            copies = [part.copy() if isinstance(part, np.ndarray) else part for part in parts]
            update(self, *copies[: len(batch)], **dict(zip(named, copies[len(batch) :], strict=True)))

        return checked(update_metric, *map(array_of, (*batch, *named.values())))

    return update_state


@metrics.add("mean", "Mean")
class Mean(Metric):
    """The mean of all values given: sum(weight * value) / sum(weight).

    >>> mean = Mean()
    >>> mean.update_state([1.0, 3.0])
    >>> mean([8.0])
    4.0
    """

    def reset_state(self):
        self.total = 0.0
        self.count = 0.0

    def update_state(self, values, sample_weight=None):
        values = np.asarray(values)
        if sample_weight is not None:
            weight = weights_for(self.name, sample_weight, values.shape)
            self.total += float((values * weight).sum())
            self.count += float(np.broadcast_to(weight, values.shape).sum())
            return
        if values.dtype == bool:
            self.total += float(np.count_nonzero(values))
        else:
            self.total += float(values.sum(dtype=np.float64))
        self.count += values.size

    def result(self):
        return self.total / self.count if self.count else 0.0


@metrics.add("sum", "Sum")
class Sum(Mean):
    """The sum of all values given: sum(weight * value)."""

    def result(self):
        return self.total


class SampleMean(Mean):
    """A mean over samples. A subclass writes `values(y_true, y_pred)`, which gives one number for each sample."""

    def values(self, y_true, y_pred):
        raise NotImplementedError(f"{type(self).__name__} defines no values(self, y_true, y_pred)")

    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(self.values(y_true, y_pred), sample_weight)


@metrics.add("mean_metric_wrapper", "MeanMetricWrapper")
class MeanMetricWrapper(SampleMean):
    """The mean of a user's function of (y_true, y_pred), which gives one number for each sample, or for the batch.

    A number for the batch weighs as many samples as the batch has.

    >>> def worst(y_true, y_pred):
    ...     return np.abs(y_true - y_pred).max()
    >>> MeanMetricWrapper(worst)(np.array([1.0, 2.0]), np.array([1.5, 2.0]))
    0.5
    """

    def __init__(self, fn, name=None, dtype=None):
        if not callable(fn):
            raise TypeError(f"a metric is made from a function of (y_true, y_pred); got {fn!r:.60}")
        super().__init__(name or getattr(fn, "__name__", None) or getattr(fn, "name", None), dtype)
        self.fn = fn

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
        if _columns(y_true.shape, y_pred.shape):
            y_true = y_true.reshape(y_pred.shape)
        if not y_pred.size:
            return
        found = self.fn(y_true, y_pred)
        found = np.asarray(array_of(found))
        if found.ndim:
            if found.shape != y_pred.shape[: found.ndim]:
                raise ValueError(
                    f"{self.name}: the function gave an array of shape {found.shape} for targets of shape "
                    f"{y_true.shape} and predictions of shape {y_pred.shape}; wanted one number for each sample, or "
                    "one for the batch"
                )
            Mean.update_state(self, found, sample_weight)
        elif sample_weight is None:
            samples = len(y_pred) if y_pred.ndim else 1
            self.total += float(found) * samples
            self.count += samples
        else:
            raise ValueError(
                f"{self.name}: the function gave one number for the batch, which sample weights cannot weigh; give "
                "one number for each sample (mean over axis=-1), or use it without weights"
            )


FunctionMetric = MeanMetricWrapper


def aligned(metric, y_true, y_pred):
    """Both as arrays of one shape: (n,) and (n, 1) are made to agree, anything else is refused."""
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if y_true.dtype.kind not in "fiub" or y_pred.dtype.kind not in "fiub":
        raise TypeError(
            f"{metric.name}: targets of dtype {y_true.dtype} and predictions of dtype {y_pred.dtype}; wanted real "
            "numbers (LabelEncoder makes them from names)"
        )
    if y_true.shape != y_pred.shape:
        if not _columns(y_true.shape, y_pred.shape):
            advice = ""
            if y_true.shape == y_pred.shape[:-1] or (y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1):
                advice = "; for class numbers there are sparse metrics, or to_categorical(y)"
            raise ValueError(
                f"{metric.name}: targets of shape {y_true.shape} against predictions of shape {y_pred.shape}; wanted "
                f"the same shape{advice}"
            )
        y_true = y_true.reshape(y_pred.shape)
    return y_true, y_pred


def _columns(a, b):
    return (*a, 1) == b or (*b, 1) == a


def yes_or_no(metric, y_true):
    """Targets as False and True; those between 0 and 1 fall to the nearer side, any others are refused."""
    true = y_true if y_true.dtype == bool else y_true > 0.5
    if np.count_nonzero(true == y_true) < y_true.size:
        outside = ~((y_true >= 0) & (y_true <= 1))
        if outside.any():
            raise ValueError(
                f"{metric.name}: a target of {y_true[outside].flat[0]:.6g}; wanted 0 or 1 (write (y + 1) / 2 for "
                "targets of -1 and 1)"
            )
    return true


def has_nan(y) -> bool:
    """Whether there is a nan: only then is the sum of squares nan. One pass, and no array is made."""
    if y.dtype.kind != "f":
        return False
    squares = np.vdot(y, y)
    return bool(squares != squares)


def weights_for(name, sample_weight, shape):
    """Weights, one for each sample or for each value, so shaped that they multiply values of a shape."""
    weight = np.asarray(sample_weight, dtype=np.float64)
    if weight.ndim > 1 and weight.shape[-1] == 1 and weight.shape != shape[: weight.ndim]:
        weight = weight[..., 0]
    if weight.shape != shape[: weight.ndim]:
        raise ValueError(
            f"{name}: sample weights of shape {weight.shape} for values of shape {shape}; wanted one for each sample"
        )
    if not (weight >= 0).all():
        raise ValueError(f"{name}: a sample weight of {weight[~(weight >= 0)].flat[0]}; wanted 0 or more")
    return weight.reshape(weight.shape + (1,) * (len(shape) - weight.ndim))


def without_class(name, ignored, y_true, y_pred, sample_weight):
    """Class numbers, the row of predictions of each and their weights, without the samples of one class."""
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if y_true.shape == (*y_pred.shape[:-1], 1):
        y_true = y_true[..., 0]
    kept = y_true != ignored
    if sample_weight is not None:
        weight = weights_for(name, sample_weight, kept.shape)
        sample_weight = np.broadcast_to(weight, kept.shape)[kept]
    return y_true[kept], y_pred[kept], sample_weight


def ratio(a, b):
    """a / b, and 0 where b is 0."""
    return np.divide(a, b, out=np.zeros(len(b)), where=b != 0)
