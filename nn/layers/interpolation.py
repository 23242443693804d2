"""Images at another size: a matrix for each axis, since each new pixel is a weighted sum of old ones.

Pixels are areas and their centres are compared: pixel i of n new ones lies at (i + 1/2) old / n - 1/2 among the old.
A kernel says how much an old pixel counts at a distance; beyond the border there is nothing, and the weights that are
left add up to 1. These are the numbers of Keras on JAX and TensorFlow (PyTorch's bicubic kernel is another).
"""

from __future__ import annotations

import functools

import numpy as np

from nn.layers.enlarging import repeated
from nn.layers.sampling import pick

INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")


def resize(x, size, interpolation="bilinear", antialias=False):
    """Images (..., height, width, channels) at another size (height, width); it differentiates.

    >>> resize(np.array([[[0.0], [1.0]]]), (1, 4)).ravel()
    array([0.  , 0.25, 0.75, 1.  ])
    """
    height, width = size
    if interpolation == "nearest":
        return _nearest(_nearest(x, -2, width), -3, height)
    *lead, h, w, c = x.shape
    if h != height:
        y = np.reshape(x, (*lead, h, w * c))
        x = np.reshape(np.matmul(weights(h, height, interpolation, antialias, x.dtype), y), (*lead, height, w, c))
    if w == width:
        return x
    across = weights(w, width, interpolation, antialias, x.dtype)
    if c >= 8:
        return np.matmul(across, x)
    rows = np.reshape(np.swapaxes(x, -1, -2), (-1, w))  # one product of many rows: quicker than many of few columns
    return np.swapaxes(np.reshape(np.matmul(rows, across.T), (*lead, height, c, width)), -1, -2)


def _nearest(x, axis, n):
    old, axis = x.shape[axis], len(x.shape) + axis
    if n % old == 0:
        return repeated(x, n // old, axis)
    if old % n == 0:
        step = old // n
        return x[(slice(None),) * axis + (slice(step // 2, None, step),)]
    return pick(x, (2 * np.arange(n) + 1) * old // (2 * n), axis)


@functools.lru_cache(maxsize=64)
def weights(old, new, interpolation, antialias=False, dtype=np.float64):
    """How much each of `old` pixels in a row counts in each of `new` ones: a matrix (new, old), rows adding up to 1.

    `antialias` widens the kernel where the image shrinks, so that every old pixel counts.

    >>> weights(2, 4, "bilinear")[:2]
    array([[1.  , 0.  ],
           [0.75, 0.25]])
    """
    at = (np.arange(new) + 0.5) * (old / new) - 0.5
    wide = max(old / new, 1.0) if antialias else 1.0
    found = KERNELS[interpolation](np.abs(at[:, None] - np.arange(old)) / wide)
    found = (found / found.sum(axis=1, keepdims=True)).astype(dtype)
    found.flags.writeable = False  # it is shared
    return found


def _triangle(x):
    return np.maximum(0.0, 1.0 - x)


def _cubic(x):
    """Keys' kernel, with a = -1/2."""
    near, far = (1.5 * x - 2.5) * x * x + 1.0, ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return np.where(x < 1.0, near, np.where(x < 2.0, far, 0.0))


def _lanczos(radius, x):
    """sinc(x) sinc(x / radius), up to the radius."""
    return np.where(x > radius, 0.0, np.sinc(x) * np.sinc(x / radius))


KERNELS = {
    "bilinear": _triangle,
    "bicubic": _cubic,
    "lanczos3": functools.partial(_lanczos, 3.0),
    "lanczos5": functools.partial(_lanczos, 5.0),
}


def checked_interpolation(name, allowed=INTERPOLATIONS) -> str:
    """The name of a way to interpolate, as Keras writes it in any case."""
    if not isinstance(name, str) or name.lower() not in allowed:
        raise ValueError(f"interpolation is one of {', '.join(map(repr, allowed))}; got {name!r:.60}")
    return name.lower()


def middle(h, w, height, width):
    """Where the largest middle part with the proportions of (height, width) begins, and its size.

    >>> middle(10, 20, 5, 5)
    (0, 5, 10, 10)
    """
    cut_h, cut_w = max(min(h, w * height // width), 1), max(min(w, h * width // height), 1)
    return (h - cut_h) // 2, (w - cut_w) // 2, cut_h, cut_w


def smart_resize(x, size, interpolation="bilinear"):
    """The largest middle part of images (..., height, width, channels) with the proportions of `size`, at that size."""
    top, left, cut_h, cut_w = middle(*x.shape[-3:-1], *size)
    return resize(x[..., top : top + cut_h, left : left + cut_w, :], size, interpolation)
