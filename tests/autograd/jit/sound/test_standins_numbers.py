"""Plain numbers beside Tensors, arrays and Values under jit: taken wherever eager code takes them."""

import numpy as np
import pytest
from standin_check import check_equal, check_refused

from autograd import Tensor, Value, grad, jit
from autograd.errors import RecordingError
from autograd.rules.table import ROWS, Elementwise
from autograd.scalar.value import METHODS

FLOATS = [2.0, 0.5, 3.0, -1.25]
INTS = [2, 1, 3]

# Functions of a Tensor t and a number k.
WITH_TENSOR = """
t * k
k * t
t + k, k + t, t - k, k - t, t / k, k / (t * t + 1)
t ** k
(t * t + 1) ** k
k ** t
t % (k * k + 1), t // (k * k + 1)
np.maximum(t, k), np.minimum(k, t)
np.where(t > k, t, k), np.where(t > 0, k, t)
np.clip(t, -k * k, k * k)
np.full_like(t, k)
np.hypot(t, k), np.arctan2(t, k), np.logaddexp(t, k)
np.stack([t, t * k])
np.sum(t * k), np.mean(t) * k, np.sum(t) + k
np.array([t.shape[0]]) * k
np.multiply(t, k), np.add(k, t), np.power(np.abs(t), k)
Tensor(k) * t
Tensor(k), Tensor([k, 1.0]), Tensor([[k, 0.0], [1.0, k]])
Tensor(np.ones(3)) * k * t
Tensor(np.ones(3) * k) * t
Tensor(0.0) + k
np.tanh(t) * (1 - k) + k * np.sin(t)
t > k, t == k, t <= k
t[0] * k, t[1:] - k
t.clip(-1, k * k), t.sum() * k, t.mean() / (k * k + 1)
abs(t) * abs(k), -t * -k
np.dot(t, t) * k, (t @ t) ** 2 * k
grad(lambda u: np.sum(u * k))(t)
grad(lambda u: np.sum(u ** 2) * k)(t)
grad(lambda c: np.sum(t * c))(k)
grad(grad(lambda c: np.sum(t) * c ** 3))(k)
np.linspace(0.0, 1.0, 3) * k * t
np.zeros(3) + k + t
np.ones_like(t) * k
np.full(3, k) * t, np.full((2, 3), k) @ t
math.sqrt(abs(k)) * t, math.exp(k) + t, math.sin(k) * t, math.pi * k * t
"""

# Functions of a plain array x and a number k.
WITH_ARRAY = """
x * k, k * x, x + k, k - x, x / k, k / (x * x + 1)
x ** k, (x * x + 1) ** k, abs(k) ** x
np.maximum(x, k), np.minimum(k, x), np.hypot(x, k)
np.where(x > k, x, k), np.where(k > 1, x, -x), np.where(k > 1, k, 0.0)
np.clip(x, None, k), np.full_like(x, k)
np.stack([x[0], k]), np.stack([k, k * 2]), np.sum(np.stack([k, 1.0]))
x * divmod(k, 0.75)[0], x * divmod(k, 0.75)[1]
x * k.real, x + k.imag, x * k.conjugate()
x * round(k), x * round(k, 1), x * abs(k), x * pow(k, 2), x * (k // 1), x * (k % 0.75)
x * (k > 1), x * ((k > 1) & (k < 3)), x * (k == 2)
x * np.sqrt(abs(k)), x * np.exp(k), x * np.sin(k) ** 2
x * max_of(k)
np.multiply.outer(x, k), np.add.reduce(x * k), np.add(x, k, dtype=np.float64)
np.zeros((2, 3)) + k * x, np.ones(3) * k, np.eye(2) * k
np.ldexp(x, 1) * k, np.copysign(x, k), np.nextafter(x, k), np.float_power(np.abs(x), k)
x.astype(np.float32) * k, np.float32(2) * k, np.float64(2) * k, k * np.float32(2), k + np.float64(1)
x.clip(-abs(k), abs(k)), x.round() * k, x.copy() * k
grad(lambda c: np.sum(x * c))(k), grad(lambda c: c * c)(k)
k, -k, (k, x), {"k": k + 1}, [k * 2.0]
"""

# Functions of a number k alone.
ALONE = """
grad(lambda c: c ** 2)(k)
grad(lambda c: np.tanh(c) * c)(k)
grad(grad(lambda c: c ** 3))(k)
Tensor(k)
Tensor(k) ** 2
Tensor(k, name="k") * 3
np.tanh(Tensor(k))
np.sum(Tensor([k, 2 * k]) ** 2)
np.sum(Tensor([1.0, k]))
k + 1, k * 2.0, k / 3, 7 // abs(k), k ** 2, -k, abs(k), 2 ** k
k.real + k.imag, divmod(k, 0.75), round(k), round(k, 1)
k > 1, k == 2, k != 2, (k > 1) | (k < 0), (k > 1) == True
np.sqrt(abs(k)), np.exp(k), np.ones(3) * k, np.zeros(2) + k
[k, [k, (k,)]], {"a": k, "b": {"c": k * 2}}
k if True else 0
(lambda a, *b, c=2: a + sum(b) + c)(k, k, c=k)
np.where(k > 1, 1.0, 2.0), np.where(k > 1, k, -k)
np.sum(np.stack([k, 1.0]) * np.array([1.0, 2.0]))
math.tanh(k), math.floor(k), math.ceil(k), math.atan2(k, 2.0), math.copysign(k, -1), math.fabs(k)
np.full(2, k), np.full((2, 1), k, np.float32)
"""


