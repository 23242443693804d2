"""Layers that show each image a little otherwise in every step of training, and as it is afterwards.

A single image (height, width, channels) will do as well as a batch, whose images are each changed in their own way.
"""

from __future__ import annotations

import numpy as np

from nn.layers.base import layers
from nn.layers.formats import Spatial, checked_format, has_pixels
from nn.layers.interpolation import checked_interpolation, smart_resize
from nn.layers.sampling import FILL_MODES, affine, pick
from nn.settings import number, whole


class RandomImages(Spatial):
    """In training, `change(x, *draw(n))` for a batch of n images with the channels last; else nothing."""

    single = True

    def __init__(self, data_format=None, **others):
        super().__init__(**others)
        self.data_format = checked_format(data_format)

    check_sizes = has_pixels

    def call(self, x, training=False):
        return self.channels_last(lambda x: self.change(x, *self.draw(x.shape[0])), x) if training else x

    def uniform(self, bounds, n):
        """A number between the two bounds for each of n images."""
        low, high = bounds
        return low + (high - low) * self.random.random((n,))


def bounds(name, value, least=-1.0, most=1.0) -> tuple[float, float]:
    """A setting that is a range of numbers: (lower, upper), or one number f for (-f, f)."""
    if np.ndim(value) == 0:
        high = abs(number(name, value, least, most))
        return (max(-high, least), high)
    if len(value) != 2:
        raise ValueError(f"{name} is a number, or two: (lower, upper); got {value!r:.60}")
    low, high = sorted(number(name, part, least, most) for part in value)
    return (low, high)


def values(name, value_range) -> tuple[float, float]:
    """The least and the largest number that a pixel may have."""
    if np.ndim(value_range) != 1 or len(value_range) != 2:
        raise ValueError(f"{name}: value_range is two numbers, such as (0, 255) or (0, 1); got {value_range!r:.60}")
    low, high = sorted(number(f"{name}: value_range", part) for part in value_range)
    return (low, high)


MODES = ("horizontal", "vertical", "horizontal_and_vertical")


@layers.add("RandomFlip")
class RandomFlip(RandomImages):
    """Every other image mirrored, by chance: "horizontal" swaps left and right, "vertical" top and bottom.

    "horizontal_and_vertical" does both to the same images, as Keras does; two layers decide on each by itself.
    """

    def __init__(self, mode="horizontal_and_vertical", seed=None, data_format=None, **others):
        super().__init__(data_format, seed=seed, **others)
        if mode not in MODES:
            raise ValueError(f"RandomFlip: mode is one of {', '.join(map(repr, MODES))}; got {mode!r:.60}")
        self.mode = mode

    def draw(self, n):
        return (self.random.random((n,)) <= 0.5,)

    def change(self, x, flipped):
        mirrored = x[:, ::-1] if "vertical" in self.mode else x
        mirrored = mirrored[:, :, ::-1] if "horizontal" in self.mode else mirrored
        return np.where(flipped[:, None, None, None], mirrored, x)


class _Moved(RandomImages):
    """Images through an affine map, drawn for each; what comes in from beyond the border is said by `fill_mode`.

    "reflect": d c b a | a b c d | d c b a, "wrap": a b c d | a b c d | a b c d, "nearest": a a a a | a b c d | d d d d,
    "constant": the number `fill_value`.
    """

    def __init__(
        self, fill_mode="reflect", interpolation="bilinear", seed=None, fill_value=0.0, data_format=None, **others
    ):
        super().__init__(data_format, seed=seed, **others)
        if fill_mode not in FILL_MODES:
            raise ValueError(
                f"{type(self).__name__}: fill_mode is one of {', '.join(map(repr, FILL_MODES))}; got {fill_mode!r:.60}"
            )
        self.fill_mode = fill_mode
        self.interpolation = checked_interpolation(interpolation, ("nearest", "bilinear"))
        self.fill_value = number(f"{type(self).__name__}: fill_value", fill_value)

    def change(self, x, *drawn):
        matrix = self.matrix(*x.shape[1:3], *drawn)
        return affine(x, matrix, self.interpolation, self.fill_mode, self.fill_value)


@layers.add("RandomRotation")
class RandomRotation(_Moved):
    """Images turned about their middle by an angle between the bounds of `factor`, in turns: 0.25 is a quarter.

    Above 0 is counter-clockwise; one number f stands for (-f, f).
    """

    def __init__(
        self, factor, fill_mode="reflect", interpolation="bilinear", seed=None, fill_value=0.0, data_format=None,
        **others,
    ):  # fmt: skip
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **others)
        self.factor = bounds("RandomRotation: factor", factor)

    def draw(self, n):
        return (self.uniform(self.factor, n) * (2 * np.pi),)

    def matrix(self, h, w, angle):
        x, y = (w - 1) / 2, (h - 1) / 2
        cos, sin = np.cos(angle), np.sin(angle)
        return cos, -sin, x - x * cos + y * sin, sin, cos, y - x * sin - y * cos


