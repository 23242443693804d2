"""The arrays behind a graph of Tensors: of results, as far as they are known, of variables, of constants."""

from __future__ import annotations

import gc

import numpy as np

from autograd import Tensor
from autograd.engine.backward import backward
from autograd.rules.arrays import array_of, sum_to


def values(output, order, parameters=()) -> dict:
    """The arrays of nodes: kept on request or for the rules, or shown by Tensors that are still in use."""
    found = {output._node: array_of(output)}
    found.update((p._node, array_of(p)) for p in parameters)
    for node in order:
        if node.values is not None:
            arguments, result = node.values
            found.setdefault(node, result)
            for parent, array in zip(node.parents, arguments, strict=False):
                if parent is not None:
                    found.setdefault(parent, array)
            continue
        for parent, array in zip(node.parents, node.saved or (), strict=False):
            if parent is not None and isinstance(array, np.ndarray | np.generic):
                found.setdefault(parent, array)
        last = node.saved[-1] if node.rule is not None and len(node.saved) > len(node.parents) else None
        if isinstance(last, np.ndarray | np.generic):
            found.setdefault(node, last)
    if missing := {node for node in order if node not in found}:
        found.update(_in_use(missing))
    return found


def _in_use(missing) -> dict:
    """The arrays of nodes that some Tensor still shows. A node does not know its Tensors: all that lives is asked."""
    tensors = (x for x in gc.get_objects() if issubclass(type(x), Tensor))
    return {x._node: array_of(x) for x in tensors if getattr(x, "_node", None) in missing}


def gradients(output, order) -> dict:
    """The gradients of all nodes, worked out again without touching any; none if backward() has not been called."""
    if not any(node.rule is None and node.grad is not None for node in order) or output.size != 1:
        return {node: node.grad for node in order if node.grad is not None}
    try:
        found = backward({output._node: np.ones(output.shape, output.dtype)}, targets=order)
    except (RuntimeError, ArithmeticError):  # the arrays have been written to since
        return {node: node.grad for node in order if node.grad is not None}
    # Variables show what they have, which may be the sum of several passes.
    return {node: g if node.rule is not None else node.grad for node, g in found.items() if not isinstance(g, list)}


def contribution(node, slot, grads):
    """What an argument's gradient gets by this path; None where it cannot be known."""
    g = grads.get(node)
    parent = node.parents[slot]
    if g is None or parent is None or node.rule is None or parent.shape is None or node.shape is None:
        return None
    try:
        with np.errstate(all="ignore"):
            if node.rule.elementwise:
                c = node.rule.backwards[slot](np.broadcast_to(g, node.shape), *node.saved)
                return sum_to(np.broadcast_to(c, node.shape), parent.shape)
            return node.rule.carry(node, slot, np.broadcast_to(g, node.shape), node.saved)
    except Exception:
        return None


def local(node, slot):
    """The local derivative of an operation that works element by element; None for those of whole arrays."""
    if node.parents[slot] is None or not node.rule.elementwise:
        return None
    try:
        with np.errstate(all="ignore"):
            return node.rule.derivatives[slot](*node.saved)
    except Exception:
        return None


class Constants:
    """What is beside the Tensors of a graph: numbers, and arrays, of which each is one wherever it is used."""

    def __init__(self):
        self.known: dict = {}

    def of(self, node, slot):
        """A key for the constant that is an argument of `node`, its array or number (None if it is gone) and shape."""
        if node.values is not None:
            found = node.values[0][slot]
        else:
            found = node.saved[slot] if slot < len(node.saved) else None
        shape = np.shape(found) if not isinstance(found, tuple) else found[1]
        found = found[0]() if isinstance(found, tuple) else found
        key = _identity(found) if isinstance(found, np.ndarray) and found.size > 1 else (node, slot)
        self.known[key] = found  # as long as it is held, no other array can lie in its place
        return key, found, shape


def _identity(array):
    """What tells arrays apart: their place in memory, or, where the numbers differ among themselves, all of these.

    So a batch that each layer casts for itself counts as the same array.
    """
    if array.dtype.kind == "O" or (array == array.flat[0]).all():
        return array.__array_interface__["data"][0], array.shape, array.strides, array.dtype.str
    return array.shape, array.dtype.str, hash(array.tobytes())
