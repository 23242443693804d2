"""Callbacks that end training: when a number stops improving, or is no number any more."""

from __future__ import annotations

import sys
import warnings

import numpy as np

from nn.callbacks.base import Callback, callbacks
from nn.errors import ModelWarning

# What says in a metric's name that more of it is better.
RISING = "acc auc precision recall f1 beta_score r2 cosine_similarity true_positives true_negatives".split()


class Monitor:
    """Says whether a value in the logs has improved."""

    def __init__(self, name, mode="auto", min_delta=0.0):
        if mode not in ("auto", "min", "max"):
            raise ValueError(f"mode is 'auto', 'min' or 'max'; got {mode!r}")
        rising = any(part in name for part in RISING)
        self.name = name
        self.sign = 1 if mode == "max" or (mode == "auto" and rising and "loss" not in name) else -1
        self.min_delta = abs(min_delta)
        self.warned = False
        self.best = None

    def value(self, logs):
        """The value in the logs; None, with a warning once, where there is none."""
        value = (logs or {}).get(self.name)
        if value is None and not self.warned:
            self.warned = True
            hint = " Give fit validation_split or validation_data" if self.name.startswith("val_") else ""
            warnings.warn(
                f"there is no {self.name!r} to watch; there are {', '.join(logs or {}) or 'no values'}.{hint}",
                ModelWarning,
                stacklevel=6,
            )
        return value

    def improved(self, value, than="best") -> bool:
        """Whether the value is better than the best so far (or than a number) by more than min_delta."""
        than = self.best if than == "best" else than
        return than is None or self.sign * (value - than) > self.min_delta


@callbacks.add("EarlyStopping")
class EarlyStopping(Callback):
    """Stops when `monitor` has not improved for `patience` epochs; restore_best_weights=True goes back to the best."""

    def __init__(
        self, monitor="val_loss", min_delta=0.0, patience=0, verbose=0, mode="auto", baseline=None,
        restore_best_weights=False, start_from_epoch=0,
    ):  # fmt: skip
        self.monitor = monitor
        self.min_delta = min_delta
        self.patience = patience
        self.verbose = verbose
        self.mode = mode
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
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
        value = self.watch.value(logs)
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
        if self.wait >= self.patience and epoch > 0 and self.wait:
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
