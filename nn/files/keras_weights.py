"""The weights of a model in the places where Keras keeps them.

In `.weights.h5` and `.keras` a layer's variables are `0`, `1`, ... in the group `vars` of its path: those that are
trained first, in the order in which they were made. A layer within a Sequential or functional model has the path
`layers/<its class>`, the second of a class `layers/<its class>_1`. In `.h5` they lie by the layer's own name.
"""

from __future__ import annotations

import re
from collections import Counter

import numpy as np

from nn.files.hdf5 import Group
from nn.files.keras_models import in_order_of_keras
from nn.layers.base import Layer, layers
from nn.layers.symbols import Symbol
from nn.module import Module
from nn.registry import snake
from nn.safetensors import ModelFileError, quoted

OLD = "_layer_checkpoint_dependencies"  # the name that Keras 2.12 to 2.15 gave to `layers`
STATE = re.compile("optimizer|metrics|.*seed_generator")  # what is beside the weights
MEASURED = layers.find("Normalization")


def own_variables(module) -> list:
    """The parameters of a module itself, not those of the modules inside: the trainable first, as Keras has them."""
    if hasattr(module, "_layers"):
        return []
    inside = {id(p) for name, part in module.modules() if name for p in part.parameters()}
    own = [p for p in module.parameters() if id(p) not in inside]
    return sorted(own, key=lambda p: not getattr(p, "trainable", True))


def places(model, prefix="") -> dict[str, Module | Symbol]:
    """Every module of a model, and its inputs, by its path; a module that is reached twice has the first."""
    found: dict[str, Module | Symbol] = {}
    _walk(model, prefix, found, set())
    return found


def _walk(module, path, found, seen):
    if id(module) in seen:
        return
    seen.add(id(module))
    found[path] = module
    for name, part in _children(module):
        below = f"{path}/{name}" if path else name
        if isinstance(part, Module):
            _walk(part, below, found, seen)
        else:
            _container(part, below, found, seen)


def _container(parts, path, found, seen):
    used: Counter = Counter()
    for part in parts.values() if isinstance(parts, dict) else parts:
        named = isinstance(part, Module | Symbol)
        if not named and not isinstance(part, list | tuple | dict):
            continue
        name = "input_layer" if isinstance(part, Symbol) else snake(type(part).__name__) if named else "container"
        count = used[name]
        used[name] += 1
        below = f"{path}/{name}_{count}" if count else f"{path}/{name}"
        (_walk if named else _container)(part, below, found, seen)


def _children(module):
    if isinstance(module, Symbol):
        return
    if hasattr(module, "_calls"):
        yield "layers", in_order_of_keras(module)
    elif hasattr(module, "_layers"):
        yield "layers", module.layers
    else:
        parts = {name: part for name, part in vars(module).items() if isinstance(part, Module | list | tuple | dict)}
        if hasattr(module, "layers"):
            parts["layers"] = module.layers
        for name in sorted(parts, key=lambda n: f"~{n}" if n.startswith("_") else n):
            yield name, parts[name]


# -- to Keras --------------------------------------------------------------------------------------------------------
def stored(model) -> tuple[dict[str, dict[str, np.ndarray]], dict[str, str]]:
    """The groups of a `.weights.h5` with their arrays, and the name that each has as an attribute."""
    groups, names = {}, {}
    for path, module in places(model).items():
        group = f"{path}/vars" if path else "vars"
        own = [] if isinstance(module, Symbol) else own_variables(module)
        groups[group] = {str(i): np.array(p.data) for i, p in enumerate(own)}
        names[group] = getattr(module, "name", None) or "input_layer"
    return groups, names


# -- from Keras ------------------------------------------------------------------------------------------------------
def fitting(model, root: Group) -> list[tuple]:
    """(parameter, its new numbers) for all of a model's; nothing is changed yet. Also (Normalization, its two)."""
    if (by_name := _by_layer_name(root)) is not None:
        return _from_layers(model, by_name)
    found, used = [], set()
    for path, module in places(model).items():
        if isinstance(module, Symbol):
            continue
        group = f"{path}/vars" if path else "vars"
        if root.at("layers") is None:
            group = group.replace("layers/", f"{OLD}/")
        arrays = root.at(group) or {}
        values = [arrays[str(i)] for i in range(len(arrays)) if isinstance(arrays.get(str(i)), np.ndarray)]
        used |= {f"{group}/{i}" for i in range(len(values))}
        found += _pairs(path or "the model", module, values)
    rest = [path for path in root.arrays() if path not in used and not STATE.match(path)]
    if rest:
        raise ModelFileError(f"has weights that the model has no place for: {quoted(rest)}; nothing was changed")
    return found


