"""Symbols: arrays that are not there yet. A layer called on one notes the call, and a Model is made of the notes."""

from __future__ import annotations

import itertools

import numpy as np

from nn.settings import is_whole, whole_or_none

_counter = itertools.count(1)


class Symbol:
    """A place for an array of a known shape (None where any size will do) and the call that will fill it.

    >>> x = Input(shape=(28, 28))
    >>> x.shape
    (None, 28, 28)
    """

    def __init__(self, shape, dtype, layer=None, inputs=(), settings=None, name=None):
        self.shape = tuple(shape)
        self.dtype = np.dtype(dtype)
        self.layer = layer
        self.inputs = tuple(inputs)
        self.settings = settings or {}
        self.name = name
        self.serial = next(_counter)

    def __setstate__(self, state):
        global _counter  # noqa: PLW0603  what is made after a symbol was read from elsewhere comes after it
        vars(self).update(state)
        _counter = itertools.count(max(next(_counter), self.serial + 1))

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def sample(self, size: int, times: int = 1) -> np.ndarray:
        """Zeros of this shape, with `size` where any size will do, so many times in a sample's own axes."""
        return np.zeros(
            [(size * times if i else size) if n is None else n for i, n in enumerate(self.shape)], self.dtype
        )

    def _refuse(self, *args, **kwargs):
        raise TypeError(
            "a symbol has no numbers yet, so it can only be given to layers; for arithmetic use the layers Add, "
            "Multiply, Concatenate, ... or Lambda(lambda x: ...)"
        )

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __matmul__ = _refuse
    __neg__ = __pow__ = __getitem__ = __array__ = __bool__ = __array_function__ = __array_ufunc__ = _refuse

    def __repr__(self):
        return f"<Symbol shape={self.shape} dtype={self.dtype}{f' name={self.name!r}' if self.name else ''}>"


def Input(shape=None, batch_size=None, dtype=None, name=None, batch_shape=None) -> Symbol:
    """A place for a model's input; `shape` leaves out the batch axis.

    In a Sequential it stands first: `Sequential([Input(shape=(2,)), Dense(1)])`.
    """
    if batch_shape is None:
        if shape is None:
            raise ValueError("Input needs shape=, such as shape=(2,) for rows of two numbers")
        batch_shape = (whole_or_none("batch_size", batch_size), *shape_of(shape, "Input"))
    return Symbol(shape_of(batch_shape, "Input"), dtype or np.float32, name=name)


def shape_of(shape, what) -> tuple:
    """A shape that a user gave, checked: one whole number, or several, or None for any size."""
    parts = (shape,) if is_whole(shape) else shape
    if not isinstance(parts, tuple | list) or not all(n is None or is_whole(n) for n in parts):
        raise ValueError(f"{what}: a shape is a tuple of sizes, such as (28, 28, 1) or (None, 3); got {shape!r:.60}")
    return tuple(None if n is None else int(n) for n in parts)


def shape_or_shapes(given):
    """The shape of an input, or a list of the shapes of several; the first number of each is the batch.

    >>> shape_or_shapes([None, 3]), shape_or_shapes([(None, 3), (None, 2)])
    ((None, 3), [(None, 3), (None, 2)])
    """
    if not isinstance(given, tuple | list) or not given:
        raise ValueError(f"build takes a shape, such as (None, 3), the batch first; got {given!r:.60}")
    if all(isinstance(part, tuple | list) for part in given):
        return [shape_of(part, "build") for part in given]
    return shape_of(given, "build")


def traced_shape(run, inputs) -> list[tuple]:
    """The shapes that `run(*arrays)` gives for these Symbols, run on zeros; what follows the free sizes is free.

    >>> traced_shape(lambda x: x.reshape(len(x), -1), [Input(shape=(3, 4))])
    [(None, 12)]
    """
    if any(None in symbol.shape[1:] for symbol in inputs):  # a border or a window needs some room
        try:
            return _compared(run, inputs, 16)
        except (ValueError, IndexError):  # more room than there may be
            pass
    return _compared(run, inputs, 1)


def _compared(run, inputs, times):
    small, large = (results(run(*[symbol.sample(size, times) for symbol in inputs])) for size in (2, 3))
    return [
        tuple(a if a == b else None for a, b in zip(np.shape(x), np.shape(y), strict=True))
        for x, y in zip(small, large, strict=True)
    ]


def results(y) -> list:
    return list(y) if isinstance(y, tuple | list) else [y]
