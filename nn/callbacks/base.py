"""Callback: what watches training. It may look at everything, and ask to stop by `model.stop_training = True`."""

from __future__ import annotations

import inspect

from nn.registry import Registry

callbacks = Registry("callback")

HOOKS = (
    "on_train_begin", "on_train_end", "on_epoch_begin", "on_epoch_end", "on_train_batch_begin", "on_train_batch_end",
    "on_test_begin", "on_test_end", "on_test_batch_begin", "on_test_batch_end", "on_predict_begin", "on_predict_end",
    "on_predict_batch_begin", "on_predict_batch_end",
)  # fmt: skip


class Callback:
    """A subclass writes the hooks it wants:

    >>> class Print(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         self.last = f"{epoch}: {logs['loss']:.2f}"

    `self.model` and `self.params` (epochs, steps, verbose) are set before the first hook. `logs` is a dict, whichever
    hook it is: it holds the loss and the metrics so far, at the end of an epoch those of validation as `val_...`, at
    the end of a batch of `predict` its "outputs", and before there are any, nothing.

    `on_batch_begin` and `on_batch_end` are of training: `on_train_batch_begin` and `on_train_batch_end` call them.
    """

    model = None
    params: dict

    def set_model(self, model) -> None:
        self.model = model

    def set_params(self, params) -> None:
        self.params = params

    def on_train_begin(self, logs=None): ...
    def on_train_end(self, logs=None): ...
    def on_epoch_begin(self, epoch, logs=None): ...
    def on_epoch_end(self, epoch, logs=None): ...
    def on_batch_begin(self, batch, logs=None): ...
    def on_batch_end(self, batch, logs=None): ...
    def on_train_batch_begin(self, batch, logs=None):
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch, logs=None):
        self.on_batch_end(batch, logs)

    def on_test_begin(self, logs=None): ...
    def on_test_end(self, logs=None): ...
    def on_test_batch_begin(self, batch, logs=None): ...
    def on_test_batch_end(self, batch, logs=None): ...
    def on_predict_begin(self, logs=None): ...
    def on_predict_end(self, logs=None): ...
    def on_predict_batch_begin(self, batch, logs=None): ...
    def on_predict_batch_end(self, batch, logs=None): ...


callbacks.base = Callback


def _is_own(watcher, hook) -> bool:
    own = getattr(watcher, hook)
    return getattr(own, "__func__", own) is not getattr(Callback, hook)


def _with_logs(watcher, hook):
    """A hook, to be called with logs; one that was written without them is given none."""
    function = getattr(watcher, hook)
    given = ("epoch or batch", "logs") if "_epoch_" in hook or "_batch_" in hook else ("logs",)
    try:
        inspect.signature(function).bind(*given)
    except TypeError:
        return lambda *args: function(*args[:-1])
    except ValueError:  # a function that does not tell
        return function
    return function


class CallbackList:
    """The callbacks of one run, called in order; hooks that nobody wrote cost nothing."""

    def __init__(self, model, watchers, params):
        self.model = model
        self.params = params
        self.watchers: list[Callback] = []
        self.hooks: dict[str, list] = {hook: [] for hook in HOOKS}
        for watcher in watchers:
            self.add(watcher)

    def add(self, watcher) -> None:
        if isinstance(watcher, type) or not isinstance(watcher, Callback):
            raise TypeError(f"callbacks takes objects of Callback classes; got {watcher!r:.60}")
        if any(watcher is other for other in self.watchers):
            raise ValueError(f"{type(watcher).__name__} is among the callbacks twice, and would count all twice")
        watcher.set_model(self.model)
        watcher.set_params(self.params)
        self.watchers.append(watcher)
        for hook in HOOKS:
            for name in (hook, hook.replace("_train_batch_", "_batch_")):  # the same but for on_batch_begin and _end
                if _is_own(watcher, name):
                    self.hooks[hook].append(_with_logs(watcher, name))
                    break

    def has(self, kind) -> bool:
        return any(isinstance(watcher, kind) for watcher in self.watchers)

    def call(self, hook, *args, logs=None) -> None:
        """Call a hook of everybody who wrote it, with the logs at the end: a dict, which may be written to."""
        logs = {} if logs is None else logs
        for function in self.hooks[hook]:
            function(*args, logs)

    def wants_batches(self, what) -> bool:
        """Whether anybody looks at single batches of 'train' or 'test'."""
        return bool(self.hooks[f"on_{what}_batch_begin"] or self.hooks[f"on_{what}_batch_end"])

    def handles_nan(self, batch) -> bool:
        """Tell those who wait for it that the loss was no number; False if nobody does."""
        waiting = [watcher for watcher in self.watchers if hasattr(watcher, "on_nan")]
        for watcher in waiting:
            watcher.on_nan(batch)
        return bool(waiting)
