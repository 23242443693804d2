"""`evaluate` and `predict`: the model in evaluation mode over all batches."""

from __future__ import annotations

import numpy as np

from autograd import no_grad
from nn.callbacks.base import CallbackList
from nn.callbacks.progress import Progress, is_shown
from nn.training.data import Arrays, aligned, as_data
from nn.training.replay import steps_for
from nn.training.steps import Mean, Updates, _need, logs_of, plain, prepare


def evaluate(model, x, y, batch_size, verbose, sample_weight, steps, callbacks, jit=None):
    _need(model, "evaluate")
    data = as_data(model, x, y, sample_weight, batch_size, steps)
    first = data.first()
    if first is None:
        raise ValueError("the data gave no batch at all")
    shape = prepare(model, first[0], first[1])
    if isinstance(data, Arrays) and data.y is not None:
        data.y = aligned(data.y, shape)
        if model.loss is not None:
            model.loss.check(data.y, (len(data.y), *shape[1:]))
    watchers = _watchers(model, data, verbose, callbacks)
    before = model.training
    try:
        return run_evaluation(model, data, watchers, steps_for(model, "test", jit))
    finally:
        trust(model, None)
        model.train(before)


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
        for step, (x, y, weight) in enumerate(data.epoch()):
            if batches:
                watchers.call("on_test_batch_begin", step)
            if not isinstance(data, Arrays):
                y = aligned(y, model.output_shape_of(x))
            loss, y_pred = run(x, y, weight)
            mean.add(loss.item(), len(x[0] if isinstance(x, list) else x))
            updates.add(y, y_pred, weight)
            if batches:
                watchers.call("on_test_batch_end", step, logs_of(model, mean))
    updates.flush()
    logs = logs_of(model, mean)
    watchers.call("on_test_end", logs)
    return logs


def predict(model, x, batch_size, verbose, steps, callbacks, jit=None):
    data = as_data(model, x, None, None, batch_size, steps)
    watchers = _watchers(model, data, verbose, callbacks)
    before = model.training
    model.eval()
    watchers.call("on_predict_begin")
    parts = []
    run = steps_for(model, "predict", jit)
    with no_grad():
        for step, (x, _, _) in enumerate(data.epoch()):
            watchers.call("on_predict_batch_begin", step)
            parts.append(plain(run(x)))
            watchers.call("on_predict_batch_end", step)
    watchers.call("on_predict_end")
    model.train(before)
    if isinstance(parts[0], list):
        return [np.concatenate(columns) for columns in zip(*parts, strict=True)]
    return np.concatenate(parts)


def _watchers(model, data, verbose, callbacks):
    given = callbacks if isinstance(callbacks, list | tuple) else [callbacks] if callbacks else []
    watchers = CallbackList(model, list(given), {"epochs": 1, "steps": data.steps, "verbose": verbose})
    shown = is_shown(verbose)
    if shown and not watchers.has(Progress):
        watchers.add(Progress(shown, alone=True))
    return watchers
