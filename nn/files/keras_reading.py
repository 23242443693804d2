"""What Keras says of a model in JSON, as `nn.saving.from_architecture` takes it."""

from __future__ import annotations

from collections import deque

import numpy as np

from nn.files.keras_objects import layer_from, policy, settings_from
from nn.safetensors import ModelFileError, quoted

WHOLE = ("bool", "int8", "uint8", "int16", "uint16", "uint32", "uint64")  # inputs of these are taken as int32
MOST = {"Sequential": 1000, "Functional": 20_000}  # layers: in a Sequential each one goes over all before it
FUNCTIONAL = ("Functional", "Model")


def architecture_from(about, custom=None) -> dict:
    """What `nn.saving.from_architecture` makes a model of."""
    name, config = about["class_name"], about["config"]
    if name == "Sequential" and not (custom and name in custom):
        return _sequential_from(about, config, custom)
    if name in FUNCTIONAL and isinstance(config, dict) and "input_layers" in config:
        return _functional_from(config, custom)
    if not custom or name not in custom:
        raise ModelFileError(
            f"has a model of the class {quoted(name)}, which is not the library's own; pass yours as "
            f"custom={{{quoted(name)}: ...}}, or build it by hand and take its weights with load_weights"
        )
    shape = (about.get("build_config") or {}).get("input_shape")
    if not isinstance(shape, list):
        raise ModelFileError(f"does not say for which inputs {quoted(name)} was built")
    described = {"class": name, "config": settings_from(custom[name], name, config, custom)}
    return {"kind": "custom", "layer": described, "inputs": [shape[1:]]}


def _layer(about, custom) -> dict:
    """A layer within a model, which may be a model itself."""
    if not isinstance(about, dict):
        raise ModelFileError(f"describes a layer as {quoted(about)}")
    if about.get("class_name") in ("Sequential", *FUNCTIONAL):
        return {"class": "model", "config": architecture_from(about, custom)}
    found = layer_from(about, custom)
    if found["class"] == "Normalization" and found["config"].get("mean") is None:
        # Measured by adapt(): its numbers are among the weights, and nan stands here until those are read.
        found["config"] |= {"mean": [np.nan], "variance": [np.nan]}
    return found


def _sequential_from(about, config, custom):
    described = _some(config["layers"], "Sequential")
    shape, dtype = config.get("build_input_shape") or (about.get("build_config") or {}).get("input_shape"), "float32"
    if described and described[0].get("class_name") == "InputLayer":
        first = described.pop(0)["config"]
        shape, dtype = first.get("batch_shape") or first.get("batch_input_shape"), first.get("dtype", "float32")
    elif described:
        first = dict(described[0].get("config") or {})
        shape = first.pop("batch_input_shape", None) or shape  # as Keras 2 wrote it
        described[0] = {**described[0], "config": first}
    if not isinstance(shape, list):
        raise ModelFileError("has a Sequential that was saved before it was built, so its weights have no shape")
    return {
        "kind": "Sequential", "name": config.get("name"), "seed": None, "dtype": policy(config.get("dtype")),
        "trainable": config.get("trainable", True), "input": [shape, _input_dtype(dtype)],
        "layers": [_layer(layer, custom) for layer in described],
    }  # fmt: skip


def _some(described, kind) -> list:
    if not isinstance(described, list) or len(described) > MOST[kind]:
        raise ModelFileError(f"has more than {MOST[kind]} layers in a {kind}, too many to be meant")
    return list(described)


def _input_dtype(dtype):
    return "int32" if dtype in WHOLE else dtype


