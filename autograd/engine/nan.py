"""Zero beats a singular slope: a nan that comes from a branch that was not taken is no gradient.

The slope of sqrt at 0 is infinite, and times a gradient of 0 from above that is nan. The walk back goes quickly first.
Where NumPy met an invalid operation on the way, or a rule chooses among its arguments, and a nan arrived, it goes once
more with care: there a gradient of exactly 0 wins.
"""

from __future__ import annotations

import numpy as np

from autograd.rules.arrays import possibly


class _Heard:
    """Called by NumPy at 0 * inf and the like, a flag of the processor checked after every call; `last` is then new."""

    last = None

    def __call__(self, kind=None, flag=None):
        self.last = object()


heard = _Heard()


def quiet():
    """NumPy's errors inside a backward pass: not shown, and invalid operations heard."""
    return np.errstate(all="ignore", invalid="call", call=heard)


def hides_nan(order) -> bool:
    """Whether a nan on the way may not show, since a rule chooses among its arguments."""
    return any(node.rule is not None and node.rule.masks for node in order)


def masked_product(g, slope):
    """g * slope, and 0 where no gradient arrives at a singular slope, instead of 0 * inf = nan."""
    finite = np.isfinite(slope)
    if possibly(~finite):
        slope = np.where((g == 0) & ~finite, 0, slope)
    return g * slope


def has_nan(array) -> bool:
    """Whether a float or complex array has a nan (cheaper than isnan: one BLAS call without a temporary)."""
    if array.ndim == 0:
        return bool(array != array)
    kind = array.dtype.char
    if kind in "dfFD":
        if array.ndim > 1:
            if not array.flags.c_contiguous:
                return bool(np.isnan(array).any())
            array = array.reshape(-1)
        total = array.dot(array)  # a sum of squares of floats is nan only if an element is
        if kind in "df" or total == total:
            return total != total
    return bool(np.isnan(array).any())
