"""Odd arguments, results, seeds and tangents: answered rightly or refused, never wrong in silence."""

import re
from collections import OrderedDict, defaultdict, namedtuple

import numpy as np
import pytest

from autograd import (
    Tensor,
    Value,
    elementwise_grad,
    grad,
    gradients,
    hessian,
    hvp,
    jacobian,
    jvp,
    primitive,
    value_and_grad,
    vjp,
)
from autograd.errors import BackwardError

X = np.array([1.0, 2.0, 3.0])
T = Tensor(X)


# -- functions that write to their argument ---------------------------------------------------------------------------
def overwritten(x):
    x[0] = 5.0
    return np.sum(x**2)


def doubled(x):
    x += x
    return x**2


def test_a_function_may_write_to_its_argument():
    for x in (X, T):
        assert np.array_equal(np.asarray(plain(grad(overwritten)(x))), [0, 4, 6])
        assert plain(jvp(overwritten, (x,), (X,))[1]) == 26
        assert np.array_equal(plain(jacobian(doubled)(x)), np.diag(8 * X))
        assert np.array_equal(plain(vjp(doubled, x)[1](np.ones(3))[0]), 8 * X)
        assert np.array_equal(plain(hessian(lambda x: np.sum(doubled(x)))(x)), 8 * np.eye(3))
        assert np.array_equal(plain(hvp(lambda x: np.sum(doubled(x)), x, X)), 8 * X)
    assert X.tolist() == T.data.tolist() == [1, 2, 3]


def plain(x):
    return x.data if isinstance(x, Tensor | Value) else x


# -- Values and arrays together ---------------------------------------------------------------------------------------
def test_several_results_that_are_values():
    x, y = Value(3.0), Value(2.0)
    assert vjp(lambda v: (v * 2, v * 3), x)[1]((1.0, 10.0))[0].data == 32
    found = jacobian(lambda v: [v[0] * v[1], v[0]])([x, y])
    assert [[plain(g) for g in row] for row in found] == [[2, 3], [1, 0]]


def test_values_in_every_transform():
    def cube(v):
        return v * v * v

    x = Value(3.0)
    assert plain(grad(cube)(x)) == plain(jacobian(cube)(x)) == plain(elementwise_grad(cube)(x)) == 27
    assert plain(jvp(cube, (x,), (1.0,))[1]) == 27
    assert plain(hessian(cube)(x)) == plain(hvp(cube, x, 1.0)) == plain(jvp(grad(cube), (x,), (1.0,))[1]) == 18
    assert plain(jvp(lambda v: jvp(cube, (v,), (1.0,))[1], (x,), (2.0,))[1]) == 36
    assert plain(grad(lambda v: jvp(cube, (v,), (v,))[1])(x)) == 81
    assert jvp(lambda v: (v, 1.0), (x,), (1.0,))[1][1] == 0


def test_second_derivatives_of_values_through_a_constant_slope():
    assert plain(grad(grad(lambda v: np.remainder(v * v, 0.7) * v))(Value(1.3))) == pytest.approx(6 * 1.3)


def test_values_and_arrays_side_by_side():
    v, a = grad(lambda v, a: np.sum(a * 2), (0, 1))(Value(1.0), X)
    assert (plain(v), plain(a).tolist()) == (0, [2, 2, 2])
    a, v = grad(lambda a, v: v * 2, (0, 1))(X, Value(1.0))
    assert (plain(v), plain(a).tolist()) == (2, [0, 0, 0])
    v = Value(2.0)
    assert gradients(v * v, T).tolist() == [0, 0, 0]
    assert gradients(v * v, [v, T])[0] == 4
    assert gradients(T.sum(), [v, T])[1].tolist() == [1, 1, 1]


# -- containers -------------------------------------------------------------------------------------------------------
def test_dictionaries_are_matched_by_key():
    def f(p):
        return p["a"] * 10 + p["b"]

    assert jvp(f, ({"a": 1.0, "b": 2.0},), ({"b": 1.0, "a": 0.0},))[1] == 1
    assert vjp(lambda x: {"a": x, "b": 10 * x}, 1.0)[1]({"b": 1.0, "a": 0.0})[0] == 10
    with pytest.raises(ValueError, match="a dict with 'a'"):
        jvp(f, ({"a": 1.0, "b": 2.0},), ({"c": 1.0, "d": 0.0},))
    with pytest.raises(ValueError, match="structures differ"):
        vjp(lambda x: {"a": x, "b": 10 * x}, 1.0)[1]({"a": 1.0})
    with pytest.raises(ValueError, match="structures differ"):
        vjp(lambda x: (x, x), 1.0)[1](1.0)


def test_containers_keep_their_kind():
    point = namedtuple("Point", "a b")(1.0, 2.0)
    assert grad(lambda p: p.a * 2 + p.b)(point) == (2, 1)
    assert type(grad(lambda p: p.a * 2 + p.b)(point)) is type(point)
    assert grad(lambda p: p["a"] * 2)(OrderedDict(a=1.0)) == OrderedDict(a=2.0)
    found = grad(lambda p: p["a"] * 2)(defaultdict(float, a=1.0))
    assert found == {"a": 2}
    assert found["other"] == 0
    assert jacobian(lambda x: (x, "label", None, True))(X)[1:] == (None, None, None)
    assert jvp(lambda x: (x, "label"), (X,), (X,))[1][1] is None


def test_lists_of_numbers_beside_arrays():
    assert jvp(np.sum, (X,), ([1, 0, 2],))[1] == 3
    assert vjp(np.sin, X)[1]([1.0, 0.0, 0.0])[0].tolist() == [np.cos(1.0), 0, 0]


