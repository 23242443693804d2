"""Activations: each a function of a Tensor, an array, a Value or a number.

Names are those of Keras, and any of them can be given as a string: `Dense(64, activation="relu")`.
"""

from __future__ import annotations

import numpy as np

from autograd import Tensor, extend, functional
from autograd.extend import array_of
from nn.registry import Registry

activations = Registry("activation")
add = activations.add


class Probabilities(Tensor):
    """The result of sigmoid or softmax, which remembers its logits, so that a loss can take the stable way."""

    __slots__ = ("logits",)


def _remember(y, logits):
    if not isinstance(y, Tensor) or y.is_leaf:
        return y
    shown = extend.shown_as(Probabilities, y)
    shown.logits = logits
    return shown


@add("linear")
def linear(x):
    """f(x) = x."""
    return x


@add("relu")
def relu(x, negative_slope=0.0, max_value=None, threshold=0.0):
    """f(x) = max(x, 0), with slope 0 at 0.

    >>> relu(np.array([-1.0, 0.0, 2.0]))
    array([0., 0., 2.])
    """
    if threshold:
        y = np.where(x >= threshold, x, negative_slope * (x - threshold))
    elif negative_slope:
        y = leaky_relu(x, negative_slope)
    else:
        y = functional.relu(x)
    return y if max_value is None else np.minimum(y, max_value)


@add("relu6")
def relu6(x):
    """f(x) = min(max(x, 0), 6)."""
    return np.clip(x, 0.0, 6.0)


@add("leaky_relu")
def leaky_relu(x, negative_slope=0.2):
    """f(x) = x where x > 0, negative_slope * x elsewhere."""
    return np.where(array_of(x) > 0, x, negative_slope * x)


@add("elu")
def elu(x, alpha=1.0):
    """f(x) = x where x > 0, alpha * (exp(x) - 1) elsewhere."""
    return np.where(array_of(x) > 0, x, alpha * np.expm1(_not_above_0(x)))


@add("celu")
def celu(x, alpha=1.0):
    """f(x) = max(x, 0) + min(alpha * (exp(x / alpha) - 1), 0)."""
    return np.where(array_of(x) > 0, x, alpha * np.expm1(_not_above_0(x) / alpha))


def _not_above_0(x):
    """min(x, 0) whose slope at 0 is that from below, so that elu has slope alpha there, and 1 for alpha = 1."""
    return np.where(array_of(x) > 0, 0.0, x)


@add("selu")
def selu(x):
    """f(x) = scale * elu(x, alpha), with the constants that keep mean 0 and variance 1 from layer to layer."""
    return 1.0507009873554805 * elu(x, 1.6732632423543772)


@add("gelu")
def gelu(x, approximate=False):
    """f(x) = x * P(N < x) for a standard normal N; `approximate` by a tanh."""
    if approximate:
        return 0.5 * x * (1.0 + np.tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)))
    return functional.gelu(x)


@add("silu", "swish")
def silu(x):
    """f(x) = x * sigmoid(x)."""
    return functional.silu(x)


swish = silu


@add("mish")
def mish(x):
    """f(x) = x * tanh(softplus(x))."""
    return x * np.tanh(functional.softplus(x))


@add("softplus")
def softplus(x):
    """f(x) = log(1 + exp(x))."""
    return functional.softplus(x)


@add("softsign")
def softsign(x):
    """f(x) = x / (1 + |x|)."""
    return x / (1.0 + np.abs(x))


@add("sigmoid")
def sigmoid(x):
    """f(x) = 1 / (1 + exp(-x)).

    >>> sigmoid(np.array([0.0, 100.0]))
    array([0.5, 1. ])
    """
    return _remember(functional.sigmoid(x), x)


@add("log_sigmoid")
def log_sigmoid(x):
    """f(x) = log(sigmoid(x)), without overflow."""
    return functional.log_sigmoid(x)


@add("tanh")
def tanh(x):
    """f(x) = tanh(x)."""
    return np.tanh(x)


@add("exponential")
def exponential(x):
    """f(x) = exp(x)."""
    return np.exp(x)


@add("hard_sigmoid")
def hard_sigmoid(x):
    """f(x) = min(max(x / 6 + 1/2, 0), 1)."""
    return np.clip(x / 6.0 + 0.5, 0.0, 1.0)


@add("hard_silu", "hard_swish")
def hard_silu(x):
    """f(x) = x * hard_sigmoid(x)."""
    return x * hard_sigmoid(x)


@add("hard_tanh")
def hard_tanh(x):
    """f(x) = min(max(x, -1), 1)."""
    return np.clip(x, -1.0, 1.0)


@add("tanh_shrink")
def tanh_shrink(x):
    """f(x) = x - tanh(x)."""
    return x - np.tanh(x)


@add("hard_shrink")
def hard_shrink(x, threshold=0.5):
    """f(x) = x where |x| > threshold, 0 elsewhere."""
    return np.where(np.abs(array_of(x)) > threshold, x, 0.0)


@add("soft_shrink")
def soft_shrink(x, threshold=0.5):
    """f(x) = x moved towards 0 by threshold."""
    return functional.relu(x - threshold) - functional.relu(-x - threshold)


@add("softmax")
def softmax(x, axis=-1):
    """f(x) = exp(x) / sum(exp(x)) along an axis.

    >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]]))
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    return _remember(functional.softmax(x, axis=_from_end(x, axis, "softmax")), x)


@add("log_softmax")
def log_softmax(x, axis=-1):
    """f(x) = x - log(sum(exp(x))) along an axis."""
    return functional.log_softmax(x, axis=_from_end(x, axis, "log_softmax"))


def get(what):
    """The activation for a name, a function, or None (linear).

    >>> get("relu").__name__
    'relu'
    """
    return linear if what is None else activations.get(what)


def is_own(activation) -> bool:
    """Whether this is one of the functions here, all of which keep the shape of what they are given."""
    return activation is not None and globals().get(getattr(activation, "__name__", None)) is activation


def _from_end(x, axis, name):
    if not np.ndim(array_of(x)):
        raise ValueError(f"{name} needs at least one axis, got a single number; for two classes use sigmoid")
    ndim = x.ndim
    if not -ndim <= axis < ndim:
        raise ValueError(f"{name} along axis {axis} of an array of shape {x.shape}")
    return axis if axis < 0 else axis - ndim
