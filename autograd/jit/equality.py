"""Whether a replay gave what Python gave: to the last bit, in nested results too."""

from __future__ import annotations

import functools

import numpy as np

from autograd.engine.tensor import Tensor
from autograd.rules.arrays import array_of
from autograd.scalar.value import Value

FAR = 1e-6  # how far programs of Values may be off, which add in another order: more than round-off leaves


def difference(name, a, b, same) -> str | None:
    """What is not the same in two nested results, as text: of the first place where something is not."""
    if isinstance(a, Tensor | Value | np.ndarray | np.generic | float | int | complex):
        x, y = _number(a), _number(b)
        if not isinstance(y, np.ndarray) or x.dtype.kind == "O" or y.dtype.kind == "O":
            return None if a is b or type(a) is type(b) else f"{name} is {a!r:.40}, in Python {b!r:.40}"
        if x.shape != y.shape or x.dtype != y.dtype:
            return f"{name} is {x.dtype} {x.shape}, in Python {y.dtype} {y.shape}"
        return None if same(x, y) else f"{name} is {_text(x, y)}"
    if type(a) is not type(b):
        return f"{name} is a {type(a).__name__}, in Python a {type(b).__name__}"
    if isinstance(a, dict):
        if list(a) != list(b):
            return f"{name} has the keys {list(a)!r:.60}, in Python {list(b)!r:.60}"
        pairs = [(f"{name}[{key!r}]", a[key], b[key]) for key in a]
    elif isinstance(a, list | tuple):
        if len(a) != len(b):
            return f"{name} has {len(a)} items, in Python {len(b)}"
        pairs = [(f"{name}[{i}]", x, y) for i, (x, y) in enumerate(zip(a, b, strict=True))]
    else:
        same_text = not isinstance(a, str | bytes | type(None)) or a == b
        return None if same_text else f"{name} is {a!r:.40}, in Python {b!r:.40}"
    return next((found for pair in pairs if (found := difference(*pair, same)) is not None), None)


def _number(x):
    x = x.data if isinstance(x, Value) else array_of(x)
    return np.asarray(x) if isinstance(x, np.ndarray | np.generic | float | int | complex) else x


def _text(x, y):
    """Two arrays where they differ first."""
    at = np.unravel_index(int(np.argmax(~_equal(x, y))), x.shape) if x.size else ()
    where = f" at {tuple(map(int, at))}" if x.ndim else ""
    return f"{x[at]!s:.24}{where}, in Python {y[at]!s:.24}"


def _equal(x, y):
    """Where two arrays of numbers are the same; nan is nan, and 0.0 is not -0.0."""
    with np.errstate(all="ignore"):
        equal = (x == y) | ((x != x) & (y != y))
        if x.dtype.kind == "c":
            return equal
        return equal & ((np.signbit(x) == np.signbit(y)) | (x != x)) if x.dtype.kind == "f" else equal


def alike(x, y) -> bool:
    """Whether all numbers are the same, but for the last bits of sums on machines where these hang on the address."""
    if x.tobytes() == y.tobytes() or _equal(x, y).all():
        return True
    return x.dtype.kind in "fc" and sums_move(x.dtype) and nearly(x, y)


def nearly(x, y) -> bool:
    """Whether all numbers are the same but for round-off."""
    if x.dtype.kind not in "fc":
        return bool(_equal(x, y).all())
    far = max(FAR, np.finfo(x.dtype).eps ** 0.5)
    with np.errstate(all="ignore"):
        finite = np.isfinite(x) & np.isfinite(y)
        if not _equal(x, y)[~finite].all():
            return False
        x, y = x[finite], y[finite]
        return bool((np.abs(x - y) <= far * np.maximum(np.abs(x), np.max(np.abs(x), initial=0))).all())


@functools.cache
def sums_move(dtype) -> bool:
    """Whether NumPy's sums depend on where in memory an array starts, as some versions' do."""
    numbers = np.random.default_rng(0).standard_normal(1000).astype(dtype)
    found = set()
    for start in range(16):
        place = np.empty(numbers.size + 16, dtype)[start : start + numbers.size]
        place[:] = numbers
        found.add(place.sum().tobytes())
    return len(found) > 1
