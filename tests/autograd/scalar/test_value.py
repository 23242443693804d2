"""Value: what micrograd's users do works, and everything a number in Python should do."""

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, Value, detect_anomaly, grad, gradients, no_grad
from autograd.errors import AnomalyError, ChangedError
from autograd.rules.table import ROWS, Elementwise

ROWS_OF_ONE_LINE = [row for row in ROWS.values() if isinstance(row, Elementwise)]
POINTS = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 1e-300, 1e300, -1e300, math.inf, -math.inf, math.nan]


def test_the_example_of_micrograd_s_readme():
    a = Value(-4.0)
    b = Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    assert f"{g.data:.4f}" == "24.7041"
    g.backward()
    assert f"{a.grad:.4f}" == "138.8338"
    assert f"{b.grad:.4f}" == "645.5773"


def test_the_sanity_check_of_micrograd():
    x = Value(-4.0)
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    y = h + q + q * x
    y.backward()
    assert (y.data, x.grad) == (-20.0, 46.0)


def test_a_loop_in_micrograd_s_style_learns():
    rng = random.Random(1)
    points = [(rng.uniform(-1, 1), rng.uniform(-1, 1)) for _ in range(20)]
    labels = [1 if x * y > 0 else -1 for x, y in points]
    hidden = [([Value(rng.uniform(-1, 1)) for _ in range(2)], Value(0)) for _ in range(8)]
    out = ([Value(rng.uniform(-1, 1)) for _ in range(8)], Value(0))
    parameters = [p for w, b in [*hidden, out] for p in [*w, b]]

    def model(x):
        h = [sum((wi * xi for wi, xi in zip(w, x, strict=True)), b).relu() for w, b in hidden]
        return sum((wi * hi for wi, hi in zip(out[0], h, strict=True)), out[1])

    losses = []
    for _ in range(60):
        scores = [model(list(map(Value, point))) for point in points]
        data_loss = sum((1 + -y * s).relu() for y, s in zip(labels, scores, strict=True)) * (1.0 / len(points))
        loss = data_loss + 1e-4 * sum(p * p for p in parameters)
        for p in parameters:
            p.grad = 0
        loss.backward()
        for p in parameters:
            p.data -= 0.3 * p.grad
        losses.append(loss.data)
    assert losses[-1] < 0.5 * losses[0]


@pytest.mark.parametrize("row", ROWS_OF_ONE_LINE, ids=lambda row: row.name)
def test_value_and_tensor_agree_everywhere(row):
    points = [(x,) for x in POINTS] if len(row.formulas) == 1 else [(a, b) for a in POINTS for b in POINTS]
    with np.errstate(all="ignore"):
        for point in points:
            values, tensors = [Value(x) for x in point], [Tensor(x) for x in point]
            v, t = row(*values), row(*tensors)
            assert np.isclose(v.data, t.item(), rtol=1e-13, atol=0, equal_nan=True), (row.name, point)
            v.backward()
            t.backward()
            for x, y in zip(values, tensors, strict=True):
                assert np.isclose(x.grad, y.grad, rtol=1e-12, atol=1e-300, equal_nan=True), (row.name, point)


@given(st.floats(-3, 3), st.floats(0.25, 3))
def test_operators_take_numbers_on_either_side(x, y):
    def check(f):
        expected = f(x, y)
        for a, b in [
            (Value(x), Value(y)),
            (Value(x), y),
            (x, Value(y)),
            (np.float64(x), Value(y)),
            (Value(x), np.float32(y)),
        ]:
            found = f(a, b)
            tolerance = 1e-5 if isinstance(b, np.float32) else 1e-12
            assert isinstance(found, Value)
            assert math.isclose(found.data, expected, rel_tol=tolerance, abs_tol=tolerance)

    check(lambda a, b: a + b)
    check(lambda a, b: a - b)
    check(lambda a, b: a * b)
    check(lambda a, b: a / b)
    check(lambda a, b: abs(a) ** b)
    assert math.isclose((Value(x) % y).data, (x % Value(y)).data)
    assert math.isclose((Value(x) % y).data, x % y)
    assert (Value(x) < y) is (x < y)
    assert (x <= Value(y)) is (x <= y)
    assert Value(x) // y == x // y


def test_every_node_shows_its_gradient():
    a = Value(2.0, name="a")
    b = a * 3
    c = b + 1
    assert c.grad is None
    c.backward()
    assert [n.grad for n in (a, b, c)] == [3, 1, 1]
    assert repr(a) == "Value(data=2, grad=3, name='a')"
    assert c.parents == (b,)
    assert (a * a).parents == (a, a)
    assert (b.op, a.op) == ("multiply", None)


@pytest.mark.parametrize("leave", [float, int, math.sin, complex, math.floor, lambda v: [0, 1][v]])
def test_leaving_the_graph_says_how(leave):
    with pytest.raises(TypeError, match=r"v\.data"):
        leave(Value(1.0))


@pytest.mark.parametrize("bad", ["1", None, [1.0], np.ones(3), 1j, Value(1.0), Tensor(1.0)])
def test_a_value_holds_one_real_number(bad):
    with pytest.raises(TypeError, match=r"Value"):
        Value(bad)


@pytest.mark.parametrize("bad", ["1", None, np.ones(3), 1j, Tensor(1.0)])
def test_operands_are_numbers(bad):
    for f in (lambda: Value(1.0) * bad, lambda: bad * Value(1.0)):
        with pytest.raises(TypeError):
            f()


def test_numpy_functions_on_values():
    v = Value(0.5)
    assert np.sin(v).data == math.sin(0.5)
    assert np.where(v > 0, v * 2, 0.0).data == 1.0
    assert np.clip(v, 0.6, 1.0).data == 0.6
    assert np.sign(v) == 1.0
    assert np.maximum(v, 2.0).data == 2.0
    with pytest.raises(TypeError, match="Tensor"):
        np.sum(v, axis=0)


def test_higher_orders():
    x = Value(2.0)
    (g,) = gradients(x**4, [x], create_graph=True)
    assert gradients(g, x) == 48
    assert grad(grad(grad(lambda x: x**4)))(Value(2.0)).data == 48
    y = x * x
    x.data = 5.0
    with pytest.raises(ChangedError):
        gradients(y, x, create_graph=True)
    assert gradients(y, x) == 4  # of the numbers that were recorded


def test_modes():
    with no_grad():
        assert (Value(2.0) * 3).is_leaf
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"log gave -inf at .*test_value.py"):
        Value(0.0).log()
    x = Value(0.0)
    y = x.sqrt()
    with detect_anomaly(), pytest.raises(AnomalyError, match="sqrt"):
        y.backward()


def test_hash_and_comparison():
    a, b = Value(1.0), Value(1.0)
    assert a == b
    assert a == 1
    assert len({a, b}) == 2
    assert not Value(0.0)
    assert max([Value(1.0), Value(3.0), Value(2.0)]).data == 3.0
    assert f"{Value(1.23456):.2f}" == "1.23"
