"""`check_grads`: derivatives against finite differences, to any order, with a report that says what is wrong."""

from __future__ import annotations

import numpy as np

from autograd.checks.differences import careful, complex_step, jump, quick
from autograd.checks.numbers import direction, eps_of, farthest, in_double, inner, size_behind, size_of, turned, wide
from autograd.engine.operands import as_variable
from autograd.engine.tensor import Tensor
from autograd.errors import GradientCheckError
from autograd.rules.arrays import array_of
from autograd.transforms.containers import leaves, tree_map
from autograd.transforms.derivatives import jvp, vjp
from autograd.transforms.lifting import is_variable

# How closely a rule has to agree, by the precision it computes in; the differences are taken in double precision.
TOLERANCES = {"e": 2e-2, "f": 5e-4, "d": 1e-6, "g": 1e-6, "F": 5e-4, "D": 1e-6, "G": 1e-6}
STEPS = {"e": 2.0**-3, "f": 2.0**-5, "d": 2.0**-9}  # for results of this precision, of numbers of size 1
DOUBT = 1e-4  # as much as this may be put down to rounding without a closer look
TINY = 1e-50
SEEN = 1e-2  # what adds less than this to a slope has another direction of its own


def check_grads(f, *args, order=2, modes=("rev", "fwd"), rtol=None, atol=0.0, step=None, seed=0, complex_step=True):
    """Compare the derivatives of `f` at `args` with central differences; raise `GradientCheckError` where they differ.

    `f(x + h v) - f(x - h v)`, with Richardson extrapolation, against forward mode (`jvp`) and reverse mode (`vjp`)
    along random directions `v`; then the same for the derivative itself, up to `order`. Elements whose part in a slope
    is too small to be seen get directions of their own. Where one step does not agree, many are tried, large and tiny,
    and what they say of each other decides how exact they are: so steep functions pass, and near a kink, where no step
    settles, the error says so. Arguments may be arrays or containers of them. Differences are taken in float64, if `f`
    takes it; `rtol` follows the precision of arguments and results (1e-6 for float64, 5e-4 for float32).

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
    if not modes or not set(modes) <= {"rev", "fwd"}:
        raise ValueError(f"modes are 'rev' and 'fwd', not {modes!r}")
    if order < 1:
        raise ValueError(f"order={order} leaves nothing to check; wanted 1 or more")
    args = tuple(tree_map(lambda x: as_variable(array_of(x)) if is_variable(x) else x, arg) for arg in args)
    xs = tuple(x for x in leaves(args) if isinstance(x, np.ndarray))
    if not xs:
        raise TypeError("check_grads(f, *args) needs at least one argument to differentiate")
    name = getattr(f, "__name__", None) or getattr(f, "name", repr(f))
    flat = _flat(f, args)
    if rtol is None:  # the results of float64 may be float32
        rtol = max(TOLERANCES.get(np.asarray(x).dtype.char, 0.0) for x in (*xs, *flat(*xs)))
    check = Check(name, tuple(modes), rtol, atol, step, complex_step, np.random.default_rng(seed))
    check.orders(flat, xs, order)


def _flat(f, args):
    """`f` of the arrays among its arguments alone, with a flat tuple of array results."""

    def flat(*parts):
        supply = iter(parts)
        y = f(*tree_map(lambda x: next(supply) if isinstance(x, np.ndarray) else x, args))
        found = tuple(part for part in leaves(y) if getattr(part, "dtype", np.dtype(type(part))).kind in "fc")
        if not found:
            raise TypeError(f"check_grads: the function returned {y!r:.60}, in which nothing has a derivative")
        # Given plain arrays, f may still give Tensors, if it refers to some (a model's parameters).
        return found if any(isinstance(part, Tensor) for part in parts) else tuple(map(array_of, found))

    return flat


class Check:
    """One call of `check_grads`: its settings, and the orders one after the other."""

    def __init__(self, name, modes, rtol, atol, step, complex_step, rng):
        self.name, self.modes, self.rtol, self.atol = name, modes, rtol, atol
        self.given_step, self.complex_step, self.rng = step, complex_step, rng
        self.order = 1

    def orders(self, f, xs, orders):
        self.sizes = [0.0 for _ in f(*xs)]
        for self.order in range(1, orders + 1):
            self.f, self.xs, self.ys = f, xs, f(*xs)
            self.sizes = [np.maximum(size_behind(y, xs), size) for y, size in zip(self.ys, self.sizes, strict=True)]
            self.points, results = in_double(f, xs, self.ys)
            char = next((c for c in "ef" for y in results if np.asarray(y).real.dtype.char == c), "d")
            self.step = self.given_step or STEPS[char]
            self.exact = self.complex_step and all(x.dtype == np.float64 for x in xs)
            first = self.directions()
            if "rev" in self.modes:
                f = lambda *xs, f=f, seeds=self.seeds: vjp(f, *xs)[1](seeds)  # noqa: E731  what the next order is of
                whole = size_of(self.seeds, self.sizes)
                self.sizes = [whole / np.maximum(np.abs(wide(v)), TINY) for v in first]
            else:
                f = lambda *xs, f=f, vs=first: jvp(f, xs, vs)[1]  # noqa: E731  the same, forward

    def directions(self):
        """Check along a direction in which all elements move, then along others for those that it hardly saw."""
        first = tuple(direction(x, self.rng) for x in self.xs)
        self.seeds = tuple(map(self.seed, self.ys, jvp(self.f, self.xs, first)[1], self.sizes))
        self.gradients = self.reverse(self.xs)
        left = [np.ones(x.shape, bool) for x in self.xs]
        while True:
            vs = tuple(
                np.where(on, turned(direction(x, self.rng), g), 0).astype(x.dtype)
                for x, g, on in zip(self.xs, self.gradients, left, strict=True)
            )
            self.along(vs)
            parts = [np.abs(np.multiply(g, v)) for g, v in zip(self.gradients, vs, strict=True)]
            most = max(np.max(part, initial=0.0) for part in parts)
            left = [on & (part < SEEN * most) for on, part in zip(left, parts, strict=True)]
            if not any(map(np.any, left)):
                return first

    def seed(self, y, tangent, size):
        """Random seeds for an output, large where its slope is small, but for rounding: so no element hides another."""
        slope, y = np.abs(tangent), np.asarray(y)
        most = np.max(slope, initial=0.0, where=np.isfinite(slope))
        least = np.maximum(1e-10 * most, 64 * eps_of(y) / self.rtol * size if self.rtol else 0.0)
        by = np.where(np.isfinite(slope) & (slope != 0), np.maximum(slope, least), most or 1.0)
        return np.asarray(direction(np.ones(y.shape, y.dtype), self.rng) / by, y.dtype)

    def reverse(self, xs):
        gradients = vjp(self.f, *xs)[1](self.seeds)
        for k, (x, g) in enumerate(zip(xs, map(np.asarray, gradients), strict=True)):
            if g.shape != x.shape or g.dtype != x.dtype:
                raise GradientCheckError(
                    f"{self.title('reverse')}: the gradient of argument {k} has shape {g.shape} and dtype {g.dtype}, "
                    f"not those of the argument, {x.shape} and {x.dtype}"
                )
        return gradients

    # -- one direction -------------------------------------------------------------------------------------------------
    def along(self, vs):
        tangents = self.forward(self.xs, vs)
        estimate = quick(self.f, self.points, self.exactly(vs), self.step, self.sizes)
        if self.wrong_output(tangents, estimate, DOUBT) or self.reverse_is_off(vs, estimate, DOUBT):
            estimate = careful(self.f, self.points, self.exactly(vs), self.step, self.sizes)
            if not all(np.all(settled) for *_, settled in estimate):
                return self.unsettled(vs, estimate)
            if place := self.wrong_output(tangents, estimate):
                k, index = place
                numbers = wide(tangents[k])[index], estimate[k][0][index]
                self.fail("forward", f"output {k}", index, *numbers, self.jump(vs)[k][index])
            if self.reverse_is_off(vs, estimate):
                self.locate(vs, estimate)
        if self.exact:
            self.compare_exactly(vs, estimate)
        return None

    def forward(self, xs, vs):
        return jvp(self.f, xs, vs)[1] if "fwd" in self.modes else ()

    def exactly(self, vs):
        """Directions in the precision of the points."""
        return tuple(v.astype(x.dtype) for v, x in zip(vs, self.points, strict=True))

    def wrong_output(self, tangents, estimate, doubt=np.inf):
        """(output, element) where forward mode is farthest off, if it is; `doubt`: what may be put down to rounding."""
        for k, (found, (slope, error, _), size) in enumerate(zip(tangents, estimate, self.sizes, strict=False)):
            if np.shape(found) != slope.shape:
                raise GradientCheckError(
                    f"{self.title('forward')}: output {k} has a slope of shape {np.shape(found)}, not {slope.shape}"
                )
            if slope.size:
                rounding = 64 * eps_of(found) * (np.max(np.abs(slope)) + size)
                worst = farthest(self.off(wide(found), slope, error, doubt=doubt, rounding=rounding))
                if worst:
                    return k, worst[0]
        return None

    def off(self, found, slope, error, size=0.0, doubt=np.inf, rounding=0.0):
        """How far two numbers are apart, as a multiple of what is allowed; infinitely far where one is nan."""
        with np.errstate(all="ignore"):
            size = np.maximum(np.maximum(np.abs(found), np.abs(slope)), size)
            allowed = self.atol + self.rtol * size + np.minimum(3 * error, doubt * size) + rounding
            off = np.where(np.equal(found, slope), 0.0, np.abs(found - slope) / allowed)
        return np.where(np.isnan(off), np.inf, off)

    def reverse_is_off(self, vs, estimate, doubt=np.inf):
        if "rev" not in self.modes:
            return False
        slope, error = self.weighed(estimate)
        rounding = 64 * max(map(eps_of, self.gradients)) * size_of(self.seeds, self.sizes)
        return self.off(inner(self.gradients, vs), slope, error, size_of(self.gradients, vs), doubt, rounding) > 1

    def weighed(self, estimate):
        """The slope of the outputs weighed by the seeds, as reverse mode gives it, and how far it may be off."""
        slopes, errors, _ = zip(*estimate, strict=True)
        return inner(self.seeds, slopes), size_of(self.seeds, errors)

    # -- with a complex step -------------------------------------------------------------------------------------------
    def compare_exactly(self, vs, estimate):
        gaps = self.gaps(self.xs, vs, estimate)
        if not any(np.size(gap) and farthest(np.abs(gap) / allowed) for _, gap, allowed, _ in gaps):
            return
        # Now that it matters: where not even many differences can tell that f is analytic, they are what there is.
        estimate = careful(self.f, self.xs, vs, self.step, self.sizes)
        errors = [np.where(error > 0.1 * np.abs(slope), error, 0.0) for slope, error, _ in estimate]
        for k, (mode, gap, allowed, found) in enumerate(self.gaps(self.xs, vs, estimate, errors)):
            worst = farthest(np.abs(gap) / allowed) if np.size(gap) else []
            if worst and self.persists(k, worst[0], gap, vs):
                at = worst[0]
                raise GradientCheckError(
                    f"{self.title(mode)}, is close but wrong: {found[at]:.16g} by the rules, "
                    f"{found[at] - gap[at]:.16g} by a complex step, which is exact to rounding"
                )

    def gaps(self, xs, vs, estimate, errors=None):
        """What each mode gives less what a complex step does, what of that may be rounding, and what the mode gives."""
        exact = complex_step(self.f, xs, vs, self.f(*xs), estimate)
        if exact is None:
            return
        errors = errors or [np.zeros(np.shape(y)) for y in exact]
        for found, slope, error, size in zip(self.forward(xs, vs), exact, errors, self.sizes, strict=False):
            most = np.max(np.abs(slope), initial=0.0)
            allowed = 1e-9 * np.abs(slope) + 1e-13 * most + 1e-15 * size + error + TINY
            yield "forward", found - slope, allowed, found
        if "rev" in self.modes:
            gradients = self.reverse(xs)
            found, slope = np.array(inner(gradients, vs)), inner(self.seeds, exact)
            rounding = 1e-15 * size_of(self.seeds, self.sizes) + size_of(self.seeds, errors) + TINY
            yield "reverse", found - slope, 1e-9 * max(size_of(gradients, vs), abs(slope)) + rounding, found

    def persists(self, k, index, gap, vs):
        """Whether there is such a gap at points nearby too, as that of a wrong rule is, and rounding is not."""
        for _ in range(6):
            u = self.rng.uniform(-1, 1)
            near = tuple(x + u * (1e-3 * x + 1e-9 * v) for x, v in zip(self.xs, vs, strict=True))
            gaps = list(self.gaps(near, vs, quick(self.f, near, vs, self.step, self.sizes)))
            if not gaps or not 0.8 < np.real(gaps[k][1][index] / gap[index]) < 1.25:
                return False
        return True

    # -- what to say ---------------------------------------------------------------------------------------------------
    def title(self, mode):
        return f"{mode} mode of {self.name}, order {self.order}"

    def jump(self, vs):
        return jump(self.f, self.points, self.exactly(vs), self.step)

    def unsettled(self, vs, estimate):
        """Try once more with each element moved in proportion to itself alone; say so if that does not help."""
        closer = tuple(np.where(x == 0, v, v * np.minimum(1, np.abs(x / np.where(v == 0, 1, v)))).astype(x.dtype)
                       for x, v in zip(self.xs, vs, strict=True))  # fmt: skip
        if not all(map(np.array_equal, closer, vs)):
            return self.along(closer)
        for k, (slope, _, settled) in enumerate(estimate):
            if not np.all(settled):
                place = tuple(int(i) for i in np.argwhere(~settled)[0])
                raise GradientCheckError(
                    f"{self.name}, order {self.order}: the differences at output {k}, element {place}, do not settle, "
                    f"however small the step, so there is nothing to compare with"
                    f"{self.kink(slope[place], self.jump(vs)[k][place]) or '; it is not finite, or rough, near here'}"
                )
        return None

    def locate(self, vs, estimate):
        """Name the element whose partial derivative is farthest off, by moving one element at a time."""
        worst = (0.0, "the sum over all arguments", (), inner(self.gradients, vs), self.weighed(estimate)[0], 0.0)
        for k, (x, g, v) in enumerate(zip(self.points, self.gradients, vs, strict=True)):
            for index in zip(*np.nonzero(v), strict=True) if v.ndim else [()]:
                for turn in (1, 1j)[: 1 + (x.dtype.kind == "c")]:
                    unit = [np.zeros_like(other) for other in self.points]
                    unit[k][index] = turn * abs(v[index])
                    slope, error = self.weighed(careful(self.f, self.points, unit, self.step, self.sizes))
                    found = inner([g], [unit[k]])
                    off = float(self.off(found, slope, error))
                    if off > worst[0]:
                        by = abs(v[index])
                        bend = max(np.max(j, initial=0.0) for j in self.jump(unit)) / by
                        worst = (off, f"argument {k}", index, found / by, slope / by, bend)
        self.fail("reverse", *worst[1:])

    def fail(self, mode, what, index, found, expected, jump):
        place = f", element {tuple(int(i) for i in index)}" if index else ""
        raise GradientCheckError(
            f"{self.title(mode)}, is wrong at {what}{place}: {found:.8g} by the rules, {expected:.8g} by finite "
            f"differences{self.kink(expected, jump)}"
        )

    def kink(self, expected, jump):
        if not jump > 0.1 * max(abs(expected), 1e-3):
            return ""
        return (
            f"; the slopes on the two sides differ by {jump:.3g}, so this point is at or near a kink, where no "
            "derivative exists: check at a point away from it"
        )
