"""Images as arrays: read, resize, normalise. Only reading and writing files needs Pillow (extra `images`)."""

from __future__ import annotations

import numpy as np

MODES = {"rgb": "RGB", "rgba": "RGBA", "grayscale": "L"}


def load_img(path, color_mode="rgb", target_size=None, interpolation="nearest", keep_aspect_ratio=False):
    """An image file as a Pillow image; `target_size` is (height, width)."""
    if color_mode not in MODES:
        raise ValueError(f"color_mode is 'rgb', 'rgba' or 'grayscale'; got {color_mode!r}")
    pillow = _pillow()
    methods = {name.lower(): method for name, method in pillow.Resampling.__members__.items()}
    if interpolation not in methods:
        raise ValueError(f"interpolation is one of {', '.join(methods)}; got {interpolation!r}")
    try:
        with pillow.open(path) as image:
            image = image.convert(MODES[color_mode])
    except pillow.UnidentifiedImageError as error:
        raise ValueError(f"{path} is no image that can be read: {error}") from error
    if target_size is not None:
        height, width = target_size
        if keep_aspect_ratio:
            image = _crop(image, height, width)
        image = image.resize((width, height), methods[interpolation])
    return image


def _crop(image, height, width):
    """The largest middle part with the proportions wanted."""
    w, h = image.size
    cut_w, cut_h = min(w, h * width // height), min(h, w * height // width)
    left, top = (w - cut_w) // 2, (h - cut_h) // 2
    return image.crop((left, top, left + cut_w, top + cut_h))


def img_to_array(img, data_format="channels_last", dtype="float32") -> np.ndarray:
    """An image as numbers of shape (height, width, channels).

    >>> img_to_array(np.zeros((4, 5))).shape
    (4, 5, 1)
    """
    array = np.asarray(img, dtype=dtype)
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3:
        raise ValueError(f"an image has 2 or 3 axes; got an array of shape {array.shape}")
    return array if _last(data_format) else array.transpose(2, 0, 1)


def array_to_img(x, data_format="channels_last", scale=True):
    """Numbers as a Pillow image; `scale` stretches them to 0 ... 255."""
    x = np.asarray(x, dtype=np.float64)
    if x.ndim != 3:
        raise ValueError(f"an image has the shape (height, width, channels); got {x.shape}")
    x = x if _last(data_format) else x.transpose(1, 2, 0)
    if x.shape[2] not in (1, 3, 4):
        raise ValueError(f"an image has 1, 3 or 4 channels; got {x.shape[2]}")
    if not np.isfinite(x).all():
        raise ValueError("an image with nan or inf cannot be shown")
    if scale:
        x = x - x.min(initial=0 if not x.size else x.min())
        top = x.max(initial=0)
        x = x / top * 255 if top else x
    x = np.clip(x, 0, 255).astype(np.uint8)
    return _pillow().fromarray(x[:, :, 0] if x.shape[2] == 1 else x)


def save_img(path, x, data_format="channels_last", scale=True) -> None:
    """Write numbers as an image file, of the kind that the name says."""
    array_to_img(x, data_format, scale).save(path)


def resize(image, size, interpolation="bilinear") -> np.ndarray:
    """One image or a batch, (..., height, width, channels), at another size (height, width).

    >>> resize(np.array([[[0.0], [1.0]]]), (1, 4), "nearest").ravel()
    array([0., 0., 1., 1.])
    """
    image = np.asarray(image)
    if image.ndim < 3 or 0 in image.shape:
        raise ValueError(f"wanted an image of shape (height, width, channels); got {image.shape}")
    if interpolation not in ("nearest", "bilinear"):
        raise ValueError(f"interpolation is 'nearest' or 'bilinear'; got {interpolation!r}")
    for axis, n in [(-3, int(size[0])), (-2, int(size[1]))]:
        if n < 1:
            raise ValueError(f"size is (height, width), each 1 or more; got {size!r}")
        image = _resize_axis(image, axis, n, interpolation)
    return image


def _resize_axis(image, axis, n, interpolation):
    old = image.shape[axis]
    at = (np.arange(n) + 0.5) * (old / n) - 0.5  # pixels are areas, and their centres are compared
    if interpolation == "nearest":
        return np.take(image, np.clip(np.floor(at + 0.5), 0, old - 1).astype(int), axis=axis)
    at = np.clip(at, 0, old - 1)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, old - 1)
    weight = (at - low).reshape((-1,) + (1,) * (-axis - 1))
    image = image if image.dtype.kind == "f" else image.astype(np.float64)
    weight = weight.astype(image.dtype)
    return np.take(image, low, axis=axis) * (1 - weight) + np.take(image, high, axis=axis) * weight


def smart_resize(x, size, interpolation="bilinear") -> np.ndarray:
    """The largest middle part with the proportions of `size`, at that size."""
    x = np.asarray(x)
    if x.ndim < 3:
        raise ValueError(f"wanted an image of shape (height, width, channels); got {x.shape}")
    h, w = x.shape[-3:-1]
    cut_h, cut_w = max(min(h, w * size[0] // size[1]), 1), max(min(w, h * size[1] // size[0]), 1)
    top, left = (h - cut_h) // 2, (w - cut_w) // 2
    return resize(x[..., top : top + cut_h, left : left + cut_w, :], size, interpolation)


def normalize(x, mean=None, std=None) -> np.ndarray:
    """Images as float32: bytes to 0 ... 1, and then (x - mean) / std for each channel if given."""
    x = np.asarray(x)
    x = x.astype(np.float32) / np.float32(255) if x.dtype == np.uint8 else x.astype(np.float32)
    if mean is not None:
        x = x - np.asarray(mean, dtype=np.float32)
    if std is not None:
        std = np.asarray(std, dtype=np.float32)
        if (std <= 0).any():
            raise ValueError(f"std has numbers that are not above 0: {std}")
        x = x / std
    return x


def _last(data_format):
    if data_format not in ("channels_last", "channels_first"):
        raise ValueError(f"data_format is 'channels_last' or 'channels_first'; got {data_format!r}")
    return data_format == "channels_last"


def _pillow():
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError("image files need Pillow: pip install 'glassgrad[images]'") from error
    return Image
