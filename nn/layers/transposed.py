"""Transposed convolutions over one, two or three axes: from small images to larger ones."""

from __future__ import annotations

from autograd import functional
from nn import initializers, regularizers
from nn.layers.base import layers
from nn.layers.sliding import Sliding
from nn.settings import sizes, whole


class ConvolutionTranspose(Sliding):
    """What transposed convolutions share. A subclass says over how many axes its windows slide."""

    def __init__(
        self, filters, kernel_size, strides=1, padding="valid", output_padding=None, data_format=None, dilation_rate=1,
        activation=None, use_bias=True, kernel_initializer="glorot_uniform", bias_initializer="zeros",
        kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, **others,
    ):  # fmt: skip
        super().__init__(**others)
        self.filters = whole("filters", filters)
        self.set_windows(kernel_size, strides, padding, data_format, dilation_rate)
        self.output_padding = None if output_padding is None else sizes("output_padding", output_padding, self.axes, 0)
        if any(more >= s for more, s in zip(self.output_padding or (), self.strides, strict=False)):
            raise ValueError(f"output_padding is less than strides={self.strides}; got {output_padding}")
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.set_ends(activation, use_bias, bias_initializer, bias_regularizer, activity_regularizer)

    def make_kernels(self):
        shape = (*self.kernel_size, self.filters, self.channels)
        self.kernel = self.add_weight(shape, self.kernel_initializer, self.kernel_regularizer, name="kernel")

    def convolve(self, x, bias):
        return functional.conv_transpose(
            x, self.kernel, bias, stride=self.strides, padding=self.padding, output_padding=self.output_padding,
            dilation=self.dilation_rate,
        )  # fmt: skip


@layers.add("Conv1DTranspose", "Convolution1DTranspose")
class Conv1DTranspose(ConvolutionTranspose):
    """Each step times the kernel, added up `strides` apart: (batch, steps, channels) -> (batch, longer, filters).

    >>> import numpy as np
    >>> Conv1DTranspose(2, 3, strides=2, padding="same")(np.ones((1, 5, 4))).shape
    (1, 10, 2)
    """

    axes = 1


@layers.add("Conv2DTranspose", "Convolution2DTranspose")
class Conv2DTranspose(ConvolutionTranspose):
    """Each pixel times the kernel, added up `strides` apart: (batch, height, width, channels) -> (batch, ..., filters).

    It goes the way back of the shapes of a Conv2D with the same settings, as the decoder of an autoencoder does.

    >>> import numpy as np
    >>> Conv2DTranspose(8, 3, strides=2, padding="same")(np.ones((1, 7, 7, 16))).shape
    (1, 14, 14, 8)
    """

    axes = 2


@layers.add("Conv3DTranspose", "Convolution3DTranspose")
class Conv3DTranspose(ConvolutionTranspose):
    """The same over three axes: (batch, depth, height, width, channels) -> (batch, ..., ..., ..., filters).

    >>> import numpy as np
    >>> Conv3DTranspose(2, 2, strides=2)(np.ones((1, 1, 2, 3, 4))).shape
    (1, 2, 4, 6, 2)
    """

    axes = 3

    def __init__(  # in Keras `data_format` comes first here
        self, filters, kernel_size, strides=1, padding="valid", data_format=None, output_padding=None, *more, **others
    ):
        super().__init__(filters, kernel_size, strides, padding, output_padding, data_format, *more, **others)
