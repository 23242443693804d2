"""Bugs that have bitten engines of this kind: gradients of a wrong number, shape or dtype."""

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value, grad, hessian
from autograd.errors import BackwardError


@pytest.mark.parametrize("variable", [Value, Tensor])
@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (lambda x: x + x, 2.0),
        (lambda x: x - x, 0.0),
        (lambda x: x * x, 6.0),
        (lambda x: x / x, 0.0),
        (lambda x: x**x, 27 * (np.log(3) + 1)),
        (lambda x: np.maximum(x, x), 1.0),
        (lambda x: np.hypot(x, x), np.sqrt(2)),
    ],
)
def test_both_sides_of_a_binary_operation_are_the_same_node(variable, f, slope):
    x = variable(3.0)
    f(x).backward()
    assert np.isclose(float(np.asarray(x.grad)), slope)


def test_equal_constants_are_different_nodes():
    a, b = Value(3.0), Value(3.0)
    (a * 2 + b * 5).backward()
    assert (a.grad, b.grad) == (2.0, 5.0)
    assert len({a, b}) == 2


def test_repeated_indices_add():
    x = Tensor([1.0, 2.0, 3.0])
    x[[0, 0, 2]].sum().backward()
    assert x.grad.tolist() == [2, 0, 1]


def test_gradients_have_the_variable_s_shape():
    x = Tensor(np.ones((1, 1)))
    b = Tensor(np.ones((3, 1)))
    ((x + b) * np.ones((2, 3, 4))).sum().backward()
    assert x.grad.shape == (1, 1)
    assert x.grad.item() == 24
    assert b.grad.shape == (3, 1)
    assert b.grad.ravel().tolist() == [8, 8, 8]


def test_a_rule_that_forgets_to_sum_is_refused():
    @autograd.primitive
    def wrong_broadcast(x):
        return x + np.zeros((2, 3))

    @wrong_broadcast.vjp("x")
    def _(g):
        return g

    with pytest.raises(BackwardError, match="wrong_broadcast gave a gradient of shape"):
        wrong_broadcast(Tensor(np.ones(3))).sum().backward()


@pytest.mark.parametrize("variable", [Value, Tensor])
def test_powers_at_zero(variable):
    x = variable(0.0)
    y = x**0
    y.backward()
    assert (y.item(), x.grad) == (1, 0)
    x = variable(0.0)
    (x**2).backward()
    assert x.grad == 0
    x, p = variable(0.0), variable(2.0)
    (x**p).backward()
    assert (x.grad, p.grad) == (0, 0)
    assert (variable(-1.5) ** 2).item() == 2.25


def test_ties_share_and_kinks_are_flat():
    for f, slope in [
        (lambda x: np.maximum(x, 0.0), 0.5),
        (lambda x: x.relu(), 0.0),
        (abs, 0.0),
    ]:
        for variable in (Value, Tensor):
            x = variable(0.0)
            f(x).backward()
            assert x.grad == slope
    x = Tensor([1.0, 3.0, 3.0])
    x.max().backward()
    assert x.grad.tolist() == [0, 0.5, 0.5]


def test_the_branch_not_taken_leaks_no_nan():
    with np.errstate(all="ignore"):
        x = Tensor([-1.0, 0.0, 4.0])
        np.where(x > 0, np.sqrt(x), 0.0).sum().backward()
        assert x.grad.tolist() == [0, 0, 0.25]
        x = Tensor([0.0, 2.0])
        np.where(x > 0, np.log(x) + 1 / x, x).sum().backward()
        assert x.grad.tolist() == [1, 0.25]
        assert grad(grad(lambda x: np.where(x > 0, np.sqrt(x), x * x)))(-1.0) == 2
        diagonal = grad(lambda x: np.sum(np.einsum("ii->i", np.sqrt(x))))(np.array([[1.0, -2.0], [-3.0, 4.0]]))
        assert diagonal.tolist() == [[0.5, 0], [0, 0.25]]


def test_second_derivatives_where_the_gradient_from_above_is_zero():
    # The mask for singular derivatives must not swallow a second derivative: d2/dx2 (x-1)^2 = 2 at x = 1.
    assert grad(grad(lambda x: (x - 1) ** 2))(1.0) == 2


def test_integers_are_refused_as_variables():
    with pytest.raises(TypeError, match="astype"):
        Tensor(np.array([1, 2]))
    assert Tensor([1, 2]).dtype == np.float64
    with pytest.raises(TypeError, match="astype"):
        grad(lambda x: np.sum(x * x))(np.array([1, 2]))


def test_float32_stays():
    x = Tensor(np.ones(3, np.float32))
    y = ((x * 2 + 1) / 3 - 0.5) ** 2
    y = np.tanh(y) * np.maximum(y, 0.1)
    assert y.dtype == np.float32
    y.sum().backward()
    assert x.grad.dtype == np.float32
    assert sum([x[0], x[1]]).dtype == np.float32


def test_second_order_through_everything():
    x = np.array([0.5, 1.5])
    h = hessian(lambda x: np.sum(np.exp(x) * x[::-1]) + np.prod(np.sin(x) @ np.cos(x)))(x)
    assert np.allclose(h, h.T)
