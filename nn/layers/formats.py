"""Images as layers see them: (batch, sizes in space, channels).

`data_format` says where the channels lie. Layers compute with the channels last, which is what `data_format=None` means
too; an input of `"channels_first"` is transposed before and back after: the same numbers, a little slower.
"""

from __future__ import annotations

import numpy as np

from nn.layers.base import Layer
from nn.settings import sizes

NAMES = {1: ("steps",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def checked_format(data_format) -> str:
    """Where the channels lie, by name.

    >>> checked_format(None), checked_format("channels_first")
    ('channels_last', 'channels_first')
    """
    if data_format not in (None, "channels_last", "channels_first"):
        raise ValueError(f"data_format is 'channels_last' or 'channels_first'; got {data_format!r:.60}")
    return data_format or "channels_last"


def wanted(axes: int, data_format: str) -> str:
    """The input that a layer over so many axes takes, in words.

    >>> wanted(2, "channels_first")
    '(batch, channels, height, width)'
    """
    sizes = ", ".join(NAMES[axes])
    return f"(batch, channels, {sizes})" if data_format == "channels_first" else f"(batch, {sizes}, channels)"


def channels_of(shape, data_format: str):
    """The number of channels in an input of this shape."""
    return shape[1 if data_format == "channels_first" else -1]


def to_last(x, data_format):
    """The same numbers with the channels as the last axis.

    >>> to_last(np.zeros((2, 3, 8, 9)), "channels_first").shape
    (2, 8, 9, 3)
    """
    n = len(x.shape)
    return np.transpose(x, (0, *range(2, n), 1)) if data_format == "channels_first" and n > 2 else x


def from_last(y, data_format):
    """The way back, for what was computed with the channels last.

    >>> from_last(np.zeros((2, 8, 9, 3)), "channels_first").shape
    (2, 3, 8, 9)
    """
    n = len(y.shape)
    return np.transpose(y, (0, n - 1, *range(1, n - 1))) if data_format == "channels_first" and n > 2 else y


def pairs_per_axis(name, value, axes) -> tuple[tuple[int, int], ...]:
    """A setting that has two numbers, before and after, for each axis in space; one number serves both.

    >>> pairs_per_axis("padding", (1, (0, 2)), axes=2)
    ((1, 1), (0, 2))
    """
    parts = (value,) * axes if isinstance(value, int | np.integer) else value
    if not isinstance(parts, tuple | list | np.ndarray) or len(parts) != axes:
        raise ValueError(
            f"{name} is one whole number, or {axes} of them, or {axes} pairs (before, after); got {value!r:.60}"
        )
    return tuple(sizes(name, part, 2, 0) for part in parts)


class Spatial(Layer):
    """A layer over one, two or three axes in space. A subclass computes in `over`, with the channels last."""

    axes = 2
    single = False  # True: one image without a batch axis will do
    data_format = "channels_last"

    def check_input(self, shape):
        shape = tuple(shape)
        if len(shape) != self.axes + 2 and not (self.single and len(shape) == self.axes + 1):
            axes = self.axes_of(*NAMES[self.axes])
            alone = f", or one image ({', '.join(axes)})" if self.single else ""
            hint = "; x[..., None] gives each pixel one channel" if len(shape) == self.axes + 1 else ""
            self.refuse(shape, f"{self.axes + 2} axes, (batch, {', '.join(axes)}){alone}{hint}")
        self.check_sizes(shape, self.sizes(shape))

    def check_sizes(self, shape, sizes) -> None:
        """Refuse an input of this shape if its sizes in space do not fit."""

    def axes_of(self, *sizes) -> tuple:
        """The axes of a sample of these sizes, in this layer's format."""
        return ("channels", *sizes) if self.data_format == "channels_first" else (*sizes, "channels")

    def sizes(self, shape) -> tuple:
        """The sizes in space of an input of this shape."""
        shape = shape[-self.axes - 1 :]
        return shape[1:] if self.data_format == "channels_first" else shape[:-1]

    def with_sizes(self, shape, sizes) -> tuple:
        """The shape of a batch with other sizes in space."""
        first = self.data_format == "channels_first"
        return (*shape[:2], *sizes) if first else (shape[0], *sizes, shape[-1])

    def call(self, x):
        return self.channels_last(self.over, x)

    def channels_last(self, function, x):
        """function(x) for a batch with the channels last, from what was given and back."""
        alone = len(x.shape) == self.axes + 1
        x = to_last(np.expand_dims(x, 0) if alone else x, self.data_format)
        y = from_last(function(x), self.data_format)
        return y[0] if alone else y

    def over(self, x):
        """The result for a batch with the channels last."""
        raise NotImplementedError(f"{type(self).__name__} defines no over(x)")


def has_pixels(layer, shape, sizes) -> None:
    """Refuse images without a pixel, from which nothing can be taken."""
    if 0 in sizes:
        layer.refuse(shape, f"a size of at least 1 for each of {', '.join(NAMES[layer.axes])}")
