"""What a user gives: the array of a variable, a constant beside one, an index, a seed; refused with what to write."""

from __future__ import annotations

import numpy as np

from autograd.engine import fast
from autograd.engine.modes import observing
from autograd.rules.arrays import array_of, as_array, copied, is_stand_in, is_stand_in_number, is_tensor

NUMBERS = "biufc"  # the kinds of dtype that arithmetic with a Tensor takes
_PLAIN = frozenset({int, float, complex, bool})


def as_variable(x, dtype=None) -> np.ndarray:
    """A fresh float or complex array from what the user gave, or an error that names the cast to write."""
    if type(x) is np.ndarray and dtype is None and x.dtype.kind in "fc" and x.nbytes < fast.LARGE:
        return np.array(x)  # the commonest, without looking for the rest
    if is_tensor(x):
        x = array_of(x)
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError("a Tensor has no mask: fill the masked array first, or multiply by its mask as an array")
    is_array = isinstance(x, np.ndarray | np.generic) or is_stand_in(x)
    who = observing()
    x = as_array(x) if who is None else who.array(x)
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
    if type(x) is np.ndarray and x.nbytes >= fast.LARGE:
        array = fast.empty(x.shape, dtype or x.dtype)
        array[...] = x
        return array
    return copied(x, dtype or x.dtype)


class Foreign(TypeError):
    """An operand whose own class is to answer: an operator gives NotImplemented, by NumPy's rule."""


def is_foreign(x) -> bool:
    """Whether NumPy's arrays leave arithmetic with `x` to its class: by `__array_ufunc__`, or by a higher priority."""
    kind = type(x)
    if kind in _PLAIN or kind is np.ndarray or hasattr(kind, "__apply__") or is_stand_in(x) or is_stand_in_number(x):
        return False
    theirs = getattr(kind, "__array_ufunc__", np.ndarray)
    if theirs is np.ndarray:
        return getattr(x, "__array_priority__", 0) > 0
    return theirs is not np.ndarray.__array_ufunc__


def constant(rule, arg):
    """A constant argument: numbers stay as they are (weak), arrays and lists become plain arrays."""
    if type(arg) is np.ndarray and arg.dtype.kind in NUMBERS:  # the commonest, without looking for the rest
        return arg
    if type(arg) in _PLAIN or is_stand_in(arg) or is_stand_in_number(arg):
        return arg
    if rule.ufunc and is_foreign(arg):
        raise Foreign(
            f"{rule.name} of a Tensor and {type(arg).__name__}, whose class has arithmetic of its own; for its numbers "
            "alone write np.asarray(x)"
        )
    if isinstance(arg, np.ma.MaskedArray):
        raise TypeError(f"{rule.name} of a Tensor and a masked array: fill it first, or use np.where with its mask")
    if isinstance(arg, np.ndarray | np.generic):
        if arg.dtype.kind not in NUMBERS:
            raise TypeError(
                f"{rule.name} of a Tensor and an array of dtype {arg.dtype}: only numbers can be differentiated"
            )
        # A subclass such as np.matrix has arithmetic of its own; its numbers are what counts here.
        return np.asarray(arg) if isinstance(arg, np.ndarray) else arg
    if isinstance(arg, list | tuple) or (hasattr(arg, "__array__") and not hasattr(arg, "__apply__")):
        return constant(rule, np.asarray(arg))
    hint = "; `.data` of a plain array is its bare memory, so leave it out" if isinstance(arg, memoryview) else ""
    raise TypeError(
        f"{rule.name} of a Tensor and {type(arg).__name__} {arg!r:.60}: wanted a number, an array or a Tensor{hint}"
    )


def is_plain(x) -> bool:
    """Whether a constant is a number or a small array, and can be taken as it is."""
    kind = type(x)
    return kind is float or kind is int or (kind is np.ndarray and x.nbytes < fast.LARGE and x.dtype.kind in NUMBERS)


def check_settings(rule, settings) -> None:
    """Refuse a Tensor where a gradient would be lost."""
    for key, value in settings.items():
        if is_tensor(value):
            raise TypeError(
                f"{rule.name} got a Tensor for {key}=, which is a setting, not a variable; pass {key}=t.data"
            )


def as_index(index):
    """An index as the graph keeps it: arrays copied, so that a later write to them changes nothing."""
    return tuple(map(_one_index, index)) if isinstance(index, tuple) else _one_index(index)


def _one_index(index):
    if hasattr(index, "__apply__"):
        raise IndexError("a Tensor is not an index; index with an integer or boolean array")
    if is_stand_in(index):
        return index.copy()
    if isinstance(index, np.ndarray | list):
        return np.array(index, dtype=int) if isinstance(index, list) and not index else np.array(index)
    return index


def seed_for(output, seed, recorded=False):
    """The gradient that starts the walk, checked; 1 for an output with one element. Where the walk is not recorded,
    the numbers of a Tensor are enough.
    """
    array_of(output)  # which is refused where it has missed a write
    shape, dtype = output._node.shape, output._node.dtype
    if type(seed) is np.ndarray and seed.shape == shape and seed.dtype == dtype:
        return seed.copy()  # the commonest, without looking for the rest
    if seed is None:
        if shape and output.size != 1:
            raise ValueError(
                f"backward() from a Tensor of shape {shape} needs a seed of that shape; or sum it first, "
                "for a gradient of one number"
            )
        return np.ones(shape, dtype) if shape else dtype.type(1)
    seed = like_variable("seed", seed if recorded else array_of(seed), output)
    if seed.shape != shape:
        raise ValueError(f"a seed of shape {seed.shape} for an output of shape {shape}")
    return seed if is_tensor(seed) else seed.copy()


def like_variable(what, x, variable):
    """A seed or a tangent, of the dtype of the Tensor that it belongs to; a Tensor stays one."""
    x = x if is_tensor(x) else as_array(x)
    if x.dtype.kind not in NUMBERS:
        raise TypeError(f"a {what} of dtype {x.dtype}: wanted numbers, an array of shape {variable.shape}")
    if x.dtype.kind == "c" != variable.dtype.kind:
        raise TypeError(
            f"a complex {what} for numbers of dtype {variable.dtype}: its imaginary part would be lost; take np.real"
        )
    return x if x.dtype == variable.dtype else x.astype(variable.dtype)
