"""Settings that people give, checked: what is wrong is said with the setting's name."""

from __future__ import annotations

import numbers

import numpy as np


def is_whole(value, least: float = 1) -> bool:
    """Whether this counts something: a whole number of Python or NumPy, and no True."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and value >= least


def whole(name: str, value, least: float = 1) -> int:
    """A setting that counts something, as an int.

    >>> whole("epochs", np.int64(3))
    3
    >>> whole("epochs", 2.5)
    Traceback (most recent call last):
        ...
    ValueError: epochs is a whole number, 1 or more; got 2.5
    """
    if not is_whole(value, least):
        more = "" if least == ANY else f", {least} or more"
        raise ValueError(f"{name} is a whole number{more}; got {value!r:.60}")
    return int(value)


ANY = -np.inf  # the least of settings that may be negative, such as an axis


def whole_or_none(name: str, value, least: float = 1) -> int | None:
    """A setting that counts something, or None."""
    return None if value is None else whole(name, value, least)


def whole_numbers(name: str, values, least: float = 1) -> tuple[int, ...]:
    """One such setting, or several of them, as a tuple."""
    several = isinstance(values, tuple | list | set) or (isinstance(values, np.ndarray) and values.ndim)
    return tuple(whole(name, part, least) for part in (values if several else (values,)))


def number(name: str, value, least: float = -np.inf, most: float = np.inf) -> float:
    """A setting that measures something: a finite number within its bounds, as a float.

    >>> number("rate", 1.5, 0, 1)
    Traceback (most recent call last):
        ...
    ValueError: rate is a number from 0 to 1; got 1.5
    """
    real = isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_)
    if not real or not least <= value <= most or not np.isfinite(value):
        within = "" if least == -np.inf and most == np.inf else f" from {least:g} to {most:g}"
        raise ValueError(f"{name} is a {'' if within else 'finite '}number{within}; got {value!r:.60}")
    return float(value)


def flag(name: str, value) -> bool:
    """A setting that is True or False: a text such as "no" would count as True.

    >>> flag("use_bias", np.False_)
    False
    >>> flag("use_bias", "no")
    Traceback (most recent call last):
        ...
    ValueError: use_bias is True or False; got 'no'
    """
    if isinstance(value, bool | np.bool_) or (is_whole(value, 0) and value <= 1):
        return bool(value)
    raise ValueError(f"{name} is True or False; got {value!r:.60}")


def sizes(name: str, value, axes: int, least: float = 1) -> tuple[int, ...]:
    """A setting that counts something along each axis: one number for all of them, or one for each.

    >>> sizes("strides", 2, 2), sizes("strides", [1, 2], 2)
    ((2, 2), (1, 2))
    >>> sizes("strides", (1, 2, 3), 2)
    Traceback (most recent call last):
        ...
    ValueError: strides is one whole number or 2 of them; got (1, 2, 3)
    """
    found = whole_numbers(name, value, least)
    if isinstance(value, set) or len(found) not in (1, axes) or (len(found) == 1 != axes and np.ndim(value)):
        raise ValueError(f"{name} is one whole number or {axes} of them; got {value!r:.60}")
    return found * axes if len(found) == 1 else found


def no_others(what: str, others: dict) -> None:
    """Refuse settings that there are not, but for those of Keras that are at what changes nothing.

    >>> no_others("Conv2D", {"kernel_constraint": None})
    >>> no_others("Conv2D", {"kernel_constraint": "max_norm"})
    Traceback (most recent call last):
        ...
    TypeError: Conv2D takes no kernel_constraint='max_norm': there are no constraints here
    """
    for name, value in others.items():
        if (name.endswith("_constraint") and value is None) or (name, value) in NEUTRAL:
            continue
        hint = ": there are no constraints here" if name.endswith("_constraint") else ""
        raise TypeError(f"{what} takes no {name}={value!r:.60}{hint}")


NEUTRAL = [("autocast", True), ("synchronized", False), ("activity_regularizer", None)]  # in Keras
