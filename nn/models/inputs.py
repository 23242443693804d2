"""What a model was given, as the inputs that it says it has."""

from __future__ import annotations

import numpy as np


def in_order(x, symbols, names=None) -> list:
    """Inputs given by name, in a list, or, where there is one, by itself, in the order of the symbols.

    >>> from nn.layers import Input
    >>> in_order({"b": 2, "a": 1}, [Input((), name="a"), Input((), name="b")])
    [1, 2]
    """
    if isinstance(x, dict):
        names = names or [symbol.name for symbol in symbols]
        if set(x) != set(names):
            raise ValueError(f"the model's inputs are called {names}; got {sorted(map(str, x))}")
        return [x[name] for name in names]
    if len(symbols) > 1:
        return x
    # A list of one is the one input where that has all its axes: else it is one sample.
    wrapped = isinstance(x, list | tuple) and len(x) == 1 and np.ndim(x[0]) == symbols[0].ndim
    return [x[0] if wrapped else x]


def with_axes(x, shape):
    """An array with an axis of size 1 at its end, or without, where that gives it the axes that are wanted.

    >>> with_axes(np.zeros(5), (None, 1)).shape, with_axes(np.zeros((5, 3, 1)), (None, 3)).shape
    ((5, 1), (5, 3))
    """
    axes = len(shape)
    if x.ndim == axes - 1 and shape[-1] == 1:
        return np.expand_dims(x, -1)
    if x.ndim == axes + 1 and x.shape[-1] == 1:
        return np.reshape(x, x.shape[:-1])
    return x
