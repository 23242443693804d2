"""Equality to the last bit, of nested results."""

import numpy as np

from autograd.rules.arrays import array_of


def same(a, b):
    """Whether shapes, dtypes and bits are equal, in dicts, lists and tuples too: 0.0 and -0.0 differ, nan is nan."""
    if isinstance(a, tuple | list):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, str) or a is None:
        return a == b
    a, b = (np.asarray(array_of(x)) for x in (a, b))
    return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()
