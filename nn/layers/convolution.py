"""Convolutions over one, two or three axes."""

from __future__ import annotations

from autograd import functional
from nn import initializers, regularizers
from nn.layers.base import layers
from nn.layers.sliding import Sliding
from nn.settings import whole


class Convolution(Sliding):
    """What convolutions share. A subclass says over how many axes its windows slide."""

    def __init__(
        self, filters, kernel_size, strides=1, padding="valid", data_format=None, dilation_rate=1, groups=1,
        activation=None, use_bias=True, kernel_initializer="glorot_uniform", bias_initializer="zeros",
        kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, **others,
    ):  # fmt: skip
        super().__init__(**others)
        self.filters = whole("filters", filters)
        self.groups = whole("groups", groups)
        if self.filters % self.groups:
            raise ValueError(f"filters is a multiple of groups; got filters={filters} and groups={groups}")
        self.set_windows(kernel_size, strides, padding, data_format, dilation_rate)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.set_ends(activation, use_bias, bias_initializer, bias_regularizer, activity_regularizer)

    def make_kernels(self):
        shape = (*self.kernel_size, self.channels // self.groups, self.filters)
        self.kernel = self.add_weight(shape, self.kernel_initializer, self.kernel_regularizer, name="kernel")

    def output_for(self, shape):
        return self.after_windows(shape, self.filters)

    def convolve(self, x, bias):
        return functional.conv(
            x, self.kernel, bias, stride=self.strides, padding=self.padding, dilation=self.dilation_rate,
            groups=self.groups,
        )  # fmt: skip


@layers.add("Conv1D")
class Conv1D(Convolution):
    """Windows of `kernel_size` steps times `filters` kernels: (batch, steps, channels) -> (batch, places, filters).

    `padding="causal"` puts all of it in front, so that no place sees what comes after it.

    >>> import numpy as np
    >>> Conv1D(4, 3, padding="causal")(np.ones((2, 10, 5))).shape
    (2, 10, 4)
    """

    axes = 1
    causal = True


@layers.add("Conv2D")
class Conv2D(Convolution):
    """Windows of an image times `filters` kernels: (batch, height, width, channels) -> (batch, ..., ..., filters).

    y[i, j] = activation(sum over a, b of x[i * stride + a, j * stride + b] @ kernel[a, b] + bias)

    >>> import numpy as np
    >>> Conv2D(8, 3, strides=2, padding="same")(np.ones((1, 28, 28, 3))).shape
    (1, 14, 14, 8)
    """

    axes = 2


@layers.add("Conv3D")
class Conv3D(Convolution):
    """The same over three axes: (batch, depth, height, width, channels) -> (batch, ..., ..., ..., filters).

    >>> import numpy as np
    >>> Conv3D(2, (1, 3, 3))(np.ones((1, 4, 5, 5, 1))).shape
    (1, 4, 3, 3, 2)
    """

    axes = 3
