"""`evaluate` and `predict`: the model in evaluation mode over all batches."""

from __future__ import annotations

import copy

import numpy as np

from autograd import no_grad
from nn.callbacks.base import CallbackList
from nn.callbacks.progress import Progress, is_shown
from nn.training.arrays import aligned, count_of
from nn.training.data import Arrays, as_data
from nn.training.replay import steps_for
from nn.training.steps import Mean, Updates, logs_of, need, need_targets, plain, prepare, report


def evaluate(
    model, x=None, y=None, batch_size=None, verbose="auto", sample_weight=None, steps=None, callbacks=None,
    return_dict=False, jit=None, check=True,
):  # fmt: skip
    """The loss, followed by the metrics, on some data, or its first `steps` batches; return_dict=True names them."""
    need(model, "evaluate")
    data = as_data(model, x, y, sample_weight, batch_size, steps)
    check_targets(model, data, prepare(model, data), "evaluate")
    watchers = callbacks_of(model, data, verbose, callbacks)
    before = model.training
    # A callback may evaluate in the middle of an epoch, whose metrics go on afterwards.
    states = [(metric, copy.deepcopy(vars(metric))) for metric in model.metrics] if model._modules else []
    try:
        return report(run_evaluation(model, data, watchers, steps_for(model, "test", jit, check)), return_dict)
    finally:
        trust(model, None)
        model.train(before)
        for metric, state in states:
            vars(metric).update(state)


def check_targets(model, data, output_shape, what) -> None:
    """Look at all targets once, before the first batch, and lay them out as the loss wants them."""
    if data is None:
        return
    first = data.first()
    if first is None:
        raise ValueError(f"{what}: the data gave no batch at all")
    need_targets(model, first[1], what)
    if not isinstance(data, Arrays) or data.y is None:
        return
    data.y = aligned(data.y, output_shape)
    if model.loss is not None:
        model.loss.check(data.y, (len(data.y), *output_shape[1:]))


def trust(model, data) -> None:
    """Arrays have been checked as a whole, so the loss need not check each batch of them; of None, it has to again."""
    if model.loss is not None:
        model.loss.checking = not isinstance(data, Arrays)


def run_evaluation(model, data, watchers, run):
    """The mean loss and the metrics over all batches."""
    model.eval()
    model.reset_metrics()
    trust(model, data)
    mean = Mean()
    watchers.call("on_test_begin")
    batches = watchers.wants_batches("test")
    updates = Updates(model, at_once=batches)
    with no_grad():
        for step, (x, y, weight) in enumerate(data.once()):
            if batches:
                watchers.call("on_test_batch_begin", step)
            if not isinstance(data, Arrays):
                y = aligned(y, model.output_shape_of(x))
            loss, y_pred = run(x, y, weight)
            mean.add(loss.item(), count_of(x))
            updates.add(y, y_pred, weight)
            if batches:
                watchers.call("on_test_batch_end", step, logs=logs_of(model, mean))
    updates.flush()
    logs = logs_of(model, mean)
    watchers.call("on_test_end", logs=logs)
    return logs


def predict(model, x, batch_size=None, verbose="auto", steps=None, callbacks=None, jit=None, check=True) -> np.ndarray:
    """The outputs for some inputs, or their first `steps` batches, as a plain array."""
    data = as_data(model, x, None, None, batch_size, steps)
    watchers = callbacks_of(model, data, verbose, callbacks)
    before = model.training
    model.eval()
    try:
        watchers.call("on_predict_begin")
        parts = []
        run = steps_for(model, "predict", jit, check)
        with no_grad():
            for step, (x, _, _) in enumerate(data.once()):
                watchers.call("on_predict_batch_begin", step)
                parts.append(plain(run(x)))
                watchers.call("on_predict_batch_end", step, logs={"outputs": parts[-1]})
        watchers.call("on_predict_end")
    finally:
        model.train(before)
    if isinstance(parts[0], list):
        return [np.concatenate(columns) for columns in zip(*parts, strict=True)]
    return np.concatenate(parts)


def callbacks_of(model, data, verbose, callbacks, *more, epochs=None):
    """The callbacks that a user gave and `more`, with a progress bar if it is to be shown."""
    given = callbacks if isinstance(callbacks, list | tuple) else [callbacks] if callbacks else []
    params = {"epochs": 1 if epochs is None else epochs, "steps": data.steps, "verbose": verbose}
    watchers = CallbackList(model, [*given, *more], params)
    shown = is_shown(verbose)
    if shown and not watchers.has(Progress):
        watchers.add(Progress(shown, alone=epochs is None))
    return watchers
