"""A network as people draw it: neurons in columns, an edge for each weight, its width the size, its colour the sign."""

from __future__ import annotations

import textwrap

import numpy as np

from nn.layers import Dense
from viz.colors import diverging, ink
from viz.columns import SHOWN, as_tensor_model, columns_of, over_plane, put_through
from viz.numbers import short
from viz.settings import numbers_of, one_of
from viz.svg import Svg, heat_png, image_png

LONGEST = 30  # characters of a layer's name
GRAY = "#777777"  # of an edge that stands for many weights


def network(model, x=None, *, data=None, show="weights") -> Svg:
    """A picture of a network of dense layers, with `x` (one sample) going through it.

    - `show="weights"` or `"gradients"` says what the edges are.
    - `data`, an array of two columns, draws in each neuron its answer over the plane that the data lies in.
    - An image, convolutions and pooling are drawn as small pictures, with `x` the image and the maps that the layers
      make of it. There an edge stands for many weights: it is gray, and as wide as their root mean square.

    >>> import nn
    >>> picture = network(nn.MLP(2, [3, 1], seed=0), x=[1.0, -2.0])
    >>> str(picture).count("<line")
    9
    """
    one_of(("weights", "gradients"), show, "show")
    x = None if x is None else numbers_of(x, "x")
    model, slopes = as_tensor_model(model)
    columns = columns_of(model, show, slopes, x)
    if x is not None:
        put_through(model, columns, x)
    if data is not None:
        over_plane(model, columns, numbers_of(data, "data"))
    return _draw(columns, show)


def importance(model, layer=0) -> np.ndarray:
    """How much each input of a dense layer weighs: the sum of the sizes of its weights, as shares of 1.

    >>> import nn
    >>> importance(nn.MLP(2, [3, 1], seed=0)).sum().round(6).item()
    1.0
    """
    model, _ = as_tensor_model(model)
    dense = [part for part in model.layers if isinstance(part, Dense)]
    if not -len(dense) <= layer < len(dense):
        raise ValueError(f"layer is the number of a dense layer, and there are {len(dense)}; got {layer}")
    sizes = np.abs(dense[layer].kernel.numpy()).sum(axis=1)
    return sizes / (sizes.sum() or 1.0)


def _draw(columns, show) -> Svg:
    top = max((float(np.nanmax(np.abs(c.weights), initial=0)) for c in columns if c.weights is not None), default=0)
    top = top or 1.0
    tall = max(_height(c) for c in columns)
    headings = [_wide(_clipped(c.name), 7.4) for c in columns]
    widest = max(c.radius for c in columns)
    gap = max(130.0, max(headings) + 16)
    left, right = (max(32 + widest, w / 2 + 10) for w in (headings[0], headings[-1]))
    width = gap * (len(columns) - 1) + left + right
    signed = "orange and solid above 0, blue and dashed below; " if not all(c.many for c in columns[1:]) else ""
    note = f"{show}: width is the size, {signed}largest {short(top, 3)}"
    if any(c.many for c in columns):
        note += "; gray: many weights, the root of their mean square"
    lines = textwrap.wrap(note, int((width - 20) / 5.2))
    height = tall + 57 + 13 * len(lines)
    picture = Svg(width, height, f"A network of {' - '.join(str(c.size) for c in columns)} units")
    places = [_places(c, left + gap * i, height - 13 * (len(lines) - 1)) for i, c in enumerate(columns)]
    for before, here, a, b in zip(columns, columns[1:], places, places[1:], strict=False):
        if here.weights is not None:
            _edges(picture, before, here, a, b, top)
    for column, place in zip(columns, places, strict=True):
        _neurons(picture, column, place)
    for i, line in enumerate(reversed(lines)):
        picture.text(10, height - 10 - 13 * i, line, anchor="start", fill="#555555", size=10)
    return picture


