"""Models in files: weights, or everything that training needs to go on.

A model file is a safetensors file. The architecture lies in its metadata as JSON: names from the library's own
registries and plain settings, never code. A user's own classes are not found by name; they are passed to `load_model`.
"""

from __future__ import annotations

import json
import math

import numpy as np

from nn import losses, metrics, optimizers, safetensors
from nn.foreign import refuse_foreign
from nn.layers.base import BUDGET, LARGEST_SAMPLE, Layer, layers
from nn.layers.symbols import Symbol
from nn.registry import config, plain, revive
from nn.safetensors import ModelFileError

FORMAT = "glassgrad model 1"


# -- weights ---------------------------------------------------------------------------------------------------------
def save_weights(model, path) -> None:
    """Write the parameters of a module."""
    state = model.state_dict()
    if not state:
        raise ValueError("the model has no parameters yet: build it first, by input_shape= or a call on data")
    safetensors.write(path, state, {"format": "glassgrad weights 1"})


def load_weights(model, path) -> None:
    """Read the parameters of a module, or those in the file of a whole model; all are checked before any changes."""
    own = {name: (array.shape, array.dtype) for name, array in model.state_dict().items()}
    if not own:
        raise ValueError("the model has no parameters yet: build it first, by input_shape= or a call on data")
    refuse_foreign(path)
    if "glassgrad" in safetensors.read_metadata(path):
        state = _parameters(safetensors.read(path)[0])
        entries = {name: (array.dtype.newbyteorder("<"), array.shape) for name, array in state.items()}
        try:
            safetensors.check_expected(entries, own)
        except ModelFileError as error:
            raise ModelFileError(f"{path}: {error}") from None
    else:
        state, _ = safetensors.read(path, own)
    _all_finite(path, state)
    model.load_state_dict(state)


# -- whole models ----------------------------------------------------------------------------------------------------
def save_model(model, path) -> None:
    """Write the architecture, the weights, and the state of training: optimizer, generators, epochs."""
    if not model.built:
        raise ValueError("the model is not built: give the first layer input_shape=, or call it on data once")
    arrays = {f"model.{name}": array for name, array in model.state_dict().items()}
    about = {"format": FORMAT, "architecture": architecture(model), "epochs_done": model.epochs_done}
    if model.optimizer is not None:
        about["training"] = {
            "optimizer": plain(model.optimizer, "optimizer"),
            "loss": None if model.loss is None else plain(getattr(model.loss, "function", model.loss), "loss"),
            "metrics": [plain(metric, "metrics") for metric in model._metric_names],
            "weighted_metrics": [plain(metric, "weighted_metrics") for metric in model._weighted_names],
        }
        if model.optimizer.groups:
            arrays |= {f"optimizer.{name}": array for name, array in model.optimizer.state_dict().items()}
    about["generators"] = [[owners, rng.bit_generator.state] for rng, owners in generators(model)]
    safetensors.write(path, arrays, {"glassgrad": json.dumps(about, allow_nan=False)})


def load_model(path, custom=None, compile=True):
    """A model as it was saved, ready to predict, or to train on as if it had never stopped.

    `custom` maps names to the user's own classes and functions that the model is made of.
    """
    refuse_foreign(path)
    arrays, metadata = safetensors.read(path)
    try:
        about = json.loads(metadata.get("glassgrad", "null"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"{path}: the description of the model is damaged: {error}") from error
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise ModelFileError(f"{path} holds no model of this library (save_weights files are read by load_weights)")
    budget = BUDGET.set([sum(array.size for name, array in arrays.items() if name.startswith("model."))])
    try:
        model = from_architecture(about["architecture"], custom)
        state = _parameters(arrays)
        own = {name: (p.shape, p.dtype) for name, p in model.named_parameters()}
        if {name: (array.shape, array.dtype) for name, array in state.items()} != own:
            raise ModelFileError("the weights do not fit the architecture")
        _all_finite(path, state)
        model.load_state_dict(state)
        model.epochs_done = _count(about.get("epochs_done", 0))
        if compile and about.get("training") is not None:
            restore_training(model, about["training"], arrays, custom)
        _restore_generators(model, about.get("generators", []))
    except ModelFileError as error:
        raise ModelFileError(f"{path}: {error}") from error.__cause__
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError, ArithmeticError, MemoryError) as error:
        raise ModelFileError(f"{path}: the model cannot be made: {_said(error)}") from error
    finally:
        BUDGET.reset(budget)
    return model.eval()


