"""Layers that bring several inputs together: given a list, they give one."""

from __future__ import annotations

import functools

import numpy as np

from nn.layers.base import Layer, layers
from nn.settings import ANY, whole


class _Merge(Layer):
    several = True

    def check_input(self, shapes):
        if not isinstance(shapes, list) or len(shapes) < 2:
            self.refuse(shapes, "a list of two or more inputs")

    def output_for(self, shapes):
        return shapes[0] if all(shape == shapes[0] for shape in shapes) else None


def _merging(name, function, formula):
    """A class of layer that joins its inputs by a function of two."""

    def call(self, inputs):
        return functools.reduce(function, inputs)

    return layers.add(name)(type(name, (_Merge,), {"call": call, "__doc__": formula, "__module__": __name__}))


Add = _merging("Add", np.add, "y = a + b + ...")
Subtract = _merging("Subtract", np.subtract, "y = a - b.")
Multiply = _merging("Multiply", np.multiply, "y = a * b * ...")
Maximum = _merging("Maximum", np.maximum, "y = the largest of a, b, ...")
Minimum = _merging("Minimum", np.minimum, "y = the smallest of a, b, ...")


@layers.add("Average")
class Average(_Merge):
    """y = (a + b + ...) / n."""

    def call(self, inputs):
        return functools.reduce(np.add, inputs) / len(inputs)


@layers.add("Concatenate")
class Concatenate(_Merge):
    """The inputs side by side along an axis."""

    def __init__(self, axis=-1, **others):
        super().__init__(**others)
        self.axis = whole("Concatenate: axis", axis, ANY)

    def output_for(self, shapes):
        first, axis = shapes[0], self.axis
        if not -len(first) <= axis < len(first) or not axis % len(first):
            return None
        rest = [[n for i, n in enumerate(shape) if i != axis % len(first)] for shape in shapes]
        if any(len(shape) != len(first) for shape in shapes) or any(part != rest[0] for part in rest):
            return None
        found = list(first)
        sizes = [shape[axis] for shape in shapes]
        found[axis] = None if None in sizes else sum(sizes)
        return tuple(found)

    def call(self, inputs):
        return np.concatenate(inputs, axis=self.axis)
