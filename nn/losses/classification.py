"""Losses for classes: how surprising the true class is, given the predicted probabilities.

Given the result of a sigmoid or softmax, they go back to its logits by themselves, where nothing overflows and no
logarithm meets a 0.
"""

from __future__ import annotations

import warnings

import numpy as np

from autograd import Tensor, extend, functional
from autograd.extend import array_of, as_array, made_by
from nn.errors import ModelWarning
from nn.losses.base import REDUCTIONS, Loss, losses
from nn.settings import ANY, flag, whole_or_none

EPSILON = 1e-7


class _Crossentropy(Loss):
    def __init__(self, from_logits=False, label_smoothing=0.0, reduction="sum_over_batch_size", name=None):
        super().__init__(reduction, name)
        if not 0 <= label_smoothing <= 1:
            raise ValueError(f"label_smoothing is a number from 0 to 1; got {label_smoothing!r}")
        self.from_logits = flag("from_logits", from_logits)
        self.label_smoothing = label_smoothing

    def logits(self, y_pred, activation):
        """The logits behind the predictions, or None when only probabilities are known."""
        known = getattr(y_pred, "logits", None)
        if not self.from_logits:
            return known if known is not None and made_by(y_pred) == activation else None
        if known is not None:
            warnings.warn(
                f"{self.name} with from_logits=True got the result of a {made_by(y_pred)}, which is already a "
                "probability, so it is squashed twice; use from_logits=False, or leave the activation out",
                ModelWarning,
                stacklevel=5,
            )
        return y_pred


@losses.add("binary_crossentropy", "bce", "BCE")
class BinaryCrossentropy(_Crossentropy):
    """-mean(t * log(p) + (1 - t) * log(1 - p)) over the last axis, for targets t from 0 to 1."""

    def call(self, y_true, y_pred):
        if self.label_smoothing:
            y_true = y_true * (1.0 - self.label_smoothing) + 0.5 * self.label_smoothing
        z = self.logits(y_pred, "sigmoid")
        if z is not None:
            return extend.sigmoid_cross_entropy(z, y_true).mean(axis=-1)
        p = np.clip(y_pred, EPSILON, 1.0 - EPSILON)
        return -np.mean(y_true * np.log(p) + (1.0 - y_true) * np.log(1.0 - p), axis=-1)

    def check_values(self, y_true, y_pred_shape):
        probabilities(self.name, y_true, "0 or 1")


@losses.add("binary_focal_crossentropy")
class BinaryFocalCrossentropy(BinaryCrossentropy):
    """Binary crossentropy times (1 - p_true)**gamma, so that easy samples weigh less."""

    def __init__(
        self, gamma=2.0, apply_class_balancing=False, alpha=0.25, from_logits=False, label_smoothing=0.0,
        reduction="sum_over_batch_size", name=None,
    ):  # fmt: skip
        super().__init__(from_logits, label_smoothing, reduction, name)
        self.gamma = gamma
        self.apply_class_balancing = flag("apply_class_balancing", apply_class_balancing)
        self.alpha = alpha

    def call(self, y_true, y_pred):
        if self.label_smoothing:
            y_true = y_true * (1.0 - self.label_smoothing) + 0.5 * self.label_smoothing
        p = functional.sigmoid(y_pred) if self.from_logits else y_pred
        p = np.clip(p, EPSILON, 1.0 - EPSILON)
        surprise = -(y_true * np.log(p) + (1.0 - y_true) * np.log(1.0 - p))
        right = y_true * p + (1.0 - y_true) * (1.0 - p)
        values = (1.0 - right) ** self.gamma * surprise
        if self.apply_class_balancing:
            values = values * (y_true * self.alpha + (1.0 - y_true) * (1.0 - self.alpha))
        return np.mean(values, axis=-1)


@losses.add("categorical_crossentropy", "cce")
class CategoricalCrossentropy(_Crossentropy):
    """-sum(t * log(p)) over the last axis, for one-hot targets or distributions t."""

    def call(self, y_true, y_pred):
        if self.label_smoothing:
            y_true = y_true * (1.0 - self.label_smoothing) + self.label_smoothing / y_pred.shape[-1]
        z = self.logits(y_pred, "softmax")
        if z is not None:
            return extend.softmax_cross_entropy(z, y_true)
        p = y_pred / np.sum(y_pred, axis=-1, keepdims=True)
        return -np.sum(y_true * np.log(np.clip(p, EPSILON, 1.0 - EPSILON)), axis=-1)

    def check_shape(self, y_true, y_pred_shape):
        super().check_shape(y_true, y_pred_shape)
        more_than_one(self.name, y_pred_shape)

    def check_values(self, y_true, y_pred_shape):
        probabilities(self.name, y_true, "one-hot rows or probabilities")


