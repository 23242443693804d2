"""Optimizers: they learn, they keep their state, and they say what is wrong."""

import numpy as np
import pytest

import nn
from autograd import Tensor, Value
from autograd.errors import ChangedError
from nn import optimizers as O

KINDS = [getattr(O, name) for name in O.__all__ if isinstance(getattr(O, name), type) and name != "Optimizer"]
RATES = {"SGD": 0.3, "Adadelta": 20.0, "Adagrad": 0.5, "Lion": 0.02}


def problem(seed=0):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(0, 1, (8, 3)), rng.normal(0, 1, (8, 1))
    model = nn.Sequential([nn.layers.Dense(12, activation="tanh", input_shape=(3,)), nn.layers.Dense(1)], seed=seed)
    return model, x.astype("f"), y.astype("f")


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
def test_a_tiny_batch_is_learned_in_a_loop_by_hand(kind):
    model, x, y = problem()
    optimizer = kind(model.parameters(), learning_rate=RATES.get(kind.__name__, 0.03))
    first = nn.losses.mse(model(x), y).item()
    for _ in range(200):
        loss = nn.losses.mse(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    assert loss.item() < first / 10
    assert all(p.grad is None for p in model.parameters())


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
def test_state_goes_to_and_fro(kind):
    runs = []
    for stop in (None, 3):
        model, x, y = problem()
        optimizer = kind(model.parameters())
        for step in range(6):
            if step == stop:
                again = kind(model.parameters())
                again.load_state_dict(optimizer.state_dict())
                optimizer = again
            nn.losses.mse(model(x), y).backward()
            optimizer.step()
            optimizer.zero_grad()
        runs.append(model.state_dict())
    assert all(np.array_equal(runs[0][k], runs[1][k]) for k in runs[0])


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
def test_tensors_and_values_move_alike(kind):
    start, grads = np.array([0.5, -1.5, 2.0]), np.random.default_rng(0).normal(0, 1, (10, 3))
    tensor, values = Tensor(start), [Value(x) for x in start]
    one, other = kind([tensor]), kind(values)
    for g in grads:
        tensor.grad = g
        for v, part in zip(values, g, strict=True):
            v.grad = float(part)
        one.step()
        other.step()
    assert np.allclose(tensor.data, [v.data for v in values], rtol=1e-14)


def test_a_parameter_without_a_gradient_stays():
    a, b = nn.Parameter([1.0, 2.0]), nn.Parameter([3.0])
    optimizer = O.Adam([a, b], 0.1)
    a.grad = np.ones(2)
    optimizer.step()
    assert b.data.tolist() == [3.0]
    assert (a.data < [1.0, 2.0]).all()
    b.grad = np.ones(1)
    a.grad = None
    optimizer.step()
    assert b.data[0] < 3


def test_numbers_set_from_outside_are_taken_over():
    p = nn.Parameter([1.0, 2.0])
    optimizer = O.SGD([p], 0.5)
    p.grad = np.ones(2)
    optimizer.step()
    p.data = [10.0, 20.0]
    p.grad = np.ones(2)
    optimizer.step()
    assert p.data.tolist() == [9.5, 19.5]
    p.data -= 1.0
    p.grad = np.ones(2)
    optimizer.step()
    assert p.data.tolist() == [8.0, 18.0]


def test_going_back_through_what_was_recorded_before_a_step_is_refused():
    p = nn.Parameter([1.0, 2.0])
    optimizer = O.SGD([p])
    loss = np.sum(p * p)
    loss.backward()
    optimizer.step()
    with pytest.raises(ChangedError, match="written to after it was recorded"):
        loss.backward()


def test_every_form_of_arguments():
    p = nn.Parameter([1.0])
    for optimizer in (
        O.Adam([p], 0.5),
        O.Adam([p], learning_rate=0.5),
        O.Adam([p], lr=0.5),
        O.Adam(parameters=[p], lr=0.5),
    ):
        assert optimizer.parameters == [p]
        assert optimizer.learning_rate == 0.5
    assert O.Adam(0.5).learning_rate == 0.5
    assert O.Adam(0.5, 0.8).beta_1 == 0.8
    assert O.Adam([p], 0.5, 0.8).beta_1 == 0.8
    assert O.get({"name": "sgd", "config": {"momentum": 0.9}}).momentum == 0.9
    assert O.get("sgd").learning_rate == 0.01
    assert repr(O.SGD(0.25)) == "SGD(learning_rate=0.25)"


def test_schedules_follow_the_steps():
    p = nn.Parameter([0.0])
    optimizer = O.SGD([p], O.schedules.PiecewiseConstantDecay([1], [1.0, 0.1]))
    for _ in range(4):
        p.grad = np.ones(1)
        optimizer.step()
    assert p.data[0] == pytest.approx(-2.2)
    warm = O.schedules.Warmup(1.0, 3)
    assert [warm(i) for i in range(5)] == [0.25, 0.5, 0.75, 1.0, 1.0]
    cycle = O.schedules.OneCycle(1.0, 10)
    assert max(cycle(i) for i in range(10)) == pytest.approx(1.0)
    assert cycle(0) == pytest.approx(1 / 25)
    assert cycle(9) == pytest.approx(1 / 25e4)


def test_apply_gradients():
    p = nn.Parameter([1.0])
    optimizer = O.SGD(0.5)
    optimizer.apply_gradients([(np.array([1.0]), p)])
    assert p.data[0] == 0.5


def test_clipping_functions():
    g = [np.array([3.0, 4.0]), np.array([0.0, 0.1])]
    assert np.allclose(O.clip_by_norm(g, 1.0)[0], [0.6, 0.8])
    assert np.allclose(O.clip_by_norm(g, 1.0)[1], [0.0, 0.1])
    assert O.global_norm(O.clip_by_global_norm(g, 2.0)) == pytest.approx(2.0)
    assert np.abs(O.clip_by_value(g, 0.5)[0]).max() == 0.5


P = nn.Parameter([1.0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: O.Adam(learning_rate=-1), "learning_rate is a number of 0 or more; got -1"),
        (lambda: O.Adam(beta_1=1.0), "beta_1 is a number from 0 to below 1"),
        (lambda: O.SGD(clipnorm=1.0, clipvalue=1.0), "give one of clipnorm, clipvalue"),
        (lambda: O.SGD(clipnorm=0), "clipnorm is a number above 0"),
        (lambda: O.SGD().step(), "has no parameters"),
        (lambda: O.SGD([nn.Parameter([1.0])]).step(), "call loss.backward.* before optimizer.step"),
        (lambda: O.SGD([]), "got no parameters"),
        (lambda: O.SGD([np.ones(2)]), "an optimizer moves variables; got ndarray"),
        (lambda: O.SGD([P * 2]), "an optimizer moves variables"),
        (lambda: O.SGD(P), "takes a list of parameters or a learning rate"),
        (lambda: O.get("adm"), "no optimizer is called 'adm'; did you mean 'adam'"),
        (lambda: O.SGD([P]).load_state_dict({"iterations": np.array(0), "0.m": np.zeros(1)}), "Nothing was changed"),
        (lambda: O.schedules.PiecewiseConstantDecay([1, 2], [1.0]), "2 boundaries part 3 values; got 1"),
        (lambda: O.schedules.ExponentialDecay(0.1, 0, 0.5), "decay_steps is a number above 0"),
    ],
)
def test_errors_say_what_to_do(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()
