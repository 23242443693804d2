"""Images as people see them: which axis holds the colours, and which numbers are black and white."""

from __future__ import annotations

import math

import numpy as np

SMALLEST = 5  # pixels on a side of an image that is guessed from a row of numbers
BYTES = 128  # numbers above it, none below 0: bytes
COLORS = (1, 3, 4)  # how many numbers a pixel may have: gray, red green blue, and how solid it is


def pixels(x, shape=None, channels_first=False) -> np.ndarray:
    """One image as (height, width) or (height, width, 3 or 4), in the numbers it came with.

    >>> pixels(np.zeros(64)).shape, pixels(np.zeros((3, 8, 6))).shape, pixels(np.zeros((8, 6, 1))).shape
    ((8, 8), (8, 6, 3), (8, 6))
    """
    x = np.asarray(x)
    if x.dtype.kind not in "fiub":
        raise ValueError(f"an image is made of numbers; got an array of dtype {x.dtype}")
    if x.dtype == np.float16 or x.dtype.kind == "b":
        x = x.astype(np.float32)
    if shape is not None:
        if math.prod(shape) != x.size:
            raise ValueError(f"shape={tuple(shape)} has {math.prod(shape)} numbers; the image has {x.size}")
        x = x.reshape(shape)
    if x.ndim == 1:
        x = x.reshape(_square(x.size))
    if (x.ndim == 3 and x.shape[-1] not in COLORS and x.shape[0] not in COLORS) or x.ndim not in (2, 3) or not x.size:
        raise ValueError(
            f"an image is (height, width), (height, width, 1, 3 or 4) or a row of numbers with shape=; got {x.shape}"
        )
    if x.ndim == 3 and x.shape[0] in COLORS and (channels_first or x.shape[-1] not in COLORS):
        x = np.moveaxis(x, 0, -1)
    return x[:, :, 0] if x.ndim == 3 and x.shape[-1] == 1 else x


def _square(size) -> tuple[int, int]:
    side = math.isqrt(size)
    if side * side != size or side < SMALLEST:
        raise ValueError(f"a row of {size} numbers is no square image; give shape=(height, width) or with the channels")
    return side, side


def ends(x) -> tuple[float, float]:
    """The numbers that are black and white: 0 and 1, 0 and 255, or, of standardised images, the least and the most.

    >>> ends([0.1, 0.9]), ends([0, 16]), ends([3, 250]), ends([-1.5, 2.0])
    ((0.0, 1.0), (0.0, 16.0), (0.0, 255.0), (-1.5, 2.0))
    """
    x = np.asarray(x)
    whole = x.dtype == np.uint8
    x = x[np.isfinite(x)] if x.dtype.kind == "f" else x
    low, high = float(x.min(initial=0)), float(x.max(initial=0))
    if low >= 0:
        return 0.0, 1.0 if high <= 1 and not whole else 255.0 if whole or BYTES < high <= 255 else high
    return low, high


def displayed(image, black=0.0, white=1.0) -> np.ndarray:
    """An image in numbers from 0 to 1."""
    return np.clip((np.asarray(image, dtype=float) - black) / ((white - black) or 1.0), 0.0, 1.0)


def show(ax, image, limits=None) -> None:
    """Draw an image, gray or in colours, without a frame."""
    black, white = ends(image) if limits is None else limits
    if image.ndim == 2:
        ax.imshow(image, cmap="gray", vmin=black, vmax=white, interpolation="nearest")
    else:
        ax.imshow(displayed(image, black, white), interpolation="nearest")
    ax.set_xticks([])
    ax.set_yticks([])
