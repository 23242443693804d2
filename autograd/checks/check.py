"""`check_grads`: derivatives against finite differences, to any order, with a report that says what is wrong."""

from __future__ import annotations

import warnings

import numpy as np

from autograd.engine.tensor import Tensor
from autograd.errors import GradientCheckError
from autograd.rules.arrays import array_of
from autograd.transforms.containers import leaves, tree_map
from autograd.transforms.derivatives import jvp, vjp
from autograd.transforms.lifting import is_variable

# How well central differences with one Richardson step can do, by the precision of the numbers (relative, absolute).
TOLERANCES = {"e": (2e-1, 2e-1), "f": (2e-2, 2e-2), "d": (1e-5, 1e-6), "F": (2e-2, 2e-2), "D": (1e-5, 1e-6)}
STEPS = {"e": 3e-2, "f": 5e-3, "d": 1e-4, "F": 5e-3, "D": 1e-4}


def check_grads(f, *args, order=2, modes=("rev", "fwd"), rtol=None, atol=None, step=None, seed=0, complex_step=True):
    """Compare the derivatives of `f` at `args` with central differences; raise `GradientCheckError` where they differ.

    `f(x + h v) - f(x - h v)`, with Richardson extrapolation, against forward mode (`jvp`) and reverse mode (`vjp`)
    along random directions `v`; then the same for the derivative itself, up to `order`. Arguments may be arrays or
    containers of them; the tolerance follows their dtype.

    Where `f` is analytic and takes complex numbers, both modes are compared a second time, with a complex step:
    `imag(f(x + ihv)) / h` is exact to rounding, so an error of one part in a billion shows. Where it is not (it uses
    `abs`, say), that is noticed and left out; `complex_step=False` leaves it out everywhere.

    >>> import numpy as np
    >>> check_grads(lambda x: np.sum(np.tanh(x)), np.array([0.5, -1.0]))
    >>> from autograd import primitive
    >>> @primitive
    ... def cube(x):
    ...     return x**3
    >>> @cube.vjp("x")
    ... def _(g, x):
    ...     return g * 2 * x**2
    >>> check_grads(cube, np.array([1.0, 2.0]), order=1, modes=["rev"])
    Traceback (most recent call last):
        ...
    autograd.errors.GradientCheckError: reverse mode of cube, ...
    """
    if not args:
        raise TypeError("check_grads(f, *args) needs at least one argument to differentiate")
    for mode in modes:
        if mode not in ("rev", "fwd"):
            raise ValueError(f"modes are 'rev' and 'fwd', not {mode!r}")
    args = tuple(tree_map(_as_array, arg) for arg in args)
    chars = [x.dtype.char for x in leaves(args) if isinstance(x, np.ndarray)]
    char = next((c for c in "eFfDd" if c in chars), "d")
    settings = {
        "rtol": TOLERANCES[char][0] if rtol is None else rtol,
        "atol": TOLERANCES[char][1] if atol is None else atol,
        "step": STEPS[char] if step is None else step,
        "modes": tuple(modes),
        "complex_step": complex_step,
        "name": getattr(f, "__name__", None) or getattr(f, "name", repr(f)),
    }
    _check(f, args, 1, order, np.random.default_rng(seed), settings)


def _as_array(x):
    return np.array(array_of(x), dtype=getattr(x, "dtype", float)) if is_variable(x) else x


