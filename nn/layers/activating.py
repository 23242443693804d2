"""Activations as layers of their own, those with settings or weights."""

from __future__ import annotations

import numpy as np

from nn import activations, initializers, regularizers
from nn.layers.base import Layer, layers
from nn.layers.shapes import unchanged
from nn.settings import ANY, whole_numbers


@layers.add("ReLU")
class ReLU(Layer):
    """y = max(x, 0), with an optional slope below 0 and a ceiling."""

    output_for = unchanged

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **others):
        super().__init__(**others)
        self.max_value = max_value
        self.negative_slope = negative_slope
        self.threshold = threshold

    def call(self, x):
        return activations.relu(x, self.negative_slope, self.max_value, self.threshold)


@layers.add("LeakyReLU")
class LeakyReLU(Layer):
    """y = x where x > 0, negative_slope * x elsewhere."""

    output_for = unchanged

    def __init__(self, negative_slope=0.3, **others):
        super().__init__(**others)
        self.negative_slope = negative_slope

    def call(self, x):
        return activations.leaky_relu(x, self.negative_slope)


@layers.add("ELU")
class ELU(Layer):
    """y = x where x > 0, alpha * (exp(x) - 1) elsewhere."""

    output_for = unchanged

    def __init__(self, alpha=1.0, **others):
        super().__init__(**others)
        self.alpha = alpha

    def call(self, x):
        return activations.elu(x, self.alpha)


@layers.add("PReLU")
class PReLU(Layer):
    """y = x where x > 0, alpha * x elsewhere, with an alpha learned for each number of a sample."""

    def __init__(self, alpha_initializer="zeros", alpha_regularizer=None, **others):
        super().__init__(**others)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)

    def build(self, input_shape):
        self.alpha = self.add_weight(input_shape[1:], self.alpha_initializer, self.alpha_regularizer)

    def check_input(self, shape):
        if self.built and shape[1:] != self.alpha.shape:
            self.refuse(shape, f"samples of shape {self.alpha.shape}")

    def call(self, x):
        return np.maximum(x, 0.0) + self.alpha * np.minimum(x, 0.0)


@layers.add("Softmax")
class Softmax(Layer):
    """y = exp(x) / sum(exp(x)) along an axis."""

    def __init__(self, axis=-1, **others):
        super().__init__(**others)
        axes = whole_numbers("Softmax: axis", axis, ANY)
        self.axis = axes if isinstance(axis, tuple | list) else axes[0]

    def call(self, x):
        return activations.softmax(x, self.axis)
