"""Transforms: any nesting, any container, and the cases that break engines."""

import threading

import numpy as np
import pytest

from autograd import (
    Tensor,
    checkpoint,
    elementwise_grad,
    grad,
    gradients,
    hessian,
    hvp,
    jacobian,
    jvp,
    stop_gradient,
    value_and_grad,
    vjp,
)

X = np.array([0.3, 0.7, 1.2])


def test_grad_of_plain_numpy_code():
    assert np.allclose(grad(lambda x: np.sum(np.sin(x) * x))(X), np.cos(X) * X + np.sin(X))
    assert isinstance(grad(np.tanh)(0.5), float)


def test_orders_nest():
    f = np.sin
    for expected in (np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x), np.sin):
        f = grad(f)
        assert np.isclose(f(0.7), expected(0.7))


def test_perturbation_confusion():
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(2.0) == 1
    assert grad(lambda x: x * grad(lambda y: x * y)(1.0))(3.0) == 6
    assert jvp(lambda x: x * jvp(lambda y: x + y, (1.0,), (1.0,))[1], (2.0,), (1.0,))[1] == 1
    assert grad(lambda x: jvp(lambda y: x * y * y, (3.0,), (1.0,))[1])(2.0) == 6
    assert jvp(lambda x: grad(lambda y: x * y * y)(3.0), (2.0,), (1.0,))[1] == 6


def test_an_outer_variable_in_a_closure():
    w = Tensor(2.0)
    y = grad(lambda x: w * x * x)(Tensor(3.0))
    y.backward()
    assert w.grad == 6


def test_a_function_that_ignores_its_argument():
    assert grad(lambda x: 5.0)(1.0) == 0
    assert grad(lambda x: np.sum(np.ones(2)))(X).tolist() == [0, 0, 0]
    assert jacobian(lambda x: np.ones(2))(X).shape == (2, 3)
    assert jvp(lambda x: 3.0, (X,), (X,))[1] == 0
    assert vjp(lambda x, y: x, 1.0, 2.0)[1](1.0) == (1, 0)


def test_containers():
    def f(p, scale=1.0):
        return scale * (np.sum(p["w"] * 3) + p["b"][0] * p["b"][1][0])

    p = {"w": X, "b": [2.0, (5.0, "label", None)]}
    found = grad(f)(p)
    assert found["w"].tolist() == [3, 3, 3]
    assert found["b"][0] == 5
    assert found["b"][1] == (2, None, None)
    assert grad(f, "scale")(p, scale=2.0) == f(p)
    both = grad(f, (0, "scale"))(p, scale=2.0)
    assert both[0]["w"].tolist() == [6, 6, 6]
    _value, tangent = jvp(lambda p: {"twice": p["a"] * 2}, ({"a": X},), ({"a": np.ones(3)},))
    assert tangent["twice"].tolist() == [2, 2, 2]
    _out, pull = vjp(lambda x: (x[0], {"rest": x[1:]}), X)
    assert pull((1.0, {"rest": np.array([5.0, 7.0])}))[0].tolist() == [1, 5, 7]


def test_has_aux():
    (value, extra), _g = value_and_grad(lambda x: (np.sum(x * x), {"x": x}), has_aux=True)(X)
    assert np.isclose(value, np.sum(X * X))
    assert type(extra["x"]) is np.ndarray
    _g, extra = grad(lambda x: (np.sum(x * x), "hello"), has_aux=True)(X)
    assert extra == "hello"
    with pytest.raises(TypeError, match=r"\(value, extra\)"):
        grad(np.sum, has_aux=True)(X)


def test_jacobian_is_batched_and_equals_the_rows():
    w = np.random.default_rng(0).normal(size=(3, 4))

    def f(x):
        return np.tanh(x @ w) * x[0]

    j = jacobian(f)(X)
    assert np.allclose(j, np.stack([grad(lambda x, i=i: f(x)[i])(X) for i in range(4)]))
    assert np.allclose(j, np.stack([jvp(f, (X,), (e,))[1] for e in np.eye(3)], axis=1))
    jw = jacobian(lambda w: X @ w)(w)
    assert jw.shape == (4, 3, 4)
    h = hessian(lambda x: np.sum(f(x) ** 2))(X)
    assert np.allclose(h, h.T)
    assert np.allclose(h @ np.ones(3), hvp(lambda x: np.sum(f(x) ** 2), X, np.ones(3)))
    assert np.allclose(h @ np.ones(3), hvp(lambda x: np.sum(f(x) ** 2))(X, np.ones(3)))
    blocks = jacobian(lambda x, y: {"p": x * y}, (0, 1))(X, 2.0)
    assert blocks["p"][1].tolist() == X.tolist()


def test_elementwise_grad():
    assert np.allclose(elementwise_grad(elementwise_grad(np.sin))(X), -np.sin(X))


def test_gradients_leaves_grad_alone():
    x = Tensor(X)
    h = x * 2
    y = (h * h).sum()
    gx, gh = gradients(y, [x, h])
    assert np.allclose(gx, 8 * X)
    assert np.allclose(gh, 4 * X)
    assert x.grad is None
    assert gradients(y, {"other": Tensor(1.0)})["other"] == 0
    with pytest.raises(TypeError, match="wanted the Tensor or Value"):
        gradients(y, X)
    with pytest.raises(ValueError, match="needs a seed"):
        gradients(h, x)


def test_checkpoint():
    w = Tensor(np.ones(3))

    def inside(x, shift):
        return {"y": np.exp(np.sin(x)) * w + shift, "n": 7}

    def outer(f, x):
        out = f(x, 1.0)
        assert out["n"] == 7
        return np.sum(out["y"] * x)

    for order in (grad, hessian):
        assert np.allclose(order(lambda x: outer(checkpoint(inside), x))(X), order(lambda x: outer(inside, x))(X))
    outer(checkpoint(inside), Tensor(X)).backward()
    assert np.allclose(w.grad, np.exp(np.sin(X)) * X)
    assert np.isclose(
        jvp(lambda x: outer(checkpoint(inside), x), (X,), (X,))[1], jvp(lambda x: outer(inside, x), (X,), (X,))[1]
    )


def test_stop_gradient():
    assert grad(lambda x: x * stop_gradient(x))(3.0) == 3
    assert grad(lambda p: p["a"] * stop_gradient(p)["a"])({"a": 3.0}) == {"a": 3.0}


def test_what_grad_refuses():
    with pytest.raises(TypeError, match=r"returned shape \(3,\)"):
        grad(lambda x: x * 2)(X)
    with pytest.raises(TypeError, match="complex"):
        grad(lambda x: x * 1j)(1.0)
    with pytest.raises(TypeError, match="not given"):
        grad(lambda x: x, 1)(1.0)
    with pytest.raises(TypeError, match="astype"):
        grad(np.sum)(np.arange(3))
    with pytest.raises(TypeError, match="one number, not dict"):
        grad(lambda x: {"a": x})(1.0)


def test_transforms_in_threads():
    found = []

    def work(k):
        found.append((k, grad(grad(lambda x: x**3 * k))(2.0)))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(found) == [(k, 12.0 * k) for k in range(8)]
