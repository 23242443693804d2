"""How exactly `check_grads` looks: at small elements, in float32, at steep functions, and near rounding."""

import itertools

import numpy as np
import pytest

from autograd import check_grads, elementwise_grad, primitive
from autograd.errors import GradientCheckError
from autograd.rules.arrays import array_of

COUNT = itertools.count()
MODES = [("rev",), ("fwd",)]


def make(forward, backward):
    """An operation with this rule, under a name of its own."""

    def operation(x):
        return forward(x)

    operation.__qualname__ = f"operation{next(COUNT)}"
    row = primitive(operation)
    row.vjp("x")(backward)
    return row


def analytic(f):
    return f


def not_analytic(f):
    return lambda x: f(np.real(x))  # a complex step sees nothing here


KINDS = [analytic, not_analytic]
SCALES = np.array([1.0, 1e-9])


@pytest.mark.parametrize("modes", MODES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("by", [2.0, 1.01, 0.999, 0.0, -1.0])
def test_an_error_in_an_element_a_billion_times_smaller_than_its_neighbour_is_found(by, kind, modes):
    wrong, x = np.array([1.0, by]), np.array([0.7, -1.3])
    one_by_one = make(lambda x: SCALES * x * x, lambda g, x: g * 2 * SCALES * x * wrong)
    summed = make(lambda x: np.sum(SCALES * x * x), lambda g, x: g * 2 * SCALES * x * wrong)
    for f, args in [
        (kind(one_by_one), (x,)),
        (kind(summed), (x,)),
        (lambda p: kind(summed)(np.stack([p["a"], p["b"]])), ({"a": 0.7, "b": -1.3},)),
    ]:
        for seed in range(3):
            with pytest.raises(GradientCheckError):
                check_grads(f, *args, order=1, modes=modes, seed=seed)
    right = make(lambda x: np.sum(SCALES * x * x), lambda g, x: g * 2 * SCALES * x)
    check_grads(kind(right), x, modes=modes)


@pytest.mark.parametrize("modes", MODES)
@pytest.mark.parametrize("dtype", [np.float32, np.complex64])
@pytest.mark.parametrize("cast", [False, True])
def test_float32_errors_above_a_thousandth_are_found(dtype, cast, modes):
    convert = (lambda y: np.asarray(y).astype(dtype)) if cast else lambda y: y  # cast: f computes in float32 only
    x = np.array([0.3, -1.2, 0.8], dtype)

    def scaled(by):
        return make(
            lambda x: convert(np.tanh(x) * x),
            lambda g, x: g * np.conj(np.tanh(x) + x * (1 - np.tanh(x) ** 2)) * by,
        )

    check_grads(scaled(1), x, order=1, modes=modes)
    for by in (1.0011, 0.9989, 1.01, 0.5, 0.0, -1.0):
        for seed in range(3):
            with pytest.raises(GradientCheckError):
                check_grads(scaled(by), x, order=1, modes=modes, seed=seed)


STEEP = {
    "1 / x at 1e-4": (lambda x: 1 / x, 1e-4),
    "1 / x at 1e-8": (lambda x: 1 / x, 1e-8),
    "x**2 at 1e10": (lambda x: x**2, 1e10),
    "x**3 at 1e10": (lambda x: x**3, 1e10),
    **{f"tanh(1e3 x) at {x}": (lambda x: np.tanh(1e3 * x), x) for x in (0.0, 1e-3, 0.01, 0.012, 0.015, 0.02, 1.0)},
    "tanh(1e6 x)": (lambda x: np.tanh(1e6 * x), 0.0),
    "sin(1e6 x)": (lambda x: np.sin(1e6 * x), 0.5),
    "sin(x) at 1e6": (np.sin, 1e6),
    "exp(-1e4 x)": (lambda x: np.exp(-1e4 * x), 1e-3),
    "exp(x) at 300": (np.exp, 300.0),
    "log(x) at 1e-12": (np.log, 1e-12),
    "sqrt(x) at 1e-10": (np.sqrt, 1e-10),
    "x + 1e9": (lambda x: x + 1e9, 1.0),
    "1e-200 x": (lambda x: x * 1e-200, 1.0),
    "1e200 x": (lambda x: x * 1e200, 1.0),
    "x**20": (lambda x: x**20, 1.5),
    "a constant": (lambda x: x * 0 + 1, 1.0),
    "sigmoid at 14": (lambda x: 1 / (1 + np.exp(-x)), 14.0),
    "sigmoid at -40": (lambda x: 1 / (1 + np.exp(-x)), -40.0),
    "tan near its pole": (np.tan, np.pi / 2 - 1e-6),
    "arcsin near 1": (np.arcsin, 1 - 1e-9),
    "log1p near -1": (np.log1p, -1 + 1e-9),
    "x**2 at 0": (np.square, 0.0),
    "x**3 at 0": (lambda x: x**3, 0.0),
}
FLAT = [f"tanh(1e3 x) at {x}" for x in (0.015, 0.02, 1.0)] + ["a constant", "x**2 at 0", "x**3 at 0"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", STEEP)
def test_right_gradients_of_steep_functions_pass_and_wrong_ones_do_not(name, kind):
    f, x = STEEP[name]
    for args in ([x], [np.array([x, 0.5])]):
        check_grads(kind(f), *args)
    check_grads(kind(lambda x: np.sum(f(x))), np.array([x, 0.9, 0.6]))
    if name not in FLAT:  # there all slopes are 0, or as good as
        wrong = make(f, lambda g, x: g * 1.002 * array_of(elementwise_grad(f)(array_of(x))))
        for modes in MODES:
            with pytest.raises(GradientCheckError):
                check_grads(kind(wrong), x, order=1, modes=modes)


def test_points_near_a_kink_pass_and_a_kink_does_not():
    def f(x):
        return np.sum(np.abs(x - 0.5) + x)

    for away in (1e-2, 1e-4, 1e-7):
        check_grads(f, np.array([0.5 + away, 1.5, -0.7]), order=1)
    with pytest.raises(GradientCheckError, match=r"do not settle.*kink"):
        check_grads(f, np.array([0.5, 1.5, -0.7]))


def test_where_nothing_can_be_compared_it_says_so():
    with np.errstate(all="ignore"):
        for f, x in [(np.sqrt, -1.0), (np.log, 0.0)]:
            with pytest.raises(GradientCheckError, match=r"do not settle.*not finite"):
                check_grads(f, np.array([x, 2.0]), order=1)
        with pytest.raises(GradientCheckError):
            check_grads(lambda x: 1 / x, np.array([0.0, 2.0]), order=1)
    for result in (None, "text", 3, np.arange(3), {}):
        with pytest.raises(TypeError, match="in which nothing has a derivative"):
            check_grads(lambda x, result=result: result, 1.0)
    for argument in (None, "text", True, []):
        with pytest.raises(TypeError, match="at least one argument to differentiate"):
            check_grads(lambda x: 1.0, argument)
    with pytest.raises(TypeError, match="index or a label"):
        check_grads(np.sum, np.arange(3))
    with pytest.raises(ValueError, match="leaves nothing to check"):
        check_grads(np.sin, 1.0, order=0)
    with pytest.raises(ValueError, match="modes are"):
        check_grads(np.sin, 1.0, modes=())


def test_rounding_is_no_error():
    rng = np.random.default_rng(0)
    a, x = rng.standard_normal((20, 20)), rng.standard_normal(5)
    check_grads(lambda x: np.tanh(a @ x), rng.standard_normal(20))
    check_grads(lambda x: np.tanh(a.astype("f") @ x), rng.standard_normal(20).astype("f"), order=1)
    check_grads(np.linalg.inv, 1 / (np.arange(4)[:, None] + np.arange(4) + 1.0))
    check_grads(lambda x: np.sum(np.exp(x) / np.sum(np.exp(x))), x)  # always 1
    check_grads(lambda x: x / np.sqrt(np.sum(x * x)), x)
    check_grads(lambda x: (np.tanh(x) * 2 + x) - (np.tanh(x) * 2 + x), x)  # always 0
    check_grads(lambda x: np.sin(x) ** 2 + np.cos(x) ** 2 - 1, x)
    check_grads(lambda x: np.log(np.sum(np.exp(x - 100))) + 100, 100 + x)


def test_one_element_of_many():
    x = np.random.default_rng(0).standard_normal(200)
    kept = np.arange(200) != 77
    with pytest.raises(GradientCheckError, match=r"argument 0, element \(77,\): 0 by the rules"):
        check_grads(make(lambda x: np.sum(x * x), lambda g, x: g * 2 * x * kept), x, order=1, modes=["rev"])