# -- what is refused, and how -----------------------------------------------------------------------------------------
V = Value(2.0)
REFUSED = {
    "a complex seed": (lambda: vjp(np.sin, X)[1](X + 1j), "complex seed for numbers of dtype float64"),
    "a complex seed, Tensor": (lambda: vjp(np.sin, X)[1](Tensor(X + 1j)), "complex seed"),
    "a complex seed in gradients": (lambda: gradients(T * 2, T, seed=X + 1j), "complex seed"),
    "a complex seed in backward": (lambda: (Tensor(X) * 2).backward(X + 1j), "complex seed"),
    "a complex tangent": (lambda: jvp(np.sin, (X,), (X + 1j,)), "complex tangent"),
    "a complex tangent, Tensor": (lambda: jvp(np.sin, (X,), (Tensor(X + 1j),)), "complex tangent"),
    "a seed of another shape": (lambda: gradients(T.sum(), T, seed=T), r"seed of shape \(3,\) for an output of shape"),
    "a seed without a shape": (lambda: gradients(T * 2, T, seed=Tensor(1.0)), r"seed of shape \(\) for an output"),
    "a Tensor for backward": (lambda: (T * 2).backward(Tensor(1.0)), "seed of shape"),
    "a text as a seed": (lambda: vjp(np.sum, X)[1]("1"), "seed of dtype <U1"),
    "a tangent of another shape": (lambda: jvp(np.sum, (np.ones((2, 3)),), (X,)), r"tangent of shape \(3,\)"),
    "a tangent that is None": (lambda: jvp(np.sum, (X,), (None,)), "tangent of dtype object"),
    "a tangent that is text": (lambda: jvp(np.sum, (X,), ("a",)), "tangent of dtype <U1"),
    "a Value's tangent": (lambda: jvp(lambda v: v, (V,), (X,)), "a tangent for a Value is one real number"),
    "a Value's seed": (lambda: gradients(V * V, V, seed=X), "a seed for a Value is one real number"),
    "a text as a Value's seed": (lambda: gradients(V * V, V, seed="3"), "one real number, not str"),
    "gradients of a list": (lambda: gradients([T.sum(), T.sum()], T), "gradients of list: wanted the one Tensor"),
    "gradients of a number": (lambda: gradients(5.0, T), "gradients of float"),
    "a function that gives text": (lambda: grad(lambda x: "a")(1.0), "one number, not str"),
    "a function that gives a bool": (lambda: grad(lambda x: x > 0)(1.0), "it returned bool, which has no derivative"),
    "a function that gives bools": (lambda: grad(lambda x: (x > 0).all())(X), "returned bool"),
    "a function that gives objects": (lambda: grad(lambda x: np.array([None]))(X), "returned object"),
    "a complex constant": (lambda: grad(lambda x: 1j)(1.0), "it returned a complex number"),
    "a complex constant's jacobian": (lambda: jacobian(lambda x: 3j)(X), "complex output"),
    "a list": (lambda: grad(lambda x: [np.sum(x)])(X), "one number, not list"),
    "an empty result": (lambda: grad(lambda x: x)(np.zeros(0)), r"it returned shape \(0,\)"),
    "a tuple without has_aux": (lambda: value_and_grad(lambda x: (np.sum(x), 1))(X), "one number, not tuple"),
    "a text to differentiate": (lambda: grad(lambda a: 2.0)("text"), "with respect to 'text'"),
    "None to differentiate": (lambda: jacobian(lambda a: 2.0)(None), "with respect to None"),
    "a bool to differentiate": (lambda: grad(lambda a: a * 1.0)(True), "with respect to True"),
    "whole numbers": (lambda: grad(np.sum)(np.arange(3)), "index or a label"),
    "a masked array": (lambda: grad(np.sum)(np.ma.array(X, mask=[1, 0, 0])), "a Tensor has no mask"),
    "an argument before the first": (lambda: grad(np.sin, -2)(1.0), "was not given in the call"),
    "no argument at all": (lambda: grad(np.sin, None)(1.0), "was not given in the call"),
    "hvp without a vector": (lambda: hvp(np.sum, X), "takes a point and a vector"),
    "hvp of two points": (lambda: hvp(np.sum, X, X, X), "takes a point and a vector"),
    "hvp along another shape": (lambda: hvp(lambda x: np.sum(x**3), X, np.ones(2)), r"tangent of shape \(2,\)"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_with_what_came(what):
    call, words = REFUSED[what]
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    assert re.search(words, str(caught.value)), str(caught.value)


def test_a_rule_that_loses_the_leading_axes_is_named():
    @primitive(batched=True)
    def last_sum(x):
        return x.sum(axis=-1)

    @last_sum.vjp("x")
    def _(g, x):
        return 0 * x + 1  # without g, and so without its leading axes

    for shape in [(2, 3), (4, 3), (3, 3, 3)]:
        with pytest.raises(BackwardError, match="last_sum for argument 0 says it is batched"):
            jacobian(last_sum)(np.ones(shape))


def test_seeds_and_tangents_take_the_dtype_of_what_they_belong_to():
    x = X.astype(np.float32)
    assert jvp(np.sin, (x,), (X,))[1].dtype == np.float32
    assert vjp(np.sin, x)[1](X)[0].dtype == np.float32
    assert vjp(np.sin, x)[1](Tensor(X))[0].dtype == np.float32
    assert jvp(np.sin, (x,), (np.array([1, 2, 3]),))[1].dtype == np.float32
    assert jvp(lambda x: np.float32(3), (x,), (x,))[1].dtype == np.float32
    t = Tensor(x)
    (t * 2).backward(Tensor(X))
    assert t.grad.tolist() == [2, 4, 6]
