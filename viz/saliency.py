"""What an answer hangs on: the pixels whose change moves it, and the places where a layer finds what speaks for it."""

from __future__ import annotations

import numpy as np

from autograd import Tensor, gradients
from autograd.rules.arrays import array_of
from nn.layers.base import Layer
from viz.asking import as_model, channels_first, chosen, is_convolution, layers_of, layout, one, run, score
from viz.images import displayed, ends, pixels, show
from viz.numbers import short
from viz.plotting import bare, glow, pyplot, scale

WANTED = "wanted a model of images"


def saliency(model, x, target=None, *, signed=False, names=None, shape=None, ax=None):
    """How much each pixel of one image moves the answer: |d score / d x|, of colours the largest.

    The score is the logit of the class `target`, unless given the one that the model says; of a model with one number
    as its answer that number. `signed=True` keeps the sign: orange pixels, made brighter, speak for the class, blue
    ones against it; colours are added up.

    Draws the image and the map beside it; into one `ax`, the map alone, whose numbers are
    `ax.images[0].get_array()`.
    """
    plt = pyplot()
    model = as_model(model, WANTED)
    batch, given = one(model, x)
    first = channels_first(model)
    image = pixels(_shown(batch, given, shape), shape, first)
    x, total, _, said = _asked(model, batch, target, names)
    (slope,) = gradients(total, [x])
    slope = np.zeros(batch.shape) if slope is None else np.asarray(array_of(slope), dtype=float)
    slope = pixels(slope.reshape(_shown(batch, given, shape).shape), shape, first)
    if slope.ndim == 3:
        slope = slope.sum(axis=-1) if signed else np.abs(slope).max(axis=-1)
    elif not signed:
        slope = np.abs(slope)
    ax, left, right = _places(plt, ax, image)
    if left is not None:
        show(left, image)
        left.set_title(said, fontsize=10)
    drawn = right.imshow(slope, interpolation="nearest", **scale(plt, slope, signed))
    bare(right)
    right.set_title("d score / d pixel" if signed else "|d score / d pixel|", fontsize=10)
    right.figure.colorbar(drawn, ax=right, shrink=0.8, aspect=18).outline.set_visible(False)
    return ax


def grad_cam(model, x, layer=None, target=None, *, names=None, shape=None, ax=None):
    """Where a convolution finds what speaks for a class: relu(sum over maps of weight * map), over the image.

    The weight of a map is the mean of d score / d map over its places (Grad-CAM, Selvaraju et al. 2017); the score is
    that of `saliency`. `layer` is a name, a number or a layer; the last convolution unless given.

    Draws the image and, beside it, the image with the map over it; into one `ax`, that alone. The map is
    `ax.images[1].get_array()`, as large as those of the layer.
    """
    plt = pyplot()
    model = as_model(model, WANTED)
    layer = _last_convolution(model) if layer is None else chosen(model, layer, lambda part: True, "maps")
    batch, given = one(model, x)
    image = pixels(_shown(batch, given, shape), shape, channels_first(model))
    _, total, calls, said = _asked(model, batch, target, names)
    maps = next((out for part, _, out in reversed(calls) if part is layer), None)
    if maps is None or not isinstance(maps, Tensor) or maps.ndim != 4:
        came = "is not used" if maps is None else f"gives {np.shape(array_of(maps))}"
        raise ValueError(f"wanted a layer that gives maps, (1, height, width, maps); {layer.name!r} {came}")
    (slope,) = gradients(total, [maps])
    found = cam(array_of(maps), array_of(slope), layout(model, layer))
    ax, left, right = _places(plt, ax, image)
    if left is not None:
        show(left, image)
        left.set_title(said, fontsize=10)
    high, wide = image.shape[:2]
    black, white = ends(image)
    gray = displayed(image if image.ndim == 2 else image[..., :3].mean(axis=-1), black, white)
    right.imshow(0.25 + 0.5 * gray, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    top = float(found.max(initial=0)) or 1.0
    extent = (-0.5, wide - 0.5, high - 0.5, -0.5)
    drawn = right.imshow(found, cmap=glow(plt), vmin=0, vmax=top, extent=extent, interpolation="bilinear")
    right.set(xlim=extent[:2], ylim=extent[2:])
    bare(right)
    right.set_title(f"Grad-CAM, {layer.name}", fontsize=10)
    if not found.any():
        right.set_xlabel("nothing here speaks for it", fontsize=9)
    right.figure.colorbar(drawn, ax=right, shrink=0.8, aspect=18).outline.set_visible(False)
    return ax


def cam(maps, slope, data_format=None) -> np.ndarray:
    """relu(sum over maps of mean(slope) * map), for maps of one image.

    >>> cam(np.ones((1, 2, 2, 3)), np.array([1.0, 2.0, -1.0]) * np.ones((1, 2, 2, 3)))
    array([[2., 2.],
           [2., 2.]])
    """
    maps, slope = (np.asarray(array, dtype=float)[0] for array in (maps, slope))
    if data_format == "channels_first":
        maps, slope = np.moveaxis(maps, 0, -1), np.moveaxis(slope, 0, -1)
    return np.maximum((maps * slope.mean(axis=(0, 1))).sum(axis=-1), 0.0)


def _last_convolution(model) -> Layer:
    known = layers_of(model)
    found = [part for _, part in known if is_convolution(part)]
    if not found:
        names = ", ".join(repr(path) for path, _ in known[:12])
        raise ValueError(f"the model has no convolution; name a layer that gives maps: it has {names}")
    return found[-1]


def _asked(model, batch, target, names):
    """The image as a variable, the score, what each layer gave, and a sentence on what the model says."""
    x = Tensor(batch if batch.dtype.kind == "f" else batch.astype(float))
    y, calls = run(model, x)
    total, number, value = score(model, y, target)
    if number is None:
        return x, total, calls, f"answer {short(value, 3)}"
    if names is not None and number >= len(names):
        raise ValueError(f"names= has {len(names)} names; the class is {number}")
    name = number if names is None else names[number]
    return x, total, calls, f"{'said' if target is None else 'why'} {name} ({value:.3f})"


def _shown(batch, given, shape):
    """The numbers that are drawn: the image as it was given; with a shape, or of a row, as the model takes it."""
    return given if given.ndim > 1 and shape is None else batch[0]


def _places(plt, ax, image):
    """What is given back, the axes of the image (None where there is only one) and those of the map."""
    if ax is None:
        high, wide = image.shape[:2]
        width = 3.0 * min(max(wide / high, 0.5), 2.0)
        _, axes = plt.subplots(1, 2, figsize=(2 * width + 0.9, 3.3), layout="constrained")
        return axes, *axes
    axes = np.ravel(ax).tolist()
    return (axes, *axes[:2]) if len(axes) > 1 else (axes[0], None, axes[0])
