"""Convolutions that look at each channel by itself, with or without a product over channels behind them."""

from __future__ import annotations

import numpy as np

from autograd import functional
from nn import initializers, regularizers
from nn.layers.base import layers
from nn.layers.formats import channels_of
from nn.layers.sliding import Sliding
from nn.settings import whole


class Depthwise(Sliding):
    """What depthwise convolutions share. A subclass says over how many axes its windows slide."""

    def __init__(
        self, kernel_size, strides=1, padding="valid", depth_multiplier=1, data_format=None, dilation_rate=1,
        activation=None, use_bias=True, depthwise_initializer="glorot_uniform", bias_initializer="zeros",
        depthwise_regularizer=None, bias_regularizer=None, activity_regularizer=None, **others,
    ):  # fmt: skip
        super().__init__(**others)
        self.depth_multiplier = whole("depth_multiplier", depth_multiplier)
        self.set_windows(kernel_size, strides, padding, data_format, dilation_rate)
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)
        self.set_ends(activation, use_bias, bias_initializer, bias_regularizer, activity_regularizer)

    def make_kernels(self):
        shape = (*self.kernel_size, self.channels, self.depth_multiplier)
        self.kernel = self.add_weight(shape, self.depthwise_initializer, self.depthwise_regularizer, name="kernel")

    def units(self):
        return self.channels * self.depth_multiplier

    def output_for(self, shape):
        return self.after_windows(shape, channels_of(shape, self.data_format) * self.depth_multiplier)

    def convolve(self, x, bias):
        return each_channel(self, x, self.kernel, bias)


class Separable(Sliding):
    """What separable convolutions share. A subclass says over how many axes its windows slide."""

    def __init__(
        self, filters, kernel_size, strides=1, padding="valid", data_format=None, dilation_rate=1, depth_multiplier=1,
        activation=None, use_bias=True, depthwise_initializer="glorot_uniform",
        pointwise_initializer="glorot_uniform", bias_initializer="zeros", depthwise_regularizer=None,
        pointwise_regularizer=None, bias_regularizer=None, activity_regularizer=None, **others,
    ):  # fmt: skip
        super().__init__(**others)
        self.filters = whole("filters", filters)
        self.depth_multiplier = whole("depth_multiplier", depth_multiplier)
        self.set_windows(kernel_size, strides, padding, data_format, dilation_rate)
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.pointwise_initializer = initializers.get(pointwise_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)
        self.pointwise_regularizer = regularizers.get(pointwise_regularizer)
        self.set_ends(activation, use_bias, bias_initializer, bias_regularizer, activity_regularizer)

    def make_kernels(self):
        depthwise = (*self.kernel_size, self.channels, self.depth_multiplier)
        pointwise = (*[1] * self.axes, self.channels * self.depth_multiplier, self.filters)
        self.depthwise_kernel = self.add_weight(
            depthwise, self.depthwise_initializer, self.depthwise_regularizer, name="depthwise_kernel"
        )
        self.pointwise_kernel = self.add_weight(
            pointwise, self.pointwise_initializer, self.pointwise_regularizer, name="pointwise_kernel"
        )

    def output_for(self, shape):
        return self.after_windows(shape, self.filters)

    def convolve(self, x, bias):
        return functional.conv(each_channel(self, x, self.depthwise_kernel, None), self.pointwise_kernel, bias)


def each_channel(layer, x, kernel, bias):
    """The depthwise convolution of a layer; its kernel is (*size, channels, filters for each channel)."""
    *size, channels, several = kernel.shape
    return functional.conv(
        x, np.reshape(kernel, (*size, 1, channels * several)), bias, stride=layer.strides, padding=layer.padding,
        dilation=layer.dilation_rate, groups=channels,
    )  # fmt: skip


@layers.add("DepthwiseConv1D")
class DepthwiseConv1D(Depthwise):
    """`depth_multiplier` kernels for each channel: (batch, steps, channels) -> (batch, places, channels * multiplier).

    >>> import numpy as np
    >>> DepthwiseConv1D(3, depth_multiplier=2)(np.ones((1, 6, 4))).shape
    (1, 4, 8)
    """

    axes = 1


@layers.add("DepthwiseConv2D")
class DepthwiseConv2D(Depthwise):
    """`depth_multiplier` kernels for each channel: (batch, height, width, channels) -> (batch, ..., ..., multiplied).

    y[i, j, c] = activation(sum over a, b of x[i * stride + a, j * stride + b, c] * kernel[a, b, c] + bias[c])

    >>> import numpy as np
    >>> DepthwiseConv2D(3, padding="same")(np.ones((1, 8, 8, 4))).shape
    (1, 8, 8, 4)
    """

    axes = 2


@layers.add("SeparableConv1D", "SeparableConvolution1D")
class SeparableConv1D(Separable):
    """A depthwise convolution, then a product over channels: far fewer numbers than the kernels of a Conv1D.

    >>> import numpy as np
    >>> SeparableConv1D(5, 3)(np.ones((1, 6, 4))).shape
    (1, 4, 5)
    """

    axes = 1


@layers.add("SeparableConv2D", "SeparableConvolution2D")
class SeparableConv2D(Separable):
    """A depthwise convolution, then a product over channels: far fewer numbers than the kernels of a Conv2D.

    >>> import numpy as np
    >>> layer = SeparableConv2D(16, 3, padding="same")
    >>> layer(np.ones((1, 8, 8, 32))).shape, layer.count_params()  # a Conv2D has 4,624
    ((1, 8, 8, 16), 816)
    """

    axes = 2
