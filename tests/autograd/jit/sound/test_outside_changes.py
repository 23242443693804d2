"""What a jitted function reads from outside: a change of it is noticed, whatever the function works on."""

import numpy as np
import pytest
from worlds import check, load

from autograd import Value

HOLDERS = load("holders")


def named(case):
    return case.name


@pytest.mark.parametrize("case", load("functions") + load("objects") + load("arrays"), ids=named)
def test_a_change_outside(case):
    check(case)


def reading(case, function, more=""):
    """A function in place of the expression that reads a number."""
    return case._replace(function=function.replace("READ", case.function), state=f"{case.state}\n{more}")


@pytest.mark.parametrize("case", HOLDERS, ids=named)
def test_a_number_beside_arrays(case):
    check(reading(case, "x * (READ)"))


@pytest.mark.parametrize("case", HOLDERS, ids=named)
def test_a_number_beside_tensors(case):
    function = "def f(x):\n    w.grad = None\n    np.sum(w * x * (READ)).backward()\n    return w.grad"
    check(reading(case, function, "w = Tensor([1.0, 2.0, 3.0])"))


@pytest.mark.parametrize("case", HOLDERS, ids=named)
def test_a_number_beside_values(case):
    check(reading(case, "x * v * (READ)", "v = Value(0.5)"), lambda i: Value(0.25 + i), lambda v: v.data)


LAYER = """
JIT = False
class Own(nn.layers.Layer):
    def call(self, x):
        return x * np.float32(READ)
model = nn.Sequential([Own(), nn.layers.Dense(1)], seed=0)
model.compile('sgd', 'mse')
"""
FIT = "def f(data):\n    return model.fit(*data, epochs=2, batch_size=4, verbose=0, seed=0, jit=JIT).history['loss']"


@pytest.mark.parametrize("case", HOLDERS[::2], ids=named)
def test_a_number_in_a_layer_of_fit(case):
    data = np.ones((8, 2), np.float32), np.ones((8, 1), np.float32)

    def replayed(f):
        f.__globals__["JIT"] = True
        return f

    more = LAYER.replace("READ", case.function)
    check(case._replace(state=f"{case.state}\n{more}", function=FIT), lambda i: data, through=replayed)


def test_there_are_many_cases():
    assert len(HOLDERS) + sum(len(load(page)) for page in ("functions", "objects", "arrays")) >= 250
