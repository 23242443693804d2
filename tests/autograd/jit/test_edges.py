"""jit: the corners where a program and eager code once parted."""

import numpy as np
import pytest
from equal import same
from replays import arrays, check

from autograd import Tensor, grad, jit
from autograd.engine import writes
from autograd.errors import ChangedError, RecordingError


# -- what a program computes ------------------------------------------------------------
@pytest.mark.parametrize("function", [
    lambda x: np.tanh((np.zeros_like(x) + x) * 3),
    lambda x: np.tanh((np.ones_like(x) * x) * 3),
    lambda x: np.sum(x, axis=0, keepdims=1),
    lambda x: np.mean(x, axis=np.int64(0), keepdims=1),
    lambda x: np.ldexp(x * 1.5, 2),
    lambda x: np.copysign(1.0, x * 0.0 - (-0.0)),
    lambda x: np.concatenate([np.concatenate([x[0] * 2, x[1] * 3]), x[1] * 4]),
    lambda x: (np.sum((x * 2).T.copy()), np.sum(np.copy(x.T))),
    lambda x: (np.sum(x).astype(np.float32), np.copy(np.sum(x)), np.sum(x).copy()),
    lambda x: np.copysign(1.0, np.sum(x[:, :1] * -0.0, axis=1)),
    lambda x: {},
    lambda x: ([], ()),
], ids=range(12))  # fmt: skip
def test_a_replay_gives_what_eager_code_gives(function):
    check(function, *arrays(30, 20))


@pytest.mark.parametrize("view", [lambda s: s.reshape(1), np.atleast_1d, lambda s: s[...]], ids=range(3))
def test_an_array_made_of_a_number_is_not_written_to(view):
    def f(x):
        s = np.sum(x)
        y = view(s)
        y += 1
        return s * 2, y

    with pytest.raises(RecordingError, match="made of a single number"):
        jit(f)(np.ones(3))


def test_methods_and_outputs_that_a_program_has_not():
    def two(x):
        a, b = x * 1, x * 1
        np.modf(x, out=(a, b))
        return a, b

    for function in (lambda x: (x * 2).sort(), two):
        with pytest.raises(RecordingError):
            jit(function)(np.ones(3))


def test_equal_views_are_one_also_as_targets():
    def f(x):
        y = x.ravel()
        z = x.ravel()
        z += 1
        w = x.reshape(6)
        np.multiply(w, 2, out=w)
        q = x.T.reshape(6)
        q += 3
        v = x.reshape(6)
        np.multiply(v, 2, out=v)
        return x * 1, y * 1, q

    check(f, *arrays(2, 3))


# -- what makes another program ------------------------------------------------------------
def test_the_order_in_memory():
    def f(x):
        before = np.sum(x)
        y = x.ravel()  # a view or a copy
        y += 1
        return before, np.sum(x), y, np.sum(x * 2, axis=1), x @ x[0]

    rng = np.random.default_rng(0)
    for turn in (0, 1, 2):
        kinds = [(rng.standard_normal((40, 40)),), (np.asfortranarray(rng.standard_normal((40, 40))),),
                 (rng.standard_normal((80, 80))[::-2, ::-2],)]  # fmt: skip
        recorded = jit(f)
        for (x,) in (kinds[turn:] + kinds[:turn]) * 2:
            mine = np.lib.stride_tricks.as_strided(np.empty_like(x), x.shape, x.strides) if x.strides[0] > 0 else None
            if mine is None:
                mine = np.empty((80, 80))[::-2, ::-2]
            mine[...] = x
            # Where an array starts in memory moves the last bit of a sum on some NumPys.
            found, wanted = recorded(x), f(mine)
            assert all(np.allclose(a, b, rtol=1e-12, atol=1e-12) for a, b in zip(found, wanted, strict=True))
            assert same(x, mine)


def test_an_array_without_axes_is_no_number():
    def f(x):
        x += 1
        return x

    check(f, (np.float64(2),), (np.array(2.0),), (np.float64(3),), (np.array(4.0),))
    check(f, (np.array(2.0),), (np.float64(2),), (np.array(2.0),))


def test_static_arguments_that_are_equal_but_not_the_same():
    x = np.arange(3)
    check(lambda x, t: x * t[0], (x, (1, 2)), (x, (1.0, 2.0)), (x, (True, 2)), static="t")
    check(lambda x, t: np.copysign(x, t) + 0.0 * t, (x, 0.0), (x, -0.0), static="t")


