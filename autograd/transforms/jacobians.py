"""Jacobians and Hessians, in one batched backward pass over all rows where the rules allow it."""

from __future__ import annotations

import functools

import numpy as np

from autograd.engine.backward import backward
from autograd.engine.tensor import Tensor, wrap
from autograd.transforms.containers import leaves, rebuild
from autograd.transforms.derivatives import grad
from autograd.transforms.lifting import Lifted, inside


def jacobian(f, argnums=0):
    """The matrix of derivatives: `jacobian(f)(x)[i, j]` is d f(x)[i] / d x[j], of shape output.shape + x.shape.

    Outputs and arguments may be containers; the result has the output's structure, then the argument's.

    >>> import numpy as np
    >>> jacobian(lambda x: np.stack([x[0] * x[1], x[1]]))(np.array([2.0, 3.0]))
    array([[3., 2.],
           [0., 1.]])
    """

    @functools.wraps(f)
    def wrapped(*args, **kwargs):
        lifted = Lifted(args, kwargs, argnums)
        with inside():
            output = f(*lifted.args, **lifted.kwargs)
            blocks = [_rows(y, lifted) for y in leaves(output)]
        return rebuild(output, blocks)

    return wrapped


def _rows(y, lifted):
    targets = [v._node for v in lifted.variables]
    shape = y.shape if isinstance(y, Tensor) else np.shape(lifted.lower(y))
    found = {}
    if isinstance(y, Tensor):
        if y.dtype.kind == "c":
            raise TypeError("the Jacobian of a complex output is not defined here; take real and imaginary parts")
        seeds = np.eye(y.size, dtype=y.dtype).reshape((y.size, *y.shape))
        if y.size:
            found = backward({y._node: seeds}, targets=targets, wrap=wrap if lifted.nested else None, lead=1)
    wholes = [shape + t.shape for t in targets]
    return lifted.pack(
        [np.reshape(found[t], s) if t in found else np.zeros(s, t.dtype) for t, s in zip(targets, wholes, strict=True)]
    )


def hessian(f, argnums=0):
    """The matrix of second derivatives of a function whose value is one number, of shape x.shape + x.shape.

    >>> import numpy as np
    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 2.0]))
    array([[4., 2.],
           [2., 0.]])
    """
    return jacobian(grad(f, argnums), argnums)
