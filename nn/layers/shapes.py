"""The shapes that a layer gives: by arithmetic where its class tells, else found by running it on zeros."""

from __future__ import annotations

import numpy as np

from autograd import no_grad
from autograd.extend import untraced
from nn.layers.symbols import traced_shape


def shapes_after(layer, symbols, several, args, kwargs) -> list[tuple]:
    """The shape of each result of a layer called on these Symbols; the layer is built then."""
    if not args and set(kwargs) <= {"training"}:
        told = _told(layer, symbols, several)
        if told is not None:
            return told

    def run(*arrays):
        return layer(list(arrays) if several else arrays[0], *args, **{**kwargs, "training": False})

    with no_grad(), np.errstate(all="ignore"):
        return traced_shape(run, symbols)


def _told(layer, symbols, several):
    """What arithmetic tells, or None. It is asked of our own classes: what a user's class computes, only a run can say,
    whatever class it stands on and whatever its `compute_output_shape` says."""
    if layer.output_for is None or not type(layer).__module__.startswith("nn."):
        return None
    if any(symbol.dtype.kind not in "fiub" for symbol in symbols):
        return None
    given = [symbol.shape for symbol in symbols] if several else symbols[0].shape
    layer.check_input(given)
    found = layer.output_for(given)
    if found is not None and not layer.built:
        with untraced():
            layer.build_for(given)
    return found if found is None or isinstance(found, list) else [found]


def places(n, size, stride, padding, dilation) -> int | None:
    """How many windows lie along an axis of n; None where n is, and 0 or less where none fits.

    >>> places(28, 3, 2, "valid", 1), places(28, 3, 2, "same", 1), places(None, 3, 2, "same", 1)
    (13, 14, None)
    """
    if n is None:
        return None
    return (n - (size - 1) * dilation - 1) // stride + 1 if padding == "valid" else -(-n // stride)


def after_windows(layer, shape, size, dilation, channels) -> tuple | None:
    """The shape after windows have slid over the axes of an image; None where none fits, which a run says best."""
    last = layer.data_format == "channels_last"
    axes = zip(shape[1:-1] if last else shape[2:], size, layer.strides, dilation, strict=True)
    found = [places(n, k, stride, layer.padding, gap) for n, k, stride, gap in axes]
    if any(n is not None and n < 1 for n in found):
        return None
    return (shape[0], *found, channels) if last else (shape[0], channels, *found)


def unchanged(self, shape):
    """`output_for` of layers whose results have the shape of their input."""
    return shape
