"""Images as arrays: read, resize, normalise. Only reading and writing files needs Pillow (extra `images`)."""

from __future__ import annotations

import numpy as np

from nn.layers.interpolation import checked_interpolation, middle
from nn.layers.interpolation import resize as interpolate
from nn.settings import is_whole

MODES = {"rgb": "RGB", "rgba": "RGBA", "grayscale": "L"}


WIDE = ("I", "F", "I;16")  # pixels of 16 or 32 bits, which Pillow would cut off at 255


def load_img(path, color_mode="rgb", target_size=None, interpolation="nearest", keep_aspect_ratio=False):
    """An image file, or an open one, as a Pillow image; `target_size` is (height, width).

    Gray pixels of more than 8 bits keep their values.
    """
    if color_mode not in MODES:
        raise ValueError(f"color_mode is 'rgb', 'rgba' or 'grayscale'; got {color_mode!r}")
    height, width = (None, None) if target_size is None else _size("target_size", target_size)
    pillow = _pillow()
    methods = {name.lower(): method for name, method in pillow.Resampling.__members__.items()}
    if interpolation not in methods:
        raise ValueError(f"interpolation is one of {', '.join(methods)}; got {interpolation!r}")
    try:
        with pillow.open(path) as image:
            image.load()
    except FileNotFoundError:
        raise
    except (OSError, SyntaxError, pillow.DecompressionBombError) as error:
        raise ValueError(f"{path} is no image that can be read: {error}") from error
    if image.mode.startswith(WIDE):
        if color_mode != "grayscale":
            raise ValueError(f"{path} has gray pixels of more than 8 bits; read it with color_mode='grayscale'")
    else:
        image = image.convert(MODES[color_mode])
    if target_size is not None:
        if keep_aspect_ratio:
            image = _crop(image, height, width)
        image = image.resize((width, height), methods[interpolation])
    return image


def _crop(image, height, width):
    """The largest middle part with the proportions wanted."""
    top, left, cut_h, cut_w = middle(image.height, image.width, height, width)
    return image.crop((left, top, left + cut_w, top + cut_h))


def img_to_array(img, data_format="channels_last", dtype="float32") -> np.ndarray:
    """An image as numbers of shape (height, width, channels).

    >>> img_to_array(np.zeros((4, 5))).shape
    (4, 5, 1)
    """
    array = np.asarray(img)
    if array.dtype.kind not in "fiub" or array.ndim not in (2, 3):
        raise ValueError(f"an image has 2 or 3 axes of numbers; got shape {array.shape} of dtype {array.dtype}")
    array = array.astype(dtype or "float32")
    array = array[:, :, None] if array.ndim == 2 else array
    return array if _last(data_format) else array.transpose(2, 0, 1)


def array_to_img(x, data_format="channels_last", scale=True):
    """Numbers as a Pillow image of bytes; `scale` stretches them from the least to the largest over 0 ... 255."""
    x = np.asarray(x)
    if x.ndim != 3 or 0 in x.shape or x.dtype.kind not in "fiub":
        raise ValueError(f"an image has the shape (height, width, channels); got {x.shape} of dtype {x.dtype}")
    x = x.astype(np.float64) if _last(data_format) else x.transpose(1, 2, 0).astype(np.float64)
    if x.shape[2] not in (1, 3, 4):
        raise ValueError(f"an image has 1, 3 or 4 channels; got {x.shape[2]}")
    if not np.isfinite(x).all():
        raise ValueError("an image with nan or inf cannot be shown")
    if scale:
        x = x - x.min()
        x = x / (x.max() or 1) * 255
    x = np.rint(x)
    if x.min() < 0 or x.max() > 255:
        raise ValueError(f"the numbers go from {x.min():g} to {x.max():g}; wanted 0 to 255, or scale=True")
    x = x.astype(np.uint8)
    return _pillow().fromarray(x[:, :, 0] if x.shape[2] == 1 else x)


def save_img(path, x, data_format="channels_last", file_format=None, scale=True, **settings) -> None:
    """Write numbers as an image file, of the kind that its name or `file_format` says."""
    array_to_img(x, data_format, scale).save(path, format=file_format, **settings)


def resize(image, size, interpolation="bilinear") -> np.ndarray:
    """One image or a batch, (..., height, width, channels), at another size (height, width).

    >>> resize(np.array([[[0.0], [1.0]]]), (1, 4), "nearest").ravel()
    array([0., 0., 1., 1.])
    """
    image = np.asarray(image)
    if image.ndim < 3 or 0 in image.shape or image.dtype.kind not in "fiub":
        raise ValueError(f"wanted an image of shape (height, width, channels); got {image.shape} of {image.dtype}")
    size, interpolation = _size("size", size), checked_interpolation(interpolation)
    soft = interpolation != "nearest" and image.dtype.kind != "f"
    return interpolate(image.astype(np.float64) if soft else image, size, interpolation)


def smart_resize(x, size, interpolation="bilinear") -> np.ndarray:
    """The largest middle part with the proportions of `size`, at that size.

    >>> smart_resize(np.zeros((10, 20, 3)), (5, 5)).shape
    (5, 5, 3)
    """
    x = np.asarray(x)
    if x.ndim < 3:
        raise ValueError(f"wanted an image of shape (height, width, channels); got {x.shape}")
    top, left, cut_h, cut_w = middle(*x.shape[-3:-1], *_size("size", size))
    return resize(x[..., top : top + cut_h, left : left + cut_w, :], size, interpolation)


def normalize(x, mean=None, std=None) -> np.ndarray:
    """Images as float32: bytes to 0 ... 1, and then (x - mean) / std for each channel if given.

    >>> normalize(np.array([[[0, 255]]], np.uint8)).tolist()
    [[[0.0, 1.0]]]
    """
    x = np.asarray(x)
    if x.dtype != np.uint8 and x.dtype.kind != "f":
        raise ValueError(f"an image has bytes (uint8) or floats; got dtype {x.dtype}. Write x.astype('uint8')")
    x = x.astype(np.float32) / np.float32(255) if x.dtype == np.uint8 else x.astype(np.float32)
    if mean is not None:
        x = x - np.asarray(mean, dtype=np.float32)
    if std is not None:
        std = np.asarray(std, dtype=np.float32)
        if not (std > 0).all():
            raise ValueError(f"std has numbers that are not above 0: {std}")
        x = x / std
    return x


def _size(name, size):
    if not isinstance(size, tuple | list | np.ndarray) or len(size) != 2:
        raise ValueError(f"{name} is (height, width); got {size!r}")
    if not all(is_whole(n) for n in size):
        raise ValueError(f"{name} is (height, width), each 1 or more and a whole number; got {size!r}")
    return int(size[0]), int(size[1])


def _last(data_format):
    if data_format not in (None, "channels_last", "channels_first"):
        raise ValueError(f"data_format is 'channels_last' or 'channels_first'; got {data_format!r}")
    return data_format != "channels_first"


def _pillow():
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError("image files need Pillow: pip install 'glassgrad[images]'") from error
    return Image
