"""The tester, tested: a wrong derivative must be caught, and said plainly."""

import numpy as np
import pytest

from autograd import Tensor, check_grads, primitive
from autograd.errors import BackwardError, GradientCheckError
from autograd.rules.arrays import array_of

X = np.array([0.5, 1.5, -0.7])


def make(name, forward, backward):
    forward.__name__ = name
    row = primitive(forward)
    row.vjp("x")(backward)
    return row


def test_a_right_rule_passes():
    check_grads(make("right_cube", lambda x: x**3, lambda g, x: g * 3 * x**2), X, order=3)


def test_a_wrong_rule_is_caught_with_both_numbers():
    wrong = make("wrong_cube", lambda x: x**3, lambda g, x: g * 2 * x**2)
    for mode in ("rev", "fwd"):
        with pytest.raises(GradientCheckError, match=r"wrong_cube, order 1, is wrong at .* by the rules, .* by finite"):
            check_grads(wrong, X, modes=[mode])


def test_a_rule_wrong_at_order_two_only():
    # The derivative is right as a number, but computed in a way that hides how it depends on x.
    wrong = make("hidden", lambda x: x**3, lambda g, x: g * (3 * array_of(x) ** 2))
    check_grads(wrong, X, order=1)
    with pytest.raises(GradientCheckError, match="order 2"):
        check_grads(wrong, X, order=2)


def test_a_missing_sum_over_a_broadcast_axis():
    wrong = make("unsummed", lambda x: x + np.zeros((2, 3)), lambda g: g)
    with pytest.raises((GradientCheckError, BackwardError), match="shape"):
        check_grads(wrong, X, modes=["rev"])


def test_the_worst_element_is_named():
    def backward(g, x):
        return g * 2 * x + np.array([0.0, 0.0, 7.0])

    with pytest.raises(GradientCheckError, match=r"argument 0, element \(2,\)"):
        check_grads(make("third_off", lambda x: x * x, backward), X, modes=["rev"])


def test_a_kink_is_noticed():
    with pytest.raises(GradientCheckError, match="kink"):
        check_grads(lambda x: np.sum(np.abs(x - 0.5) + x), X)


def test_precisions():
    for dtype in (np.float16, np.float32, np.float64):
        check_grads(lambda x: np.tanh(x) * x, X.astype(dtype), order=1)
    check_grads(lambda z: np.sum(np.abs(z * z)), X + 1j)


def test_containers_and_keywords():
    check_grads(lambda p, s: {"y": np.sin(p["a"]) * s, "z": p["b"][0]}, {"a": X, "b": [2.0, None]}, 1.5)
    with pytest.raises(ValueError, match="'rev' and 'fwd'"):
        check_grads(np.sin, X, modes=["backward"])
    with pytest.raises(TypeError, match="at least one"):
        check_grads(np.sin)


def test_an_error_of_one_part_in_a_billion_shows_in_a_complex_step():
    @primitive
    def nearly_cube(x):
        return x**3

    @nearly_cube.vjp("x")
    def _(g, x):
        return g * 3 * x**2 * (1 + 4e-9)

    x = np.array([0.7, -1.2])
    with pytest.raises(GradientCheckError, match=r"reverse mode of nearly_cube.*close but wrong.*complex step"):
        check_grads(nearly_cube, x, modes=["rev"])
    with pytest.raises(GradientCheckError, match=r"forward mode of nearly_cube.*close but wrong.*complex step"):
        check_grads(nearly_cube, x, modes=["fwd"], order=1)
    check_grads(nearly_cube, x, complex_step=False)


@pytest.mark.parametrize("outer", [np.conj, np.positive])  # by the convention for complex numbers, or without
def test_a_complex_step_checks_second_derivatives_too(outer):
    @primitive
    def nearly_square(x):
        return x**2

    @nearly_square.vjp("x")
    def _(g, x):
        return g * 2 * x * (1 + 4e-9)

    @primitive
    def cube(x):
        return x**3

    @cube.vjp("x")
    def _(g, x):
        return g * 3 * outer(nearly_square(x))

    x = np.array([0.7, -1.2])
    check_grads(cube, x, order=1)
    check_grads(cube, x, order=2, complex_step=False)
    with pytest.raises(GradientCheckError, match=r"of cube, order 2, is close but wrong.*complex step"):
        check_grads(cube, x, order=2)


def test_functions_that_are_not_analytic_pass_without_a_complex_step():
    check_grads(lambda x: np.sum(np.abs(x) * np.where(x > 0, x, 2 * x)), np.array([0.7, -1.2]))
    check_grads(lambda x: np.real(x) ** 2, np.array([0.7, -1.2]))


def test_functions_that_refer_to_tensors_can_be_checked():
    w = Tensor([[1.0, 2.0], [3.0, 4.0]])
    check_grads(lambda x: np.tanh(x @ w), np.array([0.1, -0.2]))
