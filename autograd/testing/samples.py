"""The sample calls in the table's rows, turned into functions and arrays.

In a sample, `f` is the row's function and a name such as `x23` an array of shape (2, 3); the letter says what is in it:
`x` normal numbers, `p` positive, `s` symmetric positive definite, `m` well-conditioned, `z` complex, `u` increasing.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from autograd.rules.structural import Composition
from autograd.rules.table import ROWS, Elementwise

_NAME = re.compile(r"\b([xpsmzu])(\d*)\b(?!=)")


@dataclass(frozen=True)
class Sample:
    """One call: `call(*arrays)` on raw arrays or Tensors."""

    text: str
    call: Callable
    arrays: tuple[np.ndarray, ...]
    domain: tuple = ()  # of an elementwise row: the interval that each array is from

    def __repr__(self):
        return self.text


def sampled_rows() -> list:
    """The rows that there are sample calls of: all that can be differentiated, but for parts of others and refusals."""
    return [row for row in ROWS.values() if row.samples or isinstance(row, Elementwise)]


def sample_calls(row, dtype=np.float64, seed=0) -> list[Sample]:
    """The samples of a row as functions of the arrays they name."""
    if isinstance(row, Elementwise):
        return _elementwise(row, dtype, seed)
    return [_parse(row, text, dtype, seed) for text in row.samples]


def one_sample_call(row, k, dtype=np.float64, seed=0) -> Sample:
    """The kth of them, or as many on as there are from the start again."""
    if isinstance(row, Elementwise):
        return _elementwise(row, dtype, seed)[k % 3]
    return _parse(row, row.samples[k % len(row.samples)], dtype, seed)


def _elementwise(row, dtype, seed):
    rng = np.random.default_rng(seed)
    found = []
    shapes = [((),), ((3,),), ((2, 3),)] if len(row.formulas) == 1 else [((), ()), ((2, 3), (3,)), ((2, 1), (2, 3))]
    for pair in shapes:
        arrays = [_draw(rng, domain, shape, row.kinks, dtype) for domain, shape in zip(row.domain, pair, strict=True)]
        found.append(Sample(f"{row.name}{pair}", row, tuple(arrays), row.domain))
    return found


def _draw(rng, domain, shape, kinks, dtype):
    x = rng.uniform(*domain, shape)
    for kink in kinks:  # keep away from points where the slope jumps
        x = np.where(np.abs(x - kink) < 0.2, kink + 0.2 + np.abs(x - kink), x)
    return np.asarray(x, dtype=dtype)


def _parse(row, text, dtype, seed):
    function = row.covers[0] if isinstance(row, Composition) else row
    rng = np.random.default_rng(seed)
    used = [match.group() for match in _NAME.finditer(text)]  # a repeated name is a second array of the same kind
    number = itertools.count()
    code = compile(_NAME.sub(lambda _: f"arg{next(number)}", text), f"<sample of {row.name}>", "eval")
    arrays = tuple(_make(name, rng, dtype) for name in used)

    def call(*args):
        # A function of symmetric matrices is checked on symmetric ones only: NumPy reads one triangle of them.
        args = [(a + np.swapaxes(a, -1, -2)) / 2 if name[0] == "s" else a for name, a in zip(used, args, strict=True)]
        return eval(code, {"f": function, "np": np, **{f"arg{i}": a for i, a in enumerate(args)}})

    call.__name__ = f"{row.name}: {text}"
    return Sample(text.replace("f(", f"{row.name}(", 1), call, arrays)


def _make(name, rng, dtype):
    kind, shape = name[0], tuple(int(d) for d in name[1:])
    x = rng.standard_normal(shape)
    if kind == "p":
        x = np.exp(0.5 * x)
    elif kind == "u":
        x = np.sort(x, axis=-1) + np.arange(shape[-1])
    elif kind in "sm":
        x = x + 3 * np.eye(*shape[-2:])
        if kind == "s":
            x = x @ np.swapaxes(x, -1, -2) + np.eye(shape[-1])  # far from singular, moved a little too
    elif kind == "z":
        return np.asarray(x + 1j * rng.standard_normal(shape), dtype=np.result_type(dtype, np.complex64))
    return np.asarray(x, dtype=dtype)
