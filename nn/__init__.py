"""Neurons, layers, losses, optimizers and training, on `autograd`.

On single numbers: `Neuron`, `Layer`, `MLP`. On arrays, in the layout that Keras users know: `layers`, `models`,
`losses`, `optimizers`, `metrics`, `callbacks`, and `Sequential`, `Model` and `Input` at the top. `applications` are
networks that others have trained.
"""

from nn import (
    activations,
    applications,
    callbacks,
    datasets,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    preprocessing,
    regularizers,
    utils,
)
from nn.errors import ModelWarning, ShapeError
from nn.layers import Input
from nn.models import Model, Sequential
from nn.module import Module, Parameter
from nn.neurons import MLP, Layer, Neuron, explode
from nn.safetensors import ModelFileError

__all__ = [
    "MLP",
    "Input",
    "Layer",
    "Model",
    "ModelFileError",
    "ModelWarning",
    "Module",
    "Neuron",
    "Parameter",
    "Sequential",
    "ShapeError",
    "activations",
    "applications",
    "callbacks",
    "datasets",
    "explode",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "preprocessing",
    "regularizers",
    "utils",
]
