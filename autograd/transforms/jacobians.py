"""Jacobians and Hessians, in one batched backward pass over all rows where the rules allow it."""

from __future__ import annotations

import functools

import numpy as np

from autograd.engine.backward import backward
from autograd.engine.tensor import Tensor, wrap
from autograd.rules.arrays import array_of
from autograd.scalar.value import Value
from autograd.transforms.containers import leaves, rebuild
from autograd.transforms.derivatives import find_gradients, grad
from autograd.transforms.lifting import Lifted, inside, is_variable


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
        lifted = Lifted(args, kwargs, argnums).require("jacobian")
        with inside():
            output = f(*lifted.args, **lifted.kwargs)
            blocks = [_rows(y, lifted) for y in leaves(output)]
        return rebuild(output, blocks)

    return wrapped


def _rows(y, lifted):
    if not is_variable(y):
        return None
    if isinstance(y, Value):
        return lifted.pack(find_gradients([y], lifted.variables, [None], lifted.nested))
    if np.iscomplexobj(array_of(y)):
        raise TypeError("the Jacobian of a complex output is not defined here; take real and imaginary parts")
    shape = np.shape(array_of(y))
    found = {}
    if isinstance(y, Tensor) and y.size:
        seeds = np.eye(y.size, dtype=y.dtype).reshape((y.size, *shape))
        targets = [v._node for v in lifted.variables if isinstance(v, Tensor)]
        found = backward({y._node: seeds}, targets=targets, wrap=wrap if lifted.nested else None, lead=1)
    return lifted.pack([_block(found, v, shape) for v in lifted.variables])


def _block(found, variable, shape):
    if isinstance(variable, Value):  # no array depends on one
        return np.zeros(shape)
    whole = shape + variable.shape
    rows = found.get(variable._node)
    return np.zeros(whole, variable.dtype) if rows is None else np.reshape(rows, whole)


def hessian(f, argnums=0):
    """The matrix of second derivatives of a function whose value is one number, of shape x.shape + x.shape.

    >>> import numpy as np
    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 2.0]))
    array([[4., 2.],
           [2., 0.]])
    """
    return jacobian(grad(f, argnums), argnums)