def lines(text):
    return text.strip().splitlines()


def of(text, *names):
    helper = "import math\nmax_of = lambda k: np.maximum(k, 0.5)\n"
    return f"{helper}def f({', '.join(names)}):\n    return {text}"


def tensor_calls(numbers):
    rng = np.random.default_rng(0)
    return [(Tensor(rng.standard_normal(3)), k) for k in numbers]


@pytest.mark.parametrize("numbers", [FLOATS, INTS], ids=["float", "int"])
@pytest.mark.parametrize("text", lines(WITH_TENSOR))
def test_beside_a_tensor(text, numbers):
    check_equal(of(text, "t", "k"), tensor_calls(numbers))


@pytest.mark.parametrize("numbers", [FLOATS, INTS], ids=["float", "int"])
@pytest.mark.parametrize("text", lines(WITH_ARRAY))
def test_beside_an_array(text, numbers):
    rng = np.random.default_rng(1)
    check_equal(of(text, "x", "k"), [(rng.standard_normal(3), k) for k in numbers])


@pytest.mark.parametrize("numbers", [FLOATS, INTS], ids=["float", "int"])
@pytest.mark.parametrize("text", lines(ALONE))
def test_alone(text, numbers):
    check_equal(of(text, "k"), [(k,) for k in numbers])


BINARY = [row for row in ROWS.values() if isinstance(row, Elementwise) and len(row.formulas) == 2]


@pytest.mark.parametrize("row", BINARY, ids=lambda row: row.name)
def test_every_elementwise_row_of_a_tensor_and_a_number(row):
    """Both orders, with the gradient: what a number is, the row's formula meets it in the way back."""
    function = row.forward if isinstance(row.forward, np.ufunc) else row

    def f(t, k):
        u = Tensor(t)
        y = function(u, k)
        y.backward(np.ones(3))
        z = function(k, u)
        first = u.grad
        z.backward(np.ones(3))
        return y, z, first, u.grad

    recorded = jit(f)
    rng = np.random.default_rng(2)
    for k in (2.0, 0.5, 3.0, 1.0):
        t = np.abs(rng.standard_normal(3)) + 0.1
        with np.errstate(all="ignore"):
            wanted, found = f(t, k), recorded(t, k)
        for a, b in zip(wanted, found, strict=True):
            a, b = (x.data if isinstance(x, Tensor) else x for x in (a, b))
            assert a.dtype == b.dtype
            assert np.array_equal(a, b, equal_nan=True) or np.allclose(a, b, 1e-15, 0, equal_nan=True)


@pytest.mark.parametrize("row", [row for row in BINARY if row.name in METHODS], ids=lambda row: row.name)
def test_every_elementwise_row_of_a_value_and_a_number(row):
    f = METHODS[row.name]
    recorded = jit(f)
    for number, k in ((1.5, 2.0), (0.5, 0.5), (2.5, 3.0)):
        assert np.isclose(recorded(Value(number), k).data, f(Value(number), k).data, rtol=1e-12)


def test_the_step_of_a_loop_with_a_learning_rate():
    def make():
        w = Tensor([1.0, -2.0])

        def step(x, rate):
            loss = np.sum((w * x - 1) ** 2)
            w.grad = None
            loss.backward()
            w.data = w.data - rate * w.grad
            return loss

        return w, step

    (w, plain), (v, step) = make(), make()
    step = jit(step)
    for k, rate in enumerate([0.1, 0.05, 0.01]):
        x = np.array([1.0, k])
        assert plain(x, rate).item() == step(x, rate).item()
        assert w.data.tolist() == v.data.tolist()


def test_a_function_of_one_number():
    slope = jit(grad(lambda x: x**3))
    for x in (2.0, 3.0, -1.0):
        found, wanted = slope(x), grad(lambda x: x**3)(x)
        assert type(found) is type(wanted)
        assert found == wanted


@pytest.mark.parametrize("text", ["np.array([k, 1.0])", "np.asarray(k)", "float(k)", "np.float64(k)"])
def test_what_needs_a_real_number_says_what_to_write(text):
    check_refused(of(text, "k"), [(2.0,), (3.0,)])
    with pytest.raises(RecordingError, match=r"np\.stack|np\.exp"):
        jit(eval(f"lambda k: {text}", {"np": np}))(2.0)