@losses.add("sparse_categorical_crossentropy", "scce")
class SparseCategoricalCrossentropy(Loss):
    """-log(p[label]) for targets that are class numbers 0, 1, 2, ..."""

    def __init__(self, from_logits=False, ignore_class=None, reduction="sum_over_batch_size", name=None):
        super().__init__(reduction, name)
        self.from_logits = flag("from_logits", from_logits)
        self.ignore_class = whole_or_none("ignore_class", ignore_class, ANY)

    logits = _Crossentropy.logits

    def call(self, y_true, y_pred):
        z = self.logits(y_pred, "softmax")
        known, z = z is not None, y_pred if z is None else z
        labels = y_true
        if self.ignore_class is not None:
            ignored = y_true == self.ignore_class
            labels = np.where(ignored, 0, y_true)
            z = np.where(ignored[..., None], 1.0, z)  # whatever is predicted there, it is no part of the loss
        if known:
            values = extend.label_cross_entropy(z, labels=labels)
        else:
            p = z / np.sum(z, axis=-1, keepdims=True)
            z = np.log(np.clip(p, EPSILON, 1.0 - EPSILON))
            values = -np.take_along_axis(z, labels[..., None], axis=-1)[..., 0]
        return values if self.ignore_class is None else np.where(ignored, 0.0, values)

    def __call__(self, y_true, y_pred, sample_weight=None):
        loss = super().__call__(y_true, y_pred, sample_weight)
        if self.ignore_class is None or REDUCTIONS[self.reduction] != "mean":
            return loss
        # The mean is over the samples that count; without any it is 0.
        labels = as_array(y_pred if isinstance(y_true, Tensor) else y_true)
        counted = np.maximum(np.sum(labels != self.ignore_class), 1)
        return loss * (labels.size / counted).astype(loss.dtype)

    def check_shape(self, y_true, y_pred_shape):
        shape = np.shape(y_true)
        if shape == (*y_pred_shape[:-1], 1):
            shape = shape[:-1]
        if shape != y_pred_shape[:-1]:
            advice = (
                "; for one-hot rows use categorical_crossentropy, or y.argmax(axis=-1)" if shape == y_pred_shape else ""
            )
            raise ValueError(
                f"{self.name}: labels of shape {np.shape(y_true)} against predictions of shape {y_pred_shape}; wanted "
                f"one class number for each row, shape {y_pred_shape[:-1]}{advice}"
            )
        more_than_one(self.name, y_pred_shape)

    def check_values(self, y_true, y_pred_shape):
        class_numbers(self.name, y_true, y_pred_shape[-1], self.ignore_class)

    def prepare(self, y_true, dtype):
        y_true = as_array(y_true)
        if y_true.ndim > 1 and y_true.shape[-1] == 1:
            y_true = y_true[..., 0]
        return y_true if y_true.dtype == np.intp else y_true.astype(np.intp)


@losses.add("kl_divergence", "kld", "KLD", "kullback_leibler_divergence")
class KLDivergence(Loss):
    """sum(t * log(t / p)) over the last axis, for distributions t and p."""

    def call(self, y_true, y_pred):
        t = np.clip(y_true, EPSILON, 1.0)
        return np.sum(t * np.log(t / np.clip(y_pred, EPSILON, 1.0)), axis=-1)


def _signs(y):
    """Targets 0 and 1 become -1 and 1; those of -1 and 1 stay."""
    return np.where(np.all((y == 0) | (y == 1)), 2.0 * y - 1.0, y)


@losses.add("hinge")
class Hinge(Loss):
    """mean(max(1 - t * y_pred, 0)) for targets t of -1 and 1 (0 and 1 are taken as those)."""

    def call(self, y_true, y_pred):
        return np.mean(functional.relu(1.0 - _signs(y_true) * y_pred), axis=-1)


@losses.add("squared_hinge")
class SquaredHinge(Loss):
    """mean(max(1 - t * y_pred, 0)**2) for targets t of -1 and 1 (0 and 1 are taken as those)."""

    def call(self, y_true, y_pred):
        return np.mean(np.square(functional.relu(1.0 - _signs(y_true) * y_pred)), axis=-1)


@losses.add("categorical_hinge")
class CategoricalHinge(Loss):
    """max(largest y_pred of a wrong class - y_pred of the right one + 1, 0), for one-hot targets."""

    def call(self, y_true, y_pred):
        right = np.sum(y_true * y_pred, axis=-1)
        wrong = np.max((1.0 - y_true) * y_pred, axis=-1)
        return functional.relu(wrong - right + 1.0)


def more_than_one(name, shape):
    if not shape or shape[-1] < 2:
        raise ValueError(
            f"{name} over predictions of shape {shape}: with one column every loss is 0. For two classes use one "
            "sigmoid unit with binary_crossentropy, or two softmax units"
        )


def probabilities(name, y_true, wanted):
    y_true = np.asarray(array_of(y_true))
    if y_true.dtype.kind not in "fiub":
        raise ValueError(f"{name}: targets of dtype {y_true.dtype}; wanted numbers, {wanted}")
    # Finding the place of the least and the greatest takes a third of the time that reducing to them does.
    if y_true.size and not (y_true.item(y_true.argmin()) >= 0 and y_true.item(y_true.argmax()) <= 1):
        raise ValueError(f"{name}: a target of {_outlier(y_true, 1):.6g}; wanted {wanted}")


def class_numbers(name, y_true, classes, ignore=None):
    """Refuse labels that are not 0 ... classes - 1, naming the first."""
    y_true = np.asarray(y_true)
    # Seen as unsigned, a number below 0 is a very large one: one pass finds both kinds of wrong labels.
    plain = y_true.dtype == np.intp and ignore is None and y_true.size > 0
    if plain and np.maximum.reduce(y_true.view(np.uintp), None) < classes:
        return
    if y_true.dtype.kind not in "fiub":
        raise ValueError(f"{name}: labels of dtype {y_true.dtype}; wanted class numbers (LabelEncoder makes them)")
    if y_true.dtype.kind == "f" and not np.array_equal(y_true, np.trunc(y_true)):
        raise ValueError(f"{name}: a label of {y_true[y_true != np.trunc(y_true)].flat[0]:.6g}; wanted whole numbers")
    if ignore is not None:
        y_true = y_true[y_true != ignore]
    if y_true.size and not (y_true.min() >= 0 and y_true.max() < classes):
        raise ValueError(
            f"{name}: a label of {int(_outlier(y_true, classes - 1))} with {classes} classes; wanted 0 to {classes - 1}"
        )


def _outlier(y, top):
    return y[~((y >= 0) & (y <= top))].flat[0]
