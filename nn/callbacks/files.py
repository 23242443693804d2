"""Callbacks that write files: checkpoints and a table of the epochs."""

from __future__ import annotations

import csv
import os
import sys

from nn.callbacks.base import Callback, callbacks
from nn.callbacks.stopping import Monitor


@callbacks.add("ModelCheckpoint")
class ModelCheckpoint(Callback):
    """Saves the model after each epoch, or after each that is the best so far.

    `filepath` may name the epoch and the logs: "best-{epoch:02d}-{val_loss:.2f}.safetensors".
    """

    def __init__(
        self, filepath, monitor="val_loss", verbose=0, save_best_only=False, save_weights_only=False, mode="auto",
        save_freq="epoch", initial_value_threshold=None,
    ):  # fmt: skip
        if save_freq != "epoch" and (not isinstance(save_freq, int) or save_freq < 1):
            raise ValueError(f"save_freq is 'epoch' or a number of batches; got {save_freq!r}")
        self.filepath = os.fspath(filepath)
        self.monitor = monitor
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.mode = mode
        self.save_freq = save_freq
        self.initial_value_threshold = initial_value_threshold
        self.watch = Monitor(monitor, mode)
        self.watch.best = initial_value_threshold
        self.batches = 0
        self.epoch = 0

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        self.batches += 1
        if self.save_freq != "epoch" and self.batches % self.save_freq == 0:
            self._save(self.epoch, logs)

    def on_epoch_end(self, epoch, logs=None):
        if self.save_freq == "epoch":
            self._save(epoch, logs)

    def _save(self, epoch, logs):
        if self.save_best_only:
            value = self.watch.value(logs)
            if value is None or not self.watch.improved(value):
                return
            self.watch.best = value
        try:
            path = self.filepath.format(epoch=epoch + 1, **(logs or {}))
        except (KeyError, IndexError) as error:
            raise ValueError(f"filepath names {error}, which is not in the logs: {', '.join(logs or {})}") from error
        (self.model.save_weights if self.save_weights_only else self.model.save)(path)
        if self.verbose:
            sys.stdout.write(f"Epoch {epoch + 1}: saved to {path}\n")


@callbacks.add("CSVLogger")
class CSVLogger(Callback):
    """Writes a line for each epoch: its number, the loss and the metrics."""

    def __init__(self, filename, separator=",", append=False):
        self.filename = os.fspath(filename)
        self.separator = separator
        self.append = append
        self.file = None
        self.writer = None

    def on_train_begin(self, logs=None):
        self.keys = None
        header = not (self.append and os.path.exists(self.filename) and os.path.getsize(self.filename))
        self.file = open(self.filename, "a" if self.append else "w", newline="", encoding="utf-8")  # noqa: SIM115  open until the end
        self.header = header

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        if self.keys is None:
            self.keys = list(logs)
            self.writer = csv.DictWriter(
                self.file, ["epoch", *self.keys], delimiter=self.separator, restval="NA", extrasaction="ignore"
            )
            if self.header:
                self.writer.writeheader()
        self.writer.writerow({"epoch": epoch, **logs})
        self.file.flush()

    def on_train_end(self, logs=None):
        if self.file is not None:
            self.file.close()
            self.file = None


@callbacks.add("LambdaCallback")
class LambdaCallback(Callback):
    """Hooks given as functions: LambdaCallback(on_epoch_end=lambda epoch, logs: ...)."""

    def __init__(self, **hooks):
        for name, function in hooks.items():
            if not name.startswith("on_") or not hasattr(Callback, name):
                known = ", ".join(hook for hook in dir(Callback) if hook.startswith("on_"))
                raise TypeError(f"LambdaCallback takes no {name}=; the hooks are {known}")
            if function is not None:
                setattr(self, name, function)
