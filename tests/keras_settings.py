"""Models with every loss, metric, optimizer ... there is, as object, by each of its names and as a function.

`python tests/keras_settings.py FOLDER` writes each that Keras could read as `.keras`: tests/nn/reference/
make_settings.py FOLDER has real Keras load them, in an environment of its own.
"""

import inspect
import sys
from pathlib import Path

import numpy as np

import nn
from nn import layers as L
from nn.optimizers import schedules as S
from nn.registry import REGISTRIES

SCHEDULES = {
    "ExponentialDecay": lambda: S.ExponentialDecay(0.1, 5, 0.9), "CosineDecay": lambda: S.CosineDecay(0.1, 5),
    "InverseTimeDecay": lambda: S.InverseTimeDecay(0.1, 5, 0.9), "OneCycle": lambda: S.OneCycle(0.1, 5),
    "PiecewiseConstantDecay": lambda: S.PiecewiseConstantDecay([2, 4], [0.1, 0.2, 0.3]),
    "PolynomialDecay": lambda: S.PolynomialDecay(0.1, 5), "Warmup": lambda: S.Warmup(0.1, 5),
    "CosineDecayRestarts": lambda: S.CosineDecayRestarts(0.1, 5),
}  # fmt: skip
# What Keras does not have: refused when a model is saved.
NO_KERAS = {
    "schedule Warmup", "schedule OneCycle", "initializer function", "metric mean_metric_wrapper",
    "metric MeanMetricWrapper", "metric confusion_matrix", "metric ConfusionMatrix", "metric huber", "metric Huber",
    "metric huber_loss", "metric binary_focal_crossentropy", "metric BinaryFocalCrossentropy",
}  # fmt: skip
ACTIVATIONS = {
    "ReLU": lambda: L.ReLU(3), "LeakyReLU": lambda: L.LeakyReLU(0.2), "ELU": L.ELU, "Softmax": L.Softmax,
    "Activation": lambda: L.Activation("gelu"),
}  # fmt: skip


def model(*layers, shape=(4,), **compiled):
    made = nn.Sequential([nn.Input(shape), *(layers or [L.Dense(6)])], seed=0)
    if compiled:
        made.compile(**{"optimizer": "sgd", "loss": "mse", **compiled})
    return made


def things(kind):
    """(name, what is given) for each name, object and function of a kind."""
    for name, entry in REGISTRIES[kind].entries.items():
        if entry in (nn.metrics.Mean, nn.metrics.Sum):  # of values, and not of what is true and predicted
            continue
        if kind == "schedule":
            yield f"{kind} {name}", SCHEDULES[name]()
            continue
        required = {
            "Constant": (2.0,),
            "MeanMetricWrapper": (nn.metrics.mse,),
            "_Function": (np.ones,),
        }
        arguments = required.get(entry.__name__, ())
        if not arguments:
            yield f"{kind} {name}", name
        if isinstance(entry, type):
            yield f"{kind} {name} object", entry(*arguments)
    room = {"loss": nn.losses, "metric": nn.metrics}.get(kind)
    for name in vars(room) if room else ():
        if name in REGISTRIES[kind].entries and inspect.isfunction(getattr(room, name)):
            yield f"{kind} {name} function", getattr(room, name)


def cases(kind):
    """(name, a model with one of that kind in it)."""
    for name, thing in things(kind):
        if kind == "loss":
            yield name, model(loss=thing)
        elif kind == "metric":
            yield name, model(metrics=[thing])
        elif kind == "optimizer":
            yield name, model(optimizer=thing)
        elif kind == "schedule":
            yield name, model(optimizer=nn.optimizers.Adam(thing))
        else:
            setting = {"initializer": "kernel_initializer", "regularizer": "kernel_regularizer"}.get(kind, kind)
            yield name, model(L.Dense(4, **{setting: thing}))
    if kind == "activation":
        for name, make in ACTIVATIONS.items():
            yield f"layer {name}", model(L.Conv2D(2, 3, activation=make()), L.Activation(make()), shape=(4, 4, 1))


def is_refused(name):
    return " ".join(name.split()[:2]) in NO_KERAS


KINDS = ["loss", "metric", "optimizer", "schedule", "initializer", "regularizer", "activation"]

if __name__ == "__main__":
    from nn.applications import mobilenet_v2

    for kind in KINDS:
        for name, made in cases(kind):
            if not is_refused(name):
                made.save(Path(sys.argv[1], f"{name}.keras"))
    image = nn.Input((4, 4, 3))
    nn.Model(image, L.Conv2D(2, 3)(mobilenet_v2.preprocess_input(image))).save(Path(sys.argv[1], "preprocessing.keras"))