def _check(f, args, level, order, rng, settings):
    def flat(*parts):
        """f on the differentiated leaves, with a flat tuple of array results."""
        supply = iter(parts)
        y = f(*tree_map(lambda x: next(supply) if isinstance(x, np.ndarray) else x, args))
        found = tuple(part for part in leaves(y) if getattr(part, "dtype", np.dtype(type(part))).kind in "fc")
        # Given plain arrays, f may still give Tensors, if it refers to some (a model's parameters).
        return found if any(isinstance(part, Tensor) for part in parts) else tuple(map(array_of, found))

    forward, reverse = (f"{mode} mode of {settings['name']}, order {level}" for mode in ("forward", "reverse"))
    xs = tuple(x for x in leaves(args) if isinstance(x, np.ndarray))
    ys = flat(*xs)
    vs = tuple(_direction(x, rng) for x in xs)
    expected, jumps = _difference(flat, xs, vs, settings["step"])
    exact = _complex_step(flat, xs, vs, expected, settings) if settings["complex_step"] else None
    seeds = tuple(_direction(np.asarray(y), rng) for y in ys)
    if "fwd" in settings["modes"]:
        found = jvp(flat, xs, vs)[1]
        for k, (a, b, jump) in enumerate(zip(found, expected, jumps, strict=True)):
            _compare(forward, f"output {k}", a, b, jump, settings)
        for a, b in zip(found, exact, strict=True) if exact else ():
            if b.size:
                worst = np.argmax(np.abs(a - b))
                _compare_exactly(forward, np.ravel(a)[worst], np.ravel(b)[worst], np.max(np.abs(b)))
    if "rev" in settings["modes"]:
        gradients = vjp(flat, *xs)[1](seeds)
        for k, (x, g) in enumerate(zip(xs, gradients, strict=True)):
            if np.shape(g) != x.shape or np.asarray(g).dtype != x.dtype:
                raise GradientCheckError(
                    f"{reverse}: the gradient of argument {k} has shape {np.shape(g)} and dtype {np.asarray(g).dtype}, "
                    f"not those of the argument, {x.shape} and {x.dtype}"
                )
        left, right = _inner(gradients, vs), _inner(seeds, expected)
        if not _close(left, right, settings, sum(x.size for x in xs)):
            _report_reverse(flat, xs, seeds, gradients, reverse, left, right, settings)
        if exact is not None:
            size = sum(float(np.sum(np.abs(np.multiply(g, v)))) for g, v in zip(gradients, vs, strict=True))
            _compare_exactly(reverse, left, _inner(seeds, exact), size)
    if level < order:
        if "rev" in settings["modes"]:
            _check(lambda *xs: vjp(flat, *xs)[1](seeds), xs, level + 1, order, rng, settings)
        else:
            _check(lambda *xs: jvp(flat, xs, vs)[1], xs, level + 1, order, rng, settings)


def _complex_step(f, xs, vs, expected, settings):
    """The derivative of an analytic f along v, as imag(f(x + ihv)) / h: nothing cancels, so it is exact to rounding.

    None where f does not take complex numbers, or is not analytic (it uses abs, a conjugate or a comparison): then the
    result does not agree with the differences either.
    """
    if any(x.dtype != np.float64 for x in xs):
        return None
    h = 1e-30
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("error")
            moved = f(*[x + 1j * h * v for x, v in zip(xs, vs, strict=True)])
            plain = f(*xs)
    except Exception:
        return None
    if len(moved) != len(plain) or any(np.shape(a) != np.shape(b) for a, b in zip(moved, plain, strict=True)):
        return None
    found = []
    for y, value, wanted in zip(moved, plain, expected, strict=True):
        slope = np.imag(y) / h
        if not np.allclose(np.real(y), value, rtol=1e-12, atol=1e-12) or not np.isfinite(slope).all():
            return None
        if not _close(slope, wanted, settings):
            slope = -slope  # a gradient is the conjugate of an analytic function, see docs/numerics.md
            if not _close(slope, wanted, settings):
                return None
        found.append(slope)
    return found


def _compare_exactly(title, found, exact, size):
    if abs(found - exact) > 1e-9 * max(size, abs(exact)) + 1e-14:
        raise GradientCheckError(
            f"{title}, is close but wrong: {found:.16g} by the rules, {exact:.16g} by a complex step, which is exact "
            "to rounding"
        )


