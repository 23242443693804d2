"""A model as Keras describes it in JSON, and the order in which Keras keeps its layers."""

from __future__ import annotations

from nn.files.keras_objects import ADVICE, described, layer_to, policy_to
from nn.layers.base import Layer
from nn.layers.symbols import Symbol
from nn.registry import plain
from nn.saving import layer_description


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
    within = getattr(layer, "activation", None)
    if isinstance(within, Layer) and within.parameters():
        raise ValueError(
            f"layer {layer.name!r} has a layer with weights, {type(within).__name__}, as its activation, and Keras "
            f"does not find them again: put it behind as a layer of its own, or {ADVICE}"
        )
    return model_to(layer) if hasattr(layer, "_layers") else layer_to(layer_description(layer))


def _input_to(symbol, name) -> dict:
    config = {
        "batch_shape": list(symbol.shape), "dtype": symbol.dtype.name, "sparse": False, "ragged": False, "name": name,
        "optional": False,
    }  # fmt: skip
    return described("keras.layers", "InputLayer", config)


def input_names(model) -> dict[int, str]:
    """A name for each input symbol, by its id."""
    if model._by_name:
        return {id(symbol): name for name, symbol in model._by_name.items()}
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
    outputs = [_output_to(symbol, *places[id(symbol)]) for symbol in model.outputs]
    return {
        "name": model.name, "trainable": model.trainable, "layers": parts,
        "input_layers": dict(zip(model._by_name, inputs, strict=True)) if model._by_name
        else inputs[0] if model._one_input else inputs,
        "output_layers": outputs[0] if model._one_output else outputs,
    }  # fmt: skip


def _output_to(symbol, name, node, index) -> list:
    """The place of an output. Only there does Keras count the making of a functional model as its first call."""
    return [name, node + hasattr(symbol.layer, "_calls"), index]


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
