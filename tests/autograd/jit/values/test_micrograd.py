"""jit of functions of Values: micrograd's loops, unchanged."""

import random

import numpy as np
import pytest

import nn
from autograd import Tensor, Value, jit
from autograd.errors import RecordingError


def points(n=12):
    rng = random.Random(0)
    xs = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(n)]
    return xs, [1 if x * y > 0 else -1 for x, y in xs]


def train(decorate, inside):
    """Losses, accuracies and the final weights of a small network."""
    model = nn.MLP(2, [4, 1], seed=0)
    xs, ys = points()

    @decorate
    def loss():
        scores = [model([Value(x) for x in row]) for row in xs]
        losses = [(1 + -y * score).relu() for y, score in zip(ys, scores, strict=True)]
        total = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())
        right = [(y > 0) == (score.data > 0) for y, score in zip(ys, scores, strict=True)]
        return total, sum(right) / len(right)

    @decorate
    def step(rate):
        total, share = loss()
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= rate * p.grad
        return total, share

    found = []
    for k in range(15):
        rate = 1.0 - 0.9 * k / 100
        if inside:
            total, share = step(rate)
        else:
            total, share = loss()
            model.zero_grad()
            total.backward()
            for p in model.parameters():
                p.data -= rate * p.grad
        found.append((total.data, share))
    return found, [p.data for p in model.parameters()]


@pytest.mark.parametrize("inside", [False, True])
def test_micrograds_loop(inside):
    (eager, weights), (replayed, own) = train(lambda f: f, inside), train(jit, inside)
    assert np.allclose(np.array(eager), np.array(replayed), rtol=1e-9)
    assert np.allclose(weights, own, rtol=1e-9)


def test_values_as_arguments():
    f = jit(lambda x, y, scale: (x * y + scale).tanh())
    for a, b, c in ((2.0, -3.0, 10.0), (0.5, 1.5, -1.0)):
        x, y = Value(a), Value(b)
        f(x, y, c).backward()
        u, v = Value(a), Value(b)
        (u * v + c).tanh().backward()
        assert (x.grad, y.grad) == pytest.approx((u.grad, v.grad))
    assert len(f.programs) == 1


def test_a_changed_closure_is_noticed():
    a, k = Value(2.0), 3.0
    f = jit(lambda: a * k)
    assert f().data == 6.0
    a.data = 5.0
    assert f().data == 15.0
    k = 4.0
    assert f().data == 20.0
    a = Value(1.0)
    assert f().data == 4.0


def test_many_samples_at_once():
    w = Value(0.5)
    program = jit(lambda x: (w * x).tanh()).program(Value(1.0))
    x = np.linspace(-1, 1, 10_000)
    assert np.allclose(program.over([x]), np.tanh(0.5 * x))


def test_refusals():
    a = Value(2.0)
    with pytest.raises(RecordingError, match="if"):
        jit(lambda x: x * 2 if a * x > 0 else x)(3.0)
    with pytest.raises(RecordingError, match="arrays beside Values"):
        jit(lambda x: (a * 2, np.sum(x)))(np.ones(2))
    with pytest.raises(RecordingError, match="arrays beside Values"):
        jit(lambda: (a * 2, np.sum(Tensor([1.0]))))()