def architecture(model) -> dict:
    """A model as plain data."""
    if hasattr(model, "_calls"):
        return _functional_architecture(model)
    if hasattr(model, "_layers"):
        source = model.source
        return {
            "kind": "Sequential", "name": model.name, "seed": _seed(model), "dtype": model.dtype,
            "trainable": model.trainable, "input": [list(source.shape), source.dtype.name],
            "layers": [layer_description(layer) for layer in model.layers],
        }  # fmt: skip
    shapes = [list(key) for key in (model._shapes or {})]
    if not shapes:
        raise ValueError("a subclassed model is saved after a first call by fit, evaluate or train_on_batch")
    return {"kind": "custom", "layer": layer_description(model), "inputs": [list(s) for s in shapes[0]]}


def layer_description(layer) -> dict:
    """A layer as plain data: its class by name, and its settings."""
    if hasattr(layer, "_layers"):
        return {"class": "model", "config": architecture(layer)}
    return {"class": type(layer).__name__, "config": config(layer)}


def _functional_architecture(model):
    numbers = {id(symbol): i for i, symbol in enumerate(model.inputs)}
    calls = []
    for call in model._calls:
        if call.settings["args"]:
            raise ValueError(f"layer {call.layer.name!r} was called with further arguments; give them by keyword")
        settings = plain(call.settings["kwargs"], f"the call of {call.layer.name}")
        inputs = [numbers[id(symbol)] for symbol in call.inputs]
        calls.append([model._layers.index(call.layer), inputs, call.settings["several"], settings])
        for symbol in call.settings["results"]:
            numbers[id(symbol)] = len(numbers)
    return {
        "kind": "Functional", "name": model.name, "seed": _seed(model), "dtype": model.dtype,
        "trainable": model.trainable, "inputs": [[list(s.shape), s.dtype.name, s.name] for s in model.inputs],
        "input_names": list(model._by_name) if model._by_name else None,
        "layers": [layer_description(layer) for layer in model.layers], "calls": calls,
        "outputs": [numbers[id(symbol)] for symbol in model.outputs],
        "one": [model._one_input, model._one_output],
    }  # fmt: skip


def from_architecture(about, custom):
    """The model that `architecture` describes."""
    kind = about["kind"]
    if kind == "Sequential":
        model = layers.find("Sequential")(name=about["name"], seed=about["seed"], dtype=about["dtype"])
        shape, dtype = about["input"]
        model.add(Symbol(_shape(shape), _dtype(dtype)))
        for description in about["layers"]:
            model.add(make_layer(description, custom))
        model.set_trainable(about.get("trainable", True))  # of the layers, each says so itself
        return model
    if kind == "Functional":
        model = _functional(about, custom)
        model.set_trainable(about.get("trainable", True))
        return model
    if kind == "custom":
        model = make_layer(about["layer"], custom)
        inputs = [np.zeros((1, *_shape(shape)), np.float32) for shape in about["inputs"]]
        model.output_shape_of(inputs if len(inputs) > 1 else inputs[0])
        return model
    raise ModelFileError(f"a model of the unknown kind {kind!r:.40}")


def make_layer(description, custom):
    name, settings = description["class"], description["config"]
    if name == "model":
        return from_architecture(settings, custom)
    if name not in layers.entries and not (custom and name in custom):
        raise ModelFileError(
            f"layer class {name!r:.60} is not the library's own; pass it as custom={{{name!r:.60}: ...}}"
        )
    found = revive({"kind": "layer", "name": name, "config": settings}, custom)
    if not isinstance(found, Layer):
        raise ModelFileError(f"{name!r:.60} is no layer")
    return found


