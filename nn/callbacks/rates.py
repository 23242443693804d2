"""Callbacks that change the learning rate."""

from __future__ import annotations

import inspect
import sys

from nn.callbacks.base import Callback, callbacks
from nn.callbacks.stopping import Monitor
from nn.settings import whole


@callbacks.add("LearningRateScheduler")
class LearningRateScheduler(Callback):
    """Sets the rate before each epoch to `schedule(epoch, rate)`, or `schedule(epoch)`."""

    def __init__(self, schedule, verbose=0):
        if not callable(schedule):
            raise TypeError(f"LearningRateScheduler takes a function of the epoch; got {schedule!r:.60}")
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch, logs=None):
        optimizer = self.model.optimizer
        _need_number(optimizer, "LearningRateScheduler")
        rate = self.schedule(epoch, optimizer.learning_rate) if self.takes_rate() else self.schedule(epoch)
        if not isinstance(rate, int | float) and not hasattr(rate, "__float__"):
            raise TypeError(f"the schedule gave {rate!r:.60} for epoch {epoch}; wanted a number")
        optimizer.learning_rate = float(rate)
        if self.verbose:
            sys.stdout.write(f"Epoch {epoch + 1}: learning rate {optimizer.learning_rate:g}\n")

    def takes_rate(self) -> bool:
        """Whether the schedule takes the rate beside the epoch; an error of its own is not taken for a no."""
        try:
            inspect.signature(self.schedule).bind("epoch", "rate")
        except TypeError:
            return False
        except ValueError:  # a function that does not tell
            return True
        return True

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs["learning_rate"] = self.model.optimizer.learning_rate


@callbacks.add("ReduceLROnPlateau")
class ReduceLROnPlateau(Callback):
    """Multiplies the rate by `factor` when `monitor` has not improved for `patience` epochs."""

    def __init__(
        self,
        monitor="val_loss",
        factor=0.1,
        patience=10,
        verbose=0,
        mode="auto",
        min_delta=1e-4,
        cooldown=0,
        min_lr=0.0,
    ):
        if not 0 < factor < 1:
            raise ValueError(f"factor is a number between 0 and 1; got {factor!r}")
        self.monitor = monitor
        self.factor = factor
        self.patience = whole("patience", patience, 0)
        self.verbose = verbose
        self.mode = mode
        self.min_delta = min_delta
        self.cooldown = whole("cooldown", cooldown, 0)
        self.min_lr = min_lr
        self.on_train_begin()

    def on_train_begin(self, logs=None):
        self.watch = Monitor(self.monitor, self.mode, self.min_delta)
        self.wait = 0
        self.resting = 0

    def on_epoch_end(self, epoch, logs=None):
        optimizer = self.model.optimizer
        _need_number(optimizer, "ReduceLROnPlateau")
        if logs is not None:
            logs["learning_rate"] = optimizer.learning_rate
        value = self.watch.value(logs, self.model)
        if value is None:
            return
        if self.resting:
            self.resting -= 1
            self.wait = 0
        if self.watch.improved(value):
            self.watch.best = value
            self.wait = 0
        elif not self.resting:
            self.wait += 1
            if self.wait >= self.patience and optimizer.learning_rate > self.min_lr:
                optimizer.learning_rate = max(optimizer.learning_rate * self.factor, self.min_lr)
                self.resting = self.cooldown
                self.wait = 0
                if self.verbose:
                    sys.stdout.write(f"Epoch {epoch + 1}: learning rate {optimizer.learning_rate:g}\n")


def _need_number(optimizer, who):
    if callable(optimizer.learning_rate):
        raise TypeError(
            f"{who} sets the learning rate, but the optimizer follows a schedule of its own; use one of them"
        )
