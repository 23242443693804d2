"""Programs of Values that choose by numbers, and mix Values with numbers."""

import numpy as np
import pytest
from value_programs import Recorded, compare, same

from autograd import Value, gradients, no_grad, stop_gradient

pytestmark = pytest.mark.usefixtures("way")


def test_clip_and_where_take_the_other_branch():
    def f(x, y):
        a = x.clip(-1, 1) + y.clip(min=0.5) + np.clip(x, y, None)
        b = np.where(x > y, x * x, y) + np.where(x.data > 0, 1.0, y) + np.where(x, y, 3.0)
        return a, b

    points = [0.0, 0.25, 2.0, -2.0, -1.0, 1.0]
    for first in (0.3, -3.0):
        program = Recorded(f)
        program(Value(first), Value(0.1))
        for a in points:
            for b in points:
                ours, theirs = [Value(a), Value(b)], [Value(a), Value(b)]
                for function, args in ((program, ours), (f, theirs)):
                    sum(function(*args)).backward()
                assert same([v.grad or 0.0 for v in ours], [v.grad or 0.0 for v in theirs])
                assert same(program(*ours), f(*theirs))


def test_the_branch_not_taken_gets_no_nan():
    compare(lambda x: np.where(x > 0, x.log(), 0.0) + np.where(x > 0, x.sqrt(), x), (1.0,), (0.0,), (-1.0,), (2.0,))


def test_flat_functions_and_comparisons_give_numbers():
    def f(x, y):
        return (x > y, x == y, x <= 1, x // 2, 5 // y, round(x, 1), round(x), np.sign(x), np.floor(y), x.item() + 1)

    compare(f, (1.25, 2.0), (2.5, 2.5), (-1.7, 0.3))


def test_division_by_zero_raises_as_python_does():
    program = Recorded(lambda x, n: x.data / n)
    program(Value(1.0), 2.0)
    with pytest.raises(ZeroDivisionError):
        program(Value(1.0), 0.0)
    assert program(Value(3.0), 2.0) == 1.5


def test_numpy_s_numbers_and_functions_beside_numbers():
    two = np.float64(2)

    def f(x, n):
        right = np.bool_(True) == (x.data > 0), np.int64(3) * x.data, two * n, n * two, two - x.data
        return right, np.sqrt(x.data * x.data + n), np.exp(n), np.sign(x), np.multiply(x.data, x), np.add(n, x)

    compare(lambda x: f(x, 2.0), (1.0,), (-3.0,))
    program = Recorded(f)
    for a, n in ((1.0, 2.0), (-3.0, 0.5)):
        assert same(program(Value(a), n), f(Value(a), n))


def test_numbers_beside_values_and_in_them():
    def f(x, n):
        made = Value(n * 2)
        y = n * x + x**n + made * (x.data + n) + n - x
        return y, stop_gradient(x) * x, x.detach() * n, 2 * n

    program = Recorded(f)
    for a, n in ((1.0, 2.0), (3.0, 0.5), (0.5, -1.0)):
        x, y = Value(a), Value(a)
        assert same(f(x, n), program(y, n))
        for function, v in ((f, x), (program, y)):
            sum(function(v, n)[:3]).backward()
        assert same(x.grad, y.grad)


def test_no_grad_inside():
    def f(x):
        with no_grad():
            c = x * x
        return c * x, c

    compare(lambda x: f(x)[0], (2.0,), (3.0,))
    program = Recorded(f)
    program(Value(1.0))
    assert program(Value(2.0))[1].is_leaf


def test_gradients_inside():
    def f(x, y):
        gx, gy = gradients(x * x * y, [x, y])
        return gx * x, gy, x.grad

    compare(f, (2.0, 3.0), (1.0, -1.0))


def test_inner_nodes_show_their_gradients():
    def f(x):
        h = x * x
        y = h.tanh()
        y.backward()
        return h, h.grad, y

    program = Recorded(f)
    for a in (0.5, 0.25):
        h, y = program(Value(a))[::2]
        expected = f(Value(a))
        assert same([h.grad, y.grad], [expected[0].grad, expected[2].grad])
