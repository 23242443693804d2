"""Layers that make images and sequences larger by whole factors."""

from __future__ import annotations

from nn.layers.base import layers
from nn.layers.enlarging import repeated
from nn.layers.formats import Spatial, checked_format, has_pixels
from nn.layers.interpolation import checked_interpolation, resize
from nn.settings import sizes, whole


@layers.add("UpSampling1D")
class UpSampling1D(Spatial):
    """Each step `size` times.

    >>> import numpy as np
    >>> UpSampling1D(2)(np.array([[[1.0], [2.0]]])).ravel().tolist()
    [1.0, 1.0, 2.0, 2.0]
    """

    axes = 1

    def __init__(self, size=2, **others):
        super().__init__(**others)
        self.size = whole("UpSampling1D: size", size)

    def over(self, x):
        return repeated(x, self.size, 1)


@layers.add("UpSampling2D")
class UpSampling2D(Spatial):
    """Images `size` times as high and wide: each pixel repeated ("nearest"), or with others in between.

    `interpolation` is "nearest", "bilinear", "bicubic", "lanczos3" or "lanczos5".

    >>> import numpy as np
    >>> UpSampling2D((1, 2))(np.array([[[[1.0], [2.0]]]])).ravel().tolist()
    [1.0, 1.0, 2.0, 2.0]
    """

    def __init__(self, size=(2, 2), data_format=None, interpolation="nearest", **others):
        super().__init__(**others)
        self.size = sizes("UpSampling2D: size", size, 2)
        self.data_format = checked_format(data_format)
        self.interpolation = checked_interpolation(interpolation)

    check_sizes = has_pixels

    def over(self, x):
        _, h, w, _ = x.shape
        return resize(x, (h * self.size[0], w * self.size[1]), self.interpolation)


@layers.add("UpSampling3D")
class UpSampling3D(Spatial):
    """Volumes `size` times as large along each axis, each number repeated."""

    axes = 3

    def __init__(self, size=(2, 2, 2), data_format=None, **others):
        super().__init__(**others)
        self.size = sizes("UpSampling3D: size", size, 3)
        self.data_format = checked_format(data_format)

    def over(self, x):
        for axis in (3, 2, 1):  # the last first, where there is less to copy in small pieces
            x = repeated(x, self.size[axis - 1], axis)
        return x
