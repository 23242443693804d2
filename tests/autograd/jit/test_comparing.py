"""Replays compared with plain Python: at calls number 2, 4, 8, ..., as if nobody had looked."""

import io
import itertools
import os
import queue
import threading

import numpy as np
import pytest
from equal import same
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor, Value, jit, no_grad
from autograd.errors import RecordingError, ReplayError
from autograd.jit.equality import alike, difference, nearly
from autograd.rules.arrays import array_of

X = np.array([1.0, -2.0, 0.5])


@pytest.fixture
def factor(monkeypatch):
    """A number that no program can see: it is in the environment."""
    monkeypatch.setenv("FACTOR", "1")

    def set_to(number):
        monkeypatch.setenv("FACTOR", str(number))

    return set_to


def scaled(x):
    return np.sum(np.tanh(x) * float(os.environ["FACTOR"]))


def test_what_nobody_can_see_is_found_at_the_second_call(factor):
    f = jit(scaled)
    assert f(X) == scaled(X)
    factor(2)
    with pytest.raises(
        ReplayError, match=r"scaled gave something else.*result is .* in Python .*test_comparing.*in sc"
    ) as e:
        f(X)
    assert isinstance(e.value, RecordingError)
    assert e.value.result == scaled(X)  # Python's
    assert f(X) == scaled(X)  # recorded anew


def test_the_line_is_that_of_the_first_call_that_changed(factor):
    def f(x):
        y = np.exp(x)
        z = np.cos(y) if os.environ["FACTOR"] == "1" else np.sin(y)
        return np.sum(z)

    f = jit(f)
    f(X)
    factor(2)
    with pytest.raises(ReplayError, match=r"np\.cos\(y\) if os"):
        f(X)


def test_which_calls_are_compared():
    told = io.StringIO()  # a list would be something that the function reads, and that has changed

    def f(x):
        told.write("a call ")
        return x * 2

    f, plain = jit(f), jit(f, check=False)
    ran = []
    for n in range(1, 40):
        before = told.tell()
        f(X)
        if told.tell() > before:
            ran.append(n)
    assert ran == [1, 2, 4, 8, 16, 32]
    before = told.tell()
    for _ in range(9):
        plain(X)
    assert told.tell() == before + len("a call ")


def test_each_program_has_its_own_count():
    told = io.StringIO()
    f = jit(lambda x: (told.write("."), x * 2)[1])
    for _ in range(8):
        f(X), f(X[:2])
    assert told.getvalue() == "........"  # calls number 1, 2, 4 and 8 of both


# -- as if nobody had looked -------------------------------------------------------------------------------------------
def trained(decorate, optimizer, steps=9):
    """All that a training step leaves: parameters, gradients, statistics, generators, the optimizer's state."""
    layers = nn.layers
    model = nn.Sequential([layers.Dense(5, activation="tanh", input_shape=(3,)), layers.BatchNormalization(),
                           layers.Dropout(0.3), layers.Dense(1)], seed=0)  # fmt: skip
    optimizer = optimizer(model.parameters())
    metric = nn.metrics.MeanSquaredError()

    @decorate
    def step(x, y, noise):
        predicted = model(x + noise.normal(0, 0.1, x.shape), training=True)
        loss = nn.losses.mean_squared_error(y, predicted)
        metric.update_state(y, predicted.data)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss, predicted

    data, noise, found = np.random.default_rng(0).standard_normal((steps, 8, 3)), np.random.default_rng(2), []
    for x in data:
        loss, predicted = step(x, x[:, :1], noise)
        found.append([loss.data.copy(), predicted.data.copy(), *(p.data.copy() for p in model.parameters())])
    states = [{name: array.copy() for name, array in state.items()} for state in optimizer.states]
    gradients = [None if p.grad is None else p.grad.copy() for p in model.parameters()]
    return [
        found,
        gradients,
        states,
        [optimizer.iterations, metric.result(), noise.random(), model.random.random()],
    ]


OPTIMIZERS = [kind for kind in map(nn.optimizers.__dict__.get, nn.optimizers.__all__)
              if isinstance(kind, type) and issubclass(kind, nn.optimizers.Optimizer)]  # fmt: skip


@pytest.mark.parametrize(
    "optimizer", [k for k in OPTIMIZERS if k is not nn.optimizers.Optimizer], ids=lambda k: k.__name__
)
def test_a_step_that_is_compared_is_one_step(optimizer):
    eager = trained(lambda f: f, optimizer)
    made = []
    assert same(trained(lambda f: made.append(jit(f)) or made[0], optimizer), eager)
    assert made[0].recordings == 1
    assert same(trained(lambda f: jit(f, check=False), optimizer), eager)


def test_a_step_of_values_that_is_compared_is_one_step():
    def run(decorate):
        mlp = nn.MLP(2, [4, 1], seed=0)

        @decorate
        def step(a, b):
            loss = (mlp([a, b]) - 1.0) ** 2
            mlp.zero_grad()
            loss.backward()
            for p in mlp.parameters():
                p.data -= 0.05 * p.grad
            return loss

        found = [step(0.1 * k, 1.0).data for k in range(9)]
        return [*found, *(p.data for p in mlp.parameters()), *(p.grad for p in mlp.parameters())]

    assert np.allclose(run(jit), run(lambda f: f), rtol=1e-12, atol=0)


