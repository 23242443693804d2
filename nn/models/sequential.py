"""Sequential: layers one after another."""

from __future__ import annotations

import numpy as np

from nn.layers.base import Layer, layers
from nn.layers.symbols import Input, Symbol, shape_of
from nn.models.base import Model
from nn.models.inputs import in_order, with_axes
from nn.models.names import name_layer


@layers.add("Sequential")
class Sequential(Model):
    """A stack of layers: the output of each is the input of the next.

    >>> from nn.layers import Dense
    >>> model = Sequential([Dense(64, activation="relu", input_shape=(2,)), Dense(1, activation="sigmoid")], seed=0)
    >>> model.count_params()
    257
    >>> model(np.zeros((5, 2))).shape
    (5, 1)

    Without an input shape, the first data builds it. `seed` makes weights, dropout and shuffling repeat.
    """

    def __init__(self, layers=None, name=None, seed=None, dtype=None, trainable=True, input_shape=None):
        super().__init__(name=name, seed=seed, dtype=dtype, trainable=trainable)
        self._layers: list[Layer] = []
        self.source: Symbol | None = None
        if input_shape is not None:
            self.add(Input(shape=input_shape))
        for layer in layers or []:
            self.add(layer)

    @property
    def layers(self) -> list[Layer]:
        return list(self._layers)

    @property
    def integers(self) -> bool:
        return bool(self._layers) and self._layers[0].integers

    @property
    def takes_rows(self) -> bool:
        return bool(self._layers) and self._layers[0].takes_rows

    def parts(self):
        return ((layer.name, layer) for layer in self._layers)

    def add(self, layer) -> None:
        """Put a layer on top."""
        if isinstance(layer, Symbol):
            if self._layers or layer.layer is not None:
                raise ValueError("Input stands first in a Sequential, and once")
            self.source = layer
            return
        if isinstance(layer, type) and issubclass(layer, Layer):
            raise TypeError(f"Sequential got the class {layer.__name__}; wanted a layer, such as {layer.__name__}(...)")
        if not isinstance(layer, Layer):
            raise TypeError(
                f"Sequential takes layers; got {type(layer).__name__} {layer!r:.40}. For a function write "
                "Lambda(function)"
            )
        if any(layer is other for other in self._layers):
            raise ValueError(f"layer {layer.name!r} is in this Sequential already; make a second one, or use Model")
        name_layer(layer, self._layers)
        self.forget_steps()
        if self.dtype and layer.dtype is None:
            layer.dtype = self.dtype
        self._layers.append(layer)
        if len(self._layers) == 1 and layer.input_shape is not None and self.source is None:
            self.source = Symbol((None, *layer.input_shape), np.int64 if layer.integers else layer.dtype or "float32")
        if self.source is not None:
            self.build(self.source.shape)

    def forget_steps(self) -> None:
        """Forget what was made for the layers there were."""
        self._metrics = self._steps = self._shapes = None

    def pop(self) -> Layer:
        """Take the last layer off."""
        if not self._layers:
            raise ValueError("the Sequential has no layers")
        self.forget_steps()
        return self._layers.pop()

    def build(self, input_shape) -> None:
        """Make the parameters of all layers for inputs of this shape; those built already stay."""
        shape = shape_of(input_shape, "build")
        if self.source is None:
            kind = np.int64 if self.integers else self.dtype or "float32"
            self.source = Symbol(shape, kind)
        for layer in self._layers:
            layer.share_random(self.random)
            shape = layer.shape_after(shape)
        self.built = True

    def build_for(self, shapes) -> None:
        if not self._layers:
            raise ValueError("the Sequential has no layers; add some first")
        self.build((None, *shapes[1:]))

    @property
    def output_shape(self):
        """The shape that comes out, None for the batch."""
        if not self.built:
            raise ValueError(
                "the model is not built: give the first layer input_shape=, or call the model on data once"
            )
        return self.shape_after(self.source.shape)

    def __call__(self, x, *args, **kwargs):
        return super().__call__(self.in_order(x), *args, **kwargs)

    def in_order(self, x):
        """The input, given by its name or in a list of one."""
        return x if self.source is None else in_order(x, [self.source])[0]

    def output_for(self, shape):
        if not self.built:
            self.build_for(shape)
        if isinstance(shape, list) or len(shape) != self.source.ndim:
            return None
        for layer in self._layers:
            shape = layer.shape_after(shape)
        return shape

    def call(self, x, training=None):
        if len(x.shape) != self.source.ndim:
            x = with_axes(x, self.source.shape)
        for layer in self._layers:
            x = layer(x, training=training)
        return x

    def __repr__(self):
        return f"<Sequential {self.name!r}: {', '.join(type(layer).__name__ for layer in self._layers) or 'no layers'}>"
