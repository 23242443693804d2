"""What NumPy has no name for: functions of arrays and Tensors, and all but those along an axis of Values.

>>> import numpy as np
>>> from autograd import Value, functional, grad
>>> functional.softmax([[0.0, 0.0], [1000.0, 0.0]])
array([[0.5, 0.5],
       [1. , 0. ]])
>>> grad(lambda x: np.sum(functional.logsumexp(x, axis=0)))(np.zeros((2, 3)))
array([[0.5, 0.5, 0.5],
       [0.5, 0.5, 0.5]])
>>> functional.sigmoid(Value(0.0)).data
0.5
"""

from __future__ import annotations

from autograd.rules import networks
from autograd.rules.arrays import is_tensor, operand
from autograd.rules.axes import from_end
from autograd.rules.elementwise import erf, gelu, relu, sigmoid, silu, softplus
from autograd.rules.special import log_sigmoid

__all__ = ["erf", "gelu", "log_sigmoid", "log_softmax", "logsumexp", "relu", "sigmoid", "silu", "softmax", "softplus"]


def softmax(x, axis=-1):
    """exp(x) / sum(exp(x)) along an axis, or several, or (None) all of them; without overflow."""
    return _along(networks.softmax, x, axis)


def log_softmax(x, axis=-1):
    """x - log(sum(exp(x))) along an axis, or several, or (None) all of them; without overflow."""
    return _along(networks.log_softmax, x, axis)


def logsumexp(x, axis=-1):
    """log(sum(exp(x))) along an axis, or several, or (None) all of them, which are gone then; without overflow."""
    return _along(networks.logsumexp, x, axis)


def _along(row, x, axis):
    if hasattr(x, "__apply__") and not is_tensor(x):
        raise TypeError(f"{row.name} works along an axis, and a Value is one number: make a Tensor of all of them")
    x = operand(x)
    if x.dtype.kind not in "biufc":
        raise TypeError(f"{row.name} of {x!r:.60}: wanted numbers, an array or a Tensor")
    try:
        axes = from_end(axis, x.ndim)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{row.name} of an array of shape {x.shape} got axis={axis!r}: {error}") from None
    if x.dtype.kind in "biu":
        x = x.astype(float)
    return row(x, axis=axes[0] if len(axes) == 1 else axes)
