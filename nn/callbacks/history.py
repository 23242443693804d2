"""History: the losses and metrics of every epoch, which `fit` gives back."""

from __future__ import annotations

from nn.callbacks.base import Callback, callbacks


@callbacks.add("History")
class History(Callback):
    """`history["loss"][i]` is the loss of the i-th epoch; `epoch[i]` its number."""

    def __init__(self):
        self.epoch: list[int] = []
        self.history: dict[str, list[float]] = {}

    def on_train_begin(self, logs=None):
        self.epoch = []
        self.history = {}

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def __repr__(self):
        if not self.epoch:
            return "<History of no epochs>"
        last = ", ".join(f"{name} {values[-1]:.4g}" for name, values in self.history.items() if is_number(values[-1]))
        return f"<History of {len(self.epoch)} epochs: {last}>"


def is_number(value) -> bool:
    return isinstance(value, int | float)
