"""Names of Tensors and Values, and which array something is: a jitted function that reads them decides as in Python."""

import numpy as np
import pytest
from equal import same

import nn
from autograd import Tensor, Value, grad, jit
from autograd.errors import RecordingError

X, W = np.array([1.0, -2.0, 0.5]), np.array([3.0, 1.0, 2.0])


def tensor():
    return Tensor([1.0, 2.0, 3.0], name="a")


def parameter():
    layer = nn.Sequential([nn.layers.Dense(1, input_shape=(3,))], seed=0).layers[0]
    layer.kernel.name = "a"
    return layer


# What has the name, where it is, and the function of X and what has it.
READ = {
    "Tensor": (tensor, lambda t: t, lambda x, t: x * t if t.name == "a" else x + t),
    "its text alone": (tensor, lambda t: t, lambda x, t: x * len(t.name)),
    "in a gradient": (tensor, lambda t: t,
                      lambda x, t: grad(lambda u: np.sum(u**2) if t.name == "a" else np.sum(u))(x)),
    "a parameter": (parameter, lambda layer: layer.kernel, lambda x, layer: x * (2 if layer.kernel.name == "a" else 3)),
    "parameters": (parameter, lambda layer: layer.kernel,
                   lambda x, layer: x * (2 if layer.parameters()[0].name == "a" else 3)),
    "Value": (lambda: Value(2.0, name="a"), lambda v: v, lambda x, v: v * 2 if v.name == "a" else v + 5),
    "its label": (lambda: Value(2.0, name="a"), lambda v: v, lambda x, v: v * 2 if v.label == "a" else v + 5),
    "a Value's alone": (lambda: Value(2.0, name="a"), lambda v: v, lambda x, v: x * 2 if v.name == "a" else x * 3),
}  # fmt: skip


def plain(x):
    return getattr(x, "data", x)


@pytest.mark.parametrize("as_argument", [False, True])
@pytest.mark.parametrize("case", READ)
def test_a_name_that_changes(case, as_argument):
    make, named, function = READ[case]
    holder = make()
    f = jit(function) if as_argument else jit(lambda x: function(x, holder))
    given = (X, holder) if as_argument else (X,)
    for name in ("a", "a", "bcd", "bcd", "bcd", None if "text" not in case else "a", "a"):
        named(holder).name = name
        assert same(plain(f(*given)), plain(function(X, holder))), name
    if not as_argument:
        assert f.recordings < 5


def test_names_that_nobody_reads_make_no_programs():
    t = tensor()
    f = jit(lambda x: x * t)
    for name in "abc":
        t.name = name
        f(X)
    assert f.recordings == 1


def which(x):
    return x * 2 if x is W else x * 3


def any_of(x):
    return x * 2 if not any(x is other for other in (W, X)) else x * 3


@pytest.mark.parametrize("function", [which, any_of, lambda x: (x is not W) * x])
def test_an_argument_that_may_be_the_array_outside_is_refused_where_that_is_asked(function):
    f = jit(function)
    assert same(f(X * 2), function(X * 2))
    for array in (W, W):
        with pytest.raises(RecordingError, match="`is`, in a function that has an array both"):
            f(array)
    assert same(f(X * 4), function(X * 4))


@pytest.mark.parametrize("function", [
    lambda x: x * W if x is not None else W, lambda x: x * W if type(x) is not float else W,
    lambda x: x * W if isinstance(x, np.ndarray) else W,
])  # fmt: skip
def test_other_questions_are_answered(function):
    assert same(jit(function)(W), function(W))


@pytest.mark.parametrize(
    "function", [lambda x: x * 2 if x.base is W else x, lambda x: x[1:] if x.T.base is None else x]
)
def test_the_base_of_an_array_is_refused(function):
    with pytest.raises(RecordingError, match=r"x\.base of an array.*np\.shares_memory"):
        jit(function)(W[1:])


class Named(dict):
    """A dictionary whose items are attributes too, as people write it."""

    __getattr__ = dict.__getitem__
    __setattr__ = dict.__setitem__


@pytest.mark.parametrize("static", [(), "p"])
def test_a_dictionary_that_answers_for_itself(static):
    p = Named(a=W.copy(), k=2.0)

    def function(x, p):
        return x * p.a + p["k"]

    f = jit(function, static=static) if not static else jit(lambda x: function(x, p))
    given = (X, p) if not static else (X,)
    for k in range(3):
        p.k, p.a[0] = float(k), k + 0.5
        assert same(f(*given), function(X, p))
        p.a = p.a * 2
        assert same(f(*given), function(X, p))
