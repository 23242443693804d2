"""Layers, with the names and settings that Keras gives them."""

from nn.layers.activating import ELU, LeakyReLU, PReLU, ReLU, Softmax
from nn.layers.base import Layer
from nn.layers.core import Activation, Dense, Embedding, Flatten, Lambda, Permute, RepeatVector, Reshape
from nn.layers.merging import Add, Average, Concatenate, Maximum, Minimum, Multiply, Subtract
from nn.layers.noise import Dropout, GaussianDropout, GaussianNoise
from nn.layers.normalization import BatchNormalization, LayerNormalization, Normalization, Rescaling
from nn.layers.symbols import Input

__all__ = [
    "ELU",
    "Activation",
    "Add",
    "Average",
    "BatchNormalization",
    "Concatenate",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "GaussianDropout",
    "GaussianNoise",
    "Input",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Maximum",
    "Minimum",
    "Multiply",
    "Normalization",
    "PReLU",
    "Permute",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Softmax",
    "Subtract",
]