def _pairs(place, module, values) -> list[tuple]:
    own = own_variables(module)
    if isinstance(module, MEASURED):
        return [(module, (values[0], values[1]))] if len(values) == 3 and values[0].shape == values[1].shape else []
    if len(values) != len(own):
        raise ModelFileError(
            f"has {len(values)} arrays for {quoted(place)}, which has {len(own)}: {[p.shape for p in own]}; nothing "
            "was changed"
        )
    for p, array in zip(own, values, strict=True):
        check(p, array, place)
    return list(zip(own, values, strict=True))


def check(parameter, array, place) -> None:
    """Refuse numbers that are no weights of this parameter."""
    if parameter.shape != array.shape or array.dtype.kind != "f":
        raise ModelFileError(
            f"does not fit: {quoted(place)} is {array.dtype} {array.shape}, wanted {parameter.dtype} "
            f"{parameter.shape}; nothing was changed"
        )
    if not np.isfinite(array).all():
        raise ModelFileError(f"has nan or inf in {quoted(place)}; nothing was changed")


def _by_layer_name(root) -> Group | None:
    group = root.at("model_weights") or root
    return group if texts(group, "layer_names") is not None else None


def texts(group, name) -> list[str] | None:
    """A list of texts among the attributes, which may be cut in parts."""
    if name in group.said:
        return list(group.said[name]) if isinstance(group.said[name], list) else []
    found = None
    while isinstance(part := group.said.get(f"{name}{0 if found is None else len(found)}"), list):
        found = [*(found or []), part]
    return None if found is None else [text for part in found for text in part]


def _from_layers(model, group) -> list[tuple]:
    """By the names of layers, if these are the model's; else in their order, as layers are often named anew."""
    there = {}
    for name in texts(group, "layer_names"):
        inside = group.at(name)
        weights = texts(inside, "weight_names") if isinstance(inside, Group) else None
        arrays = [inside.at(weight) for weight in weights or ()]
        if not all(isinstance(array, np.ndarray) for array in arrays):
            raise ModelFileError(f"promises weights of {quoted(name)} that are not there")
        if arrays:
            there[name] = arrays
    ordered = in_order_of_keras(model) if hasattr(model, "_calls") else model.layers
    wanted = [
        layer for layer in ordered if isinstance(layer, Layer) and (layer.parameters() or isinstance(layer, MEASURED))
    ]
    if {layer.name for layer in wanted} != there.keys():
        wanted = [layer for layer in wanted if layer.parameters()] if len(wanted) != len(there) else wanted
        if len(wanted) != len(there):
            raise ModelFileError(
                f"has weights of {len(there)} layers, {quoted(list(there))}; the model has {len(wanted)}: "
                f"{quoted([layer.name for layer in wanted])}; nothing was changed"
            )
        there = dict(zip([layer.name for layer in wanted], there.values(), strict=True))
    found = []
    for layer in wanted:
        found += _of_layer(layer, there[layer.name])
    return found


def _of_layer(layer, arrays):
    if isinstance(layer, MEASURED):
        return _pairs(layer.name, layer, arrays)
    inside = [p for module in places(layer).values() if isinstance(module, Module) for p in own_variables(module)]
    moved = {id(p) for p in layer.trainable_parameters()}
    inside.sort(key=lambda p: id(p) not in moved)
    if len(inside) != len(arrays):
        raise ModelFileError(f"has {len(arrays)} arrays for the layer {quoted(layer.name)}, which has {len(inside)}")
    for p, array in zip(inside, arrays, strict=True):
        check(p, array, layer.name)
    return list(zip(inside, arrays, strict=True))


def assign(pairs) -> None:
    """Set what `fitting` found."""
    for thing, value in pairs:
        if isinstance(thing, MEASURED):
            thing.mean, thing.variance = (np.array(part, np.float64) for part in value)
        else:
            thing.data = np.array(value, thing.dtype)
