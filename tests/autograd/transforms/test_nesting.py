"""Transforms in transforms: every pair and triple of them, over random programs, against finite differences."""

import itertools

import numpy as np
import pytest
from amount import THOROUGH, some
from hypothesis import assume, given
from hypothesis import strategies as st

from autograd import (
    Tensor,
    checkpoint,
    elementwise_grad,
    grad,
    gradients,
    hessian,
    hvp,
    jacobian,
    jit,
    jvp,
    testing,
    value_and_grad,
    vjp,
)
from autograd.errors import RecordingError
from autograd.rules.table import ROWS, Elementwise
from autograd.transforms.containers import leaves

X = np.array([0.3, 0.7, -0.6])
V = np.array([0.8, -0.5, 0.9])


def weights(y):
    return np.cos(np.arange(np.size(y))).reshape(np.shape(y))


def scalar(f):
    """One number of the results of f."""

    def weighed(x):
        y = f(x)
        return np.sum(weights(y) * y)

    return weighed


def of_tensor(f, x):
    t = x if isinstance(x, Tensor) else Tensor(x)
    return gradients(scalar(f)(t), t, create_graph=True)


def pulled_back(f, x):
    y, pullback = vjp(f, x)
    return pullback(weights(y))[0]


# What each transform makes of f, and the function whose slope along V it holds: after `@ V`, or as it is.
TRANSFORMS = {
    "grad": (lambda f: grad(scalar(f)), scalar, True),
    "value_and_grad": (lambda f: lambda x: value_and_grad(scalar(f))(x)[1], scalar, True),
    "elementwise_grad": (elementwise_grad, lambda f: lambda x: np.sum(f(x)), True),
    "vjp": (lambda f: lambda x: pulled_back(f, x), scalar, True),
    "jvp": (lambda f: lambda x: jvp(f, (x,), (V,))[1], lambda f: f, False),
    "jacobian": (jacobian, lambda f: f, True),
    "hessian": (lambda f: hessian(scalar(f)), lambda f: grad(scalar(f)), True),
    "hvp": (lambda f: lambda x: hvp(scalar(f), x, V), lambda f: grad(scalar(f)), False),
    "gradients": (lambda f: lambda x: of_tensor(f, x), scalar, True),
    "checkpoint": (checkpoint, None, False),
    "jit": (jit, None, False),
}


def numbers(x):
    return np.asarray(getattr(x, "data", x) if isinstance(x, Tensor) else x, dtype=float)


def slope(f, h=2.0**-13):
    return (numbers(f(X + h * V)) - numbers(f(X - h * V))) / (2 * h)


def check(names, f):
    """The outermost transform of what the others make of f."""
    *inner, outer = names
    for name in inner:
        f = TRANSFORMS[name][0](f)
    make, of, contracted = TRANSFORMS[outer]
    found = numbers(make(f)(X))
    expected = numbers(f(X)) if of is None else slope(of(f))
    found = found @ V if contracted else found
    assert found.shape == expected.shape, names
    size = np.max(np.abs(expected), initial=1e-3)
    assert np.allclose(found, expected, rtol=1e-5, atol=1e-5 * size), names


PROGRAMS = [
    lambda x: np.sin(x) * np.sum(x * x),
    lambda x: np.tanh(x[:2] @ np.array([[0.5, -1.0], [1.5, 0.3]])) * x[2],
    lambda x: np.cumprod(np.stack([np.exp(x), x + 2]), axis=0),
    lambda x: np.where(x > 0, x**3, np.concatenate([x[1:] ** 2, x[:1]])),
    lambda x: np.linalg.inv(np.outer(x, x) + 2 * np.eye(3))[0],
    lambda x: np.log(np.sum(np.exp(2 * x))),
    lambda x: np.real(np.exp(1j * x) * (x + 2j)),
    lambda x: np.std(np.reshape(np.outer(x, x[:2]), (2, 3)), axis=1),
]


@pytest.mark.parametrize("outer", TRANSFORMS)
def test_every_pair(outer):
    for inner in TRANSFORMS:
        for f in PROGRAMS:
            check([inner, outer], f)


@pytest.mark.parametrize("outer", TRANSFORMS)
def test_every_triple(outer):
    pairs = [*enumerate(itertools.product(TRANSFORMS, repeat=2))]
    for k, inner in pairs if THOROUGH else pairs[len(outer) % 4 :: 4]:
        check([*inner, outer], PROGRAMS[k % len(PROGRAMS)])


@given(testing.programs(max_calls=2), st.lists(st.sampled_from([*TRANSFORMS]), min_size=1, max_size=3))
def test_random_programs_in_random_transforms(program, names):
    try:
        check(names, program)
    except RecordingError:  # of a call whose shape depends on the numbers, such as np.insert
        assume("jit" not in names)
        raise


