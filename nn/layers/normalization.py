"""Layers that bring numbers to mean 0 and variance 1: over the batch, over each sample, or as the data has it."""

from __future__ import annotations

import numbers
import warnings

import numpy as np

from autograd.extend import array_of, written_to
from nn import initializers, regularizers
from nn.errors import ModelWarning
from nn.layers.base import Layer, layers
from nn.layers.shapes import unchanged
from nn.settings import ANY, flag, whole, whole_numbers, whole_or_none


class _Normalization(Layer):
    output_for = unchanged

    def __init__(
        self, axis, epsilon, center, scale, beta_initializer, gamma_initializer, beta_regularizer, gamma_regularizer,
        **others,
    ):  # fmt: skip
        super().__init__(**others)
        if not epsilon > 0:
            raise ValueError(f"{type(self).__name__}: epsilon is a number above 0; got {epsilon!r}")
        axes = whole_numbers(f"{type(self).__name__}: axis", axis, ANY)
        self.axis = axes if isinstance(axis, tuple | list) else axes[0]
        self.epsilon = epsilon
        self.center = flag("center", center)
        self.scale = flag("scale", scale)
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)

    def axes(self, ndim):
        """The axes named by the user, from 0."""
        axes = (self.axis,) if isinstance(self.axis, int) else self.axis
        if any(not -ndim <= a < ndim or a % ndim == 0 for a in axes):
            raise ValueError(
                f"layer {self.name!r} ({type(self).__name__}): axis={self.axis} of an input with {ndim} axes, of which "
                "the first is the batch"
            )
        return tuple(sorted(a % ndim for a in axes))

    def build(self, input_shape):
        self.own_axes = self.axes(len(input_shape))
        self.own_shape = tuple(input_shape[a] for a in self.own_axes)
        if None in self.own_shape:
            self.refuse(input_shape, f"a known size along axis {self.axis}")
        if self.scale:
            self.gamma = self.add_weight(self.own_shape, self.gamma_initializer, self.gamma_regularizer)
        if self.center:
            self.beta = self.add_weight(self.own_shape, self.beta_initializer, self.beta_regularizer)

    def check_input(self, shape):
        if self.built and tuple(shape[a] for a in self.axes(len(shape))) != self.own_shape:
            self.refuse(shape, f"sizes {self.own_shape} along axis {self.axis}")

    def spread(self, parameter, x):
        """A parameter shaped to broadcast against x."""
        return np.reshape(parameter, [n if a in self.own_axes else 1 for a, n in enumerate(x.shape)])

    def scaled(self, y):
        if self.scale:
            y = y * self.spread(self.gamma, y)
        return y + self.spread(self.beta, y) if self.center else y


@layers.add("BatchNormalization")
class BatchNormalization(_Normalization):
    """y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, with a mean and variance for each feature.

    In training they are those of the batch (variance divided by n), and the moving averages follow with
    moving = momentum * moving + (1 - momentum) * batch. Afterwards the moving averages are used.
    """

    def __init__(
        self, axis=-1, momentum=0.99, epsilon=1e-3, center=True, scale=True, beta_initializer="zeros",
        gamma_initializer="ones", moving_mean_initializer="zeros", moving_variance_initializer="ones",
        beta_regularizer=None, gamma_regularizer=None, **others,
    ):  # fmt: skip
        super().__init__(
            axis, epsilon, center, scale, beta_initializer, gamma_initializer, beta_regularizer, gamma_regularizer,
            **others,
        )  # fmt: skip
        whole("BatchNormalization: axis", axis, ANY)  # one
        if isinstance(momentum, bool) or not isinstance(momentum, numbers.Real) or not 0 <= momentum <= 1:
            raise ValueError(f"BatchNormalization: momentum is a number from 0 to 1; got {momentum!r:.60}")
        self.momentum = momentum
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)

    def build(self, input_shape):
        super().build(input_shape)
        self.moving_mean = self.add_weight(self.own_shape, self.moving_mean_initializer, trainable=False)
        self.moving_variance = self.add_weight(self.own_shape, self.moving_variance_initializer, trainable=False)

    def call(self, x, training=False):
        if not training or not self.trainable:
            mean, variance = array_of(self.moving_mean), array_of(self.moving_variance)
            scale = 1.0 / np.sqrt(variance + np.asarray(self.epsilon, variance.dtype))
            return self.scaled((x - self.spread(mean, x)) * self.spread(scale, x))
        over = tuple(a for a in range(len(x.shape)) if a not in self.own_axes)
        if not x.shape[0]:
            return self.scaled(x)
        if all(x.shape[a] == 1 for a in over):
            warnings.warn(
                f"layer {self.name!r} (BatchNormalization) got one value for each feature, shape {x.shape}: in "
                "training that normalises to 0. Use larger batches, or LayerNormalization",
                ModelWarning,
                stacklevel=3,
            )
        mean = np.mean(x, axis=over, keepdims=True)
        centred = x - mean
        variance = np.mean(np.square(centred), axis=over, keepdims=True)
        self.follow(self.moving_mean, mean)
        self.follow(self.moving_variance, variance)
        return self.scaled(centred / np.sqrt(variance + self.epsilon))

    def follow(self, moving, batch):
        batch = np.reshape(array_of(batch), self.own_shape)
        array = array_of(moving) * self.momentum
        array += (1 - self.momentum) * batch
        moving.rebase(array)


