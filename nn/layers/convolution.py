"""Convolutions over one, two or three axes."""

from __future__ import annotations

from autograd import functional
from nn import activations, initializers, regularizers
from nn.layers.base import Layer, layers
from nn.layers.formats import channels_of, checked_format, from_last, to_last, wanted
from nn.settings import flag, sizes, whole

PADDINGS = ("valid", "same", "causal")


class Convolution(Layer):
    """What convolutions share: settings, kernel and bias. A subclass says over how many axes its windows slide."""

    axes = 0

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
        self.set_weights_of(
            activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer,
            activity_regularizer,
        )  # fmt: skip

    def set_windows(self, kernel_size, strides, padding, where, dilation_rate):
        self.kernel_size = sizes("kernel_size", kernel_size, self.axes)
        self.strides = sizes("strides", strides, self.axes)
        self.dilation_rate = sizes("dilation_rate", dilation_rate, self.axes)
        known = PADDINGS if self.axes == 1 else PADDINGS[:2]
        if padding not in known:
            raise ValueError(f"padding is {' or '.join(map(repr, known))}; got {padding!r:.60}")
        self.padding = padding
        self.data_format = checked_format(where)

    def set_weights_of(
        self, activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer,
        activity_regularizer,
    ):  # fmt: skip
        self.activation = activations.get(activation)
        self.use_bias = flag("use_bias", use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.activity_regularizer = regularizers.get(activity_regularizer)

    def check_input(self, shape):
        if len(shape) != self.axes + 2:
            self.refuse(shape, f"{wanted(self.axes, self.data_format)}; x[..., None] makes one channel")
        channels = channels_of(shape, self.data_format)
        if channels is None:
            self.refuse(shape, "a known number of channels")
        if self.built and channels != self.channels:
            self.refuse(shape, f"{self.channels} channels, in {wanted(self.axes, self.data_format)}")
        if channels % self.groups:
            self.refuse(shape, f"a number of channels that groups={self.groups} divides")

    def build(self, input_shape):
        self.channels = channels_of(input_shape, self.data_format)
        self.kernel = self.add_weight(
            self.kernel_shape(), self.kernel_initializer, self.kernel_regularizer, name="kernel"
        )
        if self.use_bias:
            self.bias = self.add_weight((self.units(),), self.bias_initializer, self.bias_regularizer, name="bias")

    def kernel_shape(self):
        return (*self.kernel_size, self.channels // self.groups, self.filters)

    def units(self) -> int:
        """How many channels come out."""
        return self.filters

    def call(self, x):
        y = self.convolve(to_last(x, self.data_format), self.bias if self.use_bias else None)
        y = self.activation(from_last(y, self.data_format))
        if self.activity_regularizer is not None:
            self.add_loss(self.activity_regularizer(y) / len(x))
        return y

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
