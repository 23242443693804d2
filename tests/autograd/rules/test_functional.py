"""The page of functions that NumPy has no name for: values, axes, derivatives, what they take and refuse."""

import math

import numpy as np
import pytest

from autograd import Tensor, Value, check_grads, functional, grad, jit, primitive

ALONG = [functional.softmax, functional.log_softmax, functional.logsumexp]
WINDOWS = {"avg_pool", "conv", "conv_transpose", "max_pool"}  # see test_windows.py
ELEMENTWISE = [getattr(functional, n) for n in functional.__all__ if n not in {f.__name__ for f in ALONG} | WINDOWS]
BY_HAND = {
    "softmax": lambda x, axis: np.exp(x) / np.exp(x).sum(axis=axis, keepdims=True),
    "log_softmax": lambda x, axis: x - np.log(np.exp(x).sum(axis=axis, keepdims=True)),
    "logsumexp": lambda x, axis: np.log(np.exp(x).sum(axis=axis)),
    "relu": lambda x: max(x, 0.0),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "softplus": lambda x: math.log(1 + math.exp(x)),
    "log_sigmoid": lambda x: -math.log(1 + math.exp(-x)),
    "silu": lambda x: x / (1 + math.exp(-x)),
    "gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "erf": math.erf,
}
X = np.random.default_rng(0).standard_normal((2, 3, 4))


def test_the_page_is_whole():
    assert set(functional.__all__) == set(BY_HAND) | WINDOWS
    assert functional.__all__ == sorted(functional.__all__)


@pytest.mark.parametrize("function", ALONG, ids=lambda f: f.__name__)
@pytest.mark.parametrize("axis", [-1, 0, 1, -3, None, (0, 2), (-1,), np.int64(1)], ids=repr)
def test_along_any_axes(function, axis):
    expected = BY_HAND[function.__name__](X, axis)
    assert np.allclose(function(X, axis=axis), expected)
    assert np.allclose(function(Tensor(X), axis).data, expected)
    assert np.allclose(jit(lambda x: function(x, axis=axis))(X), expected)
    check_grads(lambda x: function(x, axis), X)


@pytest.mark.parametrize("function", ALONG, ids=lambda f: f.__name__)
def test_along_an_axis_they_do_not_overflow_and_take_whole_numbers(function):
    assert np.all(np.isfinite(function(np.array([1e4, -1e4, 0.0]))))
    assert np.allclose(function([1, 2, 3]), function(np.array([1.0, 2.0, 3.0])))
    assert function(X.astype(np.float32), axis=None).dtype == np.float32


def test_logsumexp_at_the_ends():
    with np.errstate(divide="ignore"):
        for x in ([np.inf, 1.0], [-np.inf, -np.inf], [-1e300, -2e300], [1e300, 0.0], [-np.inf, 2.0]):
            assert functional.logsumexp(x) == max(x)


@pytest.mark.parametrize("function", ALONG, ids=lambda f: f.__name__)
@pytest.mark.parametrize("axis", [3, -4, "rows", 1.5, (0, 0)], ids=repr)
def test_a_bad_axis_is_named(function, axis):
    with pytest.raises((TypeError, ValueError)) as caught:
        function(Tensor(X), axis=axis)
    assert f"{function.__name__} of an array of shape (2, 3, 4) got axis={axis!r}" in str(caught.value)


@pytest.mark.parametrize("function", ALONG, ids=lambda f: f.__name__)
@pytest.mark.parametrize("x", [Value(1.0), [Value(1.0), Value(2.0)]], ids=["one", "list"])
def test_values_have_no_axes(function, x):
    with pytest.raises(TypeError, match="Tensor"):
        function(x)


@pytest.mark.parametrize("function", ELEMENTWISE, ids=lambda f: f.name)
def test_elementwise_on_arrays_tensors_and_values(function):
    for x in (-2.5, -0.25, 0.5, 3.0):
        expected = BY_HAND[function.name](x)
        assert math.isclose(function(x), expected)
        assert math.isclose(function(Value(x)).data, expected)
        assert np.allclose(function(np.full((2, 3), x)), expected)
        slopes = grad(function)(Value(x)).data, grad(function)(np.array(x))
        assert math.isclose(*slopes, rel_tol=1e-12)
    check_grads(function, X)


@pytest.mark.parametrize("name", BY_HAND)
def test_help_says_the_formula(name):
    function = getattr(functional, name)
    formula = {
        "relu": "max(x, 0)",
        "gelu": "erf(x / SQRT2)",
        "silu": "x * sigmoid(x)",
        "erf": "exp(-x * x)",
        "log_sigmoid": "sigmoid(-x)",
    }
    assert formula.get(name, "exp(") in function.__doc__


@pytest.mark.parametrize("name", BY_HAND)
def test_lists_and_the_array_of_a_jitted_function(name):
    f = getattr(functional, name)
    x = np.array([[0.5, -1.0, 2.0]])
    assert f(x.tolist()).tolist() == f(x).tolist()
    replayed = jit(f)
    for k in (1.0, 3.0):
        assert replayed(k * x).tolist() == f(k * x).tolist()


def test_the_body_of_a_primitive_may_look_at_the_numbers_of_a_jitted_function():
    @primitive
    def squares(x):
        out = np.zeros(len(x))
        for i in range(len(x)):
            out[i] = x[i] ** 2
        return out

    replayed = jit(lambda x: squares(x) + 1)
    for x in (np.array([1.0, 2.0]), np.array([3.0, 4.0])):
        assert replayed(x).tolist() == (x**2 + 1).tolist()


def test_what_is_no_array_is_named():
    with pytest.raises(TypeError, match=r"softmax of .*None.*: wanted numbers"):
        functional.softmax(None)
    with pytest.raises(TypeError, match="argument"):
        functional.relu()