@layers.add("LayerNormalization")
class LayerNormalization(_Normalization):
    """y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, with the mean and variance of each sample.

    >>> LayerNormalization(epsilon=1e-9)(np.array([[1.0, 3.0]])).data
    array([[-1.,  1.]], dtype=float32)
    """

    def __init__(
        self, axis=-1, epsilon=1e-3, center=True, scale=True, beta_initializer="zeros", gamma_initializer="ones",
        beta_regularizer=None, gamma_regularizer=None, **others,
    ):  # fmt: skip
        super().__init__(
            axis, epsilon, center, scale, beta_initializer, gamma_initializer, beta_regularizer, gamma_regularizer,
            **others,
        )  # fmt: skip

    def call(self, x):
        centred = x - np.mean(x, axis=self.own_axes, keepdims=True)
        variance = np.mean(np.square(centred), axis=self.own_axes, keepdims=True)
        return self.scaled(centred / np.sqrt(variance + self.epsilon))


@layers.add("Normalization")
class Normalization(Layer):
    """y = (x - mean) / sqrt(variance), with numbers measured once by `adapt(data)`; not learned.

    >>> layer = Normalization()
    >>> layer.adapt(np.array([[0.0], [2.0]]))
    >>> layer(np.array([[2.0]])).tolist()
    [[1.0]]
    """

    def __init__(self, axis=-1, mean=None, variance=None, **others):
        super().__init__(**others)
        self.axis = whole_or_none("Normalization: axis", axis, ANY)
        self.mean = None if mean is None else np.asarray(mean, dtype=np.float64)
        self.variance = None if variance is None else np.asarray(variance, dtype=np.float64)

    def adapt(self, data) -> None:
        """Measure the mean and the variance of the data."""
        data = np.asarray(data, dtype=np.float64)
        if not data.size or not np.isfinite(data).all():
            raise ValueError(f"layer {self.name!r} (Normalization): the data is empty or has nan or inf")
        over = tuple(a for a in range(data.ndim) if self.axis is None or a != self.axis % data.ndim)
        self.mean = data.mean(axis=over)
        self.variance = data.var(axis=over)

    def call(self, x):
        if self.mean is None or self.variance is None:
            raise ValueError(f"layer {self.name!r} (Normalization) has measured nothing yet; call adapt(data) first")
        for name in ("mean", "variance"):  # measured again, they are other arrays
            written_to(self, name)
        shape = [1] * len(x.shape)
        if self.axis is not None:
            shape[self.axis] = -1
        mean = self.mean.reshape(shape).astype(x.dtype)
        return (x - mean) / np.maximum(np.sqrt(self.variance.reshape(shape)), 1e-7).astype(x.dtype)


@layers.add("Rescaling")
class Rescaling(Layer):
    """y = x * scale + offset, such as 1 / 255 for images."""

    def __init__(self, scale, offset=0.0, **others):
        super().__init__(**others)
        self.scale = scale
        self.offset = offset

    def call(self, x):
        return x * self.scale + self.offset
