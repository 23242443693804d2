"""A network as people draw it: neurons in columns, an edge for each weight, its width the size, its colour the sign."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import numpy as np

from autograd import no_grad
from autograd.rules.arrays import array_of
from nn.layers import Activation, Dense, Dropout, Flatten
from nn.layers.base import OBSERVERS
from nn.models import Sequential
from nn.neurons import MLP
from viz.colors import diverging, ink
from viz.given import refusal
from viz.numbers import short
from viz.settings import numbers_of, one_of
from viz.svg import Svg, heat_png

SHOWN = 10  # neurons of a column that are drawn
LONGEST = 30  # characters of a layer's name
GRID = 20  # pixels across the small map in each neuron


@dataclass
class Column:
    """One layer as it is drawn."""

    name: str
    size: int
    weights: np.ndarray | None  # from the column before, (before, size)
    bias: np.ndarray | None
    values: np.ndarray | None = None
    maps: np.ndarray | None = None  # (size, GRID, GRID)

    @property
    def drawn(self) -> list[int]:
        """The neurons that are drawn; of a wide layer the first and the last."""
        if self.size <= SHOWN:
            return list(range(self.size))
        return [*range(SHOWN // 2), *range(self.size - (SHOWN - 1 - SHOWN // 2), self.size)]


def network(model, x=None, *, data=None, show="weights") -> Svg:
    """A picture of a network of dense layers, with `x` (one sample) going through it.

    - `show="weights"` or `"gradients"` says what the edges are.
    - `data`, an array of two columns, draws in each neuron its answer over the plane that the data lies in.

    >>> import nn
    >>> picture = network(nn.MLP(2, [3, 1], seed=0), x=[1.0, -2.0])
    >>> str(picture).count("<line")
    9
    """
    one_of(("weights", "gradients"), show, "show")
    model, slopes = _as_tensor_model(model)
    columns, dense = _columns(model, show, slopes)
    if x is not None:
        _values(model, columns, dense, numbers_of(x, "x").reshape(1, -1))
    if data is not None:
        _maps(model, columns, dense, numbers_of(data, "data"))
    return _draw(columns, show)


def importance(model, layer=0) -> np.ndarray:
    """How much each input of a dense layer weighs: the sum of the sizes of its weights, as shares of 1.

    >>> import nn
    >>> importance(nn.MLP(2, [3, 1], seed=0)).sum().round(6).item()
    1.0
    """
    model, _ = _as_tensor_model(model)
    dense = [part for part in model.layers if isinstance(part, Dense)]
    if not -len(dense) <= layer < len(dense):
        raise ValueError(f"layer is the number of a dense layer, and there are {len(dense)}; got {layer}")
    sizes = np.abs(dense[layer].kernel.numpy()).sum(axis=1)
    return sizes / (sizes.sum() or 1.0)


def _as_tensor_model(model):
    """The model on arrays; and the gradients of its Values, if it was made of those."""
    if isinstance(model, MLP):
        slopes = [
            np.array([[w.grad or 0.0 for w in neuron.w] for neuron in layer.neurons]).T
            if any(w.grad is not None for neuron in layer.neurons for w in neuron.w)
            else None
            for layer in model.layers
        ]
        return model.tensor(), slopes
    if not isinstance(model, Sequential):
        raise refusal(model, "network draws an MLP or a built Sequential of dense layers")
    if not model.built:
        raise TypeError(
            "network draws an MLP or a built Sequential of dense layers; this one is not built: give its first layer "
            "input_shape=, or call it on data once"
        )
    other = [p for p in model.layers if not isinstance(p, Dense | Activation | Dropout | Flatten) and p.count_params()]
    if other:
        raise TypeError(f"network draws dense layers; {type(other[0]).__name__} {other[0].name!r} has other weights")
    return model, None


def _columns(model, show, slopes):
    dense = [part for part in model.layers if isinstance(part, Dense)]
    if not dense:
        raise TypeError("the model has no Dense layer to draw")
    columns = [Column("inputs", dense[0].kernel.shape[0], None, None)]
    for i, layer in enumerate(dense):
        weights = layer.kernel.numpy()
        if show == "gradients":
            weights = slopes[i] if slopes is not None else layer.kernel.grad
            if weights is None:
                raise ValueError(f"layer {layer.name!r} has no gradient yet: call loss.backward() first")
        bias = layer.bias.numpy() if layer.use_bias else None
        columns.append(Column(layer.name, layer.units, np.asarray(weights, dtype=np.float64), bias))
    return columns, dense


def _run(model, dense, x):
    """What comes out of each dense layer (after an activation layer behind it)."""
    found, last = {}, None

    def see(layer, given, out):
        nonlocal last
        if isinstance(layer, Dense):
            last = id(layer)
        if last is not None and isinstance(layer, Dense | Activation):
            found[last] = np.asarray(array_of(out), dtype=np.float64)

    OBSERVERS.append(see)
    try:
        with no_grad(), np.errstate(all="ignore"):
            model(x, training=False)
    finally:
        OBSERVERS.remove(see)
    return [found[id(layer)] for layer in dense]


def _values(model, columns, dense, x):
    if x.shape[1] != columns[0].size:
        raise ValueError(f"x has {x.shape[1]} numbers; the network takes {columns[0].size}")
    columns[0].values = x[0]
    for column, out in zip(columns[1:], _run(model, dense, x), strict=True):
        column.values = out[0]


def _maps(model, columns, dense, data):
    if data.ndim != 2 or data.shape[1] != 2 or columns[0].size != 2:
        raise ValueError(f"maps are drawn over two inputs; got data of shape {data.shape}")
    low, high = data.min(axis=0), data.max(axis=0)
    xs, ys = np.linspace(low[0], high[0], GRID), np.linspace(high[1], low[1], GRID)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    columns[0].maps = grid.T.reshape(2, GRID, GRID) - (low + high)[:, None, None] / 2
    for column, out in zip(columns[1:], _run(model, dense, grid), strict=True):
        # A probability is shown around one half, everything else around 0.
        middle = 0.5 if out.min() >= 0 and out.max() <= 1 and column is columns[-1] else 0.0
        column.maps = out.T.reshape(-1, GRID, GRID) - middle


def _draw(columns, show) -> Svg:
    radius = 17.0 if any(c.maps is not None for c in columns) else 13.0
    step = 2 * radius + 12
    top = max(float(np.abs(c.weights).max(initial=0)) for c in columns[1:]) or 1.0
    tallest = max(len(c.drawn) + (c.size > SHOWN) for c in columns)
    headings = [_wide(_clipped(c.name), 7.4) for c in columns]
    gap = max(130.0, max(headings) + 16)
    left, right = (max(45 + radius, w / 2 + 10) for w in (headings[0], headings[-1]))
    width = gap * (len(columns) - 1) + left + right
    note = f"{show}: width is the size, orange and solid above 0, blue and dashed below; largest {short(top, 3)}"
    lines = textwrap.wrap(note, int((width - 20) / 5.2))
    height = tallest * step + 57 + 13 * len(lines)
    picture = Svg(width, height, f"A network of {' - '.join(str(c.size) for c in columns)} units")
    places = [_places(c, left + gap * i, step, height - 13 * (len(lines) - 1)) for i, c in enumerate(columns)]
    for before, here, a, b in zip(columns, columns[1:], places, places[1:], strict=False):
        for i in before.drawn:
            for j in here.drawn:
                w = float(here.weights[i, j])
                share = min(abs(w) / top, 1.0)
                picture.add(
                    "line", x1=a[i][0] + radius, y1=a[i][1], x2=b[j][0] - radius, y2=b[j][1], stroke=diverging(w, top),
                    stroke_width=0.4 + 4.0 * share, stroke_opacity=0.35 + 0.65 * share,
                    stroke_dasharray="5 3" if w < 0 else None,
                )  # fmt: skip
    for column, place in zip(columns, places, strict=True):
        _neurons(picture, column, place, radius)
    for i, line in enumerate(reversed(lines)):
        picture.text(10, height - 10 - 13 * i, line, anchor="start", fill="#555555", size=10)
    return picture


def _wide(text, each) -> float:
    """About how many pixels a text takes; too many rather than too few."""
    return each * len(text)


def _clipped(name) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST // 2]}…{name[1 - LONGEST // 2 :]}"


def _places(column, x, step, height):
    rows = len(column.drawn) + (column.size > SHOWN)
    y = (height - 20) / 2 - (rows - 1) * step / 2 + 8
    found = {}
    for row, i in enumerate(column.drawn):
        skip = column.size > SHOWN and row >= SHOWN // 2
        found[i] = (x, y + (row + skip) * step)
    return found


def _neurons(picture, column, place, radius):
    x = next(iter(place.values()))[0]
    picture.text(x, 18, _clipped(column.name), fill="#333333", size=12, font_weight="bold")
    if column.size > SHOWN:
        after = place[column.drawn[SHOWN // 2 - 1]][1]
        gap = (after + place[column.drawn[SHOWN // 2]][1]) / 2
        picture.text(x, gap + 4, f"… {column.size - len(column.drawn)} more", fill="#555555")
    top = 1.0 if column.values is None else max(float(np.abs(column.values).max(initial=0)), 1.0)
    for i, (cx, cy) in place.items():
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
