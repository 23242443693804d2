"""What a jitted function sees of the world around it: a change is noticed."""

import numpy as np
import pytest
from equal import same

from autograd import (
    Tensor,
    detect_anomaly,
    jit,
    no_grad,
)

SCALE = 2.0


TABLE = {"shift": np.ones(3)}


def test_changed_globals_and_closures_are_noticed():
    global SCALE  # noqa: PLW0603  that it changes is what is tested
    factor = np.array([1.0, 2.0, 3.0])

    def f(x):
        return x * SCALE * factor + TABLE["shift"]

    g, x = jit(f), np.ones(3)
    assert same(g(x), f(x))
    SCALE = 3.0
    assert same(g(x), f(x))
    factor = np.array([5.0, 6.0, 7.0])
    assert same(g(x), f(x))
    factor *= 2  # in place: the program reads it where it is
    assert same(g(x), f(x))
    TABLE["shift"] = np.zeros(3)
    assert same(g(x), f(x))
    SCALE, TABLE["shift"] = 2.0, np.ones(3)


def test_a_changed_helper_or_default_is_noticed():
    def inner(x, k=2.0):
        return x * k

    def f(x):
        return inner(x)

    g = jit(f)
    assert g(np.ones(1))[0] == 2
    inner.__defaults__ = (5.0,)
    assert g(np.ones(1))[0] == 5

    def inner(x):
        return x * 7

    assert g(np.ones(1))[0] == 7


def test_attributes_of_an_object_are_noticed():
    class Scaled:
        factor = 1.0

        def __init__(self):
            self.factor = 2.0
            self.w = Tensor([1.0, 2.0])

        def __call__(self, x):
            return np.sum(self.w * x) * self.factor

    model = Scaled()
    f, x = jit(lambda x: model(x) * 1.0), np.ones(2)
    for factor in (2.0, 3.0):
        model.factor = factor
        assert f(x).item() == model(x).item()
    model.w = Tensor([10.0, 20.0])
    assert f(x).item() == model(x).item()
    model.w.data = np.array([0.0, 1.0])
    assert f(x).item() == model(x).item()
    model.w.data -= 5
    assert f(x).item() == model(x).item()


def test_methods():
    class Model:
        def __init__(self, k):
            self.k = k

        @jit
        def __call__(self, x):
            return x * self.k

    a, b = Model(2.0), Model(3.0)
    x = np.ones(2)
    for _ in range(2):
        assert a(x)[0] == 2
        assert b(x)[0] == 3
    a.k = 4.0
    assert a(x)[0] == 4


def test_no_grad_and_other_modes():
    f = jit(lambda x: x * 2)
    x = Tensor([1.0])
    assert not f(x).is_leaf
    with no_grad():
        assert f(x).is_leaf
    with detect_anomaly(), np.errstate(all="ignore"), pytest.raises(ArithmeticError, match="log gave nan"):
        jit(np.log)(Tensor([-1.0]))