# -- joined arrays ------------------------------------------------------------
def test_a_view_of_one_of_two_equal_arrays_keeps_both_alive():
    def f(x):
        y = np.tanh(x)
        same = np.tanh(x)
        view = same[::-1]
        z = y * 2  # in the place of y, if nobody knows that the view looks there
        return np.sum(np.exp(z)), view * 3

    def g(x):
        zeros = np.zeros_like(x).astype(float)
        view = zeros[::-1]
        return np.sum(np.tanh(zeros + x) * x), view + 0.0, np.zeros_like(x) * x

    check(f, *arrays(30, 20))
    check(g, *arrays(30, 20))


def test_a_reversed_part_of_a_joined_array():
    check(lambda x: np.concatenate([(x * 2)[::-1], np.concatenate([x * 3, np.flip(x * 4)])]) + 1, *arrays(4))


# -- Tensors as arguments ------------------------------------------------------------
def tensor(seed):
    return Tensor(np.random.default_rng(seed).standard_normal(3))


def test_one_tensor_at_several_places():
    def f(a, b):
        np.sum(a * 2 + b * b).backward()
        return a.grad, b.grad, a * b

    recorded = jit(f)
    for turn in range(6):
        mine, others = ([tensor(turn), tensor(turn + 10 * (turn % 2))] for _ in range(2))
        if turn % 2 == 0:
            mine[1], others[1] = mine[0], others[0]
        assert same(recorded(*mine), f(*others))


@pytest.mark.parametrize("first", [0, 1])
def test_an_argument_that_is_also_used_from_outside(first):
    w = tensor(0)

    def f(t):
        np.sum(t * w * w).backward()
        t.data -= 0.1 * w.grad
        found = (t * w, w.grad, t.grad)
        w.grad = t.grad = None
        return found

    recorded = jit(f)
    for turn in range(first, first + 5):
        found = []
        for function in (recorded, f):
            w.data = np.arange(1.0, 4.0)
            found.append(function(tensor(turn) if turn % 2 else w))
        assert same(*found)


def test_a_tensor_that_is_returned_is_the_tensor():
    w = tensor(0)
    recorded = jit(lambda t: (t, [w], t[1:]))
    for seed in range(3):
        t = tensor(seed)
        first, (second,), part = recorded(t)
        assert first is t
        assert second is w
        assert same(part, t[1:])
    assert jit(lambda t: t)(t) is t


def test_the_data_of_an_argument_are_replaced():
    def f(t):
        t.data = t.data * 2
        return t * 1

    recorded = jit(f)
    for seed in range(4):
        mine, other = tensor(seed), tensor(seed)
        assert same(recorded(mine), f(other))
        assert same(mine, other)


def test_no_gradient_of_what_has_changed_since():
    a, w, scale = tensor(0), tensor(1), [2.0]
    f = jit(lambda a: np.sum(a * a * w) * scale[0])
    for change in (
        lambda: setattr(a, "data", np.ones(3)), lambda: a.data.fill(7.0), lambda: w.data.fill(7.0),
        lambda: scale.__setitem__(0, scale[0] + 1),
    ):  # fmt: skip
        for _ in range(3):  # the second one is compared with Python, and is Python's
            y = f(a)
        change()
        with pytest.raises(ChangedError):
            y.backward()
    f(a).backward()
    assert np.allclose(a.grad, 2 * a.data * w.data * scale[0])


def test_a_view_of_a_number_keeps_its_memory():
    def f(x):
        number = np.isnan(x[0])
        shown = np.reshape(number, ())  # in a program it looks at the memory that the number has there
        rest = [np.isnan(x * k).any() for k in range(1, 6)]
        return np.where(shown, 1.0, 2.0), rest

    check(f, *arrays(3), (np.array([np.nan, 1.0, 2.0]),), *arrays(3))


def test_a_replay_takes_no_fingerprint_of_what_nobody_was_handed(monkeypatch):
    a, w = tensor(0), tensor(1)
    f = jit(lambda a: np.tanh(a * w))
    f(a)
    monkeypatch.setattr(writes, "fingerprint", lambda array: pytest.fail("the whole array was read"))
    y = f(a)
    y.backward(np.ones(3))
    assert same(a.grad, (1 - y.numpy() ** 2) * w.numpy())


def test_no_slope_arrives_at_a_singular_one_also_where_nothing_varies():
    """The gradient of a linear function is a constant: in it, too, 0 times an infinite slope is 0."""
    w = np.array([0.0, 2.0])

    def f(x):
        y = x / w
        return np.sum(y + y * [-1.0, 1.0])

    with np.errstate(all="ignore"):
        check(grad(f), (np.array([1.0, 3.0]),))
        assert jit(grad(f))(np.array([1.0, 3.0]))[0] == 0
