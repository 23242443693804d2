"""Common mistakes, found before the first step and said once, each with its fix.

Nothing here changes the model, its generator or the data.
"""

from __future__ import annotations

import math
import warnings

import numpy as np

from autograd import no_grad
from nn.errors import ModelWarning
from nn.layers import base
from nn.training.arrays import aligned
from nn.training.data import Arrays
from nn.training.steps import plain

LARGE = 100.0  # inputs beyond this are rarely meant; scaled ones stay within a few units
SAMPLES = 256  # enough rows to judge by
SCALING = ("Normalization", "Rescaling", "BatchNormalization", "LayerNormalization", "Embedding", "Preprocessing")


def before(model, data, validation, shuffled) -> None:
    """Look at the model and the data before the first epoch."""
    x, y, _ = data.first()
    _inputs(model, x)
    if isinstance(data, Arrays):
        _order(model, data, validation, shuffled)
    _first_batch(model, x, y)


def say(model, key, text) -> None:
    """Warn once for each model and mistake."""
    if key not in model._warned:
        model._warned = model._warned | {key}
        warnings.warn(text, ModelWarning, stacklevel=5)


def _inputs(model, x):
    for layer in model.layers:  # as far as the first that weighs its inputs
        if type(layer).__name__ in SCALING:
            return
        if layer.parameters():
            break
    for part in x if isinstance(x, list) else [x]:
        sample = part[:SAMPLES]
        if sample.dtype.kind != "f" or not sample.size:
            continue
        top = float(np.abs(sample).max())
        if top > LARGE:
            fix = "divide by 255" if top <= 255 and sample.min() >= 0 else "use StandardScaler (nn.preprocessing)"
            say(model, "unscaled", f"inputs reach {top:.4g}, which makes training slow or unstable; {fix}")


def _labels(model, y):
    """The class of each target, or None if the loss is not one of classes."""
    name = getattr(model.loss, "name", "")
    if y is None or not ("crossentropy" in name or "hinge" in name):
        return None
    y = np.asarray(y)
    if y.ndim > 1 and y.shape[-1] > 1:
        return y.argmax(axis=-1) if "sparse" not in name and y.ndim == 2 else None
    return y.reshape(-1)


def _order(model, data, validation, shuffled):
    labels = _labels(model, data.y)
    if labels is None or len(labels) < 8:
        return
    classes = np.unique(labels)
    changes = np.count_nonzero(labels[1:] != labels[:-1])
    if 1 < len(classes) <= changes + 1 and changes < 2 * len(classes) - 1 and not shuffled:
        say(
            model, "sorted",
            "the samples are sorted by class and shuffle is off, so each batch shows one class; shuffle",
        )  # fmt: skip
    other = _labels(model, validation.y) if isinstance(validation, Arrays) else None
    if other is not None and len(other):
        unseen = np.setdiff1d(other, classes)
        if unseen.size:
            say(
                model, "unseen",
                f"class {unseen[0]:g} is in the validation data and never in training; were the samples sorted by "
                "class before validation_split cut off the last ones? Shuffle them first",
            )  # fmt: skip


def _first_batch(model, x, y):
    """One pass without learning: dead layers, a loss far from chance, parameters that get no gradient."""
    x = [part[:SAMPLES] for part in x] if isinstance(x, list) else x[:SAMPLES]
    seen = []
    base.OBSERVERS.append(lambda layer, given, found: seen.append((layer, found)))
    try:
        with no_grad(), np.errstate(all="ignore"):
            y_pred = model(x, training=False)
    finally:
        base.OBSERVERS.pop()
    for layer, found in seen:
        _dead(model, layer, plain(found))
    if y is not None and model.loss is not None:
        _against_chance(model, aligned(y[:SAMPLES], (None, *y_pred.shape[1:])), y_pred)


def _dead(model, layer, output):
    name = getattr(getattr(layer, "activation", None), "__name__", type(layer).__name__)
    if name.lower() == "relu" and isinstance(output, np.ndarray) and len(output) > 1 and not output.any():
        say(
            model, f"dead {layer.name}",
            f"all units of layer {layer.name!r} give 0 for the whole first batch, so nothing below it can learn; scale "
            "the inputs, lower the bias, or use leaky_relu",
        )  # fmt: skip


def _against_chance(model, y, y_pred):
    name = model.loss.name
    units = y_pred.shape[-1]
    if name == "binary_crossentropy" and units == 1 and _is_softmax(model):
        say(
            model, "softmax of one",
            "the last layer is a softmax over one unit, which is always 1; use a sigmoid",
        )  # fmt: skip
    chance = {
        "binary_crossentropy": math.log(2),
        "categorical_crossentropy": math.log(max(units, 2)),
        "sparse_categorical_crossentropy": math.log(max(units, 2)),
    }.get(name)
    if chance is None or getattr(model, "epochs_done", 0):
        return
    with no_grad(), np.errstate(all="ignore"):
        start = float(plain(model.loss(y, y_pred)))
    if start > 3 * chance + 1:
        say(
            model, "far from chance",
            f"the loss starts at {start:.3g}, where guessing gives {chance:.3g}: the last layer's outputs are far too "
            "large. Scale the inputs, or use a smaller initialization",
        )  # fmt: skip


def _is_softmax(model):
    last = model.layers[-1] if model.layers else None
    name = getattr(getattr(last, "activation", None), "__name__", type(last).__name__)
    return name.lower() == "softmax"


def after_step(model) -> None:
    """After the first step of a fit: parameters that the loss does not reach."""
    moved = {id(p) for p in model.trainable_parameters()}
    lost = [path for path, p in model.named_parameters() if id(p) in moved and p.grad is None]
    if lost:
        more = f" and {len(lost) - 3} more" if len(lost) > 3 else ""
        say(
            model, "no gradient",
            f"the loss does not depend on {', '.join(lost[:3])}{more}, which will never change; is a layer made but "
            "not used in call, or was .data taken on the way?",
        )  # fmt: skip
