"""Callbacks that write files: checkpoints and a table of the epochs."""

from __future__ import annotations

import csv
import os
import sys

from nn.callbacks.base import Callback, callbacks
from nn.callbacks.stopping import Monitor
from nn.settings import flag, is_whole


@callbacks.add("ModelCheckpoint")
class ModelCheckpoint(Callback):
    """Saves the model after each epoch, or after each that is the best so far, or every `save_freq` batches.

    `filepath` may name the epoch and the logs: "best-{epoch:02d}-{val_loss:.2f}.safetensors"; with a `save_freq` of
    batches also the {batch}. Its folder is made if need be. Where the logs have no `monitor`, each is saved.
    """

    def __init__(
        self, filepath, monitor="val_loss", verbose=0, save_best_only=False, save_weights_only=False, mode="auto",
        save_freq="epoch", initial_value_threshold=None,
    ):  # fmt: skip
        if save_freq != "epoch" and not is_whole(save_freq):
            raise ValueError(f"save_freq is 'epoch' or a whole number of batches; got {save_freq!r:.60}")
        self.filepath = os.fspath(filepath)
        self.monitor = monitor
        self.verbose = verbose
        self.save_best_only = flag("save_best_only", save_best_only)
        self.save_weights_only = flag("save_weights_only", save_weights_only)
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
            self._save(self.epoch, {"batch": batch + 1, **(logs or {})})

    def on_epoch_end(self, epoch, logs=None):
        if self.save_freq == "epoch":
            self._save(epoch, logs)

    def _save(self, epoch, logs):
        if self.save_best_only:
            value = self.watch.value(logs, self.model)
            if value is not None and not self.watch.improved(value):
                return
            self.watch.best = self.watch.best if value is None else value
        try:
            path = self.filepath.format(epoch=epoch + 1, **(logs or {}))
        except (KeyError, IndexError) as error:
            raise ValueError(f"filepath names {error}, which is not in the logs: {', '.join(logs or {})}") from error
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        (self.model.save_weights if self.save_weights_only else self.model.save)(path)
        if self.verbose:
            sys.stdout.write(f"Epoch {epoch + 1}: saved to {path}\n")


@callbacks.add("CSVLogger")
class CSVLogger(Callback):
    """Writes a line for each epoch: its number, the loss and the metrics; NA where an epoch has no such number.

    With append=True it goes on with a table that is there. A number that comes later gets a column of its own.
    """

    def __init__(self, filename, separator=",", append=False):
        self.filename = os.fspath(filename)
        self.separator = separator
        self.append = flag("append", append)
        self.columns: list[str] = []

    def on_train_begin(self, logs=None):
        self.columns = []
        if self.append and os.path.exists(self.filename):
            self.columns = next(iter(self._rows()), [])
        else:
            open(self.filename, "w", encoding="utf-8").close()

    def on_epoch_end(self, epoch, logs=None):
        row = {"epoch": epoch} | {name: _in_a_line(value) for name, value in (logs or {}).items()}
        new = [name for name in row if name not in self.columns]
        if new:
            old = self._rows()[1:]
            self.columns = [*self.columns, *new]
            self._write("w", [self.columns, *(cells + ["NA"] * (len(self.columns) - len(cells)) for cells in old)])
        self._write("a", [[row.get(name, "NA") for name in self.columns]])

    def _rows(self):
        with open(self.filename, newline="", encoding="utf-8") as file:
            return list(csv.reader(file, delimiter=self.separator))

    def _write(self, mode, rows):
        with open(self.filename, mode, newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter=self.separator).writerows(rows)


def _in_a_line(value):
    return value.tolist() if hasattr(value, "tolist") else value


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
