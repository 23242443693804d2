"""`fit`: the training loop, with validation, callbacks and an early end when the loss is no longer a number."""

from __future__ import annotations

import warnings

from nn.callbacks.history import History
from nn.errors import ModelWarning
from nn.seeds import generator
from nn.training import linter
from nn.training.data import Arrays, aligned, as_data, split
from nn.training.evaluation import callbacks_of, check_targets, run_evaluation, trust
from nn.training.replay import steps_for
from nn.training.steps import Mean, NotFinite, Updates, logs_of, need, prepare


def fit(
    model, x=None, y=None, batch_size=None, epochs=1, verbose="auto", callbacks=None, validation_split=0.0,
    validation_data=None, shuffle=True, class_weight=None, sample_weight=None, initial_epoch=0, steps_per_epoch=None,
    validation_steps=None, validation_batch_size=None, validation_freq=1, seed=None, jit=None,
):  # fmt: skip
    """Train for some epochs and give the History of losses and metrics.

    `x` and `y` are arrays (or lists, or data frames); or `x` alone gives batches (x, y), over and over. `seed` restarts
    the generator that shuffles and drops; without it the model's own goes on. A step is traced once for each shape of
    batch and replayed as a program; `jit=False` runs Python each time, `jit=True` raises an error where a step cannot
    be traced instead of doing so.
    """
    need(model, "fit", optimizer=True)
    if not isinstance(epochs, int) or epochs < 0 or not isinstance(initial_epoch, int) or initial_epoch < 0:
        raise ValueError(f"epochs and initial_epoch are whole numbers; got {epochs!r} and {initial_epoch!r}")
    data = as_data(model, x, y, sample_weight, batch_size, steps_per_epoch, class_weight)
    validation = None
    if validation_data is not None:
        parts = validation_data if isinstance(validation_data, tuple | list) else (validation_data,)
        vx, vy, vw = (*parts, None, None)[:3]
        size = None if vy is None else validation_batch_size or batch_size
        validation = as_data(model, vx, vy, vw, size, validation_steps)
    elif validation_split:
        data, validation = split(data, validation_split)
    if seed is not None:
        reseed(model, seed)
    shape = prepare(model, data, learns=True)
    for part in (data, validation):
        check_targets(model, part, shape)
    shuffle = shuffle and isinstance(data, Arrays)
    linter.before(model, data, validation, shuffle)

    history = History()
    watchers = callbacks_of(model, data, verbose, callbacks, history, epochs=epochs)
    model.stop_training = False
    model._modules = model.all_modules()
    model._charging = model.charging()
    model.history = history
    watchers.call("on_train_begin")
    step, test = steps_for(model, "train", jit), steps_for(model, "test", jit)
    rng = model.random if shuffle else None
    try:
        for epoch in range(initial_epoch, epochs):
            watchers.call("on_epoch_begin", epoch)
            logs = train_epoch(model, data, rng, watchers, epoch, initial_epoch, step)
            if validation is not None and (epoch + 1) % validation_freq == 0:
                found = run_evaluation(model, validation, watchers, test)
                logs |= {f"val_{name}": value for name, value in found.items()}
            model.epochs_done = epoch + 1
            watchers.call("on_epoch_end", epoch, logs)
            if model.stop_training:
                break
    finally:
        model._charging = model._modules = None
        trust(model, None)
        model.eval()
        watchers.call("on_train_end")
    return history


def train_epoch(model, data, rng, watchers, epoch, first, run):
    """One pass over the data: the mean loss and the metrics."""
    model.train()
    model.reset_metrics()
    mean = Mean()
    batches = watchers.wants_batches("train")
    updates = Updates(model, at_once=batches)
    trust(model, data)
    for step, (x, y, weight) in enumerate(data.epoch(rng)):
        if batches:
            watchers.call("on_train_batch_begin", step)
        if not isinstance(data, Arrays):
            y = aligned(y, model.output_shape_of(x))
        try:
            loss, y_pred = run(x, y, weight)
        except NotFinite as error:
            model.stop_training = True
            if not watchers.handles_nan(step):
                warnings.warn(f"epoch {epoch + 1}, batch {step + 1}: {error}", ModelWarning, stacklevel=3)
            break
        if step == 0 and epoch == first:
            linter.after_step(model)
        count = len(x[0] if isinstance(x, list) else x)
        mean.add(loss.item(), count)
        updates.add(y, y_pred, weight)
        if batches:
            watchers.call("on_train_batch_end", step, logs_of(model, mean))
        if model.stop_training:
            break
    updates.flush()
    return logs_of(model, mean)


def reseed(model, seed) -> None:
    """Let the model draw from a generator of this seed from now on."""
    rng = generator(seed)
    for _, module in model.modules():
        if getattr(module, "seed", None) is None or module is model:
            module._rng = rng
