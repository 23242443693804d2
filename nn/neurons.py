"""One neuron, a layer of them, and networks of layers, on Values: every number of them can be looked at.

The same network runs on arrays too: `mlp.tensor()` gives it as a Sequential of Dense layers, and `explode(model)` goes
the other way.
"""

from __future__ import annotations

import itertools

import numpy as np

from autograd import Tensor, Value
from nn import activations
from nn.errors import ShapeError
from nn.layers import Activation, Dense, Dropout, Input
from nn.models import Sequential
from nn.module import Module
from nn.seeds import generator
from nn.settings import whole, whole_numbers


class Neuron(Module):
    """y = activation(w[0] * x[0] + w[1] * x[1] + ... + b).

    >>> neuron = Neuron(3, activation="relu", w=[0.7, 0.3, -0.2], b=0.1)
    >>> neuron([1.0, 2.0, 3.0])
    Value(data=0.8)
    >>> neuron
    Neuron(3, activation='relu')
    """

    def __init__(self, n_in, activation="tanh", seed=None, w=None, b=0.0):
        self.n_in = whole("n_in", n_in)
        self._activation = activations.get(activation)
        if w is None:
            # As wide as keeps the size of signals: wider for relu, which halves them.
            limit = ((6.0 if self.activation == "relu" else 3.0) / self.n_in) ** 0.5
            w = generator(seed).uniform(-limit, limit, self.n_in)
        if len(w) != self.n_in:
            raise ShapeError(f"a neuron of {self.n_in} inputs got {len(w)} weights")
        self.w = [Value(float(x)) for x in w]
        self.b = Value(float(b))

    @property
    def activation(self) -> str:
        return self._activation.__name__

    def call(self, x):
        x = _inputs(x, self.n_in, "the neuron")
        # The order of micrograd, and of the textbooks: products, then the sum with b.
        total = sum((w * part for w, part in zip(self.w, x, strict=True)), self.b)
        return self._activation(total)

    def __repr__(self):
        return f"Neuron({self.n_in}, activation={self.activation!r})"


