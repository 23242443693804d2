"""A user's own primitives are on the same footing as the rows of the table."""

import numpy as np
import pytest

import autograd
from autograd import Tensor, grad, jacobian, jvp
from autograd.errors import BackwardError

X = np.array([0.3, 0.7, 1.2])


def test_errors_in_backward_show_the_forward_line():
    @autograd.primitive
    def fails_backward(x):
        return x * 2

    @fails_backward.vjp("x")
    def _(g):
        raise ZeroDivisionError("oh")

    y = fails_backward(Tensor(1.0))
    with pytest.raises(
        BackwardError,
        match=r"(?s)ZeroDivisionError: oh.*test_primitive.py:\d+.*fails_backward\(Tensor",
    ):
        y.backward()


def test_a_user_s_primitive_is_on_the_same_footing():
    @autograd.primitive
    def cube(x):
        return x**3

    @cube.vjp("x")
    def _(g, x):
        return g * 3 * x**2

    assert grad(cube)(2.0) == 12
    assert grad(grad(cube))(2.0) == 12
    assert jvp(cube, (2.0,), (1.0,))[1] == 12
    assert np.allclose(jacobian(cube)(X), np.diag(3 * X**2))
    assert cube(2.0) == 8


def test_a_primitive_may_have_the_name_of_a_row_and_be_made_again():
    for _ in range(2):

        @autograd.primitive
        def tan(x):
            return x * 1.0

        @tan.vjp("x")
        def _(g):
            return g * 1.0

        assert grad(tan)(1.0) == 1
    assert grad(np.tan)(0.0) == 1
