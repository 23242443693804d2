"""NumPy's two protocols: `np.anything(t)` arrives here and is looked up in the table."""

from __future__ import annotations

import numpy as np

from autograd.engine.operands import Foreign, is_foreign
from autograd.rules.arrays import array_of
from autograd.rules.complexes import direction, modulus_
from autograd.rules.structural import Composition, Constant, numpy_name
from autograd.rules.table import FUNCTIONS, Elementwise

_COMPLEX = {np.absolute: modulus_, np.sign: direction}  # not holomorphic, so no elementwise formula will do


def array_ufunc(self, ufunc, method, *inputs, **kwargs):
    """`np.sin(t)`, `np.add(array, t)`, `np.add.reduce(t)`; `array * t` also arrives here."""
    if not kwargs and method == "__call__":
        row = FUNCTIONS.get(ufunc)
        if type(row) is Elementwise and ufunc is not np.absolute:  # the commonest calls, without looking for the rest
            try:
                return self.__apply_elementwise__(row, *inputs)
            except Foreign:
                return NotImplemented
    for x in inputs:
        if type(x) is not np.ndarray and x is not self and is_foreign(x):
            return NotImplemented
    if kwargs.get("out") is not None:
        raise TypeError(
            f"{numpy_name(ufunc)}: out= would write a Tensor's values into an array and lose the gradient; "
            "write t = np.f(...) instead, or t[...] = for a Tensor"
        )
    if method == "__call__":
        row = FUNCTIONS.get(ufunc)
        if ufunc in _COMPLEX and self.dtype.kind == "c":
            row = _COMPLEX[ufunc]
        if row is None:
            raise missing(ufunc)
        if type(row) is Constant:
            return row(*map(array_of, inputs), **_plain_all(kwargs))
        if not isinstance(row, Elementwise):
            return row(*inputs, **kwargs)
        dtype = kwargs.pop("dtype", None)
        if kwargs:
            key = next(iter(kwargs))
            raise TypeError(
                f"{numpy_name(ufunc)} of a Tensor does not take {key}=; for where= write np.where(condition, "
                f"{numpy_name(ufunc)}(...), other)"
            )
        if dtype is not None:
            inputs = [x.astype(dtype) if hasattr(x, "__apply__") else np.asarray(x, dtype) for x in inputs]
        return self.__apply__(row, inputs, {})
    row = FUNCTIONS.get(getattr(ufunc, method))
    if row is not None:
        return row(*inputs, **{"axis": 0, **kwargs})
    if method == "outer" and len(inputs) == 2:
        a, b = inputs
        return ufunc(np.reshape(a, np.shape(array_of(a)) + (1,) * np.ndim(array_of(b))), b)
    raise TypeError(
        f"{numpy_name(ufunc)}.{method} of a Tensor has no gradient here; write it with sums, cumsum or indexing, or "
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
            f"{numpy_name(function)}: out= would write a Tensor's values into an array and lose the gradient; "
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
