"""What all losses share: the order of arguments, weights, and the mean."""

from __future__ import annotations

import numpy as np

from autograd import Tensor
from autograd.extend import array_of, as_array, checked, watch
from nn.registry import Registry, snake

losses = Registry("loss")

REDUCTIONS = {"sum_over_batch_size": "mean", "mean": "mean", "sum": "sum", "none": "none", None: "none"}


class Loss:
    """A loss in its own words: `call(y_true, y_pred)` gives one value for each sample.

    >>> class Cubic(Loss):
    ...     def call(self, y_true, y_pred):
    ...         return np.mean(np.abs(y_pred - y_true) ** 3, axis=-1)
    >>> float(Cubic()(np.array([[1.0]]), np.array([[3.0]])))
    8.0

    The order is Keras's: what is true first. Where just one of the two is a Tensor, that one is the prediction, so
    `loss(model(x), y)` means the same.
    """

    checking = True  # False while `fit` runs over targets that it has checked all at once

    def __init__(self, reduction="sum_over_batch_size", name=None):
        if reduction not in REDUCTIONS:
            raise ValueError(f"reduction is 'sum_over_batch_size' ('mean'), 'sum' or 'none'; got {reduction!r}")
        self.reduction = reduction
        self.name = name or snake(type(self).__name__)

    def __getstate__(self):
        return {name: value for name, value in vars(self).items() if name != "checking"}  # a copy checks its targets

    def call(self, y_true, y_pred):
        """One value for each sample."""
        raise NotImplementedError(f"{type(self).__name__} defines no call(self, y_true, y_pred)")

    def check(self, y_true, y_pred_shape) -> None:
        """Refuse targets that cannot be meant: a shape that would broadcast, a label that is no class."""
        self.check_shape(y_true, y_pred_shape)
        self.check_values(y_true, y_pred_shape)

    def check_values(self, y_true, y_pred_shape) -> None:
        """Refuse targets for their values; by default there is nothing to refuse."""

    def check_shape(self, y_true, y_pred_shape) -> None:
        """Refuse targets of a shape that would broadcast."""
        if np.shape(y_true) != y_pred_shape:
            raise ValueError(
                f"{self.name}: targets of shape {np.shape(y_true)} against predictions of shape {y_pred_shape}; "
                "the shapes must be equal, since broadcasting would compare every target with every prediction. "
                f"{_reshape_advice(np.shape(y_true), y_pred_shape)}"
            )

    def prepare(self, y_true, dtype):
        """The targets as the array that `call` takes."""
        return as_array(array_of(y_true), dtype)

    def __call__(self, y_true, y_pred, sample_weight=None):
        if isinstance(y_true, Tensor) and not isinstance(y_pred, Tensor):
            y_true, y_pred = y_pred, y_true
        if not isinstance(y_pred, Tensor):
            y_pred = as_array(y_pred)
            if y_pred.dtype.kind != "f":
                y_pred = y_pred.astype(np.float64)
        if not y_pred.size:
            raise ValueError(f"{self.name} of an empty batch: predictions of shape {y_pred.shape} have no mean")
        watch(self)
        if self.checking:
            shape = y_pred.shape
            targets = array_of(y_true)
            self.check_shape(targets, shape)
            if type(self).check_values is not Loss.check_values:

                def check_targets(y):
                    self.check_values(y, shape)

                checked(check_targets, targets)
        if not isinstance(y_true, Tensor):
            y_true = self.prepare(y_true, y_pred.dtype)
        return self.reduce(self.call(y_true, y_pred), sample_weight)

    def reduce(self, values, sample_weight=None):
        """The values of the samples as one number, weighted: their sum over their count."""
        if sample_weight is not None:
            values = values * weights_like(sample_weight, values)
        how = REDUCTIONS[self.reduction]
        if how == "mean":
            return np.mean(values)
        return np.sum(values) if how == "sum" else values


losses.base = Loss


def weights_like(sample_weight, values):
    """Weights of samples, or of each value, shaped to multiply the values."""
    weight = as_array(sample_weight, values.dtype)
    if weight.ndim == np.ndim(values) + 1 and weight.shape[-1] == 1:
        weight = weight[..., 0]
    if weight.shape != np.shape(values)[: weight.ndim]:
        raise ValueError(
            f"sample weights of shape {weight.shape} for losses of shape {np.shape(values)}; wanted one for each sample"
        )
    return weight.reshape(weight.shape + (1,) * (np.ndim(values) - weight.ndim))


def as_function(kind, name):
    """A loss class as a function: `mse(y_true, y_pred)` is the mean over the batch; reduction='none' for each."""

    usual = kind()

    def loss(y_true, y_pred, sample_weight=None, **settings):
        return (kind(**settings) if settings else usual)(y_true, y_pred, sample_weight)

    loss.__name__ = loss.__qualname__ = name
    loss.__module__ = "nn.losses"
    loss.__doc__ = f"{kind.__doc__}\n\n    The function of the class `{kind.__name__}`, whose settings it takes."
    loss.kind = kind
    return loss


def get(what, custom=None):
    """The loss for a name, a class, an object, or a function of (y_true, y_pred).

    >>> get("mse").name
    'mean_squared_error'
    """
    found = losses.get(what, custom)
    if isinstance(found, Loss):
        return found
    if hasattr(found, "kind"):
        return found.kind()
    return FunctionLoss(found)


class FunctionLoss(Loss):
    """A user's function of (y_true, y_pred): its values, or their mean."""

    def __init__(self, function):
        super().__init__(name=getattr(function, "__name__", type(function).__name__))
        self.function = function

    def call(self, y_true, y_pred):
        return self.function(y_true, y_pred)

    def check_shape(self, y_true, y_pred_shape):
        """A user's own function decides which targets it takes."""

    def prepare(self, y_true, dtype):
        y_true = as_array(array_of(y_true))
        return y_true if y_true.dtype.kind in "iub" else y_true.astype(dtype, copy=False)


def _reshape_advice(true, pred):
    if len(true) == len(pred) - 1 and pred[-1] == 1:
        return "Write y.reshape(-1, 1)"
    if len(pred) == len(true) - 1 and true[-1] == 1:
        return "Write y.ravel(), or give the model's last layer one unit"
    if len(true) == len(pred) - 1 and true == pred[:-1]:
        return "For class numbers use sparse_categorical_crossentropy, or to_categorical(y) first"
    return "Check the units of the model's last layer"
