"""The columns of a network's picture: inputs, neurons, images and maps, with the weights between them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from autograd import no_grad
from autograd.rules.arrays import array_of
from nn.layers import BatchNormalization, Dense, Flatten, PReLU
from nn.models import Sequential
from nn.neurons import MLP
from viz.asking import input_shape, is_convolution, layout, one, run
from viz.given import refusal
from viz.images import displayed, ends, pixels

SHOWN = 10  # neurons of a column that are drawn
GRID = 20  # pixels across the small map in each neuron
DRAWN = "network draws an MLP or a built Sequential of convolutions, pooling and dense layers"


@dataclass
class Column:
    """One layer as it is drawn: neurons, or small pictures where it gives maps."""

    name: str
    size: int
    weights: np.ndarray | None  # from the column before, (before, size)
    bias: np.ndarray | None = None
    values: np.ndarray | None = None
    maps: np.ndarray | None = None  # (size, GRID, GRID): the answer of each neuron over a plane
    shape: tuple[int, int] | None = None  # of its small pictures
    tiles: list | None = None  # the pictures: (height, width) around 0, or (height, width, 3) from 0 to 1
    many: bool = False  # whether each edge stands for many weights
    layer: object = None

    @property
    def drawn(self) -> list[int]:
        """The neurons that are drawn; of a wide layer the first and the last."""
        if self.size <= SHOWN:
            return list(range(self.size))
        return [*range(SHOWN // 2), *range(self.size - (SHOWN - 1 - SHOWN // 2), self.size)]

    @property
    def radius(self) -> float:
        """Half as wide as it is drawn."""
        if self.shape is not None:
            return 46.0 if self.size == 1 else 19.0
        return 17.0 if self.maps is not None else 13.0


def as_tensor_model(model):
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
        raise refusal(model, DRAWN)
    if not model.built:
        raise TypeError(f"{DRAWN}; this one is not built: give its first layer input_shape=, or call it on data once")
    known = Dense | BatchNormalization | PReLU
    other = [p for p in model.layers if not isinstance(p, known) and p.count_params() and not is_convolution(p)]
    if other:
        raise TypeError(f"network draws dense layers; {type(other[0]).__name__} {other[0].name!r} has other weights")
    return model, None


def columns_of(model, show, slopes, x=None) -> list[Column]:
    """A column for the inputs and one for each layer that has weights or changes the maps."""
    columns = [_inputs(model, x)]
    shape = input_shape(model)
    dense = 0
    for layer in model.layers:
        given, shape = shape, layer.compute_output_shape((None, *shape))[1:]
        if isinstance(layer, Dense):
            kernel = slopes[dense] if slopes is not None and show == "gradients" else _weights(layer, show)
            columns.append(_dense(layer, np.asarray(kernel, dtype=float), columns[-1], model))
            dense += 1
        elif len(shape) == 3 and is_convolution(layer):
            high, wide, channels = _sizes(shape, layout(model, layer))
            weights = _strengths(layer, _weights(layer, show), columns[-1].size, channels)
            columns.append(Column(layer.name, channels, weights, shape=(high, wide), many=True, layer=layer))
        elif columns[-1].shape is not None and columns[-1].layer is not None and _resizes(layer, given, shape):
            columns.append(_one_to_one(layer, shape, given, columns[-1].size, layout(model, layer)))
    if len(columns) == 1:
        raise TypeError("the model has no Dense layer or convolution to draw")
    return columns


def _resizes(layer, given, shape) -> bool:
    """Whether a layer without weights has a column: what keeps the shape shows in the column before it."""
    return given != shape and not isinstance(layer, Flatten)


def _inputs(model, x) -> Column:
    shape = input_shape(model)
    shape = (len(model.layers[0].kernel.data),) if shape is None or None in shape else shape
    given = None if x is None else np.squeeze(np.asarray(array_of(x)))
    first = layout(model) == "channels_first"
    if len(shape) == 3 or (len(shape) == 2 and isinstance(model.layers[0], Flatten)):
        high, wide, _ = _sizes(shape, layout(model)) if len(shape) == 3 else (*shape, 1)
        return Column("input", 1, None, shape=(high, wide))
    if given is not None and given.ndim in (2, 3) and given.size == math.prod(shape) and min(given.shape) > 1:
        return Column("input", 1, None, shape=pixels(given, None, first).shape[:2])
    return Column("inputs", math.prod(shape), None)


def _sizes(shape, data_format):
    return (*shape[1:], shape[0]) if data_format == "channels_first" else tuple(shape)


def _weights(layer, show):
    kernel = layer.kernel if hasattr(layer, "kernel") else layer.depthwise_kernel
    if show == "weights":
        return array_of(kernel)
    if kernel.grad is None:
        raise ValueError(f"layer {layer.name!r} has no gradient yet: call loss.backward() first")
    return array_of(kernel.grad)


def _strengths(layer, kernel, before, channels):
    """The root mean square of the weights of each window, from each map to each map; None where they lie otherwise."""
    kernel = np.asarray(kernel, dtype=float)
    kernel = kernel.swapaxes(-1, -2) if "Transpose" in type(layer).__name__ else kernel
    sizes = np.sqrt(np.square(kernel).mean(axis=(0, 1)))
    if hasattr(layer, "pointwise_kernel"):  # each channel by itself, then all with all
        point = np.asarray(array_of(layer.pointwise_kernel), dtype=float).reshape(*sizes.shape, channels)
        sizes = np.sqrt(np.square(sizes[..., None] * point).mean(axis=1))
    elif hasattr(layer, "depth_multiplier") and before > 1:  # each channel by itself
        own = np.arange(channels) // sizes.shape[1] == np.arange(before)[:, None]
        return np.where(own, sizes.reshape(-1), np.nan)
    elif hasattr(layer, "depth_multiplier"):
        return sizes.reshape(1, -1)
    if before == 1:  # an image is one picture, whatever its colours
        return np.sqrt(np.square(sizes).mean(axis=0, keepdims=True))
    if len(sizes) != before:  # in groups: each map sees some of those before
        groups = before // len(sizes)
        mine = np.arange(before)[:, None] // len(sizes) == np.arange(channels) // (channels // groups)
        return np.where(mine, np.tile(sizes, (groups, 1)), np.nan)
    return sizes


def _one_to_one(layer, shape, given, before, data_format) -> Column:
    """A layer without weights after maps, such as pooling."""
    if len(shape) == 3:
        high, wide, size = _sizes(shape, data_format)
        found = Column(layer.name, size, None, shape=(high, wide), layer=layer)
    else:
        found = Column(layer.name, math.prod(shape), None, layer=layer)
    found.weights = np.where(np.eye(before, found.size) > 0, 0.0, np.nan) if found.size == before else None
    found.many = True
    return found


def _dense(layer, kernel, before, model) -> Column:
    bias = layer.bias.numpy() if layer.use_bias else None
    many = before.shape is not None
    if many and before.size == 1:
        kernel = np.sqrt(np.square(kernel).mean(axis=0, keepdims=True))
    elif many:  # of each map the weights of all its places
        first = layout(model, before.layer) == "channels_first"
        places = math.prod(before.shape)
        parts = kernel.reshape(before.size, places, -1) if first else kernel.reshape(places, before.size, -1)
        kernel = np.sqrt(np.square(parts).mean(axis=1 if first else 0))
    return Column(layer.name, layer.units, kernel, bias, many=many, layer=layer)


# -- what goes through -------------------------------------------------------------------------------------------------
def put_through(model, columns, x) -> None:
    """Set the values and the small pictures of all columns, for one sample."""
    first = columns[0]
    if first.shape is None:
        x = np.asarray(array_of(x), dtype=np.float64).reshape(-1)
        if x.size != first.size:
            raise ValueError(f"x has {x.size} numbers; the network takes {first.size}")
        batch, first.values = x.reshape(1, -1), x
        if (shape := input_shape(model)) is not None and None not in shape:
            batch = x.reshape(1, *shape)
    else:
        batch, given = one(model, x)
        image = pixels(given if given.ndim > 1 else batch[0].reshape(first.shape), None, _is_first(model, columns))
        shown = displayed(image, *ends(image))
        first.tiles = [shown[..., :3] if shown.ndim == 3 else np.repeat(shown[:, :, None], 3, axis=2)]
    for column, out in zip(columns[1:], outputs(model, columns, batch), strict=True):
        out = out[0]
        if column.shape is None:
            column.values = out.reshape(-1)
        else:
            out = out if _is_first(model, columns, column) else np.moveaxis(out, -1, 0)
            column.tiles = list(out)


def _is_first(model, columns, column=None) -> bool:
    return layout(model, None if column is None else column.layer) == "channels_first"


def outputs(model, columns, x) -> list[np.ndarray]:
    """What comes out of the layer of each column, after those behind it that keep its shape, such as activations."""
    with no_grad():
        _, calls = run(model, x)
    place, found = {id(column.layer): i for i, column in enumerate(columns[1:])}, {}
    last = None
    for layer, _, out in calls:
        last = place.get(id(layer), last)
        out = np.asarray(array_of(out), dtype=np.float64)
        if last is not None and (id(layer) in place or out.shape == found[last].shape):
            found[last] = out
    return [found[i] for i in range(len(columns) - 1)]


def over_plane(model, columns, data) -> None:
    """Set the answer of each neuron over the plane that the data lies in."""
    if data.ndim != 2 or data.shape[1] != 2 or columns[0].size != 2:
        raise ValueError(f"maps are drawn over two inputs; got data of shape {data.shape}")
    low, high = data.min(axis=0), data.max(axis=0)
    xs, ys = np.linspace(low[0], high[0], GRID), np.linspace(high[1], low[1], GRID)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    columns[0].maps = grid.T.reshape(2, GRID, GRID) - (low + high)[:, None, None] / 2
    for column, out in zip(columns[1:], outputs(model, columns, grid), strict=True):
        # A probability is shown around one half, everything else around 0.
        middle = 0.5 if out.min() >= 0 and out.max() <= 1 and column is columns[-1] else 0.0
        column.maps = out.T.reshape(-1, GRID, GRID) - middle
