"""What the layers of a model of images have learned to look for, and what they find in one image."""

from __future__ import annotations

import math

import numpy as np

from autograd import Tensor
from autograd.rules.arrays import array_of
from nn.layers import Dense
from nn.models import Model
from nn.settings import whole
from viz.asking import as_model, channels_first, chosen, input_shape, layers_of, layout, one, run
from viz.images import displayed, ends, pixels
from viz.numbers import short
from viz.plotting import bare, framed, mosaic, pyplot, scale

FILTERS, MAPS = "filters draws the kernels of a model of images", "feature_maps draws those of a model of images"
COLUMNS = 16  # small pictures in a row
STRIP = 0.5  # the height of a row of numbers, in tiles
WIDE, LABEL = 8.3, 0.46  # inches: a row of maps, and its label
INPUTS = 16  # input channels of a deep layer that are drawn


def filters(model, layer=None, *, count=64, shape=None, ax=None):
    """The kernels of a convolution as small pictures, orange above 0 and blue below; of colours, in colour.

    Of a layer behind others each column is a filter and each row an input channel. A Dense layer on images is drawn
    too: the weights of each unit, as an image (of `shape`, where it is no square). `layer` is a name, a number or a
    layer; unless given the first that can be drawn. At most `count` filters are drawn.
    """
    plt = pyplot()
    model, count = as_model(model, FILTERS), whole("count", count)
    if layer is None:
        layer = _first(model)
        if layer is None:
            raise ValueError(
                f"{FILTERS}; this one has no kernel to draw, or is not built yet: call it on an image once"
            )
    else:
        layer = chosen(model, layer, lambda part: _kernel(part) is not None, "kernel")
    kernel = _kernel(layer)
    if kernel.ndim == 2:
        kernel = _as_images(model, layer, kernel, shape)
    high, wide, inputs, total = kernel.shape
    colored = inputs == 3 and layer is _first(model)
    tiles, columns = _tiles(kernel[..., :count], colored)
    drawn = columns if inputs > 1 and not colored else len(tiles)
    sheet = mosaic(tiles, columns)
    sheet = np.nan_to_num(sheet, nan=1.0) if colored else sheet
    if ax is None:
        aspect = sheet.shape[0] / sheet.shape[1]
        width = 7.0 if aspect < 1.3 else 5.0
        _, ax = plt.subplots(figsize=(width, max(1.3, (width - 0.9) * aspect + 0.7)), layout="constrained")
    image = ax.imshow(sheet, interpolation="nearest", **({} if colored else scale(plt, sheet, signed=True)))
    framed(ax, len(tiles), (high, wide), columns)
    bare(ax)
    some = f"{drawn} of {total}" if drawn < total else f"{total}"
    title = f"{layer.name}: {some} {'filter' if total == 1 else 'filters'} of {high} × {wide}"
    ax.set_title(title + (f" × {inputs}, gray is 0" if colored else ""), fontsize=10)
    if inputs > 1 and not colored:
        some = f"{INPUTS} of {inputs} input channels" if inputs > INPUTS else f"{inputs} input channels"
        ax.set_ylabel(some, fontsize=9)
        ax.set_xlabel("filters", fontsize=9)
    if not colored:
        ax.figure.colorbar(image, ax=ax, shrink=0.8, aspect=18).outline.set_visible(False)
    return ax


def _first(model):
    """The first layer with a kernel: the one that sees the image."""
    return next((part for _, part in layers_of(model) if _kernel(part) is not None), None)


def _tiles(kernel, colored):
    """The little pictures, and how many of them stand in a row."""
    total = kernel.shape[-1]
    if colored:
        return np.moveaxis(0.5 + 0.5 * kernel / (np.abs(kernel).max() or 1.0), -1, 0), _abreast(total)
    if kernel.shape[2] == 1:
        return np.moveaxis(kernel[:, :, 0], -1, 0), _abreast(total)
    kernel = kernel[:, :, :INPUTS, :COLUMNS]  # a row for each input channel
    return kernel.transpose(2, 3, 0, 1).reshape(-1, *kernel.shape[:2]), kernel.shape[-1]


def _kernel(layer):
    """The weights of a layer as (height, width, input channels, filters), or of a Dense layer as they are."""
    kernel = getattr(layer, "kernel", None)
    kernel = getattr(layer, "depthwise_kernel", None) if kernel is None else kernel
    if kernel is None or not layer.built:
        return None
    kernel = np.asarray(array_of(kernel), dtype=float)
    if isinstance(layer, Dense):
        return kernel
    if kernel.ndim not in (3, 4, 5):
        return None
    if "Transpose" in type(layer).__name__:
        kernel = kernel.swapaxes(-1, -2)
    elif "Depthwise" in type(layer).__name__ or hasattr(layer, "depthwise_kernel"):
        kernel = kernel.reshape(*kernel.shape[:-2], 1, -1)  # each filter sees a channel of its own
    if kernel.ndim == 3:
        return kernel[None]  # along one axis
    if kernel.ndim == 5:  # along three: one slice beside the other
        kernel = np.moveaxis(kernel, 0, 2)
        return kernel.reshape(*kernel.shape[:2], -1, kernel.shape[-1])
    return kernel


def _as_images(model, layer, kernel, shape):
    """The weights of each unit of a Dense layer in the shape of the images that it sees."""
    if shape is None and layer is not _first(model):
        raise ValueError(
            f"layer {layer.name!r} (Dense) sees what other layers give, no image; shape= says that it is one"
        )
    own = input_shape(model)
    shape = own if shape is None and own is not None and np.prod(own) == len(kernel) else shape
    first = channels_first(model)
    try:
        tiles = [pixels(column, shape, first) for column in kernel.T]
    except ValueError as error:
        raise ValueError(f"layer {layer.name!r} (Dense): {error}") from error
    tiles = np.stack(tiles, axis=-1)
    return tiles[:, :, None] if tiles.ndim == 3 else tiles


