"""What a user gives, as the array of a variable: checked, copied, and refused with the cast to write."""

from __future__ import annotations

import numpy as np

from autograd.engine import buffers
from autograd.rules.arrays import array_of, is_tensor


def as_variable(x, dtype=None) -> np.ndarray:
    """A fresh float or complex array from what the user gave, or an error that names the cast to write."""
    if is_tensor(x):
        x = array_of(x)
    if hasattr(x, "__traced__"):
        return _as_traced_variable(x, dtype)
    is_array = isinstance(x, np.ndarray | np.generic)
    if not is_array:
        x = np.asarray(x)
    if dtype is not None:
        dtype = np.dtype(dtype)
        if dtype.kind not in "fc":
            raise TypeError(f"a Tensor of dtype {dtype} has no gradient; wanted a float or complex dtype")
    elif x.dtype.kind in "iub":
        if is_array:
            raise TypeError(
                f"an array of dtype {x.dtype} is an index or a label, not a variable; write Tensor(x.astype(float)), "
                "or Tensor(x, dtype=np.float64), to differentiate with respect to it"
            )
        dtype = np.dtype(np.float64)
    elif x.dtype.kind not in "fc":
        raise TypeError(f"cannot make a Tensor from {type(x).__name__} of dtype {x.dtype}; wanted numbers")
    if x.nbytes >= buffers.LARGE:
        array = buffers.empty(x.shape, dtype or x.dtype)
        array[...] = x
        return array
    return np.array(x, dtype=dtype)


def _as_traced_variable(x, dtype):
    """The same for what stands for an array or a number while a program is recorded."""
    if not hasattr(x, "dtype"):
        return np.multiply(x, 1.0, dtype=dtype or np.float64)
    if dtype is None and x.dtype.kind not in "fc":
        raise TypeError(
            f"an array of dtype {x.dtype} is an index or a label, not a variable; write Tensor(x.astype(float)), "
            "or Tensor(x, dtype=np.float64), to differentiate with respect to it"
        )
    return x.astype(dtype or x.dtype)
