"""Glassgrad's engine: derivatives of plain NumPy code that you can see through.

To read it, begin with `examples/from_scratch.py`, and go on with

    autograd/rules/elementwise.py                                   a line of calculus for each row
    autograd/scalar/value.py, methods.py, backward.py               one number that remembers where it came from
    autograd/engine/graph.py, apply.py, backward.py, tensor.py      the same for arrays
    autograd/jit/__init__.py                                        traced once, and replayed

`docs/inside.md` goes along, call by call.
"""

from autograd import functional
from autograd.checks.check import check_grads
from autograd.engine.modes import detect_anomaly, no_grad
from autograd.engine.tensor import Tensor
from autograd.jit import jit
from autograd.rules.primitive import primitive
from autograd.scalar.value import Value
from autograd.transforms.checkpoints import checkpoint
from autograd.transforms.derivatives import (
    elementwise_grad,
    grad,
    gradients,
    hvp,
    jvp,
    stop_gradient,
    value_and_grad,
    vjp,
)
from autograd.transforms.jacobians import hessian, jacobian

__all__ = [
    "Tensor",
    "Value",
    "check_grads",
    "checkpoint",
    "detect_anomaly",
    "elementwise_grad",
    "functional",
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
