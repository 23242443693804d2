"""Finding a nan."""

from __future__ import annotations

import numpy as np


def has_nan(array) -> bool:
    """Whether a float or complex array has a nan (cheaper than isnan: one BLAS call without a temporary)."""
    if array.ndim == 0:
        return bool(array != array)
    kind = array.dtype.char
    if kind in "dfFD" and array.ndim:
        if array.ndim > 1:
            if not array.flags.c_contiguous:
                return bool(np.isnan(array).any())
            array = array.reshape(-1)
        total = array.dot(array)  # a sum of squares of floats is nan only if an element is
        if kind in "df" or total == total:
            return total != total
    return bool(np.isnan(array).any())
