"""Glassgrad's engine: derivatives of plain NumPy code that you can see through."""

from autograd.check import check_grads
from autograd.checkpoints import checkpoint
from autograd.jacobians import hessian, jacobian
from autograd.jit import jit
from autograd.modes import detect_anomaly, no_grad
from autograd.primitives import primitive
from autograd.tensor import Tensor
from autograd.transforms import (
    elementwise_grad,
    grad,
    gradients,
    hvp,
    jvp,
    stop_gradient,
    value_and_grad,
    vjp,
)
from autograd.value import Value

__all__ = [
    "Tensor",
    "Value",
    "check_grads",
    "checkpoint",
    "detect_anomaly",
    "elementwise_grad",
    "grad",
    "gradients",
    "hessian",
    "hvp",
    "jacobian",
    "jit",
    "jvp",
    "no_grad",
    "primitive",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]