def _edges(picture, before, here, a, b, top):
    for i in before.drawn:
        for j in here.drawn:
            w = float(here.weights[i, j])
            if np.isnan(w):
                continue  # these two have nothing to do with one another
            share = min(abs(w) / top, 1.0)
            thin, more = (0.6, 1.9) if here.many else (0.4, 4.0)
            picture.add(
                "line", x1=a[i][0] + before.radius, y1=a[i][1], x2=b[j][0] - here.radius, y2=b[j][1],
                stroke=GRAY if here.many else diverging(w, top), stroke_width=thin + more * share,
                stroke_opacity=0.2 + 0.4 * share if here.many else 0.35 + 0.65 * share,
                stroke_dasharray="5 3" if w < 0 and not here.many else None,
            )  # fmt: skip


def _step(column) -> float:
    return 2 * column.radius + (12 if column.shape is None else 8)


def _height(column) -> float:
    return (len(column.drawn) + (column.size > SHOWN) * 0.8) * _step(column)


def _wide(text, each) -> float:
    """About how many pixels a text takes; too many rather than too few."""
    return each * len(text)


def _clipped(name) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST // 2]}…{name[1 - LONGEST // 2 :]}"


def _places(column, x, height):
    step = _step(column)
    more = 0.8 * (column.size > SHOWN)
    y = (height - 20) / 2 - (len(column.drawn) + more - 1) * step / 2 + 8
    return {i: (x, y + (row + (more if row >= SHOWN // 2 else 0)) * step) for row, i in enumerate(column.drawn)}


def _neurons(picture, column, place):
    x = next(iter(place.values()))[0]
    picture.text(x, 18, _clipped(column.name), fill="#333333", size=12, font_weight="bold")
    if column.shape is not None:
        size = "×".join(map(str, (*column.shape, column.size)[: 2 if column.layer is None else 3]))
        picture.text(x, 31, size, fill="#555555", size=10)
    if column.size > SHOWN:
        after = place[column.drawn[SHOWN // 2 - 1]][1]
        gap = (after + place[column.drawn[SHOWN // 2]][1]) / 2
        picture.text(x, gap + 4, f"… {column.size - len(column.drawn)} more", fill="#555555")
    top = 1.0 if column.values is None else max(float(np.abs(column.values).max(initial=0)), 1.0)
    bright = None if column.tiles is None else max(float(np.nanmax(np.abs(tile), initial=0)) for tile in column.tiles)
    for i, (cx, cy) in place.items():
        if column.shape is not None:
            _tile(picture, column, i, cx, cy, bright)
            continue
        radius = column.radius
        if column.maps is not None:
            box = {"x": cx - radius, "y": cy - radius, "width": 2 * radius, "height": 2 * radius}
            picture.add("image", href=heat_png(column.maps[i]), preserveAspectRatio="none", **box)
            picture.add("rect", fill="none", stroke="#444444", **box)
            continue
        value = None if column.values is None else float(column.values[i])
        fill = "#ffffff" if value is None else diverging(value, top)
        picture.add("circle", cx=cx, cy=cy, r=radius, fill=fill, stroke="#444444")
        if value is not None:
            text = short(value, 2)
            picture.text(cx, cy + 3.5, text, size=9 if len(text) < 6 else 7, fill=ink(fill))


def _tile(picture, column, i, cx, cy, bright):
    """A small picture: an image as it is, a map from blue below 0 to orange above; empty where nothing went through."""
    high, wide = column.shape
    scale = 2 * column.radius / max(high, wide)
    box = {"x": cx - wide * scale / 2, "y": cy - high * scale / 2, "width": wide * scale, "height": high * scale}
    if column.tiles is None:
        picture.add("rect", fill="#ffffff", stroke="#444444", **box)
        return
    tile = column.tiles[i]
    address = image_png(tile) if tile.ndim == 3 else heat_png(tile, bright or 1.0)
    picture.add("image", href=address, preserveAspectRatio="none", style="image-rendering: pixelated", **box)
    picture.add("rect", fill="none", stroke="#444444", **box)
