"""A jitted function against the function itself."""

import copy

import numpy as np
from equal import same

from autograd import jit


def check(function, *calls, before=None, **options):
    """jit of the function gives what the function gives, and leaves its arguments as the function does."""
    recorded = jit(function, **options)
    for i, args in enumerate(calls):
        if before is not None:
            before(i)
        mine = copy.deepcopy(args)
        assert same(recorded(*args), function(*mine)), f"call {i}"
        assert same(list(args), list(mine)), f"arguments of call {i}"
    return recorded


def arrays(*shape, count=4):
    """Calls with one array each."""
    rng = np.random.default_rng(0)
    return [(rng.standard_normal(shape),) for _ in range(count)]
