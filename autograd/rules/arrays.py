"""What the body of a row may use besides NumPy: gradients brought back to an argument's shape, and arrays made alike.

All of it also takes what stands for an array while a program is recorded, which has an attribute `__traced__`; what
stands for a plain number then has `__as_array__`.
"""

from __future__ import annotations

import math

import numpy as np

_SMALL = 1 << 17  # bytes; below this a copy is quicker than a view that is broadcast


def is_tensor(x) -> bool:
    """Whether `x` is a Tensor (or a Parameter): a variable with an array behind it."""
    return hasattr(x, "_node")


def array_of(x):
    """The one door: the array behind a Tensor or Parameter, the number behind a Value; anything else as it is.

    While a program is recorded it gives what stands for them in the program. A Tensor that has missed a write to the
    memory it looks at is refused here.
    """
    try:
        if x._share is not None:
            x._share.check(x)
        return x._array
    except AttributeError:
        return x.data if hasattr(x, "__apply__") else x


def looking_at(view, source):
    """`view`, which in NumPy shows the memory of `source`: a write to either of two Tensors is noticed in the other."""
    if is_tensor(view) and is_tensor(source) and not isinstance(array_of(source), np.generic):
        view.__looks_at__(source)
    return view


def is_stand_in(x) -> bool:
    """Whether `x` stands for an array while a program is recorded."""
    return hasattr(x, "__traced__")


def is_stand_in_number(x) -> bool:
    """Whether `x` stands for a plain number while a program is recorded."""
    return hasattr(x, "__as_array__")


def sum_to(x, shape: tuple[int, ...], lead: int = 0):
    """Sum out the axes that broadcasting `shape` to `x.shape` made or stretched; the first `lead` axes stay."""
    whole = x.shape
    extra = len(whole) - lead - len(shape)
    axes = tuple(range(lead, lead + extra))
    if extra and whole[lead + extra :] == shape:
        return np.add.reduce(x, axis=axes)
    axes += tuple(lead + extra + i for i, n in enumerate(shape) if n == 1 and whole[lead + extra + i] != 1)
    if axes:
        x = np.add.reduce(x, axis=axes, keepdims=True)
    return x.reshape(whole[:lead] + shape) if extra else x


def expand(x, shape: tuple[int, ...]):
    """`x` broadcast to `shape`: a new array where that is small, which is quicker than a view."""
    if is_tensor(x) or hasattr(x, "__traced__") or math.prod(shape) * x.itemsize >= _SMALL:
        return np.broadcast_to(x, shape)
    full = np.empty(shape, x.dtype)
    full[...] = x
    return full


def as_array(x, dtype=None):
    """`np.asarray`, which leaves what stands for an array alone."""
    if type(x) is np.ndarray and dtype is None:
        return x
    if hasattr(x, "__as_array__"):  # what stands for a number
        return x.__as_array__(dtype)
    if hasattr(x, "__traced__"):
        return x if dtype is None or x.dtype == dtype else x.astype(dtype)
    return np.asarray(x, dtype)


def copied(x, dtype):
    """A copy of `x` as an array of this dtype."""
    return x.astype(dtype) if hasattr(x, "__traced__") else np.array(x, dtype=dtype)


def operand(x, dtype=None):
    """A Tensor as it is, anything else as an array: what can be indexed, reshaped and multiplied."""
    return x if is_tensor(x) else as_array(x, dtype)


def constant_only(name, key, value):
    """A setting of a function, as it is; refused where it is a Tensor or holds one, whose gradient would be lost."""
    if is_tensor(value):
        raise TypeError(
            f"{name} takes {key}= as a constant, since there is no rule for its gradient; pass {key}=t.data"
        )
    for part in value if isinstance(value, tuple | list) else ():
        constant_only(name, key, part)
    return value


def zeros(shape, like):
    """Zeros of the dtype of `like`, to write something computed into."""
    return np.zeros(shape, like.dtype, like=like) if hasattr(like, "__traced__") else np.zeros(shape, like.dtype)


def empty(shape, like):
    """An array of the dtype of `like`, all of which is written to before it is read."""
    return np.empty(shape, like.dtype, like=like) if hasattr(like, "__traced__") else np.empty(shape, like.dtype)


def possibly(mask) -> bool:
    """Whether an element is true; while a program is recorded, for all the values it may meet, whether one could be."""
    return hasattr(mask, "__traced__") or bool(np.any(mask))


def checked(function, array) -> None:
    """Call a function that raises an error for some values: now, and at each replay of what is being recorded."""
    if hasattr(array, "__traced__"):
        array.tape.check(function, array)
    else:
        function(array)
