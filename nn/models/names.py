"""Names of layers within a model: dense, dense_1, dense_2, unless the user chose them."""

from __future__ import annotations

from nn.layers.base import Layer
from nn.registry import snake


def name_layer(layer: Layer, others: list[Layer]) -> None:
    """Give a layer the first free name of its kind; a name that the user chose may not be taken."""
    taken = {other.name for other in others}
    if layer.name in taken and layer.named:
        raise ValueError(f"two layers are called {layer.name!r}; every layer of a model needs its own name")
    if layer.name is None or (not layer.named and layer.name in taken):
        base = name = snake(type(layer).__name__)
        count = 0
        while name in taken:
            count += 1
            name = f"{base}_{count}"
        layer.name = name
