"""What `check_grads` reckons with: double precision, directions to go in, inner products."""

from __future__ import annotations

import numpy as np


def wide(x):
    """A result in double precision."""
    return np.asarray(x, dtype=complex if np.asarray(x).dtype.kind == "c" else float)


def eps_of(x) -> float:
    dtype = np.asarray(x).dtype
    return float(np.finfo(dtype).eps) if dtype.kind in "fc" else 0.0


def direction(x, rng):
    """Random numbers of either sign in proportion to what they will be added to, or to what stands beside it."""
    size = np.abs(x)
    most = np.max(size, initial=0.0)
    size = np.maximum(size, 1e-3 * most) if 1e-100 < most < np.inf else np.ones(x.shape)
    v = rng.uniform(0.5, 1.0, x.shape) * rng.choice((-1.0, 1.0), x.shape)
    if x.dtype.kind == "c":
        v = v * np.exp(2j * np.pi * rng.random(x.shape))
    return np.asarray(v * size, dtype=x.dtype)


def in_double(f, xs, ys):
    """The points in double precision, and `f` of them, if it takes them: differences are then as exact as can be."""
    doubles = tuple(wide(x) if x.dtype.char in "efF" else x for x in xs)
    if all(x is double for x, double in zip(xs, doubles, strict=True)):
        return xs, ys
    try:
        zs = f(*doubles)
    except Exception:
        return xs, ys
    return (doubles, zs) if [np.shape(y) for y in ys] == [np.shape(z) for z in zs] else (xs, ys)


def turned(v, g):
    """A direction turned so that no part of its inner product with `g` cancels another."""
    size = np.abs(g)
    usable = np.isfinite(size) & (size > 0)
    return np.where(usable, np.abs(v) * g / np.where(usable, size, 1), v)


def farthest(off):
    """Where the largest of these multiples of what is allowed is, in a list; an empty one if all are allowed."""
    worst = np.unravel_index(np.argmax(off), np.shape(off))
    return [worst] if off[worst] > 1 else []


def inner(xs, ys):
    """The real inner product, by which gradients of complex numbers are defined here."""
    return sum(float(np.sum(np.real(np.conj(wide(x)) * wide(y)))) for x, y in zip(xs, ys, strict=True))


def size_of(xs, ys):
    """The same without signs: what the sum would be if nothing cancelled."""
    return sum(float(np.sum(np.abs(wide(x) * wide(y)))) for x, y in zip(xs, ys, strict=True))


def size_behind(y, xs):
    """The size of what an output was computed from, as far as it shows: that of the points if numbers cancelled."""
    size, most = np.abs(wide(y)), max(np.max(np.abs(wide(x)), initial=0.0) for x in xs)
    eps = eps_of(y)
    cancelled = (size == 0) | ((size > eps / 256 * most) & (size < 64 * eps * most))
    return np.where(cancelled, most, size)
