"""The layers that every network has: weights, activations, and changes of shape."""

from __future__ import annotations

import math

import numpy as np

from autograd.extend import array_of, as_array, checked, linear
from nn import activations, initializers, regularizers
from nn.layers.base import Layer, layers
from nn.settings import flag, is_whole, whole, whole_numbers


@layers.add("Dense")
class Dense(Layer):
    """y = activation(x @ kernel + bias), along the last axis of x.

    >>> Dense(3)(np.ones((2, 5))).shape
    (2, 3)
    """

    takes_rows = True

    def __init__(
        self, units, activation=None, use_bias=True, kernel_initializer="glorot_uniform", bias_initializer="zeros",
        kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, **others,
    ):  # fmt: skip
        super().__init__(**others)
        self.units = whole("units", units)
        self.activation = activations.get(activation)
        self.use_bias = flag("use_bias", use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.activity_regularizer = regularizers.get(activity_regularizer)

    def build(self, input_shape):
        shape = (input_shape[-1], self.units)
        self.kernel = self.add_weight(shape, self.kernel_initializer, self.kernel_regularizer, name="kernel")
        if self.use_bias:
            self.bias = self.add_weight((self.units,), self.bias_initializer, self.bias_regularizer, name="bias")

    def as_input(self, x):
        x = super().as_input(x)
        return np.expand_dims(x, 1) if x.ndim == 1 and self.built and self.kernel.shape[0] == 1 else x

    def check_input(self, shape):
        if len(shape) < 2:
            self.refuse(shape, "a batch of rows: x[None] makes a batch of one, x[:, None] rows of one number")
        if self.built and shape[-1] != self.kernel.shape[0]:
            self.refuse(shape, f"{self.kernel.shape[0]} numbers in the last axis")
        if shape[-1] is None:
            self.refuse(shape, "a last axis of known size; after Flatten, an Input whose sizes are all known")

    def output_for(self, shape):
        return (*shape[:-1], self.units) if activations.is_own(self.activation) else None

    def call(self, x):
        y = linear(x, self.kernel, self.bias) if self.use_bias else np.matmul(x, self.kernel)
        y = self.activation(y)
        if self.activity_regularizer is not None:
            self.add_loss(self.activity_regularizer(y) / len(x))
        return y


@layers.add("Activation")
class Activation(Layer):
    """y = activation(x)."""

    def __init__(self, activation, **others):
        super().__init__(**others)
        self.activation = activations.get(activation)

    def output_for(self, shape):
        return shape if activations.is_own(self.activation) and len(shape) > 1 else None

    def call(self, x):
        return self.activation(x)


@layers.add("Flatten")
class Flatten(Layer):
    """Each sample as one row of numbers.

    >>> Flatten()(np.ones((2, 3, 4))).shape
    (2, 12)
    """

    def output_for(self, shape):
        return (shape[0], None if None in shape[1:] else math.prod(shape[1:]))

    def call(self, x):
        return np.reshape(x, (x.shape[0], math.prod(x.shape[1:])))


@layers.add("Reshape")
class Reshape(Layer):
    """Each sample in another shape; one size may be -1, for what is left."""

    def __init__(self, target_shape, **others):
        super().__init__(**others)
        parts = tuple(target_shape) if isinstance(target_shape, tuple | list | np.ndarray) else (target_shape,)
        if not all(is_whole(n, -1) and n for n in parts) or parts.count(-1) > 1:
            raise ValueError(f"Reshape: target_shape is a tuple of sizes, one of them -1 at most; got {target_shape!r}")
        parts = tuple(map(int, parts))
        self.target_shape = parts

    def call(self, x):
        size, known = math.prod(x.shape[1:]), math.prod(n for n in self.target_shape if n != -1)
        if size % known or (-1 not in self.target_shape and size != known):
            self.refuse(x.shape, f"samples of {known} numbers, for target_shape={self.target_shape}")
        return np.reshape(x, (x.shape[0], *(size // known if n == -1 else n for n in self.target_shape)))


@layers.add("Permute")
class Permute(Layer):
    """The axes of each sample in another order, counted from 1 as in Keras: (2, 1) swaps two."""

    def __init__(self, dims, **others):
        super().__init__(**others)
        self.dims = whole_numbers("Permute: dims", dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(f"Permute: dims is an order of 1 ... n, such as (2, 1); got {dims!r}")

    def check_input(self, shape):
        if len(shape) != len(self.dims) + 1:
            self.refuse(shape, f"samples with {len(self.dims)} axes")

    def output_for(self, shape):
        return (shape[0], *(shape[axis] for axis in self.dims))

    def call(self, x):
        return np.transpose(x, (0, *self.dims))


@layers.add("RepeatVector")
class RepeatVector(Layer):
    """Each row n times: (batch, features) becomes (batch, n, features)."""

    def __init__(self, n, **others):
        super().__init__(**others)
        self.n = whole("n", n)

    def check_input(self, shape):
        if len(shape) != 2:
            self.refuse(shape, "a batch of rows")

    def call(self, x):
        return np.broadcast_to(np.expand_dims(x, 1), (x.shape[0], self.n, x.shape[1]))


@layers.add("Embedding")
class Embedding(Layer):
    """A row of learned numbers for each index: (batch, ...) of indices becomes (batch, ..., output_dim).

    >>> Embedding(10, 4)(np.array([[1, 2, 9]])).shape
    (1, 3, 4)
    """

    integers = True

    def __init__(self, input_dim, output_dim, embeddings_initializer="uniform", embeddings_regularizer=None, **others):
        super().__init__(**others)
        self.input_dim = whole("input_dim", input_dim)
        self.output_dim = whole("output_dim", output_dim)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)

    def build(self, input_shape):
        shape = (self.input_dim, self.output_dim)
        self.embeddings = self.add_weight(shape, self.embeddings_initializer, self.embeddings_regularizer)

    def call(self, x):
        index = as_array(array_of(x))
        checked(self.check_index, index)
        return self.embeddings[index.astype(np.intp)]

    def check_index(self, index):
        whole_numbers = index.astype(np.intp)
        if index.dtype.kind == "f" and not np.array_equal(whole_numbers, index):
            raise ValueError(f"layer {self.name!r} (Embedding) looks up whole numbers; got {index.flat[0]:.6g}, ...")
        if index.size and (whole_numbers.min() < 0 or whole_numbers.max() >= self.input_dim):
            bad = whole_numbers[(whole_numbers < 0) | (whole_numbers >= self.input_dim)].flat[0]
            raise ValueError(f"layer {self.name!r} (Embedding) got the index {bad}; wanted 0 to {self.input_dim - 1}")


@layers.add("Lambda")
class Lambda(Layer):
    """y = function(x), for what no layer does. A named function can be saved when it is passed at loading."""

    def __init__(self, function, **others):
        super().__init__(**others)
        if not callable(function):
            raise TypeError(f"Lambda takes a function of the input; got {function!r:.60}")
        self.function = function

    def call(self, x):
        return self.function(x)
