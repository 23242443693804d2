"""Layers that keep one number of each channel: the largest, or the mean over all of space."""

from __future__ import annotations

import numpy as np

from nn.layers.base import layers
from nn.layers.formats import Spatial, checked_format, has_pixels
from nn.settings import flag


class _GlobalPooling(Spatial):
    """The result has the shape (batch, channels), or with `keepdims` sizes of 1 in space."""

    def __init__(self, data_format=None, keepdims=False, **others):
        super().__init__(**others)
        self.data_format = checked_format(data_format)
        self.keepdims = flag(f"{type(self).__name__}: keepdims", keepdims)

    check_sizes = has_pixels

    def output_for(self, shape):
        if self.keepdims:
            return self.with_sizes(shape, [1] * self.axes)
        return shape[0], shape[1 if self.data_format == "channels_first" else -1]

    def over(self, x):
        return self.reduce(x, axis=tuple(range(1, self.axes + 1)), keepdims=self.keepdims)


class _GlobalMax(_GlobalPooling):
    reduce = staticmethod(np.max)


class _GlobalAverage(_GlobalPooling):
    reduce = staticmethod(np.mean)


@layers.add("GlobalMaxPooling1D", "GlobalMaxPool1D")
class GlobalMaxPooling1D(_GlobalMax):
    """The largest number of each feature over all steps: (batch, steps, features) becomes (batch, features)."""

    axes = 1


@layers.add("GlobalMaxPooling2D", "GlobalMaxPool2D")
class GlobalMaxPooling2D(_GlobalMax):
    """The largest number of each channel of an image: (batch, height, width, channels) becomes (batch, channels).

    Where several are the largest, they share the gradient.

    >>> GlobalMaxPooling2D()(np.arange(8.0).reshape(1, 2, 2, 2)).tolist()
    [[6.0, 7.0]]
    """


@layers.add("GlobalMaxPooling3D", "GlobalMaxPool3D")
class GlobalMaxPooling3D(_GlobalMax):
    """The largest number of each channel of a volume."""

    axes = 3


@layers.add("GlobalAveragePooling1D", "GlobalAvgPool1D")
class GlobalAveragePooling1D(_GlobalAverage):
    """The mean of each feature over all steps: (batch, steps, features) becomes (batch, features)."""

    axes = 1


@layers.add("GlobalAveragePooling2D", "GlobalAvgPool2D")
class GlobalAveragePooling2D(_GlobalAverage):
    """The mean of each channel of an image: (batch, height, width, channels) becomes (batch, channels).

    >>> GlobalAveragePooling2D(keepdims=True)(np.arange(8.0).reshape(1, 2, 2, 2)).tolist()
    [[[[3.0, 4.0]]]]
    """


@layers.add("GlobalAveragePooling3D", "GlobalAvgPool3D")
class GlobalAveragePooling3D(_GlobalAverage):
    """The mean of each channel of a volume."""

    axes = 3


GlobalMaxPool1D, GlobalMaxPool2D, GlobalMaxPool3D = GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D
GlobalAvgPool1D, GlobalAvgPool2D = GlobalAveragePooling1D, GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
