"""Layers, initializers, losses ... as Keras describes them in JSON, and as `nn.registry` does.

Keras: {"module": "keras.layers", "class_name": "Dense", "config": {"units": 2, ...}, "registered_name": null}. Here:
{"class": "Dense", "config": {"units": 2}} for a layer, {"kind": "loss", "name": "mse", "config": {}} for the rest. The
names of classes and settings are the same, so what stands here is what differs.
"""

from __future__ import annotations

import inspect

import numpy as np

from nn.layers.base import layers
from nn.registry import REGISTRIES, parameters_of, plain, snake
from nn.safetensors import ModelFileError, quoted

MODULES = {
    "initializer": "keras.initializers", "regularizer": "keras.regularizers", "loss": "keras.losses",
    "metric": "keras.metrics", "optimizer": "keras.optimizers", "schedule": "keras.optimizers.schedules",
    "layer": "keras.layers",
}  # fmt: skip
# What Keras writes and this library has no setting for: read if it is this, which changes nothing; refused otherwise.
ANYTHING = object()
NEUTRAL = {
    "sparse": False, "ragged": False, "optional": False, "synchronized": False, "renorm": False, "invert": False,
    "renorm_momentum": ANYTHING, "rms_scaling": False, "mask_zero": False, "data_format": "channels_last",
    "use_ema": False, "ema_momentum": ANYTHING, "num_regressors": 0, "dtype": ANYTHING, "jit_compile": ANYTHING,
    "is_legacy_optimizer": ANYTHING, "decay": 0.0, "fused": ANYTHING, "virtual_batch_size": None, "autocast": True,
    "fn": ANYTHING, "input_length": ANYTHING, "antialias": False,
    "crop_to_aspect_ratio": False, "pad_to_aspect_ratio": False,
    "axis": -1, "summation_method": "interpolation", "multi_label": False, "from_sorted_ids": False,
}  # fmt: skip
RENAMED = {("LeakyReLU", "alpha"): "negative_slope", "lr": "learning_rate"}  # by Keras 3
ONE_AXIS = ("BatchNormalization", "Normalization")  # Keras writes [-1] or -1
DRAWS = ("Random", "Dropout", "Noise")  # in the names of layers that have a seed in Keras
# What Keras has not: settings, which are left out if they are this, and refused otherwise; classes; names of metrics.
ONLY_HERE = {
    "Poisson": {"from_logits": False}, "AUC": {"exact": False}, "SparseCategoricalAccuracy": {"ignore_class": None},
    "SparseTopKCategoricalAccuracy": {"ignore_class": None},
    **{f"SpatialDropout{n}D": {"trainable": ANYTHING} for n in (1, 2, 3)},
}  # fmt: skip
NOT_KERAS = {
    "schedule": ("Warmup", "OneCycle"), "initializer": ("_Function",), "layer": ("Lambda", "Preprocessing"),
    "metric": ("ConfusionMatrix", "Huber", "BinaryFocalCrossentropy", "MeanMetricWrapper"),
}  # fmt: skip
SHORT = ("accuracy", "acc", "mse", "mae", "mape", "msle", "bce", "MSE", "MAE", "MAPE", "MSLE", "BCE")  # Keras's too
ADVICE = "save it to a file whose name ends in .safetensors, which keeps it"


# -- from Keras ------------------------------------------------------------------------------------------------------
def layer_from(about, custom=None) -> dict:
    """A layer's description, from Keras's."""
    name, settings = _parts(about)
    module = about.get("module")
    own = (custom or {}).get(name) or (custom or {}).get(_registered(about))
    if own is not None and name not in (custom or {}):
        name = _registered(about)
    if name == "Lambda" and own is None:
        raise ModelFileError(
            "has a Lambda layer, whose function lies in the file as code, which is not run. Build the model by hand, "
            "and take its weights with load_weights"
        )
    if own is None and (name not in layers.entries or not _is_keras(module, "layers", "models")):
        raise ModelFileError(
            f"has a layer of the class {quoted(name)} ({quoted(module)}), which is not the library's own; pass yours "
            f"as custom={{{quoted(name)}: ...}}, or build the model by hand and take its weights with load_weights"
        )
    return {"class": name, "config": settings_from(own or layers.entries[name], name, settings, custom)}