def _direction(x, rng):
    v = rng.standard_normal(x.shape)
    if x.dtype.kind == "c":
        v = v + 1j * rng.standard_normal(x.shape)
    return np.asarray(v, dtype=x.dtype)


def _difference(f, xs, vs, h):
    """Central differences at h and 2h, combined; and how far the two one-sided slopes are apart."""

    def at(t):
        return [np.asarray(y) for y in f(*[np.asarray(x + t * v, dtype=x.dtype) for x, v in zip(xs, vs, strict=True)])]

    with np.errstate(all="ignore"):
        middle, right, left, right2, left2 = at(0.0), at(h), at(-h), at(2 * h), at(-2 * h)
        parts = zip(right, left, right2, left2, strict=True)
        wide = [_wide(4 * (a - b) / (2 * h) - (c - d) / (4 * h)) / 3 for a, b, c, d in parts]
        points = (list(map(_wide, point)) for point in zip(left2, left, middle, right, right2, strict=True))
        jump = [
            np.max([np.abs(a - 2 * b + c) / h for a, b, c in zip(p, p[1:], p[2:], strict=False)], axis=0)
            for p in points
        ]
    return wide, jump


def _wide(x):
    return np.asarray(x, dtype=complex if np.asarray(x).dtype.kind == "c" else float)


def _inner(xs, ys):
    """The real inner product, by which gradients of complex numbers are defined here."""
    return sum(float(np.sum(np.real(np.conj(_wide(x)) * _wide(y)))) for x, y in zip(xs, ys, strict=True))


def _close(a, b, settings, n=1):
    scale = settings["atol"] * max(np.sqrt(n), 1) + settings["rtol"] * np.maximum(np.abs(a), np.abs(b))
    with np.errstate(all="ignore"):
        return bool(np.all((np.abs(np.subtract(a, b)) <= scale) | (np.isnan(a) & np.isnan(b)) | np.equal(a, b)))


def _compare(title, what, found, expected, jump, settings):
    found = _wide(found)
    if found.shape != expected.shape:
        raise GradientCheckError(f"{title}: {what} has a derivative of shape {found.shape}, not {expected.shape}")
    if _close(found, expected, settings):
        return
    with np.errstate(all="ignore"):
        worst = np.unravel_index(np.nanargmax(np.nan_to_num(np.abs(found - expected), nan=np.inf)), found.shape)
    _fail(title, what, worst, found[worst], expected[worst], jump[worst], settings)


def _report_reverse(flat, xs, seeds, gradients, title, left, right, settings):
    """Find the element whose partial derivative is farthest off, by moving one element at a time."""
    worst = None
    for k, (x, g) in enumerate(zip(xs, gradients, strict=True)):
        for index in np.ndindex(x.shape):
            unit = [np.zeros_like(other) for other in xs]
            unit[k][index] = 1
            expected, jump = _difference(flat, xs, unit, settings["step"])
            number = _inner(seeds, expected)
            off = abs(np.real(g[index]) - number)
            if worst is None or not off <= worst[0]:
                worst = (off, k, index, g[index], number, max((np.max(j, initial=0.0) for j in jump), default=0.0))
    if worst is None:
        raise GradientCheckError(f"{title}: {left:.6g} against {right:.6g}")
    _, k, index, found, expected, jump = worst
    _fail(title, f"argument {k}", index, found, expected, jump, settings)


def _fail(title, what, index, found, expected, jump, settings):
    kink = ""
    if jump > 0.1 * max(abs(expected), 1e-3) and jump > settings["atol"] * 100:
        kink = (
            f"; the slopes on the two sides differ by {jump:.3g}, so this point is at or near a kink, where no "
            "derivative exists: check at a point away from it"
        )
    place = f", element {tuple(int(i) for i in index)}" if index else ""
    raise GradientCheckError(
        f"{title}, is wrong at {what}{place}: {found:.8g} by the rules, {expected:.8g} by finite differences{kink}"
    )