@layers.add("RandomTranslation")
class RandomTranslation(_Moved):
    """Images moved by shares of their size between the bounds: above 0 is down and to the right."""

    def __init__(
        self, height_factor, width_factor, fill_mode="reflect", interpolation="bilinear", seed=None, fill_value=0.0,
        data_format=None, **others,
    ):  # fmt: skip
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **others)
        self.height_factor = bounds("RandomTranslation: height_factor", height_factor)
        self.width_factor = bounds("RandomTranslation: width_factor", width_factor)

    def draw(self, n):
        return self.uniform(self.height_factor, n), self.uniform(self.width_factor, n)

    def matrix(self, h, w, down, right):
        return 1, 0, -right * w, 0, 1, -down * h


@layers.add("RandomZoom")
class RandomZoom(_Moved):
    """Images seen from further away (above 0) or closer (below), by shares between the bounds.

    Without a `width_factor` the proportions stay; with one, height and width are drawn by themselves.
    """

    def __init__(
        self, height_factor, width_factor=None, fill_mode="reflect", interpolation="bilinear", seed=None,
        fill_value=0.0, data_format=None, **others,
    ):  # fmt: skip
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **others)
        self.height_factor = bounds("RandomZoom: height_factor", height_factor)
        self.width_factor = None if width_factor is None else bounds("RandomZoom: width_factor", width_factor)

    def draw(self, n):
        high = 1.0 + self.uniform(self.height_factor, n)
        return high, high if self.width_factor is None else 1.0 + self.uniform(self.width_factor, n)

    def matrix(self, h, w, high, wide):
        return wide, 0, (w - 1) / 2 * (1 - wide), 0, high, (h - 1) / 2 * (1 - high)


@layers.add("RandomCrop")
class RandomCrop(RandomImages):
    """A part of the size (height, width), in training from a place by chance, one for the whole batch.

    Afterwards, and from images that are smaller, it is the largest middle part of these proportions, resized.
    """

    def __init__(self, height, width, seed=None, data_format=None, **others):
        super().__init__(data_format, seed=seed, **others)
        self.height = whole("RandomCrop: height", height)
        self.width = whole("RandomCrop: width", width)

    def call(self, x, training=False):
        size = (self.height, self.width)
        room = [n - wanted for n, wanted in zip(self.sizes(x.shape), size, strict=True)]
        if not training or min(room) < 0:
            return self.channels_last(lambda x: smart_resize(x, size), x)
        return self.channels_last(lambda x: self.change(x, *self.draw(*room)), x)

    def draw(self, below, beside):
        """How many rows and columns to leave out before."""
        top, left = self.random.random((1,)), self.random.random((1,))
        return np.floor(top * (below + 1)).astype(np.intp), np.floor(left * (beside + 1)).astype(np.intp)

    def change(self, x, top, left):
        return pick(pick(x, top + np.arange(self.height), 1), left + np.arange(self.width), 2)


@layers.add("RandomBrightness")
class RandomBrightness(RandomImages):
    """A number added to all pixels of an image: a share between the bounds of `factor` of what `value_range` spans.

    What leaves the range is cut off.
    """

    def __init__(self, factor, value_range=(0, 255), seed=None, data_format=None, **others):
        super().__init__(data_format, seed=seed, **others)
        self.factor = bounds("RandomBrightness: factor", factor)
        self.value_range = values("RandomBrightness", value_range)

    def draw(self, n):
        return (self.uniform(self.factor, n) * (self.value_range[1] - self.value_range[0]),)

    def change(self, x, more):
        return np.clip(x + more[:, None, None, None].astype(x.dtype), *self.value_range)


@layers.add("RandomContrast")
class RandomContrast(RandomImages):
    """The distance of each pixel from its channel's mean, times a number between 1 - lower and 1 + upper.

    `factor` is (lower, upper), or one number for both; what leaves `value_range` is cut off.
    """

    def __init__(self, factor, value_range=(0, 255), seed=None, data_format=None, **others):
        super().__init__(data_format, seed=seed, **others)
        parts = (factor, factor) if np.ndim(factor) == 0 else tuple(factor)
        if len(parts) != 2:
            raise ValueError(f"RandomContrast: factor is a number, or two: (lower, upper); got {factor!r:.60}")
        self.factor = tuple(number("RandomContrast: factor", part, 0, 1) for part in parts)
        self.value_range = values("RandomContrast", value_range)

    def draw(self, n):
        return (self.uniform((1 - self.factor[0], 1 + self.factor[1]), n),)

    def change(self, x, times):
        mean = np.mean(x, axis=(1, 2), keepdims=True)
        return np.clip((x - mean) * times[:, None, None, None].astype(x.dtype) + mean, *self.value_range)
