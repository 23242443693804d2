"""Functions along an axis of an array or Tensor."""

from __future__ import annotations

from autograd.rules import networks
from autograd.rules.arrays import is_tensor, operand
from autograd.rules.axes import from_end


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
