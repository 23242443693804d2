"""Pooling: of each window the largest number, or the mean."""

from __future__ import annotations

from autograd import functional
from nn.layers.base import Layer, layers
from nn.layers.formats import channels_of, checked_format, from_last, to_last, wanted
from nn.layers.shapes import after_windows
from nn.settings import sizes


class Pooling(Layer):
    """What both kinds of pooling share. A subclass says over how many axes its windows slide, and what it takes."""

    axes = 0
    pool: staticmethod

    def __init__(self, pool_size=2, strides=None, padding="valid", data_format=None, **others):
        super().__init__(**others)
        self.pool_size = sizes("pool_size", pool_size, self.axes)
        self.strides = self.pool_size if strides is None else sizes("strides", strides, self.axes)
        if not isinstance(padding, str) or padding.lower() not in ("valid", "same"):
            raise ValueError(f"padding is 'valid' or 'same'; got {padding!r:.60}")
        self.padding = padding.lower()
        self.data_format = checked_format(data_format)

    def check_input(self, shape):
        if len(shape) != self.axes + 2:
            self.refuse(shape, wanted(self.axes, self.data_format))

    def output_for(self, shape):
        return after_windows(self, shape, self.pool_size, (1,) * self.axes, channels_of(shape, self.data_format))

    def call(self, x):
        x = to_last(x, self.data_format)
        y = self.pool(x, self.pool_size, stride=self.strides, padding=self.padding)
        return from_last(y, self.data_format)


@layers.add("MaxPooling1D", "MaxPool1D")
class MaxPooling1D(Pooling):
    """The largest number of each window of a row of steps, for each channel.

    >>> import numpy as np
    >>> MaxPooling1D(2)(np.ones((1, 6, 3))).shape
    (1, 3, 3)
    """

    axes = 1
    pool = staticmethod(functional.max_pool)


@layers.add("MaxPooling2D", "MaxPool2D")
class MaxPooling2D(Pooling):
    """The largest number of each window of an image, for each channel.

    >>> import numpy as np
    >>> MaxPooling2D(2)(np.ones((1, 6, 4, 3))).shape
    (1, 3, 2, 3)
    """

    axes = 2
    pool = staticmethod(functional.max_pool)


@layers.add("MaxPooling3D", "MaxPool3D")
class MaxPooling3D(Pooling):
    """The largest number of each window of a body in space, for each channel.

    >>> import numpy as np
    >>> MaxPooling3D(2)(np.ones((1, 6, 4, 2, 3))).shape
    (1, 3, 2, 1, 3)
    """

    axes = 3
    pool = staticmethod(functional.max_pool)


@layers.add("AveragePooling1D", "AvgPool1D")
class AveragePooling1D(Pooling):
    """The mean of each window of a row of steps, for each channel; padding is not counted.

    >>> import numpy as np
    >>> AveragePooling1D(2)(np.ones((1, 6, 3))).shape
    (1, 3, 3)
    """

    axes = 1
    pool = staticmethod(functional.avg_pool)


@layers.add("AveragePooling2D", "AvgPool2D")
class AveragePooling2D(Pooling):
    """The mean of each window of an image, for each channel; padding is not counted.

    >>> import numpy as np
    >>> AveragePooling2D(2)(np.ones((1, 6, 4, 3))).shape
    (1, 3, 2, 3)
    """

    axes = 2
    pool = staticmethod(functional.avg_pool)


@layers.add("AveragePooling3D", "AvgPool3D")
class AveragePooling3D(Pooling):
    """The mean of each window of a body in space, for each channel; padding is not counted.

    >>> import numpy as np
    >>> AveragePooling3D(2)(np.ones((1, 6, 4, 2, 3))).shape
    (1, 3, 2, 1, 3)
    """

    axes = 3
    pool = staticmethod(functional.avg_pool)


MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
