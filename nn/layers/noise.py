"""Layers that disturb in training and do nothing afterwards: dropout and noise."""

from __future__ import annotations

import numbers

import numpy as np

from autograd import extend
from nn.layers.base import Layer, layers
from nn.layers.formats import Spatial, checked_format
from nn.layers.symbols import shape_of


def drawn(dtype):
    """The dtype to draw in: NumPy draws no half precision."""
    return np.promote_types(dtype, np.float32)


class _Dropout(Layer):
    def __init__(self, rate, **others):
        super().__init__(**others)
        if isinstance(rate, bool) or not isinstance(rate, numbers.Real) or not 0 <= rate < 1:
            raise ValueError(f"{type(self).__name__}: rate is the share to drop, from 0 to below 1; got {rate!r:.60}")
        self.rate = float(rate)

    def call(self, x, training=False):
        if not training or not self.rate:
            return x
        kept = (self.random.random(self.shape_of_noise(x.shape), dtype=drawn(x.dtype)) >= self.rate).astype(x.dtype)
        kept *= 1.0 / (1.0 - self.rate)
        return extend.dropout(x, kept=kept)


@layers.add("Dropout")
class Dropout(_Dropout):
    """In training each number is set to 0 with probability `rate`, and the others are scaled by 1 / (1 - rate).

    >>> Dropout(0.5)(np.ones((1, 3)), training=False)
    array([[1., 1., 1.]], dtype=float32)
    """

    def __init__(self, rate, noise_shape=None, **others):
        super().__init__(rate, **others)
        self.noise_shape = None if noise_shape is None else shape_of(noise_shape, "Dropout noise_shape")

    def shape_of_noise(self, shape):
        if self.noise_shape is None:
            return shape
        return tuple(n if m is None else m for n, m in zip(shape, self.noise_shape, strict=True))


class _SpatialDropout(_Dropout, Spatial):
    """Dropout that drops a channel of a sample as a whole: neighbours say much the same."""

    def shape_of_noise(self, shape):
        ones = (1,) * self.axes
        return (*shape[:2], *ones) if self.data_format == "channels_first" else (shape[0], *ones, shape[-1])


@layers.add("SpatialDropout1D")
class SpatialDropout1D(_SpatialDropout):
    """In training each feature of a sample is 0 at all steps with probability `rate`, the others are scaled up."""

    axes = 1


@layers.add("SpatialDropout2D")
class SpatialDropout2D(_SpatialDropout):
    """In training each channel of an image is all 0 with probability `rate`, the others are scaled up.

    >>> y = SpatialDropout2D(0.5, seed=2)(np.ones((1, 2, 2, 3)), training=True)
    >>> y[0, 0, 0], bool((y == y[:, :1, :1]).all())
    (array([2., 0., 0.], dtype=float32), True)
    """

    def __init__(self, rate, data_format=None, **others):
        super().__init__(rate, **others)
        self.data_format = checked_format(data_format)


@layers.add("SpatialDropout3D")
class SpatialDropout3D(_SpatialDropout):
    """In training each channel of a volume is all 0 with probability `rate`, the others are scaled up."""

    axes = 3

    def __init__(self, rate, data_format=None, **others):
        super().__init__(rate, **others)
        self.data_format = checked_format(data_format)


@layers.add("GaussianNoise")
class GaussianNoise(Layer):
    """In training, y = x + noise of mean 0 and this standard deviation."""

    def __init__(self, stddev, **others):
        super().__init__(**others)
        if isinstance(stddev, bool) or not isinstance(stddev, numbers.Real) or not stddev >= 0:
            raise ValueError(f"GaussianNoise: stddev is a number, 0 or more; got {stddev!r:.60}")
        self.stddev = float(stddev)

    def call(self, x, training=False):
        if not training or not self.stddev:
            return x
        noise = self.random.standard_normal(x.shape, dtype=drawn(x.dtype)) * self.stddev
        return x + (noise if noise.dtype == x.dtype else noise.astype(x.dtype))


@layers.add("GaussianDropout")
class GaussianDropout(Layer):
    """In training, y = x times noise of mean 1 and standard deviation sqrt(rate / (1 - rate))."""

    def __init__(self, rate, **others):
        super().__init__(**others)
        if isinstance(rate, bool) or not isinstance(rate, numbers.Real) or not 0 <= rate < 1:
            raise ValueError(f"GaussianDropout: rate is a number from 0 to below 1; got {rate!r:.60}")
        self.rate = float(rate)

    def call(self, x, training=False):
        if not training or not self.rate:
            return x
        spread = (self.rate / (1.0 - self.rate)) ** 0.5
        noise = 1.0 + spread * self.random.standard_normal(x.shape, dtype=drawn(x.dtype))
        return x * (noise if noise.dtype == x.dtype else noise.astype(x.dtype))