def _functional_from(config, custom):
    layers = _some(config["layers"], "Functional")
    inputs = {about["config"].get("name", about["name"]): about["config"]
              for about in layers if about["class_name"] == "InputLayer"}  # fmt: skip
    steps = [about for about in layers if about["class_name"] != "InputLayer"]
    made = [_layer(about, custom) for about in steps]
    names, given, one_input = _places(config["input_layers"])
    _, targets, one_output = _places(config["output_layers"])
    nested = {about["name"] for about in steps if about["class_name"] in FUNCTIONAL}
    targets = [(name, node - (name in nested), index) for name, node, index in targets]  # see `_output_to`
    if len({name for name, _, _ in given}) != len(given) or any(name not in inputs for name, _, _ in given):
        raise ModelFileError("has inputs that are not its InputLayers")
    values = {(name, 0, 0): number for number, (name, _, _) in enumerate(given)}
    calls, count = [], len(given)
    for which, node, (parts, several, settings) in _in_order(steps):
        calls.append([which, [_value(values, part) for part in parts], several, settings])
        for index in range(_outputs_of(made[which])):
            values[steps[which]["name"], node, index] = count
            count += 1
    symbols = []
    for name, _, _ in given:
        about = inputs[name]
        symbols.append([about.get("batch_shape") or about.get("batch_input_shape"), _input_dtype(about["dtype"]), name])
    return {
        "kind": "Functional", "name": config.get("name"), "seed": None, "dtype": None,
        "trainable": config.get("trainable", True), "inputs": symbols, "input_names": names, "layers": made,
        "calls": calls, "outputs": [_value(values, target) for target in targets], "one": [one_input, one_output],
    }  # fmt: skip


def _value(values, place):
    if place not in values:
        raise ModelFileError(f"leads from {quoted(place)}, which nothing computes")
    return values[place]


def _outputs_of(description) -> int:
    about = description["config"]
    return len(about["outputs"]) if description["class"] == "model" and about["kind"] == "Functional" else 1


def _places(given) -> tuple[list[str] | None, list[tuple], bool]:
    """(names, places, whether there is just one) of inputs or outputs: a place, or a list or a dict of them."""
    if isinstance(given, dict):
        return list(given), [_place(part) for part in given.values()], False
    if isinstance(given, list) and given and isinstance(given[0], str):
        return None, [_place(given)], True
    return None, [_place(part) for part in given], False


def _place(given) -> tuple[str, int, int]:
    if not isinstance(given, list) or [type(part) for part in given[:3]] != [str, int, int]:
        raise ModelFileError(f"names {quoted(given)} as an input or output; wanted a layer, its call and its result")
    return tuple(given[:3])


def _in_order(steps):
    """(which layer, its how-manieth call, what the call is) such that what a call needs comes before it."""
    calls = {
        (about["name"], node): (which, _call(about["name"], call))
        for which, about in enumerate(steps)
        for node, call in enumerate(about["inbound_nodes"])
    }
    after: dict[tuple, list] = {}
    missing = {}
    for key, (_, (parts, _, _)) in calls.items():
        needs = {part[:2] for part in parts} & calls.keys()
        missing[key] = len(needs)
        for need in needs:
            after.setdefault(need, []).append(key)
    ready, done = deque(key for key, count in missing.items() if not count), 0
    while ready:
        key = ready.popleft()
        done += 1
        yield calls[key][0], key[1], calls[key][1]
        for waiting in after.get(key, ()):
            missing[waiting] -= 1
            if not missing[waiting]:
                ready.append(waiting)
    if done < len(calls):
        raise ModelFileError("has layers that wait for each other's results")


def _call(name, about):
    """(the places of the inputs, whether they are a list, settings) of a call of a layer."""
    if isinstance(about, list):  # as Keras 2 wrote it
        settings = [part[3] for part in about if len(part) > 3 and part[3]]
        args, settings = [[_place(part) for part in about]], (settings[0] if settings else {})
        args = args if len(about) > 1 else args[0]
    else:
        args, settings = [_tensors(part) for part in about["args"]], about["kwargs"]
    settings = {key: value for key, value in settings.items() if not _nothing(value)}
    if len(args) != 1 or args[0] is None or any(isinstance(value, dict | list) for value in settings.values()):
        raise ModelFileError(f"calls the layer {quoted(name)} with more than its inputs, which cannot be read")
    several = isinstance(args[0], list)
    return (args[0] if several else [args[0]]), several, settings


def _nothing(value) -> bool:
    return value is None or (isinstance(value, list) and all(part is None for part in value))


def _tensors(given):
    if isinstance(given, dict) and given.get("class_name") == "__keras_tensor__":
        return _place(given["config"]["keras_history"])
    if isinstance(given, list):
        return [_place(part["config"]["keras_history"]) for part in given]
    return None
