"""Numbers as text: short, never 0 for what is not 0, and honest about what is missing."""

from __future__ import annotations

import math

MISSING = "–"


def short(x, digits: int = 4) -> str:
    """A number in a few digits.

    >>> short(0.5), short(-1234567.0), short(1e-7), short(None), short(math.nan), short(0.0)
    ('0.5', '-1.235e6', '1e-7', '–', 'nan', '0')
    """
    if x is None:
        return MISSING
    if math.isnan(x):
        return "nan"
    if math.isinf(x):
        return "inf" if x > 0 else "-inf"
    text = f"{x:.{digits}g}"
    if "e" not in text:
        return "0" if text == "-0" else text
    mantissa, exponent = text.split("e")
    return f"{mantissa}e{int(exponent)}"


def summary(x, digits: int = 3) -> str:
    """A number, or the mean and the range of an array.

    >>> from viz.snapshot import Numbers
    >>> import numpy as np
    >>> summary(Numbers.of(np.array([1.0, 3.0])))
    '2 [1 … 3]'
    """
    if x is None or isinstance(x, float | int):
        return short(x, digits)
    if math.prod(x.shape) == 1:
        return short(x.elements[0], digits)
    if not x.elements:
        return "empty"
    flags = [f"{x.nan} nan"] * bool(x.nan) + [f"{x.inf} inf"] * bool(x.inf)
    if x.least == x.most and not flags:
        return f"{short(x.mean, digits)} everywhere"
    text = f"{short(x.mean, digits)} [{short(x.least, digits)} … {short(x.most, digits)}]"
    return ", ".join([text, *flags])


def plural(count: int, what: str) -> str:
    """A count of things.

    >>> plural(1, "node"), plural(2000, "node")
    ('1 node', '2,000 nodes')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def is_bad(x) -> bool:
    """Whether there is a nan or inf."""
    if x is None:
        return False
    return not math.isfinite(x) if isinstance(x, float | int) else bool(x.nan or x.inf)


def size_of(x) -> float:
    """How large a number is, with its sign; of an array, its element furthest from 0."""
    if x is None:
        return 0.0
    if isinstance(x, float | int):
        return x
    return x.most if abs(x.most) >= abs(x.least) else x.least
