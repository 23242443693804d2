"""Where the channels of images are: last, which is how everything here computes, or first.

A layer with data_format="channels_first" turns its input round, computes, and turns the result back.
"""

from __future__ import annotations

import numpy as np

FORMATS = ("channels_last", "channels_first")
AXES = {1: "steps", 2: "height, width", 3: "depth, height, width"}


def checked_format(value) -> str:
    """The setting of that name; None is "channels_last".

    >>> checked_format(None)
    'channels_last'
    """
    if value is None:
        return FORMATS[0]
    if value not in FORMATS:
        raise ValueError(f"data_format is 'channels_last' or 'channels_first'; got {value!r:.60}")
    return value


def wanted(axes: int, where: str) -> str:
    """The input that a layer over so many axes takes, in words.

    >>> wanted(2, "channels_first")
    '(batch, channels, height, width)'
    """
    return f"(batch, {AXES[axes]}, channels)" if where == FORMATS[0] else f"(batch, channels, {AXES[axes]})"


def to_last(x, where: str):
    """The input with its channels last."""
    return x if where == FORMATS[0] else np.moveaxis(x, 1, -1)


def from_last(y, where: str):
    """A result whose channels are last as the user wants it."""
    return y if where == FORMATS[0] else np.moveaxis(y, -1, 1)


def channels_of(shape, where: str):
    """The number of channels in an input of this shape."""
    return shape[-1 if where == FORMATS[0] else 1]