def test_writes_to_arguments_are_done_once():
    def f(x, t):
        x += 1
        with no_grad():
            t.rebase(array_of(t) * 2)
        return np.sum(x) + t

    recorded = jit(f)
    x, mine = X.copy(), X.copy()
    t, other = Tensor(X), Tensor(X)
    for _ in range(5):
        assert same(recorded(x, t).data, f(mine, other).data)
        assert same([x, t.data], [mine, other.data])


def test_gradients_that_add_up():
    def run(decorate):
        t = Tensor(X)

        @decorate
        def f(x):
            np.sum(t * t * x).backward()

        for k in range(5):
            f(X * k)
        return t.grad

    assert same(run(jit), run(lambda f: f))


def test_what_a_replay_leaves_is_compared_too(factor):
    w = Tensor(X)

    @jit
    def step(x):
        w.rebase(array_of(w) + x * float(os.environ["FACTOR"]))
        return np.sum(x)

    step(X)
    factor(2)
    with pytest.raises(ReplayError, match="array of a Tensor"):
        step(X)
    assert w.data.tolist() == (X + X + 2 * X).tolist()  # Python's step, once


def test_an_error_of_python_comes_through(factor):
    def f(x):
        if os.environ["FACTOR"] == "2":
            raise KeyError("no such thing")
        return x * 2

    f = jit(f)
    f(X)
    factor(2)
    with pytest.raises(KeyError, match="no such thing"):
        f(X)


def test_an_inner_jit_is_python_too_when_the_outer_one_is_compared(factor):
    inner = jit(scaled)
    outer = jit(lambda x: inner(x) + 1)
    outer(X)
    factor(2)
    with pytest.raises(ReplayError):
        outer(X)
    assert not inner.programs


def test_threads_lose_no_step():
    """A compared step puts back what it did, and must not put back what another thread did meanwhile."""
    w, one = Tensor(np.zeros(3)), np.ones(3)
    started, go = queue.SimpleQueue(), queue.SimpleQueue()  # an Event would be something that the function reads

    @jit
    def step(x):
        w.rebase(array_of(w) + x)
        if threading.current_thread() is not threading.main_thread():
            started.put(None)
            go.get(timeout=5)
        return np.sum(w)

    step(one)
    first = threading.Thread(target=step, args=(one,))  # compared, and held up in its turn of Python's
    first.start()
    started.get(timeout=5)
    second = threading.Thread(target=step, args=(one,))
    second.start()
    second.join(0.2)
    assert second.is_alive()  # it waits
    go.put(None)
    first.join()
    second.join()
    assert w.data.tolist() == [3.0] * 3


def test_what_a_users_function_did_at_every_replay_is_not_done_twice():
    from autograd.extend import every_time

    count = itertools.count(1)
    f = jit(lambda x: x * every_time(lambda: (float(next(count)),))[0])
    assert [f(np.ones(1)).item() for _ in range(5)] == [1, 2, 3, 4, 5]


# -- equality ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("a", "b"), [
    (np.array([0.0]), np.array([-0.0])), (np.ones(2), np.ones(2, np.float32)), (np.ones(2), np.ones((2, 1))),
    (1.0, 2.0), (1.0, 1), (True, 1), ([1.0], (1.0,)), ([1.0], [1.0, 1.0]), ({"a": 1.0}, {"b": 1.0}), ("a", "b"),
    (None, 0.0), (np.ones(1), None), (np.array([np.nan]), np.array([1.0])), (Tensor([1.0]), Tensor([1.0 + 2**-52])),
    (Value(1.0), Value(2.0)), ({"a": [1.0, (2.0,)]}, {"a": [1.0, (3.0,)]}), (np.array([1j]), np.array([2j])),
    (np.array([1, 2]), np.array([1, 3])), (np.array([True]), np.array([False])), (np.ones(0), np.ones((0, 1))),
], ids=repr)  # fmt: skip
def test_what_is_not_the_same(a, b):
    assert difference("the result", a, b, alike).startswith("the result")
    assert difference("the result", b, a, alike) is not None
    assert difference("x", a, a, alike) is None
    assert difference("x", b, b, alike) is None


@given(st.lists(st.floats(width=64), max_size=5), st.lists(st.floats(width=64), max_size=5))
def test_alike_is_equality_of_bits_but_for_the_kind_of_nan(a, b):
    a, b = np.array(a), np.array(b)
    if a.shape == b.shape:
        bits = all(x.tobytes() == y.tobytes() or (x != x and y != y) for x, y in zip(a, b, strict=True))
        assert alike(a, b) == bits
        assert nearly(a, b) or not bits


def test_nearly_is_round_off():
    x = np.array([1e-20, 1.0, np.inf, np.nan])
    assert nearly(x, x * (1 + 1e-12))
    assert not nearly(x, x * (1 + 1e-4))
    assert not nearly(x, np.array([1e-20, 1.0, -np.inf, np.nan]))
