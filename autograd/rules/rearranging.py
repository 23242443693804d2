"""Functions that only move elements about: NumPy itself is asked where each one goes.

`np.roll(t, 3)` is `t.ravel()[np.roll(positions, 3)]`, where `positions` numbers the elements of `t`: so every keyword
is honoured, and the derivative is that of indexing. Functions that put zeros, or join several arrays, work likewise.
"""

from __future__ import annotations

import inspect

import numpy as np

from autograd.rules.arrays import as_array, constant_only, is_tensor, looking_at, operand
from autograd.rules.indexing import getitem
from autograd.rules.structural import Composition


class Rearranging(Composition):
    """A NumPy function that moves the elements of some of its arguments. `at` names those arguments."""

    def __init__(self, function, at, samples):
        self.original = function
        self.signature = inspect.signature(function)
        self.at = at.split()
        super().__init__(self.rearrange, (function,), samples)
        self.keywords = set(self.signature.parameters)

    def rearrange(self, *args, **kwargs):
        bound = self.signature.bind(*args, **kwargs)
        parts = _Parts()
        for name in self.at:
            if name in bound.arguments:
                bound.arguments[name] = parts.number(bound.arguments[name])
        for name, value in bound.arguments.items():
            if name not in self.at:
                constant_only(self.name, name, value)
        positions = self.original(*bound.args, **bound.kwargs)
        if self.original is np.insert:  # into an array of its own dtype
            parts.arrays = [p.astype(parts.arrays[0].dtype) for p in parts.arrays]
        zero = np.zeros(1, np.result_type(*[p.dtype for p in parts.arrays]))
        return parts.pick(np.concatenate([zero, *(np.ravel(p) for p in parts.arrays)]), positions)


class _Parts:
    """The arguments whose elements are moved, numbered through; 0 stands for a zero that the function puts in."""

    def __init__(self):
        self.arrays = []
        self.next = 1  # the number of the next element
        self.sources = {}  # the memory that numbers lie in -> the array that they number

    def number(self, argument):
        """The argument with each element replaced by its number."""
        several = isinstance(argument, list | tuple)
        if several and any(is_tensor(part) or isinstance(part, np.ndarray | list | tuple) for part in argument):
            return type(argument)(map(self.number, argument))
        array = operand(argument)
        self.arrays.append(array)
        numbers = np.arange(self.next, self.next + array.size)
        self.next += array.size
        self.sources[id(numbers)] = array
        return numbers.reshape(array.shape)

    def pick(self, elements, positions):
        """What lies at these positions; where NumPy gives a view, a Tensor that knows of writes."""
        if isinstance(positions, list | tuple):
            return type(positions)(self.pick(elements, p) for p in positions)
        picked = getitem(elements, index=as_array(positions))
        base = positions
        while (base := getattr(base, "base", None)) is not None:
            if id(base) in self.sources:
                return looking_at(picked, self.sources[id(base)])
        return picked


def moves(function, at, *samples):
    if function is not None:
        Rearranging(function, at, samples)


moves(np.flip, "m", "f(x23)", "f(x23, 0)", "f(x23, axis=(0, -1))")
moves(np.fliplr, "m", "f(x23)")
moves(np.flipud, "m", "f(x23)")
moves(np.rot90, "m", "f(x23)", "f(x234, k=3, axes=(0, -1))")
moves(np.roll, "a", "f(x5, 2)", "f(x23, 1, axis=-1)", "f(x34, (1, 2), axis=(0, 1))")
moves(np.fft.fftshift, "x", "f(x5)", "f(x34, axes=0)")
moves(np.fft.ifftshift, "x", "f(x5)", "f(x34, axes=0)")
moves(np.tile, "A", "f(x3, 2)", "f(x23, (2, 1))", "f(x, 3)")
moves(np.repeat, "a", "f(x3, 2)", "f(x23, [1, 2], axis=0)", "f(x23, 2, axis=-1)")
moves(np.diagonal, "a", "f(x33)", "f(x34, 1)", "f(x234, 0, 1, 2)")
moves(np.diag, "v", "f(x3)", "f(x34)", "f(x3, k=-1)")
moves(np.diagflat, "v", "f(x3)", "f(x22, 1)")
moves(np.tril, "m", "f(x33)", "f(x234, k=1)")
moves(np.triu, "m", "f(x33)", "f(x234, k=-1)")
moves(np.delete, "arr", "f(x5, 1)", "f(x34, [0, 2], axis=1)")
moves(np.resize, "a", "f(x3, (2, 4))")
moves(np.take, "a", "f(x34, 1)", "f(x34, [0, -1, 0], axis=1)", "f(x34, [5, 2], axis=0, mode='wrap')")
moves(np.take_along_axis, "arr", "f(x23, np.array([[0, 0], [2, 1]]), axis=1)")
moves(np.compress, "a", "f([True, False, True], x3)", "f([True, False], x23, axis=0)")
moves(np.extract, "arr", "f([True, False, True], x3)")
moves(np.matrix_transpose, "x", "f(x234)")
moves(np.linalg.matrix_transpose, "x", "f(x234)")
moves(np.linalg.diagonal, "x", "f(x234, offset=1)")
moves(np.block, "arrays", "f([[x22, x23], [x12, x13]])")
moves(np.append, "arr values", "f(x3, x2)", "f(x23, x13, axis=0)")
moves(np.insert, "arr values", "f(x5, 1, x)", "f(x23, [0, 2], x2, axis=1)")
moves(np.split, "ary", "f(x4, 2)", "f(x34, [1, 2], axis=1)")
moves(np.array_split, "ary", "f(x5, 2)")
moves(np.vsplit, "ary", "f(x43, 2)")
moves(np.hsplit, "ary", "f(x34, 2)")
moves(np.dsplit, "ary", "f(x234, 2)")
moves(getattr(np, "unstack", None), "x", "f(x34)", "f(x34, axis=1)")
moves(np.ix_, "args", "f(x2, x3)")
moves(np.meshgrid, "xi", "f(x3, x2)", "f(x3, x2, indexing='ij', sparse=True)")
moves(np.broadcast_arrays, "args", "f(x3, x21)")
moves(np.atleast_1d, "arys", "f(x)", "f(x, x23)")
moves(np.atleast_2d, "arys", "f(x)", "f(x3)")
moves(np.atleast_3d, "arys", "f(x3)", "f(x23)")
moves(np.select, "choicelist default", "f([[True, False, False], [True, True, False]], [x3, x3], default=x)")
moves(np.choose, "choices", "f([1, 0, 1], [x3, x3])")
