"""Nested dicts, lists and tuples of numbers: flatten, rebuild, map. What is not a container is a leaf."""

from __future__ import annotations

import copy
from collections.abc import Callable


def leaves(tree) -> list:
    """The leaves in order: sequences by position, dictionaries in their own order.

    >>> leaves({"b": 1, "a": [2, (3,)]})
    [1, 2, 3]
    """
    if isinstance(tree, dict):
        return [leaf for value in tree.values() for leaf in leaves(value)]
    if isinstance(tree, list | tuple):
        return [leaf for value in tree for leaf in leaves(value)]
    return [tree]


def rebuild(tree, new: list):
    """The same structure with other leaves.

    >>> rebuild({"b": 1, "a": [2, (3,)]}, [10, 20, 30])
    {'b': 10, 'a': [20, (30,)]}
    """
    supply = iter(new)
    return tree_map(lambda _: next(supply), tree)


def tree_map(function: Callable, tree, *others):
    """`function` of every leaf; further trees of the same structure give it further arguments."""
    if isinstance(tree, dict):
        _same(tree, others, dict)
        new = copy.copy(tree)  # a defaultdict, say, keeps its factory
        for key, value in tree.items():
            new[key] = tree_map(function, value, *(o[key] for o in others))
        return new
    if isinstance(tree, list | tuple):
        _same(tree, others, list | tuple)
        values = [tree_map(function, *parts) for parts in zip(tree, *others, strict=True)]
        return type(tree)(*values) if hasattr(tree, "_fields") else type(tree)(values)
    return function(tree, *others)


def matched(tree, other) -> list:
    """What another tree has at the leaves of this one, in the order of this one: dictionaries are matched by key.

    >>> matched({"b": 1, "a": [2, 3]}, {"a": [20, 30], "b": 10})
    [10, 20, 30]
    """
    found = []
    tree_map(lambda _, x: found.append(x), tree, other)
    return found


def _same(tree, others, kind):
    for other in others:
        if not isinstance(other, kind) or len(other) != len(tree):
            raise ValueError(f"structures differ: {type(tree).__name__} of {len(tree)} against {other!r:.60}")
        if kind is dict and (missing := [key for key in tree if key not in other]):
            raise ValueError(f"structures differ: a dict with {missing[0]!r}, and one of {list(other)!r:.60} without")
