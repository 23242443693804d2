"""Functions without a derivative, or whose derivative is zero wherever it exists: they give plain arrays.

Rounding and signs are flat, comparisons and positions are not numbers to follow, and `zeros_like` ignores the values.
Their result is a constant, so the graph ends there on purpose.
"""

from __future__ import annotations

import numpy as np

from autograd.rules.structural import Constant

UFUNCS = """sign floor ceil rint trunc floor_divide signbit spacing isnan isinf isfinite
    equal not_equal less less_equal greater greater_equal logical_and logical_or logical_xor logical_not"""
POSITIONS = """argmax argmin nanargmax nanargmin argsort argpartition argwhere nonzero flatnonzero searchsorted digitize
    lexsort count_nonzero"""
QUESTIONS = """shape ndim size all any allclose isclose array_equal array_equiv isreal iscomplex iscomplexobj isrealobj
    isneginf isposinf isin shares_memory may_share_memory result_type can_cast min_scalar_type common_type
    linalg.matrix_rank in1d"""
INDICES = """tril_indices_from triu_indices_from diag_indices_from unravel_index ravel_multi_index"""
FLAT = """round around fix zeros_like ones_like empty_like array_repr array_str array2string save savez
    savez_compressed savetxt"""

for _name in " ".join((UFUNCS, POSITIONS, QUESTIONS, INDICES, FLAT)).split():
    _function = np
    for _part in _name.split("."):
        _function = getattr(_function, _part, None)
    if _function is not None:  # a few of these come and go with NumPy's versions
        Constant(_function, f"np.{_name}")
