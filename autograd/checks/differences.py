"""Slopes along a direction: central differences that say how far off they may be, and the complex step.

A difference of two numbers is off by what the function bends within the step, and by rounding divided by the step.
`quick` takes one step that suits smooth functions of numbers of ordinary size. `careful` takes many, from large to
tiny, and for each result the one where its neighbours agree best: for functions that are steep, or nearly flat.
"""

from __future__ import annotations

import warnings

import numpy as np

from autograd.checks.numbers import eps_of, wide

LADDER = 22  # how many steps `careful` takes, each a quarter of the one before


def quick(f, xs, vs, h, sizes):
    """Central differences at h and 2h, combined so that only h**4 remains.

    For every output its slope, how far off it may be, and whether that is known well enough to decide anything. `sizes`
    are those of what the outputs were computed from, since their rounding shows, however small the outputs are.
    """
    near, far = _central(f, xs, vs, h, sizes), _central(f, xs, vs, 2 * h, sizes)
    return [((4 * a - b) / 3, noise, True) for (a, noise), (b, _) in zip(near, far, strict=True)]


def careful(f, xs, vs, h, sizes):
    """The same from a ladder of steps around h: for each number that where its neighbours agree best."""
    rungs = [_or_nan(f, xs, vs, 4.0 ** (5 - k) * h, sizes) for k in range(LADDER)]
    shapes = [np.shape(y) for y in f(*xs)]
    found = []
    for k, shape in enumerate(shapes):
        usable = [rung[k] if rung is not None and rung[k][0].shape == shape else None for rung in rungs]
        nothing = np.full(shape, np.nan), np.full(shape, np.inf)
        slopes, noise = (np.stack(part) for part in zip(*[u or nothing for u in usable], strict=True))
        with np.errstate(all="ignore"):
            slopes = (16 * slopes[1:] - slopes[:-1]) / 15
            apart = np.abs(np.diff(slopes, axis=0))
            apart, slopes, noise = np.maximum(apart[1:], apart[:-1]), slopes[1:-1], noise[2:-1]
            # What is nearly 0 may be so because large numbers cancel: it is as rough as what stands beside it.
            noise = np.max(noise, axis=tuple(range(1, noise.ndim)), keepdims=True, initial=0.0)
            settled = apart <= 0.01 * np.abs(slopes) + 10 * noise
            error = np.where(settled, apart + noise, np.inf)
            relative = error / np.abs(slopes)
            # A step far too large can give a small number, and so a small error: it has to be small for its size.
            fair = ~(relative > 10 * np.min(relative, axis=0))
        best = np.argmin(np.where(fair, error, np.inf), axis=0)[None]
        found.append(tuple(np.take_along_axis(part, best, axis=0)[0] for part in (slopes, error, settled)))
    return found


def jump(f, xs, vs, h):
    """How far the slopes on two sides of a point near here are apart, for every output."""
    points = [[wide(y) for y in _at(f, xs, vs, t)] for t in (-2 * h, -h, 0.0, h, 2 * h)]
    with np.errstate(all="ignore"):
        return [
            np.max([np.abs(a - 2 * b + c) / h for a, b, c in zip(p, p[1:], p[2:], strict=False)], axis=0)
            for p in zip(*points, strict=True)
        ]


def _at(f, xs, vs, t):
    with np.errstate(all="ignore"):
        return f(*[np.asarray(x + t * v, dtype=x.dtype) for x, v in zip(xs, vs, strict=True)])


def _central(f, xs, vs, h, sizes):
    """[(f(x + hv) - f(x - hv)) / 2h and what rounding makes of it] for every output."""
    return [_slope(*ends, h) for ends in zip(_at(f, xs, vs, h), _at(f, xs, vs, -h), sizes, strict=True)]


def _slope(right, left, size, h):
    eps = 4 * max(eps_of(right), eps_of(left))
    right, left = wide(right), wide(left)
    with np.errstate(all="ignore"):
        slope = (right - left) / (2 * h)
        return slope, eps / h * (np.maximum(np.maximum(np.abs(right), np.abs(left)), size) + np.abs(slope))


def _or_nan(f, xs, vs, h, sizes):
    try:
        return _central(f, xs, vs, h, sizes)
    except (ArithmeticError, ValueError):  # outside of where f is defined
        return None


def complex_step(f, xs, vs, plain, expected):
    """The derivative of an analytic f along v, as imag(f(x + ihv)) / h: nothing cancels, so it is exact to rounding.

    None where f does not take complex numbers, or is not analytic (it uses abs, a conjugate or a comparison): then the
    result does not agree with the differences either. `plain` is f(x), and `expected` the differences.
    """
    h = 1e-30
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("error")
            moved = f(*[x + 1j * h * v for x, v in zip(xs, vs, strict=True)])
    except Exception:
        return None
    if [np.shape(y) for y in moved] != [np.shape(y) for y in plain]:
        return None
    found = []
    for y, value, (wanted, error, _) in zip(moved, plain, expected, strict=True):
        slope = np.imag(y) / h
        if not np.allclose(np.real(y), value, rtol=1e-12, atol=1e-12) or not np.isfinite(slope).all():
            return None
        if not _near(slope, wanted, error):
            slope = -slope  # a gradient is the conjugate of an analytic function, see docs/numerics.md
            if not _near(slope, wanted, error):
                return None
        found.append(slope)
    return found


def _near(a, b, error):
    return bool(np.all(np.abs(a - b) <= 1e-5 * np.abs(b) + error))
