"""Layers, with the names and settings that Keras gives them."""

from nn.layers.activating import ELU, LeakyReLU, PReLU, ReLU, Softmax
from nn.layers.base import Layer
from nn.layers.convolution import Conv1D, Conv2D, Conv3D
from nn.layers.core import Activation, Dense, Embedding, Flatten, Lambda, Permute, RepeatVector, Reshape
from nn.layers.merging import Add, Average, Concatenate, Maximum, Minimum, Multiply, Subtract
from nn.layers.noise import Dropout, GaussianDropout, GaussianNoise
from nn.layers.normalization import BatchNormalization, LayerNormalization, Normalization, Rescaling
from nn.layers.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    AvgPool1D,
    AvgPool2D,
    AvgPool3D,
    MaxPool1D,
    MaxPool2D,
    MaxPool3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)
from nn.layers.symbols import Input

__all__ = [
    "ELU",
    "Activation",
    "Add",
    "Average",
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "BatchNormalization",
    "Concatenate",
    "Conv1D",
    "Conv2D",
    "Conv3D",
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
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
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
