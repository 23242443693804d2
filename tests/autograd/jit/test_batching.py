"""Jacobians and Hessians go through all their rows at once: a program is as long for 9 of them as for 4."""

import numpy as np
import pytest

from autograd import grad, hessian, jacobian, jit

PLACES = np.array([[0, 2], [1, 0]])
FIRST = np.arange(20) < 2


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def written(x):
    y = np.exp(x[:3])
    y[1:] = x[:2] ** 2
    y[0] = x[-1]
    return y


FUNCTIONS = {
    "basic index": lambda x: x[1:] * x[0],
    "places": lambda x: x[PLACES] ** 2,
    "places in columns": lambda x: np.stack([x, x**2])[:, PLACES[0]],
    "places apart": lambda x: np.stack([x, x**2])[None][0, :, PLACES[0]],
    "mask": lambda x: x[FIRST[: len(x)]] ** 3,
    "stack": lambda x: np.stack([x[:3], np.sin(x[:3]), x[:3] ** 2], axis=-1),
    "concatenate": lambda x: np.concatenate([x[:2] ** 2, np.exp(x[:1])]),
    "sort": lambda x: np.sort(x)[:3] ** 2,
    "roll": lambda x: np.roll(x, 1)[:3] ** 2,
    "take": lambda x: np.take(x, [0, -1, 0]) ** 2,
    "write": written,
}


def program(transform, f, n):
    x = np.linspace(-1.0, 1.5, n)
    made = jit(transform(f))
    made(x)
    assert np.array_equal(made(x), transform(f)(x))
    return made.program(x)


def test_the_hessian_of_rosenbrock_is_a_short_program():
    assert len(program(hessian, rosenbrock, 50).listing()) <= 60


@pytest.mark.parametrize("transform", [jacobian, lambda f: hessian(lambda x: np.sum(f(x) ** 2))], ids=["1st", "2nd"])
@pytest.mark.parametrize("f", FUNCTIONS.values(), ids=FUNCTIONS)
def test_a_program_is_as_long_for_more_rows(f, transform):
    few, many = (len(program(transform, f, n).steps) for n in (4, 9))
    assert few == many


@pytest.mark.parametrize("f", FUNCTIONS.values(), ids=FUNCTIONS)
def test_a_hessian_by_rows_is_that_of_differences(f):
    x = np.linspace(-1.0, 1.5, 5)
    slope = grad(lambda x: np.sum(f(x) ** 2))
    differences = [(slope(x + h) - slope(x - h)) / 2e-6 for h in 1e-6 * np.eye(5)]
    assert np.allclose(hessian(lambda x: np.sum(f(x) ** 2))(x), differences, rtol=1e-6, atol=1e-6)
