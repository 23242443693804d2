"""NumPy's two protocols: `np.anything(t)` arrives here and is looked up in the table."""

from __future__ import annotations

import numpy as np

from autograd.rules.arrays import array_of
from autograd.rules.complexes import modulus_
from autograd.rules.structural import Composition, Constant, numpy_name
from autograd.rules.table import FUNCTIONS, Elementwise

_REDUCTIONS = {
    (np.add, "reduce"): np.sum, (np.multiply, "reduce"): np.prod,
    (np.maximum, "reduce"): np.max, (np.minimum, "reduce"): np.min,
    (np.add, "accumulate"): np.cumsum, (np.multiply, "accumulate"): np.cumprod,
}  # fmt: skip


def array_ufunc(self, ufunc, method, *inputs, **kwargs):
    """`np.sin(t)`, `np.add(array, t)`, `np.add.reduce(t)`; `array * t` also arrives here."""
    if not kwargs and method == "__call__":
        row = FUNCTIONS.get(ufunc)
        if type(row) is Elementwise and ufunc is not np.absolute:  # the commonest calls, without looking for the rest
            return self.__apply_elementwise__(row, *inputs)
        if type(row) is Composition:
            return row.function(*inputs)
    if kwargs.get("out") is not None:
        raise TypeError(
            f"np.{ufunc.__name__}: out= would write a Tensor's values into an array and lose the gradient; "
            "write t = np.f(...) instead, or t[...] = for a Tensor"
        )
    if method == "__call__":
        row = FUNCTIONS.get(ufunc)
        if ufunc is np.absolute and self.dtype.kind == "c":
            row = modulus_  # not holomorphic, so no elementwise formula will do
        if row is None:
            raise missing(ufunc)
        if type(row) is Constant:
            return row(*map(array_of, inputs), **kwargs)
        if not isinstance(row, Elementwise):
            return row(*inputs, **kwargs)
        dtype = kwargs.pop("dtype", None)
        if kwargs:
            key = next(iter(kwargs))
            raise TypeError(
                f"np.{ufunc.__name__} of a Tensor does not take {key}=; for where= write np.where(condition, "
                f"np.{ufunc.__name__}(...), other)"
            )
        if dtype is not None:
            inputs = [x.astype(dtype) if hasattr(x, "__apply__") else np.asarray(x, dtype) for x in inputs]
        return self.__apply__(row, inputs, {})
    function = _REDUCTIONS.get((ufunc, method))
    if function is not None:
        if "axis" not in kwargs and len(inputs) == 1:
            kwargs["axis"] = 0
        return FUNCTIONS[function](*inputs, **kwargs)
    if method == "outer" and len(inputs) == 2:
        a, b = inputs
        return ufunc(np.reshape(a, np.shape(array_of(a)) + (1,) * np.ndim(array_of(b))), b)
    raise TypeError(
        f"np.{ufunc.__name__}.{method} of a Tensor has no gradient here; write it with sums, cumsum or indexing, or "
        "call it on t.data for a constant"
    )


def array_function(self, function, types, args, kwargs):
    """`np.concatenate([t, u])` and every other NumPy function that is not a ufunc."""
    row = FUNCTIONS.get(function)
    if type(row) is Composition and not kwargs:
        return row.function(*args)
    if row is None:
        raise missing(function)
    if kwargs.get("out") is not None:
        raise TypeError(
            f"np.{function.__name__}: out= would write a Tensor's values into an array and lose the gradient; "
            "leave it out and use the result"
        )
    if type(row) is Constant:
        args, kwargs = _plain_all(args), _plain_all(kwargs)
    kwargs.pop("out", None)
    return row(*args, **kwargs)


def missing(function) -> TypeError:
    name = numpy_name(function)
    return TypeError(
        f"{name} has no derivative in the table, so it is not applied to a Tensor. Use differentiable functions "
        f"instead, add it with autograd.primitive, or call {name}(t.data) if it is meant as a constant"
    )


def _plain_all(x):
    if isinstance(x, dict):
        return {key: _plain_all(value) for key, value in x.items()}
    if isinstance(x, tuple | list) and not hasattr(x, "_fields"):
        return type(x)(_plain_all(value) for value in x)
    return array_of(x)