def _functional(about, custom):
    made = [make_layer(description, custom) for description in about["layers"]]
    values = [Symbol(_shape(shape), _dtype(dtype), name=name) for shape, dtype, name in about["inputs"]]
    inputs = list(values)
    for which, given, several, settings in about["calls"]:
        parts = [values[i] for i in given]
        found = made[which](parts if several else parts[0], **revive(settings, custom))
        values += found if isinstance(found, list) else [found]
    outputs = [values[i] for i in about["outputs"]]
    one_input, one_output = about["one"]
    names = about["input_names"]
    given = dict(zip(names, inputs, strict=True)) if names else inputs[0] if one_input else inputs
    return layers.find("Functional")(
        given, outputs[0] if one_output else outputs, about["name"], about["seed"], about["dtype"]
    )


# -- the state of training -------------------------------------------------------------------------------------------
def restore_training(model, about, arrays, custom):
    found = {name: revive(about[name], custom) for name in ("optimizer", "loss", "metrics", "weighted_metrics")}
    if not isinstance(found["optimizer"], optimizers.Optimizer):
        raise ModelFileError("the file names no optimizer")
    if found["loss"] is not None and not isinstance(found["loss"], losses.Loss) and not callable(found["loss"]):
        raise ModelFileError("the file names no loss")
    if not all(isinstance(m, str | metrics.Metric) or callable(m) for m in found["metrics"]):
        raise ModelFileError("the file names something else than metrics")
    model.compile(**found)
    state = {name[10:]: array for name, array in arrays.items() if name.startswith("optimizer.")}
    if state:
        model.optimizer.bind(model.trainable_parameters())
        model.optimizer.load_state_dict(state)


def generators(model):
    """Each generator that the model draws from, with the paths of those that share it."""
    found: dict[int, tuple] = {}
    for path, module in model.modules():
        rng = getattr(module, "_rng", None)
        if rng is not None:
            found.setdefault(id(rng), (rng, []))[1].append(path)
    return list(found.values())


def _restore_generators(model, saved):
    modules = dict(model.modules())
    for owners, state in saved:
        rng = np.random.default_rng(0)
        if not isinstance(state, dict) or state.get("bit_generator") != type(rng.bit_generator).__name__:
            raise ModelFileError(f"a generator of the unknown kind {str(state)[:60]}")
        rng.bit_generator.state = state
        for path in owners:
            modules[path]._rng = rng


def _seed(model):
    if model.seed is None or isinstance(model.seed, int):
        return model.seed
    return None  # a generator: its state is saved, which is all that matters


def _shape(shape):
    if not isinstance(shape, list) or not all(n is None or (type(n) is int and 0 < n < 1 << 31) for n in shape):
        raise ModelFileError(f"a shape of {shape!r:.60}")
    if math.prod(n or 1 for n in shape) > LARGEST_SAMPLE:
        raise ModelFileError(f"an input of shape {shape}, too large to be meant")
    return tuple(shape)


def _dtype(name):
    if name not in ("float16", "float32", "float64", "int32", "int64"):
        raise ModelFileError(f"a dtype of {name!r:.40}")
    return name


def _count(n):
    if type(n) is not int or n < 0:
        raise ModelFileError(f"a count of {n!r:.40}")
    return n


def _parameters(arrays):
    """Those of a whole model's file that are parameters, by their own names."""
    return {name[6:]: array for name, array in arrays.items() if name.startswith("model.")}


def _all_finite(path, state):
    for name, array in state.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ModelFileError(f"{path}: {name!r} has nan or inf; nothing was changed")


def _refuse(text):
    raise ValueError(f"{text} is no number in JSON")


def _said(error):
    return f"no entry {error}" if isinstance(error, KeyError) else error
