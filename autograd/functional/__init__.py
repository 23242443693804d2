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
>>> image = np.arange(16.0).reshape(1, 4, 4, 1)  # channels last
>>> functional.conv(image, np.ones((3, 3, 1, 1)))[0, :, :, 0]
array([[45., 54.],
       [81., 90.]])
>>> functional.max_pool(image, 2)[0, :, :, 0]
array([[ 5.,  7.],
       [13., 15.]])
"""

from autograd.functional.along import log_softmax, logsumexp, softmax
from autograd.functional.convolution import conv, conv_transpose
from autograd.functional.pooling import avg_pool, max_pool
from autograd.rules.elementwise import erf, gelu, relu, sigmoid, silu, softplus
from autograd.rules.special import log_sigmoid

__all__ = [
    "avg_pool",
    "conv",
    "conv_transpose",
    "erf",
    "gelu",
    "log_sigmoid",
    "log_softmax",
    "logsumexp",
    "max_pool",
    "relu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
]
