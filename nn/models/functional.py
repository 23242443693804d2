"""Models made from symbols: `Model(inputs, outputs)`, for branches, joins and several inputs."""

from __future__ import annotations

from nn.layers.base import Layer, layers
from nn.layers.symbols import Symbol, results
from nn.models.base import Model
from nn.models.inputs import in_order, with_axes
from nn.models.names import name_layer
from nn.models.seeding import draw_anew


@layers.add("Functional")
class Functional(Model, functional=True):
    """The layers that lie between some symbols and others.

    >>> from nn.layers import Input, Dense, Add
    >>> x = Input(shape=(4,))
    >>> h = Dense(4, activation="relu")(x)
    >>> model = Model(x, Dense(1)(Add()([x, h])))
    >>> model.count_params(), model.output_shape
    (25, (None, 1))
    """

    def __init__(self, inputs=None, outputs=None, name=None, seed=None, dtype=None, trainable=True):
        super().__init__(name=name or "functional", seed=seed, dtype=dtype, trainable=trainable)
        self.inputs = _symbols(inputs, "inputs")
        self.outputs = _symbols(outputs, "outputs")
        self._by_name = inputs if isinstance(inputs, dict) else None
        self._one_input = isinstance(inputs, Symbol)
        self._one_output = isinstance(outputs, Symbol)
        self.several = not self._one_input
        self._calls = calls_between(self.inputs, self.outputs)
        self._layers: list[Layer] = []
        for call in self._calls:
            if not any(call.layer is layer for layer in self._layers):
                name_layer(call.layer, self._layers)
                self._layers.append(call.layer)
        self.built = True
        if seed is not None:
            draw_anew(self._layers, self.random)
        if not trainable:
            self.trainable = False

    @property
    def layers(self) -> list[Layer]:
        return list(self._layers)

    def parts(self):
        return ((layer.name, layer) for layer in self._layers)

    @property
    def input(self):
        """The symbol that goes in, to make another model from it; several in a list."""
        return self.inputs[0] if self._one_input else self.inputs

    @property
    def output(self):
        """The symbol that comes out, to go on from it; several in a list.

        >>> from nn.layers import Input, Dense
        >>> x = Input(shape=(4,))
        >>> base = Model(x, Dense(3)(x))
        >>> Model(base.input, Dense(1)(base.output)).count_params()
        19
        """
        return self.outputs[0] if self._one_output else self.outputs

    @property
    def output_shape(self):
        shapes = [symbol.shape for symbol in self.outputs]
        return shapes[0] if self._one_output else shapes

    @property
    def input_symbols(self) -> list[Symbol]:
        return self.inputs

    def __call__(self, x, *args, **kwargs):
        return super().__call__(self.in_order(x), *args, **kwargs)

    def in_order(self, x):
        """Inputs given by name, in the order of the model's."""
        found = in_order(x, self.inputs, list(self._by_name) if self._by_name else None)
        return found if self.several else found[0]

    def output_for(self, shape):
        given = shape if isinstance(shape, list) else [shape]
        if [len(part) for part in given] != [symbol.ndim for symbol in self.inputs]:
            return None
        known = {id(s): Symbol(part, s.dtype) for s, part in zip(self.inputs, given, strict=True)}
        for call in self._calls:
            several, args, kwargs = (call.settings[key] for key in ("several", "args", "kwargs"))
            found = call.layer.shapes_after([known[id(symbol)] for symbol in call.inputs], several, args, kwargs)
            results = call.settings["results"]
            known |= {id(s): Symbol(part, s.dtype) for s, part in zip(results, found, strict=True)}
        shapes = [known[id(symbol)].shape for symbol in self.outputs]
        return shapes[0] if self._one_output else shapes

    def call(self, x, training=None):
        given = x if isinstance(x, list) else [x]
        if len(given) != len(self.inputs):
            raise ValueError(f"the model takes {len(self.inputs)} inputs; got {len(given)}")
        values = {id(s): with_axes(part, s.shape) for s, part in zip(self.inputs, given, strict=True)}
        for call in self._calls:
            parts = [values[id(symbol)] for symbol in call.inputs]
            settings = call.settings
            named = {"training": training, **settings["kwargs"]}  # a call that said training= keeps to it
            found = call.layer(parts if settings["several"] else parts[0], *settings["args"], **named)
            for symbol, part in zip(settings["results"], results(found), strict=True):
                values[id(symbol)] = part
        outputs = [values[id(symbol)] for symbol in self.outputs]
        return outputs[0] if self._one_output else outputs


def _symbols(given, what) -> list[Symbol]:
    parts = list(given.values()) if isinstance(given, dict) else results(given)
    if not parts or not all(isinstance(part, Symbol) for part in parts):
        raise TypeError(
            f"Model {what}= takes symbols, made by Input(...) and by calling layers on them; got {given!r:.60}"
        )
    return parts


def calls_between(inputs, outputs) -> list[Symbol]:
    """One symbol for each layer call that leads from the inputs to the outputs, in order."""
    known = {id(symbol) for symbol in inputs}  # not by serial: a copy of a symbol has that of the original
    calls: dict[int, Symbol] = {}
    waiting = list(outputs)
    while waiting:
        symbol = waiting.pop()
        if id(symbol) in known:
            continue
        if symbol.layer is None:
            raise ValueError(f"an output depends on {symbol!r}, which is not among the model's inputs")
        known.add(id(symbol))
        first = symbol.settings["results"][0]
        calls[id(first)] = first
        waiting += symbol.inputs
    return sorted(calls.values(), key=lambda symbol: symbol.serial)
