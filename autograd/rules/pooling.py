"""The largest number of each window, and the sum of each window, over the axes before the last one.

All that a window has at one place inside of it is one strided slice. Numbers that tie for the largest share its
gradient equally, as those of np.max do.
"""

from __future__ import annotations

import itertools

import numpy as np

from autograd.rules.arrays import array_of, empty, zeros
from autograd.rules.structural import Primitive
from autograd.rules.windows import shifted

POOLS = ("f(x451, size=(2, 3), stride=(2, 1))", "f(x2432, size=(3, 2), stride=(1, 2))",
         "f(x252, size=(2,), stride=(3,))", "f(x33331, size=(2, 1, 2), stride=(1, 1, 1))")  # fmt: skip
CHOSEN = "np.arange(24).reshape(4, 2, 3, 1) % 5 > 2"


@Primitive.row(samples=POOLS, masks=True)
def max_pool(x, *, size, stride):
    """The largest number of each window: (..., *axes, c) becomes (..., *places, c)."""
    return _reduced(np.maximum, x, size, stride)


@max_pool.vjp("x")
def _(g, x, y, size, stride):
    raw, top = array_of(x), array_of(y)
    chosen = [(part == top).astype(np.uint8) for part in _parts(raw, size, stride)]  # in sums quicker than bool
    count = chosen[0].copy() if len(chosen) < 256 else chosen[0].astype(int)
    for mask in chosen[1:]:
        count += mask
    shape = tuple(raw.shape[-len(size) - 1 : -1])
    return _give(g / np.maximum(count, 1), chosen=chosen, size=size, stride=stride, shape=shape)  # of a nan, to none


@Primitive.row(samples=(f"f(x231, chosen={CHOSEN}, size=(2, 2), stride=(2, 1), shape=(4, 4))",))
def _give(g, *, chosen, size, stride, shape):
    """Zeros, with each number of `g` at the chosen places of its window."""
    places = g.shape[-len(size) - 1 : -1]
    apart = all(k <= s for k, s in zip(size, stride, strict=True))
    full = apart and all(m == n * k for m, n, k in zip(shape, places, size, strict=True))  # nothing stays 0
    out = (empty if full else zeros)((*g.shape[: g.ndim - len(size) - 1], *shape, g.shape[-1]), g)
    for part, mask in zip(_parts(out, size, stride), chosen, strict=True):
        if apart:
            np.multiply(g, mask, out=part)
        else:
            part += g * mask
    return out


@_give.vjp("g")
def _(upstream, chosen, size, stride):
    return _take(upstream, chosen=chosen, size=size, stride=stride)


@Primitive.row(samples=(f"f(x441, chosen={CHOSEN}, size=(2, 2), stride=(2, 1))",))
def _take(x, *, chosen, size, stride):
    """The sum of what is at the chosen places of each window."""
    first, *others = (part * mask for part, mask in zip(_parts(x, size, stride), chosen, strict=True))
    return sum(others, first)


@_take.vjp("x")
def _(g, x_like, chosen, size, stride):
    shape = tuple(x_like.shape[-len(size) - 1 : -1])
    return _give(g, chosen=chosen, size=size, stride=stride, shape=shape)


@Primitive.row(samples=POOLS, masks=True)
def sum_pool(x, *, size, stride):
    """The sum of each window: (..., *axes, c) becomes (..., *places, c)."""
    return _reduced(np.add, x, size, stride)


@sum_pool.vjp("x")
def _(g, x_like, size, stride):
    return spread(g, size=size, stride=stride, shape=tuple(x_like.shape[-len(size) - 1 : -1]))


@Primitive.row(
    samples=("f(x231, size=(2, 3), stride=(1, 2), shape=(3, 7))", "f(x22, size=(2,), stride=(3,), shape=(6,))")
)
def spread(g, *, size, stride, shape):
    """Zeros, with each number of `g` added all over its window."""
    out = zeros((*g.shape[: g.ndim - len(size) - 1], *shape, g.shape[-1]), g)
    for part in _parts(out, size, stride):
        part += g
    return out


@spread.vjp("g")
def _(upstream, size, stride):
    return sum_pool(upstream, size=size, stride=stride)


def _reduced(ufunc, x, size, stride):
    """The numbers of each window brought to one by a ufunc: along one axis after the other, which takes fewer calls."""
    for i, (k, s) in enumerate(zip(size, stride, strict=True)):
        before, after = (1,) * i, (1,) * (len(size) - i - 1)
        first, *others = _parts(x, (*before, k, *after), (*before, s, *after))
        x = ufunc(first, others[0]) if others else first.copy()
        for part in others[1:]:
            ufunc(x, part, out=x)
    return x


def _parts(x, size, stride):
    """For each place inside of a window, what all windows have there."""
    places = [(m - k) // s + 1 for m, k, s in zip(x.shape[-len(size) - 1 : -1], size, stride, strict=True)]
    return [x[shifted(at, places, stride, (1,) * len(size))] for at in itertools.product(*map(range, size))]
