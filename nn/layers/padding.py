"""Layers that put zeros around images and sequences, or cut their borders off."""

from __future__ import annotations

from nn.layers.base import layers
from nn.layers.enlarging import padded
from nn.layers.formats import NAMES, Spatial, checked_format, pairs_per_axis
from nn.settings import sizes


class _ZeroPadding(Spatial):
    def output_for(self, shape):
        around = (self.padding,) if self.axes == 1 else self.padding
        sizes = [n if n is None else n + sum(ends) for n, ends in zip(self.sizes(shape), around, strict=True)]
        return self.with_sizes(shape, sizes)

    def over(self, x):
        return padded(x, (self.padding,) if self.axes == 1 else self.padding)


@layers.add("ZeroPadding1D")
class ZeroPadding1D(_ZeroPadding):
    """Zeros before and after: `padding` is one number for both ends, or (before, after).

    >>> import numpy as np
    >>> ZeroPadding1D((1, 2))(np.ones((1, 2, 1))).ravel().tolist()
    [0.0, 1.0, 1.0, 0.0, 0.0]
    """

    axes = 1

    def __init__(self, padding=1, data_format=None, **others):
        super().__init__(**others)
        self.padding = sizes("ZeroPadding1D: padding", padding, 2, 0)
        self.data_format = checked_format(data_format)


@layers.add("ZeroPadding2D")
class ZeroPadding2D(_ZeroPadding):
    """Zeros around images: `padding` is a number, one for each axis, or ((top, bottom), (left, right)).

    >>> import numpy as np
    >>> ZeroPadding2D(((1, 0), (2, 2)))(np.ones((1, 3, 3, 1))).shape
    (1, 4, 7, 1)
    """

    def __init__(self, padding=(1, 1), data_format=None, **others):
        super().__init__(**others)
        self.padding = pairs_per_axis("ZeroPadding2D: padding", padding, 2)
        self.data_format = checked_format(data_format)


@layers.add("ZeroPadding3D")
class ZeroPadding3D(_ZeroPadding):
    """Zeros around volumes: `padding` is a number, one for each of three axes, or a pair for each."""

    axes = 3

    def __init__(self, padding=((1, 1), (1, 1), (1, 1)), data_format=None, **others):
        super().__init__(**others)
        self.padding = pairs_per_axis("ZeroPadding3D: padding", padding, 3)
        self.data_format = checked_format(data_format)


class _Cropping(Spatial):
    @property
    def pairs(self):
        return (self.cropping,) if self.axes == 1 else self.cropping

    def check_sizes(self, shape, sizes):
        for name, n, (before, after) in zip(NAMES[self.axes], sizes, self.pairs, strict=True):
            if n <= before + after:
                few = f"{before + after + 1} {name}" if self.axes == 1 else f"a {name} of at least {before + after + 1}"
                self.refuse(shape, f"{few}, to leave something with cropping={self.cropping}")

    def over(self, x):
        kept = (slice(before, n - after) for n, (before, after) in zip(x.shape[1:-1], self.pairs, strict=True))
        return x[(slice(None), *kept)]


@layers.add("Cropping1D")
class Cropping1D(_Cropping):
    """Steps cut off: `cropping` is one number for both ends, or (from the start, from the end).

    >>> import numpy as np
    >>> Cropping1D((1, 2))(np.arange(5.0)[None, :, None]).ravel().tolist()
    [1.0, 2.0]
    """

    axes = 1

    def __init__(self, cropping=(1, 1), **others):
        super().__init__(**others)
        self.cropping = sizes("Cropping1D: cropping", cropping, 2, 0)


@layers.add("Cropping2D")
class Cropping2D(_Cropping):
    """Borders cut off: `cropping` is a number, one for each axis, or ((top, bottom), (left, right))."""

    def __init__(self, cropping=((0, 0), (0, 0)), data_format=None, **others):
        super().__init__(**others)
        self.cropping = pairs_per_axis("Cropping2D: cropping", cropping, 2)
        self.data_format = checked_format(data_format)


@layers.add("Cropping3D")
class Cropping3D(_Cropping):
    """Borders of volumes cut off: `cropping` is a number, one for each of three axes, or a pair for each."""

    axes = 3

    def __init__(self, cropping=((1, 1), (1, 1), (1, 1)), data_format=None, **others):
        super().__init__(**others)
        self.cropping = pairs_per_axis("Cropping3D: cropping", cropping, 3)
        self.data_format = checked_format(data_format)
