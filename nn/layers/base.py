"""Layer: a module that is built for the shape of its first input, and knows its name, dtype and generator."""

from __future__ import annotations

import functools
import inspect
import math
from contextvars import ContextVar

import numpy as np

from autograd import Tensor
from autograd.extend import array_of, as_array, generator_of, untraced, watch
from nn import initializers, regularizers
from nn.errors import ShapeError
from nn.layers.shapes import shapes_after
from nn.layers.symbols import Symbol, shape_of
from nn.module import Module, Parameter
from nn.registry import Registry, snake
from nn.seeds import checked_seed, generator
from nn.settings import no_others

layers = Registry("layer")

# Functions of (layer, input, output) that look on while layers are called: the linter, Recorder, pictures.
OBSERVERS: list = []

# While a model is loaded: how many numbers its parameters may still hold, which is what the file has.
BUDGET: ContextVar[list[int] | None] = ContextVar("budget", default=None)
FLOAT32 = np.dtype("float32")  # of a layer that was given no other
LARGEST_SAMPLE = 1 << 26  # numbers in an array between two layers of a model that is loaded


class Layer(Module):
    """A step of a model. A subclass makes its parameters in `build` and computes in `call`:

    >>> class Scale(Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight((input_shape[-1],), initializer="ones")
    ...     def call(self, x):
    ...         return x * self.factor
    >>> scale = Scale()
    >>> scale(np.array([[1.0, 2.0]])).shape, scale.count_params()
    ((1, 2), 2)

    `call` may take `training=` to know which mode it is in. Settings of `__init__` kept as attributes of the same names
    let the layer be saved.
    """

    # Defaults, so that a subclass whose __init__ forgets super().__init__() still works.
    name: str | None = None
    named = False  # whether the user chose the name
    dtype: str | None = None
    input_shape: tuple | None = None
    input_dim: None = None  # kept as input_shape
    seed = None
    built = False
    unwatched: tuple[str, ...] = ()  # attributes that may change without changing what `call` computes
    integers = False  # True: integer inputs stay integers, as indices
    several = False  # True: the layer takes a list of inputs
    takes_rows = False  # True: a sample is a row of numbers at least, so that (n,) can only mean n rows of one number
    # A function of a shape that `check_input` has passed: the shape that comes out (a list of them for several results)
    # by arithmetic, or None where the layer has to be run. It is asked of the classes of this package alone.
    output_for = None
    _rng: np.random.Generator | None = None
    _by_chance = False  # whether this generator was made here, and without a seed
    _added: list | None = None

    def __init__(self, name=None, trainable=True, dtype=None, input_shape=None, seed=None, input_dim=None, **others):
        no_others(type(self).__name__, others)
        if input_dim is not None:  # the older way to say input_shape=(n,)
            input_shape = (input_dim,)
        self.name = name or snake(type(self).__name__)
        self.named = name is not None
        self.set_trainable(trainable)  # what is inside comes later: `set_built` tells it
        self.dtype = None if dtype is None else np.dtype(dtype).name
        self.input_shape = None if input_shape is None else shape_of(input_shape, f"{type(self).__name__} input_shape")
        self.seed = checked_seed(seed)

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if not hasattr(cls.build, "counts"):  # its own, or one from a class that is no layer
            cls.build = _counting(cls.build)

    # -- what a subclass writes ----------------------------------------------------------------------------------------
    def build(self, input_shape) -> None:
        """Make the parameters for inputs of this shape; its first number is the batch, None for any."""

    def check_input(self, shape) -> None:
        """Raise a ShapeError if an input of this shape does not fit."""

    def refuse(self, shape, wanted) -> None:
        """Raise the error that names this layer."""
        raise ShapeError(f"layer {self.name!r} ({type(self).__name__}) got an input of shape {shape}; wanted {wanted}")

    def add_weight(
        self, shape=(), initializer="glorot_uniform", regularizer=None, trainable=True, dtype=None, name=None
    ) -> Parameter:
        """A parameter of this layer: assign it to an attribute."""
        dtype = np.dtype(dtype or self.dtype or "float32")
        shape = tuple(shape)
        budget = BUDGET.get()
        if budget is not None:
            budget[0] -= math.prod(shape)
            if budget[0] < 0:
                raise ValueError(f"layer {self.name!r} asks for weights of shape {shape}, more than the file holds")
            return Parameter(np.zeros(shape, dtype), dtype, name, trainable, regularizers.get(regularizer))
        initializer = initializers.get(initializer)
        value = initializer(shape, dtype, self.random)
        parameter = Parameter(value, dtype, name, trainable, regularizers.get(regularizer))
        parameter.made = (initializer, self._rng, None)
        return parameter

    def parts(self):
        return ((name, part) for name, part in vars(self).items() if name != "_added")

    def add_loss(self, loss) -> None:
        """Add a number to the loss of the step that is being computed."""
        if self._added is None:
            self._added = []
        self._added.append(loss)

    @property
    def random(self) -> np.random.Generator:
        """The generator that this layer draws from: by its own seed, or shared by the whole model."""
        if self._rng is None:
            self._rng = generator(self.seed)
            self._by_chance = self.seed is None
        return generator_of(self, "_rng")

    def share_random(self, rng) -> None:
        """Draw from this generator, here and in the layers inside, unless a seed was given."""
        for _, module in self.modules():
            if isinstance(module, Layer) and module._rng is None and module.seed is None:
                module._rng = rng

    # -- calling ---------------------------------------------------------------------------------------------------
    def __call__(self, x, *args, training=None, **kwargs):
        listed = isinstance(x, (list, tuple))
        if isinstance(x, Symbol) or (listed and any(isinstance(part, Symbol) for part in x)):
            return self._note(x, args, kwargs if training is None else {**kwargs, "training": training})
        if listed and self.several:
            x = [self.as_input(part) for part in x]
            shapes = [part.shape for part in x]
        else:
            x = self.as_input(x)
            shapes = x.shape
        if not self.built:
            with untraced():  # happens once, so it is no part of a program
                self.build_for(shapes)
        self.check_input(shapes)
        watch(self)
        takes_training = _with_training.get(type(self))
        if _takes_training(type(self)) if takes_training is None else takes_training:
            kwargs["training"] = self.training if training is None else training
        try:
            y = self.call(x, *args, **kwargs)
        except ValueError as error:
            if type(error) is not ValueError or str(error).startswith("layer "):
                raise
            raise ShapeError(
                f"layer {self.name!r} ({type(self).__name__}) cannot take an input of shape {shapes}: {error}"
            ) from error
        if OBSERVERS:
            for see in OBSERVERS:
                see(self, x, y)
        return y

    def build_for(self, shapes) -> None:
        """Make the parameters once, for an input of this shape."""
        free = (lambda s: (None, *s[1:])) if not _is_list(shapes) else (lambda s: [(None, *part[1:]) for part in s])
        self.check_input(shapes)
        self.build(free(shapes))
        self.set_built()

    def set_built(self) -> None:
        """What is inside knows what only the whole was told: the generator, and that nothing is to be learned."""
        self.built = True
        self.share_random(self.random)
        if not self.trainable:
            self.trainable = False

    def as_input(self, x):
        """The input as an array or Tensor of this layer's dtype."""
        dtype = FLOAT32 if self.dtype is None else np.dtype(self.dtype)
        if isinstance(x, Tensor):
            return x if x.dtype == dtype or self.integers else x.astype(dtype)
        x = as_array(x)
        if x.dtype == dtype or (self.integers and x.dtype.kind in "iu"):
            return x
        if x.dtype.kind not in "fiub":
            raise ShapeError(
                f"layer {self.name!r} ({type(self).__name__}) got an input of dtype {x.dtype}; wanted numbers. Rows of "
                "different lengths need padding, words an index (nn.preprocessing)"
            )
        return x.astype(dtype)

    def compute_output_shape(self, input_shape):
        """The shape that comes out for one that goes in, by arithmetic or by running the layer on zeros."""
        return self.shape_after(input_shape)

    def shape_after(self, input_shape):
        """The same, whatever a user's class says of itself: what counts is what it computes. Builds the layer."""
        several = _is_list(input_shape)
        kind = np.int64 if self.integers else np.dtype(self.dtype or "float32")
        symbols = [Symbol(shape, kind) for shape in (input_shape if several else [input_shape])]
        found = self.shapes_after(symbols, several)
        return found if len(found) > 1 else found[0]

    def shapes_after(self, symbols, several, args=(), kwargs=None) -> list[tuple]:
        """The shapes of all results of a call on symbols."""
        shapes = shapes_after(self, symbols, several, args, kwargs or {})
        if BUDGET.get() is not None and any(math.prod(n or 1 for n in shape) > LARGEST_SAMPLE for shape in shapes):
            raise ValueError(f"layer {self.name!r} gives an output of shape {shapes[0]}, too large to be meant")
        return shapes

    def _note(self, x, args, kwargs):
        several = isinstance(x, list | tuple)
        symbols = list(x) if several else [x]
        if not all(isinstance(symbol, Symbol) for symbol in symbols):
            raise TypeError(f"layer {self.name!r} got symbols and arrays together; wrap constants in a Lambda layer")
        old = {id(parameter) for parameter in self.parameters()}
        shapes = self.shapes_after(symbols, several, args, kwargs)
        for parameter in self.parameters():
            if id(parameter) not in old and getattr(parameter, "made", None):  # a model's seed may come later
                parameter.made = (*parameter.made[:2], parameter.fingerprint())
        dtype = self.dtype or "float32"
        settings = {"args": args, "kwargs": kwargs, "several": several, "results": []}
        found = settings["results"]
        found += [Symbol(shape, dtype, self, symbols, {**settings, "index": i}) for i, shape in enumerate(shapes)]
        return list(found) if len(found) > 1 else found[0]

    # -- weights in a list, as in Keras ------------------------------------------------------------------------------
    @property
    def weights(self) -> list[Parameter]:
        return self.parameters()

    @property
    def trainable_weights(self) -> list[Parameter]:
        return self.trainable_parameters()

    @property
    def non_trainable_weights(self) -> list[Parameter]:
        moved = {id(parameter) for parameter in self.trainable_parameters()}
        return [parameter for parameter in self.parameters() if id(parameter) not in moved]

    variables = weights
    trainable_variables = trainable_weights
    non_trainable_variables = non_trainable_weights

    def get_weights(self) -> list[np.ndarray]:
        """A copy of every parameter, in order."""
        return [np.array(array_of(parameter)) for parameter in self.parameters()]

    def set_weights(self, weights) -> None:
        """Set every parameter, in order; all shapes are checked first."""
        own = self.named_parameters()
        if len(own) != len(weights):
            raise ValueError(f"{self.name} has {len(own)} parameters and got {len(weights)}; nothing was changed")
        self.load_state_dict({name: array for (name, _), array in zip(own, weights, strict=True)})

    def __repr__(self):
        return f"<{type(self).__name__} {self.name!r}{'' if self.built else ', not built'}>"


layers.base = Layer


def _counting(build):
    """`build`, after which the layer counts as built, whoever called it: a call on data must not do it again."""

    @functools.wraps(build)
    def build_once(self, input_shape):
        build(self, input_shape)
        if type(self).build is build_once:  # else a subclass is not done yet
            self.set_built()

    build_once.counts = True
    return build_once


Layer.build = _counting(Layer.build)


def _is_list(shapes) -> bool:
    return isinstance(shapes, list) or (isinstance(shapes, tuple) and any(isinstance(s, tuple | list) for s in shapes))


_with_training: dict[type, bool] = {}


def _takes_training(kind) -> bool:
    """Whether `call` takes `training=`: looked up once for each class of layers."""
    parameters = inspect.signature(kind.call).parameters.values()
    _with_training[kind] = found = any(p.name == "training" or p.kind is p.VAR_KEYWORD for p in parameters)
    return found
