"""How a model is trained, as Keras keeps it: what was given to `compile`, and the state of the optimizer."""

from __future__ import annotations

import inspect

import numpy as np

from nn.files.keras_objects import ADVICE, metric_to, object_from, tidy, value_to
from nn.files.keras_weights import own_variables, places
from nn.layers.symbols import Symbol
from nn.registry import plain
from nn.safetensors import ModelFileError, quoted

# The arrays that an optimizer keeps for each parameter, in Keras's order: those in one tuple side by side.
SLOTS = {
    "Adam": [("m", "v"), ("largest",)], "AdamW": [("m", "v"), ("largest",)], "Nadam": [("m", "v")],
    "Adamax": [("m", "u")], "SGD": [("velocity",)], "Lion": [("m",)], "Adagrad": [("accumulator",)],
    "RMSprop": [("v",), ("step",), ("mean",)], "Adadelta": [("accumulated", "change")],
}  # fmt: skip


# -- to Keras --------------------------------------------------------------------------------------------------------
def training_to(model) -> dict | None:
    """What was given to `compile`, for Keras."""
    if model.optimizer is None:
        return None
    loss = None if model.loss is None else _plain(getattr(model.loss, "function", model.loss), "loss")
    metrics, weighted = (
        [metric_to(_plain(metric, "metrics")) for metric in given] or None
        for given in (model._metric_names, model._weighted_names)
    )
    return {
        "optimizer": value_to(plain(model.optimizer, "optimizer")), "loss": value_to(loss), "loss_weights": None,
        "metrics": metrics, "weighted_metrics": weighted,
    }  # fmt: skip


def _plain(thing, kind):
    """As plain data; a user's function is refused even if it is called as one of the library's own."""
    if inspect.isroutine(thing) and not (thing.__module__ or "").startswith("nn."):
        raise ValueError(f"{thing.__name__!r} ({kind}) is a function of your own, which Keras could not read; {ADVICE}")
    return plain(thing, kind)


def optimizer_arrays(model) -> dict[str, np.ndarray]:
    """The variables of the optimizer as Keras numbers them; nothing before the first step."""
    optimizer = model.optimizer
    if optimizer is None or not optimizer.groups:
        return {}
    found = [np.array(optimizer.iterations, np.int32)]
    if not callable(optimizer.learning_rate):
        found.append(np.array(optimizer.learning_rate, np.float32))
    found += [array.reshape(p.shape) for p, array in _slots(model)]
    if type(optimizer).__name__ == "Nadam":
        found.append(np.array(optimizer._product_to(optimizer.iterations), np.float32))
    return {str(i): array for i, array in enumerate(found)}


def _slots(model):
    """(parameter, array) for all that the optimizer keeps, in Keras's order."""
    optimizer = model.optimizer
    known = {id(p): slots for p, slots in optimizer._slots()}
    ordered = [p for module in places(model).values() if not isinstance(module, Symbol) for p in own_variables(module)]
    moved = [p for p in ordered if id(p) in known]
    for names in SLOTS[type(optimizer).__name__]:
        for p in moved:
            for name in names:
                if name in optimizer.slots:
                    yield p, known[id(p)][name]


# -- from Keras ------------------------------------------------------------------------------------------------------
def training_from(about, custom=None) -> dict | None:
    """What `compile` takes, as `nn.registry.revive` does; None if the model was not compiled."""
    if not about:
        return None
    about = dict(about)
    if "optimizer_config" in about:  # in `.h5`
        about["optimizer"] = about["optimizer_config"]
    if about.get("loss_weights") is not None:
        raise ModelFileError(f"was compiled with loss_weights={quoted(about['loss_weights'])}, which are not here")
    return {
        "optimizer": _tidy(_object(about["optimizer"], "optimizer", custom)),
        "loss": _loss(about.get("loss"), custom),
        "metrics": _metrics(about.get("metrics"), custom),
        "weighted_metrics": _metrics(about.get("weighted_metrics"), custom),
    }


def _tidy(found):
    return {**found, "config": {name: tidy(value) for name, value in found["config"].items()}}


def _loss(about, custom):
    if isinstance(about, list) and len(about) == 1:
        about = about[0]
    if isinstance(about, list) or (isinstance(about, dict) and "class_name" not in about):
        raise ModelFileError("was compiled with several losses; here a model is trained on one")
    return None if about is None else _object(about, "loss", custom)


def _object(about, kind, custom):
    """What was given by its name, as a description too."""
    return object_from({"class_name": about, "config": {}} if isinstance(about, str) else about, kind, custom)


def _metrics(about, custom) -> list:
    if isinstance(about, list) and len(about) == 1 and isinstance(about[0], list):  # for each output
        about = about[0]
    if about is None:
        return []
    if not isinstance(about, list) or any(isinstance(part, list) for part in about):
        raise ModelFileError("was compiled with metrics for several outputs; here a model is trained on one")
    return [object_from(part, "metric", custom) for part in about if part is not None]


def restore_optimizer(model, arrays) -> bool:
    """Set the state of the optimizer, if these arrays are one; else it starts anew."""
    optimizer = model.optimizer
    values = [arrays[str(i)] for i in range(len(arrays)) if isinstance(arrays.get(str(i)), np.ndarray)]
    head = 1 if callable(optimizer.learning_rate) else 2
    if (
        len(values) < head
        or values[0].shape
        or values[0].dtype.kind not in "iu"
        or type(optimizer).__name__ not in SLOTS
    ):
        return False
    optimizer.bind(model.trainable_parameters())
    slots = list(_slots(model))
    given = values[head : head + len(slots)]
    if len(given) < len(slots) or any(
        a.dtype.kind != "f" or a.shape != p.shape or not np.isfinite(a).all()
        for a, (p, _) in zip(given, slots, strict=True)
    ):
        return False
    for array, (_, own) in zip(given, slots, strict=True):
        own[...] = array.reshape(own.shape)
    optimizer.iterations = max(int(values[0]), 0)
    return True