# -- every row --------------------------------------------------------------------------------------------------------
def real_parts(y):
    parts = [y for y in leaves(y) if getattr(y, "dtype", np.dtype(object)).kind in "fc"]
    return [np.real(y) + np.imag(y) if y.dtype.kind == "c" else y for y in parts]


def directions(xs):
    rng = np.random.default_rng(5)
    return [rng.standard_normal(x.shape) * (1 + 0.5j if x.dtype.kind == "c" else 1) for x in xs]


def contracted(block, v):
    axes = tuple(range(-v.ndim, 0))
    return (
        np.sum(np.real(block) * np.real(v) + np.imag(block + 0j) * np.imag(v), axis=axes)
        if axes
        else np.real(block) * np.real(v) + np.imag(block + 0j) * np.imag(v)
    )


def by_jacobian(f):
    def slopes(*xs):
        rows = jacobian(f, tuple(range(len(xs))))(*xs)
        return [sum(contracted(block, v) for block, v in zip(blocks, directions(xs), strict=True)) for blocks in rows]

    return slopes


def by_jvp(f):
    return lambda *xs: jvp(f, xs, tuple(directions(xs)))[1]


def calls():
    for row in testing.sampled_rows():
        for sample in some(testing.sample_calls(row), 3):
            yield sample.text, sample.call, sample.arrays
        if isinstance(row, Elementwise) and row.name != "abs":  # which np.abs gives to another row
            for shape in ((), (2,)):  # complex
                rng = np.random.default_rng(1)
                xs = [rng.uniform(*domain, shape) + 1j * rng.uniform(0.1, 0.5, shape) for domain in row.domain]
                try:
                    row(*map(Tensor, xs))
                except TypeError:  # not defined for complex numbers
                    continue
                yield f"{row.name}, complex {shape}", row, tuple(map(np.asarray, xs))


@pytest.mark.parametrize(("call", "xs"), [pytest.param(c, xs, id=text) for text, c, xs in calls()])
def test_forward_and_batched_reverse_agree_to_the_third_order_for_every_row(call, xs):
    def f(*xs):
        return real_parts(call(*xs))

    with np.errstate(all="ignore"):
        for depth in (1, 2, 3) if sum(x.size for x in xs) <= 9 else (1, 2):
            makers = [(by_jvp,) * depth, (by_jacobian,) * depth, (by_jvp, by_jacobian, by_jvp)[:depth]]
            results = []
            for nest in makers:
                g = f
                for make in nest:
                    g = make(g)
                results.append([numbers(y) for y in g(*xs)])
            for other in results[1:]:
                for a, b in zip(results[0], other, strict=True):
                    assert np.allclose(a, b, rtol=1e-8, atol=1e-9, equal_nan=True)


@pytest.mark.parametrize("z", [0.3 + 0.4j, np.array([0.3 + 0.4j, -1j])])
def test_forward_over_reverse_at_complex_numbers(z):
    for f in (np.angle, np.abs, np.real, np.imag, lambda z: np.real(z * np.conj(z) * 1j + z**3)):
        for u in (1.0, 1j, 0.6 - 0.8j):
            v = np.full(np.shape(z), u, complex)
            g = grad(lambda z, f=f: np.sum(f(z)))
            h = 2.0**-9
            near, far = ((g(z + t * v) - g(z - t * v)) / (2 * t) for t in (h, 2 * h))
            assert np.allclose(jvp(g, (z,), (v,))[1], (4 * near - far) / 3, atol=1e-7)


def along_cosine(f):
    return lambda z: jvp(f, (z,), (np.cos(z),))[1]


def test_tangents_have_the_dtype_of_their_results():
    for f in (np.real, np.imag, np.abs, np.angle, np.conj, lambda z: np.float32(2), lambda z: z.real * 0):
        for dtype in (np.float32, np.float64, np.complex64, np.complex128):
            z = np.array([0.5, -1.5]).astype(dtype)
            g = f
            for _ in range(3):
                g = along_cosine(g)
                assert np.asarray(g(z)).dtype == np.asarray(f(z)).dtype


def test_jacobian_of_empty_arrays_nests():
    for f in (np.sin, lambda x: np.prod(x, axis=0), lambda x: np.cumprod(x, axis=0)):
        x = np.zeros((0, 3))
        y = f(x)
        shape = np.shape(y)
        for g in (jacobian(f), jacobian(jacobian(f)), jacobian(jacobian(jacobian(f)))):
            shape += x.shape
            assert g(x).shape == shape


def test_there_is_no_row_without_a_case():
    assert {row.name for row in ROWS.values() if isinstance(row, Elementwise)} <= {
        text.split("(")[0].split(",")[0] for text, *_ in calls()
    }
