"""What the layers share whose kernels slide over windows of one, two or three axes."""

from __future__ import annotations

from nn import activations, initializers, regularizers
from nn.layers.base import Layer
from nn.layers.formats import channels_of, checked_format, from_last, to_last, wanted
from nn.layers.shapes import after_windows
from nn.settings import flag, sizes


class Sliding(Layer):
    """Settings, bias and activation. A subclass says over how many axes its windows slide, makes its kernels in
    `make_kernels` and computes with channels last in `convolve`."""

    axes = 0
    groups = 1
    causal = False  # whether padding="causal" is one of its own

    def set_windows(self, kernel_size, strides, padding, where, dilation_rate):
        self.kernel_size = sizes("kernel_size", kernel_size, self.axes)
        self.strides = sizes("strides", strides, self.axes)
        self.dilation_rate = sizes("dilation_rate", dilation_rate, self.axes)
        known = ("valid", "same", "causal")[: 3 if self.causal else 2]
        if not isinstance(padding, str) or padding.lower() not in known:
            raise ValueError(f"padding is {' or '.join(map(repr, known))}; got {padding!r:.60}")
        self.padding = padding.lower()
        self.data_format = checked_format(where)

    def set_ends(self, activation, use_bias, bias_initializer, bias_regularizer, activity_regularizer):
        self.activation = activations.get(activation)
        self.use_bias = flag("use_bias", use_bias)
        self.bias_initializer = initializers.get(bias_initializer)
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

    def shapes_after(self, symbols, *others):
        self.check_input(symbols[0].shape)  # here a free number of channels can still be told from a known one
        return super().shapes_after(symbols, *others)

    def build(self, input_shape):
        self.channels = channels_of(input_shape, self.data_format)
        self.make_kernels()
        if self.use_bias:
            self.bias = self.add_weight((self.units(),), self.bias_initializer, self.bias_regularizer, name="bias")

    def make_kernels(self):
        """Add the weights besides the bias, for inputs of `self.channels` channels."""
        raise NotImplementedError(f"{type(self).__name__} defines no make_kernels")

    def after_windows(self, shape, units):
        """The shape after windows, if no activation of the user's makes another of it."""
        own = activations.is_own(self.activation)
        return after_windows(self, shape, self.kernel_size, self.dilation_rate, units) if own else None

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
        raise NotImplementedError(f"{type(self).__name__} defines no convolve")
