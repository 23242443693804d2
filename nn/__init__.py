"""Neurons, layers, losses, optimizers and training, on `autograd`."""

from nn import activations, callbacks, initializers, layers, losses, metrics, models, optimizers, regularizers
from nn.layers import Input
from nn.models import Model, Sequential
from nn.module import Module, Parameter

__all__ = [
    "Input",
    "Model",
    "Module",
    "Parameter",
    "Sequential",
    "activations",
    "callbacks",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "regularizers",
]
