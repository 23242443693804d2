"""Callbacks that end training: when a number stops improving, or is no number any more."""

from __future__ import annotations

import sys
import warnings

import numpy as np

from nn.callbacks.base import Callback, callbacks
from nn.errors import ModelWarning
from nn.settings import flag, whole

RISING = ("acc", "auc", "precision", "recall", "f1", "fbeta", "beta_score", "r2", "cosine_similarity", "true_positives",
          "true_negatives")  # fmt: skip
FALLING = ("loss", "error", "entropy", "mse", "mae", "mape", "msle", "rmse", "divergence", "hinge", "false")


class Monitor:
    """Says whether a value in the logs has improved.

    Whether more is better, with mode='auto', the metric of that name knows, or else the name says it.
    """

    def __init__(self, name, mode="auto", min_delta=0.0):
        if mode not in ("auto", "min", "max"):
            raise ValueError(f"mode is 'auto', 'min' or 'max'; got {mode!r}")
        self.name = name
        self.sign = {"min": -1, "max": 1, "auto": None}[mode]
        self.min_delta = abs(min_delta)
        self.warned = False
        self.best = None

    def value(self, logs, model):
        """The value in the logs of a model; None, with a warning once, where there is none."""
        value = (logs or {}).get(self.name)
        if value is None and not self.warned:
            self.warned = True
            hint = " Give fit validation_split or validation_data" if self.name.startswith("val_") else ""
            warnings.warn(
                f"there is no {self.name!r} to watch; there are {', '.join(logs or {}) or 'no values'}.{hint}",
                ModelWarning,
                stacklevel=6,
            )
        if value is not None and self.sign is None:
            self.sign = self._direction(model)
        if np.ndim(value):
            raise ValueError(f"{self.name!r} is an array of shape {np.shape(value)}, and only a number can be watched")
        return value

    def _direction(self, model):
        name = self.name.removeprefix("val_")
        known = {key: metric.rises for key, metric, _ in getattr(model, "_metrics", None) or ()}
        rises, falls = (any(part in name for part in parts) for parts in (RISING, FALLING))
        if known.get(name) is not None:
            return 1 if known[name] else -1
        if rises == falls:
            raise ValueError(
                f"mode='auto' cannot know whether more or less of {self.name!r} is better; write mode='max' or "
                "mode='min'"
            )
        return 1 if rises else -1

    def improved(self, value, than="best") -> bool:
        """Whether the value is better than the best so far (or than a number) by more than min_delta."""
        than = self.best if isinstance(than, str) else than
        if than is None or than != than:  # any number is better than nan
            return than is None or value == value
        return self.sign * value - self.min_delta > self.sign * than


@callbacks.add("EarlyStopping")
class EarlyStopping(Callback):
    """Stops when `monitor` has not improved for `patience` epochs; restore_best_weights=True goes back to the best.

    With a `baseline` only epochs better than it end the waiting; but one that is the best so far is never the last.
    """

    def __init__(
        self, monitor="val_loss", min_delta=0.0, patience=0, verbose=0, mode="auto", baseline=None,
        restore_best_weights=False, start_from_epoch=0,
    ):  # fmt: skip
        self.monitor = monitor
        self.min_delta = min_delta
        self.patience = whole("patience", patience, 0)
        self.verbose = verbose
        self.mode = mode
        self.baseline = baseline
        self.restore_best_weights = flag("restore_best_weights", restore_best_weights)
        self.start_from_epoch = whole("start_from_epoch", start_from_epoch, 0)
        self.on_train_begin()

    def on_train_begin(self, logs=None):
        self.watch = Monitor(self.monitor, self.mode, self.min_delta)
        self.wait = 0
        self.stopped_epoch = 0
        self.best_epoch = None
        self.best_weights = None

    @property
    def best(self):
        return self.watch.best

    def on_epoch_end(self, epoch, logs=None):
        value = self.watch.value(logs, self.model)
        if value is None or epoch < self.start_from_epoch:
            return
        self.wait += 1
        if self.watch.improved(value):
            self.watch.best = value
            self.best_epoch = epoch
            if self.restore_best_weights:
                self.best_weights = self.model.state_dict()
            if self.baseline is None or self.watch.improved(value, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.best_weights is not None:
            self.model.load_state_dict(self.best_weights)
        if self.verbose and self.stopped_epoch:
            back = f"; weights are those of epoch {self.best_epoch + 1}" if self.best_weights is not None else ""
            sys.stdout.write(f"Epoch {self.stopped_epoch + 1}: early stopping{back}\n")


@callbacks.add("TerminateOnNaN")
class TerminateOnNaN(Callback):
    """Stops without a warning when the loss is nan or inf. `fit` stops there anyway, and warns."""

    def on_nan(self, batch):
        sys.stdout.write(f"Batch {batch}: the loss is no number, training stops\n")

    def on_epoch_end(self, epoch, logs=None):
        if not np.isfinite((logs or {}).get("loss", 0.0)):
            self.model.stop_training = True
