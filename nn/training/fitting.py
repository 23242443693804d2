"""`fit`: the training loop, with validation, callbacks and an early end when the loss is no longer a number."""

from __future__ import annotations

import warnings

from nn.callbacks.history import History
from nn.errors import ModelWarning
from nn.seeds import generator
from nn.settings import flag, whole, whole_numbers
from nn.training import linter
from nn.training.arrays import aligned, count_of
from nn.training.data import Arrays, as_data, split, validation_of, weigh_classes
from nn.training.evaluation import callbacks_of, check_targets, run_evaluation, trust
from nn.training.replay import Steps, steps_for
from nn.training.steps import Mean, NotFinite, Updates, logs_of, need, prepare


def fit(
    model, x=None, y=None, batch_size=None, epochs=1, verbose="auto", callbacks=None, validation_split=0.0,
    validation_data=None, shuffle=True, class_weight=None, sample_weight=None, initial_epoch=0, steps_per_epoch=None,
    validation_steps=None, validation_batch_size=None, validation_freq=1, seed=None, jit=None, check=True,
):  # fmt: skip
    """Train for some epochs and give the History of losses and metrics.

    `x` and `y` are arrays (or lists, or data frames); or `x` alone gives batches (x, y), over and over. `seed` restarts
    the generator that shuffles and drops; without it the model's own goes on. A step is traced once for each shape of
    batch and replayed as a program; `jit=False` runs Python each time, `jit=True` raises an error where a step cannot
    be traced instead of doing so. Where a model has code of your own, a replay is compared with Python now and then,
    to the last bit; if it is not the same, fit warns and goes on in Python. `check=False` leaves that out.

    With `steps_per_epoch` an epoch is that many batches, and the next goes on where it ended. `class_weight` maps class
    numbers to weights of training samples. `validation_freq` is every how many epochs to validate, or a list of epochs,
    counted from 1; `validation_steps` how many batches, always the first.
    """
    need(model, "fit", optimizer=True)
    shuffle, check, jit = flag("shuffle", shuffle), flag("check", check), None if jit is None else flag("jit", jit)
    epochs, initial_epoch = whole("epochs", epochs, 0), whole("initial_epoch", initial_epoch, 0)
    validates = which_epochs(validation_freq)
    if 0 < epochs <= initial_epoch:
        warnings.warn(
            f"nothing is left to train: epochs={epochs} is the number of the last epoch, and initial_epoch="
            f"{initial_epoch} have been",
            ModelWarning,
            stacklevel=2,
        )
    if validation_batch_size is not None:
        whole("validation_batch_size", validation_batch_size)
    data = as_data(model, x, y, sample_weight, batch_size, steps_per_epoch, class_weight, said="steps_per_epoch")
    validation = None
    if validation_data is not None:
        validation = validation_of(model, validation_data, validation_batch_size or batch_size, validation_steps)
    elif validation_split:
        data, validation = split(data, validation_split, batch_size, validation_batch_size, validation_steps)
    weigh_classes(model, data, class_weight)
    if seed is not None:
        reseed(model, seed)
    shape = prepare(model, data, learns=True)
    check_targets(model, data, shape, "fit")
    check_targets(model, validation, shape, "validation_data")
    shuffle = shuffle and isinstance(data, Arrays)
    linter.before(model, data, validation, shuffle)

    history = History()
    watchers = callbacks_of(model, data, verbose, callbacks, history, epochs=epochs)
    model.stop_training = False
    model.history = history
    logs: dict = {}
    watchers.call("on_train_begin")
    try:
        model._modules = model.all_modules()
        model._charging = model.charging()
        step, test = (steps_for(model, what, jit, check) for what in ("train", "test"))
        rng = model.random if shuffle else None
        for epoch in range(initial_epoch, epochs):
            watchers.call("on_epoch_begin", epoch)
            logs = train_epoch(model, data, rng, watchers, epoch, initial_epoch, step)
            if validation is not None and validates(epoch + 1):
                found = run_evaluation(model, validation, watchers, test)
                logs |= {f"val_{name}": value for name, value in found.items()}
            model.epochs_done = epoch + 1
            watchers.call("on_epoch_end", epoch, logs=logs)
            if model.stop_training:
                break
    finally:
        model._charging = model._modules = None
        trust(model, None)
        model.eval()
        watchers.call("on_train_end", logs=logs)
    return history


def train_epoch(model, data, rng, watchers, epoch, first, run):
    """One pass over the data: the mean loss and the metrics."""
    model.train()
    model.reset_metrics()
    mean = Mean()
    if isinstance(run, Steps):
        run.compare_next()
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
        mean.add(loss.item(), count_of(x))
        updates.add(y, y_pred, weight)
        if batches:
            watchers.call("on_train_batch_end", step, logs=logs_of(model, mean))
        if model.stop_training:
            break
    updates.flush()
    return logs_of(model, mean)


def which_epochs(freq):
    """Whether to validate after an epoch, counted from 1."""
    if isinstance(freq, list | tuple | set):
        return {*whole_numbers("validation_freq", list(freq))}.__contains__
    every = whole("validation_freq", freq)
    return lambda epoch: epoch % every == 0


def reseed(model, seed) -> None:
    """Let the model draw from a generator of this seed from now on."""
    rng = generator(seed)
    for _, module in model.modules():
        if getattr(module, "seed", None) is None or module is model:
            module._rng = rng