class Layer(Module):
    """Neurons side by side, all given the same inputs: a list of n_out Values, or one Value if n_out is 1.

    The layer to subclass in Keras's way, with `build` and `call`, is `nn.layers.Layer`.
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        own = next((name for name in ("call", "build") if name in vars(cls)), None)
        if own is not None:
            raise _not_keras(f"{cls.__name__} defines {own}")

    def __init__(self, n_in=None, n_out=None, activation="tanh", seed=None, name="layer", **unknown):
        if unknown or n_in is None or n_out is None:
            given = f"{min(unknown)}=" if unknown else "no n_in and n_out"
            raise _not_keras(f"{type(self).__name__} got {given}")
        rng = generator(seed)
        self.n_in = whole("n_in", n_in)
        self.n_out = whole("n_out", n_out)
        self.name = name
        self.neurons = [Neuron(n_in, activation, rng) for _ in range(n_out)]

    @property
    def activation(self) -> str:
        return self.neurons[0].activation

    def parts(self):
        return ((f"neuron{i}", neuron) for i, neuron in enumerate(self.neurons))

    def call(self, x):
        x = _inputs(x, self.n_in, f"{self.name} ({self!r})")
        out = [neuron(x) for neuron in self.neurons]
        return out[0] if len(out) == 1 else out

    def __repr__(self):
        return f"Layer({self.n_in}, {self.n_out}, activation={self.activation!r})"


def _not_keras(what):
    return TypeError(
        f"{what}; nn.Layer is a layer of neurons, Layer(n_in, n_out): for a layer as in Keras subclass nn.layers.Layer"
    )


class MLP(Module):
    """Layers one after another: `MLP(2, [16, 16, 1])` has 2 inputs, two hidden layers of 16 and one output.

    Hidden layers have the `activation`, the last one the `output_activation`.

    >>> model = MLP(2, [4, 1], seed=0)
    >>> model
    MLP(2, [4, 1], activation='relu')
    >>> len(model.parameters()), model.named_parameters()[5][0]
    (17, 'layer0.neuron1.b')
    >>> y = model([1.0, -2.0])
    >>> y.backward()
    """

    def __init__(self, n_in, n_outs, activation="relu", output_activation="linear", seed=None):
        n_outs = whole_numbers("n_outs", n_outs)
        if not n_outs:
            raise ValueError("an MLP needs at least one layer: MLP(2, [16, 1])")
        rng = generator(seed)
        sizes = [whole("n_in", n_in), *n_outs]
        last = len(n_outs) - 1
        self.layers = [
            Layer(a, b, activation if i < last else output_activation, rng, f"layer{i}")
            for i, (a, b) in enumerate(itertools.pairwise(sizes))
        ]

    def parts(self):
        return ((layer.name, layer) for layer in self.layers)

    def call(self, x):
        x = _inputs(x, self.layers[0].n_in, "the MLP")
        for layer in self.layers:
            x = layer(x if isinstance(x, list) else [x])
        return x

    def tensor(self, dtype="float64") -> Sequential:
        """The same network on arrays: a Sequential of Dense layers with copies of these parameters.

        >>> mlp = MLP(2, [4, 1], seed=0)
        >>> abs(mlp([1.0, -2.0]).data - mlp.tensor()([[1.0, -2.0]]).item()) < 1e-12
        True
        """
        dense = [Dense(layer.n_out, layer.neurons[0]._activation) for layer in self.layers]
        model = Sequential([Input(shape=(self.layers[0].n_in,)), *dense], dtype=dtype)
        for layer, wide in zip(self.layers, dense, strict=True):
            wide.kernel.assign(np.array([[w.data for w in neuron.w] for neuron in layer.neurons]).T)
            wide.bias.assign(np.array([neuron.b.data for neuron in layer.neurons]))
        return model

    def __repr__(self):
        outs = [layer.n_out for layer in self.layers]
        hidden, last = self.layers[0].activation, self.layers[-1].activation
        end = "" if last == "linear" else f", output_activation={last!r}"
        return f"MLP({self.layers[0].n_in}, {outs}, activation={hidden!r}{end})"


def explode(model, limit=100_000) -> MLP:
    """A model of Dense layers as an MLP on Values, with copies of its parameters: every number becomes a Value.

    >>> explode(MLP(3, [2, 1], seed=0).tensor())
    MLP(3, [2, 1], activation='relu')
    """
    if not isinstance(model, Sequential) or not model.built:
        raise TypeError(f"explode takes a built Sequential; got {model!r:.60}")
    count = model.count_params()
    if count > limit:
        raise ValueError(
            f"the model has {count:,} parameters; as single Values that is slow. Raise limit= to do it anyway"
        )
    dense = []
    for layer in model.layers:
        if isinstance(layer, Activation) and dense:
            dense[-1][1] = layer.activation
        elif isinstance(layer, Dense):
            dense.append([layer, layer.activation])
        elif not isinstance(layer, Dropout):
            raise TypeError(f"explode knows Dense, Activation and Dropout layers; got {type(layer).__name__}")
    if not dense:
        raise TypeError("the model has no Dense layer")
    mlp = object.__new__(MLP)
    mlp.layers = [_layer_of(layer, activation, f"layer{i}") for i, (layer, activation) in enumerate(dense)]
    return mlp


def _layer_of(dense, activation, name):
    kernel = dense.kernel.numpy().astype(float)
    bias = dense.bias.numpy().astype(float) if dense.use_bias else np.zeros(dense.units)
    layer = object.__new__(Layer)
    layer.n_in, layer.n_out = kernel.shape
    layer.name = name
    layer.neurons = [Neuron(layer.n_in, activation, w=kernel[:, j], b=bias[j]) for j in range(layer.n_out)]
    return layer


def _inputs(x, n, who):
    """The inputs as a list of n numbers or Values."""
    if isinstance(x, Tensor):
        raise TypeError(f"{who} works on single Values; for Tensors use the same network as model.tensor()")
    if isinstance(x, np.ndarray):
        if x.ndim > 1:
            raise ShapeError(
                f"{who} takes one sample of {n} numbers, got an array of shape {x.shape}; call it for each row, or use "
                "model.tensor() for whole batches"
            )
        x = x.tolist() if x.ndim else [x.item()]
    elif isinstance(x, Value | int | float | np.number):
        x = [x]
    x = list(x)
    if len(x) != n:
        raise ShapeError(f"{who} takes {n} inputs, got {len(x)}")
    return x
