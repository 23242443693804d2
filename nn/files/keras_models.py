"""A model as Keras describes it in JSON, and as `nn.saving.architecture` does."""

from __future__ import annotations

from collections import deque

from nn.files.keras_objects import ADVICE, described, layer_from, layer_to, policy, policy_to, settings_from
from nn.layers.base import Layer
from nn.layers.symbols import Symbol
from nn.registry import plain
from nn.safetensors import ModelFileError, quoted
from nn.saving import layer_description

WHOLE = ("bool", "int8", "uint8", "int16", "uint16", "uint32", "uint64")  # inputs of these are taken as int32
FUNCTIONAL = ("Functional", "Model")


# -- from Keras ------------------------------------------------------------------------------------------------------
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
        # Measured by adapt(): its numbers are among the weights, and stand here until those are read.
        shape = (about.get("build_config") or {}).get("input_shape")
        if not isinstance(shape, list) or not all(n is None or (type(n) is int and 0 < n < 1 << 20) for n in shape):
            raise ModelFileError("has a Normalization layer that has not measured anything")
        axis = found["config"].get("axis", -1)
        size = shape[axis] if type(axis) is int and -len(shape) <= axis < len(shape) else 1
        found["config"] |= {"mean": [0.0] * (size or 1), "variance": [1.0] * (size or 1)}
    return found


def _sequential_from(about, config, custom):
    described = list(config["layers"])
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


def _input_dtype(dtype):
    return "int32" if dtype in WHOLE else dtype


def _functional_from(config, custom):
    inputs = {about["config"].get("name", about["name"]): about["config"]
              for about in config["layers"] if about["class_name"] == "InputLayer"}  # fmt: skip
    steps = [about for about in config["layers"] if about["class_name"] != "InputLayer"]
    made = [_layer(about, custom) for about in steps]
    names, given, one_input = _places(config["input_layers"])
    _, targets, one_output = _places(config["output_layers"])
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
    settings = {key: value for key, value in settings.items() if value is not None}
    if len(args) != 1 or args[0] is None or any(isinstance(value, dict | list) for value in settings.values()):
        raise ModelFileError(f"calls the layer {quoted(name)} with more than its inputs, which cannot be read")
    several = isinstance(args[0], list)
    return (args[0] if several else [args[0]]), several, settings


def _tensors(given):
    if isinstance(given, dict) and given.get("class_name") == "__keras_tensor__":
        return _place(given["config"]["keras_history"])
    if isinstance(given, list):
        return [_place(part["config"]["keras_history"]) for part in given]
    return None


# -- to Keras --------------------------------------------------------------------------------------------------------
def model_to(model) -> dict:
    """A model for Keras: of the kind Sequential or Functional, of layers that Keras has."""
    if hasattr(model, "_calls"):
        return described("keras.src.models.functional", "Functional", _functional_to(model), "Functional")
    if not hasattr(model, "_layers"):
        raise ValueError(f"{type(model).__name__} is a class of your own, which Keras could not read; {ADVICE}")
    source = model.source
    first = _input_to(source, source.name or "input_layer")
    shape = list(source.shape)
    config = {
        "name": model.name, "trainable": model.trainable, "dtype": policy_to(model.dtype),
        "layers": [first, *map(_layer_to, model.layers)], "build_input_shape": shape,
    }  # fmt: skip
    return {**described("keras", "Sequential", config), "build_config": {"input_shape": shape}}


def _layer_to(layer) -> dict:
    return model_to(layer) if hasattr(layer, "_layers") else layer_to(layer_description(layer))


def _input_to(symbol, name) -> dict:
    config = {
        "batch_shape": list(symbol.shape), "dtype": symbol.dtype.name, "sparse": False, "ragged": False, "name": name,
        "optional": False,
    }  # fmt: skip
    return described("keras.layers", "InputLayer", config)


def input_names(model) -> dict[int, str]:
    """A name for each input symbol, by its id."""
    found, taken = {}, {layer.name for layer in model.layers} | {symbol.name for symbol in model.inputs}
    for symbol in model.inputs:
        name, count = symbol.name or "input_layer", 0
        while not symbol.name and name in taken:
            count += 1
            name = f"input_layer_{count}"
        taken.add(name)
        found[id(symbol)] = name
    return found


def _functional_to(model):
    names = input_names(model)
    places = {key: [name, 0, 0] for key, name in names.items()}
    nodes: dict[int, list] = {id(layer): [] for layer in model.layers}
    for call in model._calls:
        own = nodes[id(call.layer)]
        for index, result in enumerate(call.settings["results"]):
            places[id(result)] = [call.layer.name, len(own), index]
        tensors = [_tensor(symbol, places[id(symbol)]) for symbol in call.inputs]
        if call.settings["args"]:
            raise ValueError(f"layer {call.layer.name!r} was called with further arguments; give them by keyword")
        settings = plain(call.settings["kwargs"], f"the call of {call.layer.name}")
        own.append({"args": [tensors] if call.settings["several"] else tensors, "kwargs": settings})
    parts = []
    for thing in in_order_of_keras(model):
        if isinstance(thing, Symbol):
            parts.append({**_input_to(thing, names[id(thing)]), "name": names[id(thing)], "inbound_nodes": []})
        else:
            parts.append({**_layer_to(thing), "name": thing.name, "inbound_nodes": nodes[id(thing)]})
    inputs = [places[id(symbol)] for symbol in model.inputs]
    outputs = [places[id(symbol)] for symbol in model.outputs]
    return {
        "name": model.name, "trainable": model.trainable, "layers": parts,
        "input_layers": dict(zip(model._by_name, inputs, strict=True)) if model._by_name
        else inputs[0] if model._one_input else inputs,
        "output_layers": outputs[0] if model._one_output else outputs,
    }  # fmt: skip


def _tensor(symbol, place):
    about = {"shape": list(symbol.shape), "dtype": symbol.dtype.name, "keras_history": place}
    return {"class_name": "__keras_tensor__", "config": about}


def in_order_of_keras(model) -> list[Layer | Symbol]:
    """The layers and inputs of a functional model by their distance from the outputs, the farthest first, as Keras
    keeps them; those of one distance as they are met on a walk from the outputs."""
    inputs = {id(symbol): symbol for symbol in model.inputs}

    def node(symbol):
        return symbol if id(symbol) in inputs else symbol.settings["results"][0]

    def thing(symbol):
        return symbol if id(symbol) in inputs else symbol.layer

    things, met, finished, left = {}, {}, {}, set()
    for output in model.outputs:
        waiting = [node(output)]
        while waiting:
            here = waiting.pop()
            if id(here) in finished:
                continue
            if id(here) in left:
                finished[id(here)] = here
                continue
            left.add(id(here))
            met.setdefault(id(thing(here)), len(met))
            things[id(thing(here))] = thing(here)
            waiting.append(here)
            waiting += [node(s) for s in reversed(() if id(here) in inputs else here.inputs) if id(node(s)) not in left]
    for symbol in model.inputs:  # those that nothing is made of
        things.setdefault(id(symbol), symbol)
        met.setdefault(id(symbol), -1)
    depth, of_thing = {}, {}
    for here in reversed(finished.values()):
        key = id(thing(here))
        depth[id(here)] = of_thing[key] = max(depth.get(id(here), 0), of_thing.get(key, 0))
        for symbol in () if id(here) in inputs else here.inputs:
            before = id(node(symbol))
            depth[before] = max(depth.get(before, 0), depth[id(here)] + 1)
    return sorted(things.values(), key=lambda t: (-of_thing.get(id(t), 0), met[id(t)]))
