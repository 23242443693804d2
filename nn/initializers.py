"""Initializers: the numbers that weights start from. Each is called with a shape, a dtype and a generator.

The good ones keep the size of signals from layer to layer: their spread depends on how many numbers come into a unit
(`fan_in`) and how many go out (`fan_out`).
"""

from __future__ import annotations

import inspect
import math

import numpy as np

from nn.registry import Registry
from nn.seeds import checked_seed, generator, uniform
from nn.settings import is_whole

initializers = Registry("initializer")


class Initializer:
    """A subclass writes `draw(shape, rng)`, which gives float64 numbers.

    A seed of its own wins over the generator that is passed, and gives the same numbers on every call.

    >>> HeNormal(seed=1)((2, 3)).shape
    (2, 3)
    """

    seed: int | None = None

    def draw(self, shape, rng):
        raise NotImplementedError(f"{type(self).__name__} defines no draw(self, shape, rng)")

    def __call__(self, shape, dtype=np.float32, rng=None):
        shape = _shape(shape)
        rng = generator(rng if self.seed is None else self.seed)
        return _fitting(type(self).__name__, self.draw(shape, rng), shape, dtype)


initializers.base = Initializer


@initializers.add("zeros", "Zeros")
class Zeros(Initializer):
    """All 0: for biases. As weights they would keep all units of a layer equal for ever."""

    def draw(self, shape, rng):
        return np.zeros(shape)


@initializers.add("ones", "Ones")
class Ones(Initializer):
    """All 1."""

    def draw(self, shape, rng):
        return np.ones(shape)


@initializers.add("constant", "Constant")
class Constant(Initializer):
    """One number, or an array of the shape wanted."""

    def __init__(self, value=0.0):
        self.value = value

    def draw(self, shape, rng):
        value = np.asarray(self.value, dtype=np.float64)
        if value.ndim and value.shape != shape:
            raise ValueError(f"Constant holds numbers of shape {value.shape} and is asked for {shape}")
        return np.broadcast_to(value, shape).copy()


@initializers.add("random_normal", "normal", "RandomNormal")
class RandomNormal(Initializer):
    """Normal numbers."""

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self.mean = mean
        self.stddev = _spread("stddev", stddev)
        self.seed = checked_seed(seed)

    def draw(self, shape, rng):
        return rng.normal(self.mean, self.stddev, shape)


@initializers.add("random_uniform", "uniform", "RandomUniform")
class RandomUniform(Initializer):
    """Numbers from minval to maxval, all equally likely."""

    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        if not -math.inf < minval <= maxval < math.inf:
            raise ValueError(f"RandomUniform from {minval!r} to {maxval!r}: wanted finite numbers, minval <= maxval")
        self.minval = minval
        self.maxval = maxval
        self.seed = checked_seed(seed)

    def draw(self, shape, rng):
        return rng.uniform(self.minval, self.maxval, shape)


@initializers.add("truncated_normal", "TruncatedNormal")
class TruncatedNormal(Initializer):
    """Normal numbers, drawn again where they are further than 2 stddev from the mean."""

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self.mean = mean
        self.stddev = _spread("stddev", stddev)
        self.seed = checked_seed(seed)

    def draw(self, shape, rng):
        return self.mean + self.stddev * truncated(shape, rng)


@initializers.add("variance_scaling", "VarianceScaling")
class VarianceScaling(Initializer):
    """Numbers of variance scale / n, where n is fan_in, fan_out or their mean."""

    def __init__(self, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None):
        if isinstance(scale, str) or not 0 < scale < math.inf:
            raise ValueError(f"scale is a number above 0; got {scale!r}")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(f"mode is 'fan_in', 'fan_out' or 'fan_avg'; got {mode!r}")
        distribution = {"normal": "truncated_normal"}.get(distribution, distribution)
        if distribution not in ("truncated_normal", "untruncated_normal", "uniform"):
            raise ValueError(
                f"distribution is 'truncated_normal', 'untruncated_normal' or 'uniform'; got {distribution!r}"
            )
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.seed = checked_seed(seed)

    def deviation(self, shape) -> float:
        """The standard deviation of what is drawn."""
        fan_in, fan_out = fans(shape)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        return math.sqrt(self.scale / max(n, 1.0))

    def draw(self, shape, rng):
        deviation = self.deviation(shape)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0) * deviation
            return rng.uniform(-limit, limit, shape)
        if self.distribution == "untruncated_normal":
            return rng.normal(0.0, deviation, shape)
        return deviation / _TRUNCATED * truncated(shape, rng)

    def __call__(self, shape, dtype=np.float32, rng=None):
        if self.distribution != "uniform" or np.dtype(dtype).kind != "f" or type(self).draw is not VarianceScaling.draw:
            return super().__call__(shape, dtype, rng)
        rng = generator(rng if self.seed is None else self.seed)
        return uniform(rng, math.sqrt(3.0) * self.deviation(shape := _shape(shape)), shape, dtype)


def _scaled(name, scale, mode, distribution, text, *aliases):
    """A named case of VarianceScaling, with only a seed to set."""

    def __init__(self, seed=None):
        VarianceScaling.__init__(self, scale, mode, distribution, seed)

    members = {"__init__": __init__, "__doc__": text, "__module__": __name__}
    return initializers.add(*aliases, name)(type(name, (VarianceScaling,), members))


GlorotUniform = _scaled("GlorotUniform", 1.0, "fan_avg", "uniform",
                        "Uniform up to sqrt(6 / (fan_in + fan_out)): Keras's default for weights.",
                        "glorot_uniform", "xavier_uniform")  # fmt: skip