def settings_from(kind, name, settings, custom) -> dict:
    """The settings of an object, from Keras's: each has its place, or changes nothing."""
    if not isinstance(kind, type):
        return {}
    known = parameters_of(kind)
    found = {}
    for key, value in settings.items():
        key = RENAMED.get((name, key)) or RENAMED.get(key, key)
        if key == "dtype" and key in known:
            found[key] = policy(value)
        elif key in known:
            found[key] = value_from(value, key, custom)
        elif value is not None and not (key in NEUTRAL and (NEUTRAL[key] is ANYTHING or NEUTRAL[key] == value)):
            raise ModelFileError(
                f"{quoted(settings.get('name', name))} ({name}) has {key}={quoted(value)}, which {name} here cannot do"
            )
    if name in ONE_AXIS and isinstance(found.get("axis"), list) and len(found["axis"]) == 1:
        found["axis"] = found["axis"][0]
    return found


def policy(value) -> str | None:
    """The dtype of a layer; None for the usual one."""
    while isinstance(value, dict):
        value = value.get("config", {}).get("name") if isinstance(value.get("config"), dict) else None
    if value not in (None, "float16", "float32", "float64"):
        raise ModelFileError(f"computes in {quoted(value)}; wanted float16, float32 or float64")
    return None if value == "float32" else value


def value_from(value, key, custom=None):
    """A setting as `nn.registry.revive` takes it."""
    if isinstance(value, list):
        return [value_from(part, key, custom) for part in value]
    if not isinstance(value, dict):
        return value
    if "class_name" not in value:
        raise ModelFileError(f"the setting {quoted(key)} is {quoted(value)}; wanted a plain value or an object")
    if value["class_name"] in ("__numpy__", "__tensor__") and isinstance(value.get("config"), dict):
        return value["config"].get("value")
    return object_from(value, _kind_of(key), custom)


def _kind_of(key):
    if key == "learning_rate":
        return "schedule"
    return next((kind for kind in REGISTRIES if key.endswith(kind)), None)


def object_from(about, kind, custom=None):
    """An initializer, a loss, an activation ..., of that kind."""
    if isinstance(about, str):
        return about
    name = about.get("class_name") if isinstance(about, dict) else None
    if name == "__lambda__":
        raise ModelFileError("has a function as code, which is not run")
    if name == "function":
        name, settings = about.get("config"), {}
    else:
        name, settings = _parts(about)
    own = custom and next((n for n in (name, _registered(about)) if n in custom), None)
    if kind == "activation" and not own and isinstance(name, str) and name in layers.entries:
        found = layer_from(about)
        return {"kind": "layer", "name": found["class"], "config": found["config"]}
    if own:
        return {"kind": "custom", "name": own, "config": settings_from(custom[own], own, settings, custom)}
    entries = REGISTRIES[kind].entries if kind in REGISTRIES else {}
    found = entries.get(name) or next((e for e in entries.values() if getattr(e, "__name__", None) == name), None)
    if found is None or not isinstance(name, str):
        raise ModelFileError(
            f"has the {kind or 'object'} {quoted(name)}, which is not the library's own; pass it in custom={{...}}"
        )
    return {"kind": kind, "name": name, "config": settings_from(found, name, _tidied(settings, kind), custom)}


def _tidied(settings, kind):
    """What Keras rounded to single precision, as it was written: 0.001 for 0.0010000000474974513."""
    if kind == "metric":  # sums are kept in double precision
        settings = {key: value for key, value in settings.items() if key != "dtype"}
    return {key: tidy(value) for key, value in settings.items()}


def tidy(value):
    if isinstance(value, float) and np.isfinite(value) and float(np.float32(value)) == value:
        return float(str(np.float32(value)))
    return value


def _parts(about) -> tuple[str, dict]:
    name = about.get("class_name") if isinstance(about, dict) else None
    settings = about.get("config") if isinstance(about, dict) else None
    if not isinstance(name, str) or not isinstance(settings, dict | None):
        raise ModelFileError(f"describes something as {quoted(about)}; wanted class_name and config")
    return name, settings or {}


def _registered(about):
    """The name under which a class was registered, without its package."""
    name = about.get("registered_name")
    return name.rpartition(">")[2] if isinstance(name, str) else None