def _abreast(count) -> int:
    """How many of so many pictures stand in a row: about twice as many as there are rows, the last of them full."""
    rows = -(-count // min(max(1, math.ceil(math.sqrt(2 * count))), COLUMNS))
    return -(-count // rows)


def feature_maps(model, x, layers=None, *, count=16, shape=None, ax=None):
    """What each layer makes of one image: a row of maps for each, in the order of calls; of a row of numbers a strip.

    `layers` are those to draw (names, numbers or layers), unless given all but those that change nothing. At most
    `count` maps of each are drawn. Each layer has colours of its own: from 0, or around 0 if some numbers are below it.
    """
    plt = pyplot()
    model, count = as_model(model, MAPS), whole("count", count)
    batch, given = one(model, x)
    image = pixels(given if given.ndim > 1 and shape is None else batch[0], shape, channels_first(model))
    wanted = None
    if layers is not None:
        listed = layers if isinstance(layers, list | tuple) else [layers]
        wanted = {id(chosen(model, layer, lambda part: True, "maps")) for layer in listed}
    rows = list(_rows(model, batch, wanted))
    if not rows:
        raise ValueError(f"{MAPS}; no layer of this one gives maps")
    columns = min(count, max([COLUMNS // 2, *(len(maps) for _, maps, _ in rows if maps.ndim == 3)]))
    if ax is None:
        tall = [
            image.shape[0] / image.shape[1],
            *(STRIP if m.ndim == 1 else m.shape[1] / m.shape[2] for _, m, _ in rows),
        ]
        tall = [min(max(height, LABEL * columns / WIDE), 4.0) for height in tall]
        size = (10.0, 0.2 + sum(tall) * WIDE / columns + 0.12 * len(tall))
        _, axes = plt.subplots(len(tall), 1, figsize=size, height_ratios=tall, squeeze=False, layout="constrained")
        axes = axes[:, 0].tolist()
        _input(axes[0], image, columns)
        rest = axes[1:]
    else:
        rest = axes = np.ravel(ax).tolist()
    for place, (layer, maps, size) in zip(rest, rows, strict=False):
        if maps.ndim == 1:
            place.imshow(maps[None], aspect="auto", interpolation="nearest", **scale(plt, maps))
        else:
            place.imshow(_padded(maps[:columns], columns), interpolation="nearest", **scale(plt, maps))
        low, high = np.nanmin(maps), np.nanmax(maps)
        _named(place, f"{layer.name}\n{_times(size)}\n{short(low, 2)} … {short(high, 3)}")
        if maps.ndim == 1 and len(maps) <= COLUMNS:
            place.set_xticks(range(len(maps)), range(len(maps)), fontsize=7)
            place.tick_params(length=0, pad=1)
        if maps.ndim == 3:
            framed(place, min(columns, len(maps)), maps.shape[1:], columns)
        if maps.ndim == 3 and len(maps) > columns:
            more = {"xycoords": "axes fraction", "textcoords": "offset points", "fontsize": 8, "va": "center"}
            place.annotate(f"+ {len(maps) - columns}", (1, 0.5), (4, 0), **more)
    return axes[0] if len(axes) == 1 else axes


def _rows(model, batch, wanted):
    """(layer, maps, shape) of each layer: (maps, height, width), of a row of numbers that row."""
    _, calls = run(model, batch)
    for layer, given, out in calls:
        left_out = isinstance(layer, Model) if wanted is None else id(layer) not in wanted
        if left_out or not isinstance(out, Tensor | np.ndarray):
            continue
        out = np.asarray(array_of(out), dtype=float)
        if wanted is None and not isinstance(given, list | tuple) and _same(np.asarray(array_of(given)), out):
            continue
        shape, out = out.shape[1:], out[0]
        if out.ndim > 1 and layout(model, layer) != "channels_first":
            out = np.moveaxis(out, -1, 0)
        if out.ndim == 4:  # along three axes: one slice beside the other
            out = out.reshape(-1, *out.shape[2:])
        if out.ndim == 2:  # along one axis: a strip for each
            out = out[:, None]
        if out.ndim in (1, 3) and out.size:
            yield layer, out[:, 0, 0] if out.ndim == 3 and out.shape[1:] == (1, 1) else out, shape


def _same(given, out) -> bool:
    """Whether a layer gave what it got, maybe in another shape."""
    return given.size == out.size and np.array_equal(given.reshape(-1), out.reshape(-1))


def _padded(tiles, columns):
    """Small pictures in one row, with room for so many, so that those of all layers are equally wide."""
    room = np.full((columns, *tiles.shape[1:]), np.nan)
    room[: len(tiles)] = tiles
    return mosaic(room, columns)


def _input(ax, image, columns):
    limits = ends(image)
    tile = displayed(image if image.ndim == 3 else np.repeat(image[:, :, None], 3, axis=2), *limits)
    ax.imshow(np.nan_to_num(_padded(tile[None, ..., :3], columns), nan=1.0), interpolation="nearest")
    _named(ax, f"input\n{_times(image.shape)}\n{short(float(image.min()), 2)} … {short(float(image.max()), 3)}")


def _named(ax, text):
    bare(ax)
    ax.set_ylabel(text, rotation=0, ha="right", va="center", fontsize=8)


def _times(shape) -> str:
    return " × ".join(map(str, shape))
