"""Layers that bring images to one size, the same in training and afterwards. A single image will do as well."""

from __future__ import annotations

from nn.layers.base import layers
from nn.layers.enlarging import padded
from nn.layers.formats import Spatial, checked_format, has_pixels
from nn.layers.interpolation import checked_interpolation, middle, resize, smart_resize
from nn.settings import flag, number, whole


@layers.add("Resizing")
class Resizing(Spatial):
    """Images at the size (height, width), whatever theirs; `interpolation` is that of UpSampling2D.

    `crop_to_aspect_ratio` takes the largest middle part with the right proportions, `pad_to_aspect_ratio` fills up
    with `fill_value`; else the images are stretched. `antialias` lets every old pixel count where images shrink.

    >>> import numpy as np
    >>> Resizing(2, 3)(np.ones((5, 8, 8, 1))).shape
    (5, 2, 3, 1)
    """

    single = True

    def __init__(
        self, height, width, interpolation="bilinear", crop_to_aspect_ratio=False, pad_to_aspect_ratio=False,
        fill_mode="constant", fill_value=0.0, antialias=False, data_format=None, **others,
    ):  # fmt: skip
        super().__init__(**others)
        self.height = whole("Resizing: height", height)
        self.width = whole("Resizing: width", width)
        self.interpolation = checked_interpolation(interpolation)
        self.crop_to_aspect_ratio = flag("crop_to_aspect_ratio", crop_to_aspect_ratio)
        self.pad_to_aspect_ratio = flag("pad_to_aspect_ratio", pad_to_aspect_ratio)
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            raise ValueError("Resizing: crop_to_aspect_ratio and pad_to_aspect_ratio exclude each other; set one")
        if fill_mode != "constant":
            raise ValueError(f"Resizing: fill_mode is 'constant', with fill_value=; got {fill_mode!r:.60}")
        self.fill_mode = fill_mode
        self.fill_value = number("Resizing: fill_value", fill_value)
        self.antialias = flag("antialias", antialias)
        self.data_format = checked_format(data_format)

    check_sizes = has_pixels

    def over(self, x):
        _, h, w, _ = x.shape
        if self.crop_to_aspect_ratio:
            top, left, cut_h, cut_w = middle(h, w, self.height, self.width)
            x = x[:, top : top + cut_h, left : left + cut_w]
        elif self.pad_to_aspect_ratio:
            rows = (max(h, w * self.height // self.width) - h) // 2  # the same on both sides
            columns = (max(w, h * self.width // self.height) - w) // 2
            x = padded(x, ((rows, rows), (columns, columns)), self.fill_value)
        return resize(x, (self.height, self.width), self.interpolation, self.antialias)


@layers.add("CenterCrop")
class CenterCrop(Spatial):
    """The middle of images, (height, width) of it. From smaller ones the largest part of these proportions, resized.

    >>> import numpy as np
    >>> CenterCrop(1, 2)(np.arange(16.0).reshape(4, 4, 1)).ravel().tolist()
    [5.0, 6.0]
    """

    single = True

    def __init__(self, height, width, data_format=None, **others):
        super().__init__(**others)
        self.height = whole("CenterCrop: height", height)
        self.width = whole("CenterCrop: width", width)
        self.data_format = checked_format(data_format)

    check_sizes = has_pixels

    def over(self, x):
        _, h, w, _ = x.shape
        if h < self.height or w < self.width:
            return smart_resize(x, (self.height, self.width))
        top, left = (h - self.height) // 2, (w - self.width) // 2
        return x[:, top : top + self.height, left : left + self.width]