def _is_keras(module, *rooms) -> bool:
    """Whether a module is Keras's own, of these rooms; old files name none."""
    if module is None or module in ("keras", *(f"keras.{room}" for room in rooms)):
        return True
    return isinstance(module, str) and module.startswith(tuple(f"keras.src.{room}." for room in rooms))


# -- to Keras --------------------------------------------------------------------------------------------------------
def layer_to(description: dict) -> dict:
    """A layer for Keras, from its description."""
    name, settings = description["class"], dict(description["config"])
    said = f"layer {settings.get('name')!r} ({name})"
    if name == "Preprocessing":
        name, settings = _rescaling(said, settings)
    if name not in layers.entries:
        raise ValueError(f"{said} is none of Keras's, which could not read it; {ADVICE}")
    settings = _taken("layer", name, settings, said)
    settings.pop("input_shape", None)
    if name != "Embedding":
        settings.pop("input_dim", None)
    if not any(part in name for part in DRAWS):
        settings.pop("seed", None)
    config = {key: value_to(value) for key, value in settings.items()}
    return described("keras.layers", name, {**config, "dtype": policy_to(settings.get("dtype"))})


def _rescaling(said, settings) -> tuple[str, dict]:
    """The layer of Keras that prepares images as `preprocess_input` of mode "tf" does."""
    if settings["mode"] != "tf":
        raise ValueError(
            f"{said} prepares images in the mode {settings['mode']!r}, for which Keras has no layer: build the model "
            f"without it and call preprocess_input on the images, or {ADVICE}"
        )
    rest = {key: value for key, value in settings.items() if key not in ("mode", "data_format")}
    return "Rescaling", {**rest, "scale": 1 / 127.5, "offset": -1.0}


def _taken(kind, name, settings, said) -> dict:
    """The settings that Keras has too; the others have to be as if they were not there."""
    if name in NOT_KERAS.get(kind, ()):
        raise ValueError(f"{said} is none of Keras's, which could not read it; {ADVICE}")
    lacking = ONLY_HERE.get(name, {})
    for key, value in lacking.items():
        if value is not ANYTHING and settings.get(key, value) != value:
            raise ValueError(f"{said} has {key}={settings[key]!r}, a setting that Keras's {name} lacks; {ADVICE}")
    return {key: value for key, value in settings.items() if key not in lacking}


def described(module, name, config, registered=None) -> dict:
    return {"module": module, "class_name": name, "config": config, "registered_name": registered}


def policy_to(dtype) -> dict:
    return described("keras", "DTypePolicy", {"name": dtype or "float32"})


def value_to(value):
    """A setting for Keras, from what `nn.registry.plain` made of it."""
    if isinstance(value, list):
        return [value_to(part) for part in value]
    if not isinstance(value, dict):
        return value
    if "kind" not in value:
        return {key: value_to(part) for key, part in value.items()}
    kind, name = value["kind"], value["name"]
    if kind == "activation":
        return name
    if kind == "layer":
        return layer_to({"class": name, "config": value["config"]})
    if _is_function(value):
        return name
    said = f"{name!r} ({kind})"
    found = REGISTRIES[kind].entries.get(name) if kind in REGISTRIES else None
    if kind not in MODULES or found is None or inspect.isfunction(found):
        raise ValueError(f"{said} is none of Keras's, which could not read it; {ADVICE}")
    settings = _taken(kind, found.__name__, value["config"], said)
    config = {key: value_to(part) for key, part in settings.items() if (key, part) != ("name", None)}
    return described(MODULES[kind], found.__name__, config)


def metric_to(value):
    """A metric for Keras; one that was given by a name that Keras does not have, as an object of that name."""
    name = value if isinstance(value, str) else value["name"] if _is_function(value) else None
    found = REGISTRIES["metric"].entries.get(name)
    if found is None:
        return value_to(value)
    _taken("metric", found.__name__, {}, f"{name!r} (metric)")
    if name in (found.__name__, snake(found.__name__), *SHORT):
        return name
    return value_to(plain(found(name=name), "metrics"))


def _is_function(value) -> bool:
    """Whether it is a function of the library's own, such as nn.metrics.mae."""
    return value["kind"] == "custom" and value["name"] in REGISTRIES["metric"].entries and not value["config"]
