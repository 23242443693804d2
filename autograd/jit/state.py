"""What a program changes outside, as it is at one moment, to be put back later."""

from __future__ import annotations

import functools
import types

import numpy as np

from autograd.engine.graph import Node
from autograd.engine.tensor import Tensor
from autograd.rules.arrays import array_of
from autograd.scalar.value import Value


class State:
    """All that can be reached from some roots, as it is now: numbers of arrays, attributes, items, generators."""

    def __init__(self, roots):
        self.kept = []  # (how to put back, the thing, what it held)
        seen, waiting = {}, list(roots)
        while waiting:
            thing = waiting.pop()
            if id(thing) in seen or isinstance(thing, type | types.ModuleType | str | int | float):
                continue
            seen[id(thing)] = thing
            put_back, held, parts = _look(thing)
            if put_back is not None:
                self.kept.append((put_back, thing, held))
            waiting += parts

    def put_back(self) -> None:
        for put_back, thing, held in self.kept:
            put_back(thing, held)


def _look(thing):
    """How to put a thing back, what it holds now, and what else can be reached from it."""
    if hasattr(type(thing), "__stands_in__"):  # of a tracing, kept by a function that a program calls
        return None, None, ()
    if isinstance(thing, np.ndarray):
        return _numbers, thing.copy(), ()
    if isinstance(thing, Tensor):
        array = array_of(thing)
        return _tensor, (array, array.copy()), (thing._node,)
    if type(thing) is Node:
        return _gradient, thing.grad, (thing.grad,)
    if isinstance(thing, Value):
        return _value, (thing.data, thing.grad), ()
    if isinstance(thing, np.random.Generator):
        return _generator, thing.bit_generator.state, ()
    if isinstance(thing, dict):
        return _items, dict(thing), thing.values()
    if isinstance(thing, list):
        return _list, list(thing), thing
    if isinstance(thing, tuple):
        return None, None, thing
    if isinstance(thing, functools.partial):
        return None, None, (thing.func, thing.args, thing.keywords)
    if isinstance(thing, types.FunctionType):
        return None, None, [cell.cell_contents for cell in thing.__closure__ or () if _filled(cell)]
    if isinstance(thing, types.MethodType):
        return None, None, (thing.__self__,)
    inside = getattr(thing, "__dict__", None)
    return None, None, () if inside is None else (inside,)


def _filled(cell):
    try:
        return cell.cell_contents is not None
    except ValueError:  # a variable that has no value yet
        return False


def _numbers(array, held):
    if array.tobytes() != held.tobytes():
        array[...] = held


def _tensor(tensor, held):
    array, numbers = held
    if array_of(tensor) is not array or array.tobytes() != numbers.tobytes():
        array[...] = numbers
        tensor.rebase(array)


def _gradient(node, held):
    node.grad = held


def _value(v, held):
    v.data, v.grad = held


def _generator(generator, held):
    generator.bit_generator.state = held


def _items(d, held):
    if list(d) != list(held) or any(d[key] is not value for key, value in held.items()):
        d.clear()
        d.update(held)


def _list(x, held):
    x[:] = held