GlorotNormal = _scaled("GlorotNormal", 1.0, "fan_avg", "truncated_normal",
                       "Normal of variance 2 / (fan_in + fan_out).", "glorot_normal", "xavier_normal")  # fmt: skip
HeUniform = _scaled("HeUniform", 2.0, "fan_in", "uniform", "Uniform up to sqrt(6 / fan_in): for relu.",
                    "he_uniform")  # fmt: skip
HeNormal = _scaled("HeNormal", 2.0, "fan_in", "truncated_normal", "Normal of variance 2 / fan_in: for relu.",
                   "he_normal")  # fmt: skip
LecunUniform = _scaled("LecunUniform", 1.0, "fan_in", "uniform", "Uniform up to sqrt(3 / fan_in).",
                       "lecun_uniform")  # fmt: skip
LecunNormal = _scaled("LecunNormal", 1.0, "fan_in", "truncated_normal", "Normal of variance 1 / fan_in: for selu.",
                      "lecun_normal")  # fmt: skip


@initializers.add("orthogonal", "Orthogonal")
class Orthogonal(Initializer):
    """A matrix with orthonormal rows or columns (the fewer of them), times gain; further axes are folded first."""

    def __init__(self, gain=1.0, seed=None):
        self.gain = gain
        self.seed = checked_seed(seed)

    def draw(self, shape, rng):
        if len(shape) < 2:
            raise ValueError(f"an orthogonal matrix needs two axes or more; got the shape {shape}")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
        q = q * np.sign(np.diagonal(r))  # else some matrices would be likelier than others
        return self.gain * (q if rows >= columns else q.T).reshape(shape)


@initializers.add("identity", "Identity", "IdentityInitializer")
class Identity(Initializer):
    """The identity matrix times gain."""

    def __init__(self, gain=1.0):
        self.gain = gain

    def draw(self, shape, rng):
        if len(shape) != 2:
            raise ValueError(f"an identity matrix has two axes; got the shape {shape}")
        return self.gain * np.eye(*shape)


_TRUNCATED = 0.87962566103423978  # the standard deviation of a standard normal cut at -2 and 2


def truncated(shape, rng):
    """Standard normal numbers, drawn again where they are beyond -2 and 2."""
    x = rng.standard_normal(shape)
    while (outside := np.abs(x) > 2).any():
        x[outside] = rng.standard_normal(np.count_nonzero(outside))
    return x


def fans(shape) -> tuple[float, float]:
    """How many numbers come into a unit and go out, for weights of this shape.

    >>> fans((30, 20)), fans((3, 3, 4, 8))
    ((30.0, 20.0), (36.0, 72.0))
    """
    if not shape:
        return 1.0, 1.0
    if len(shape) == 1:
        return float(shape[0]), float(shape[0])
    field = math.prod(shape[:-2])
    return float(shape[-2] * field), float(shape[-1] * field)


def get(what):
    """The initializer for a name, a class, an object, or a user's function of (shape, dtype[, rng]).

    >>> type(get("he_normal")).__name__
    'HeNormal'
    >>> get(np.ones)((2,))
    array([1., 1.], dtype=float32)
    """
    found = initializers.get(what)
    return found if found is None or isinstance(found, Initializer) else _Function(found)


@initializers.add("function")
class _Function(Initializer):
    """A user's function of (shape, dtype) or (shape, dtype, rng). It is saved by its name, as `custom` knows it."""

    def __init__(self, function):
        if not callable(function):
            raise TypeError(f"wanted a function of (shape, dtype); got {function!r:.60}")
        self.function = function
        self.__name__ = getattr(function, "__name__", type(function).__name__)

    def __call__(self, shape, dtype=np.float32, rng=None):
        shape = _shape(shape)
        third, named = _generator_for(self.function, rng)
        return _fitting(self.__name__, self.function(shape, dtype, *third, **named), shape, dtype)


def _generator_for(function, rng):
    """The generator in the way in which a function wants it, if it does: as its third argument, or as rng=."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except ValueError:  # some functions written in C do not tell
        return (), {}
    if any(p.name == "rng" and p.kind != p.POSITIONAL_ONLY for p in parameters):
        return (), {"rng": generator(rng)}
    third = parameters[2] if len(parameters) > 2 else None
    # np.ones has a third parameter too, but one that need not be given.
    needed = third and third.kind <= third.POSITIONAL_OR_KEYWORD and third.default is third.empty
    return ((generator(rng),) if needed else ()), {}


def _shape(shape) -> tuple[int, ...]:
    shape = (shape,) if is_whole(shape) else tuple(shape)
    if not all(is_whole(size, 0) for size in shape):
        raise ValueError(f"a shape is made of whole numbers, 0 or more; got {shape}")
    return tuple(map(int, shape))


def _fitting(name, found, shape, dtype):
    """The numbers in the dtype wanted, if they have the shape wanted and survive the cast."""
    found = np.asarray(found)
    if found.shape != shape:
        raise ValueError(f"{name} gave an array of shape {found.shape}; wanted {shape}")
    cast = found.astype(dtype, copy=False)
    if cast.dtype.kind not in "fc" and not np.array_equal(cast, found):
        raise TypeError(f"{name} gave fractions, which {cast.dtype} does not hold; ask for a floating-point dtype")
    return cast


def _spread(name, value):
    if isinstance(value, str) or not 0 <= value < math.inf:
        raise ValueError(f"{name} is a number, 0 or more; got {value!r}")
    return value
