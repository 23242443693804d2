"""The sigmoid and what is made with it, in both tails: against decimals of forty digits."""

import decimal
import math

import numpy as np
import pytest

from autograd import Tensor, Value, elementwise_grad, functional, grad, jit
from nn import activations

decimal.getcontext().prec = 60
D = decimal.Decimal


def sigmoid(x):
    small = (-abs(x)).exp()
    return (1 if x >= 0 else small) / (1 + small)


def softplus(x):
    small = (-abs(x)).exp()
    return max(x, D(0)) + ((1 + small).ln() if small > 1e-15 else small - small * small / 2)


def silu_slope(x):
    return sigmoid(x) * (1 + x * sigmoid(-x))


LIMITS = {np.float64: (708.3, 1e-14), np.float32: (87.3, 1e-6)}
# name: function, its value, its slope
TAILS = {
    "sigmoid": (functional.sigmoid, sigmoid, lambda x: sigmoid(x) * sigmoid(-x)),
    "softplus": (functional.softplus, softplus, sigmoid),
    "log_sigmoid": (functional.log_sigmoid, lambda x: -softplus(-x), lambda x: sigmoid(-x)),
    "logaddexp": (lambda x: np.logaddexp(x, 0.0), softplus, sigmoid),
    "log of sigmoid": (lambda x: np.log(functional.sigmoid(x)), None, lambda x: sigmoid(-x)),
    "silu": (functional.silu, lambda x: x * sigmoid(x), silu_slope),
    "activations.sigmoid": (activations.sigmoid, sigmoid, lambda x: sigmoid(x) * sigmoid(-x)),
    "activations.log_sigmoid": (activations.log_sigmoid, lambda x: -softplus(-x), lambda x: sigmoid(-x)),
}


def points(dtype):
    edge = LIMITS[dtype][0]
    return np.concatenate([np.linspace(-edge, edge, 401), np.linspace(-3, 3, 60), [-40.0, 40.0, 0.0]]).astype(dtype)


def off(found, exact, x):
    """The largest relative error, where the slope of silu is not near its zero at -1.278."""
    numbers = [(D(float(y)), exact(D(float(a)))) for y, a in zip(found, x, strict=True) if abs(a + 1.278) > 0.3]
    return max(abs((y - e) / e) if e else abs(y) for y, e in numbers)


@pytest.mark.parametrize("dtype", LIMITS)
@pytest.mark.parametrize("name", TAILS)
def test_values_and_slopes_on_arrays_tensors_and_under_jit(name, dtype):
    function, value, slope = TAILS[name]
    x, tolerance = points(dtype), LIMITS[dtype][1]
    if dtype is np.float32 and name in ("softplus", "silu", "logaddexp", "log of sigmoid"):
        tolerance = 2e-6  # several roundings of 6e-8, and that of the exponential
    y = function(Tensor(x))
    assert y.dtype == dtype
    if value is not None:
        assert off(y.data, value, x) <= tolerance
        assert np.array_equal(function(x), y.data)
        assert np.array_equal(jit(function)(x), y.data)
    g = elementwise_grad(function)
    assert off(g(x), slope, x) <= tolerance
    assert np.array_equal(jit(g)(x), g(x))


@pytest.mark.parametrize("name", TAILS)
def test_the_same_on_values(name):
    function, value, slope = TAILS[name]
    x = points(np.float64)
    if value is not None:
        assert off([function(Value(float(a))).data for a in x], value, x) <= 1e-14
    assert off([grad(function)(float(a)) for a in x], slope, x) <= 1e-14


def test_the_logarithm_of_a_small_sigmoid():
    assert np.log(functional.sigmoid(Tensor(-40.0))).item() == -40
    assert Value(-40.0).sigmoid().log().data == -40
    assert functional.log_sigmoid(-1e4) == -1e4


def test_ends_whole_numbers_and_pieces():
    x = np.array([-np.inf, -1e4, 1e4, np.inf, np.nan])
    assert functional.sigmoid(x).tolist()[:4] == [0, 0, 1, 1]
    assert math.isnan(functional.sigmoid(x)[4])
    assert [Value(a).sigmoid().data for a in x.tolist()[:4]] == [0, 0, 1, 1]
    for kind in (np.uint8, np.int64, bool):
        assert np.array_equal(functional.sigmoid(np.arange(2).astype(kind)), functional.sigmoid(np.arange(2.0)))
    assert functional.sigmoid(np.float16(-5)).dtype == np.float16
    long = np.linspace(-9, 9, 100_001)
    assert np.array_equal(functional.sigmoid(long)[::1000], functional.sigmoid(np.ascontiguousarray(long[::1000])))
    assert np.allclose(functional.sigmoid(np.array([1 + 2j])), 1 / (1 + np.exp(-(1 + 2j))))


@pytest.mark.parametrize("order", [2, 3])
def test_higher_slopes_at_the_middle(order):
    f = functional.sigmoid
    for _ in range(order):
        f = grad(f)
    assert math.isclose(f(0.0), {2: 0.0, 3: -0.125}[order], abs_tol=1e-15)
    assert math.isclose(f(Value(0.0)).data, {2: 0.0, 3: -0.125}[order], abs_tol=1e-15)


@pytest.mark.parametrize("function", [activations.elu, activations.celu], ids=["elu", "celu"])
def test_elu_is_smooth_at_zero(function):
    for x in (0.0, -0.0, 1e-300, -1e-300):
        assert grad(function)(x) == 1
        assert grad(function)(Value(x)).data == 1
    assert grad(lambda x: activations.elu(x, alpha=0.5))(0.0) == 0.5
    assert function(np.array([1000.0, -1000.0])).tolist() == [1000, -1]
