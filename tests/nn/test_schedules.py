"""Learning-rate schedules: their values by hand, their shape, and their settings.

`test_reference.py` compares them with Keras and PyTorch.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from nn.optimizers import schedules as S
from nn.registry import config

MAKE = {
    "exponential": lambda: S.ExponentialDecay(0.1, 10, 0.5),
    "exponential stairs": lambda: S.ExponentialDecay(0.1, 10, 0.5, staircase=True),
    "inverse": lambda: S.InverseTimeDecay(0.1, 10, 0.5),
    "inverse stairs": lambda: S.InverseTimeDecay(0.1, 10, 0.5, staircase=True),
    "pieces": lambda: S.PiecewiseConstantDecay([5, 20], [0.1, 0.05, 0.01]),
    "polynomial": lambda: S.PolynomialDecay(0.1, 30, end_learning_rate=0.01, power=2.0),
    "polynomial cycle": lambda: S.PolynomialDecay(0.1, 30, end_learning_rate=0.01, cycle=True),
    "cosine": lambda: S.CosineDecay(0.1, 30, alpha=0.1),
    "cosine warm": lambda: S.CosineDecay(0.0, 30, warmup_target=0.1, warmup_steps=10),
    "restarts": lambda: S.CosineDecayRestarts(0.1, 10, t_mul=1.5, m_mul=0.9, alpha=0.05),
    "warmup": lambda: S.Warmup(0.1, 10),
    "warmup of": lambda: S.Warmup(S.CosineDecay(0.1, 30), 10),
    "one cycle": lambda: S.OneCycle(0.1, 50),
}
FALLING = ["exponential", "exponential stairs", "inverse", "inverse stairs", "pieces", "polynomial", "cosine"]


@pytest.mark.parametrize(
    ("schedule", "wanted"),
    [
        (S.ExponentialDecay(0.8, 10, 0.5), {0: 0.8, 5: 0.8 * math.sqrt(0.5), 10: 0.4, 20: 0.2}),
        (S.ExponentialDecay(0.8, 10, 0.5, staircase=True), {0: 0.8, 9: 0.8, 10: 0.4, 19: 0.4, 20: 0.2}),
        (S.InverseTimeDecay(0.6, 10, 2.0), {0: 0.6, 5: 0.3, 10: 0.2}),
        (S.InverseTimeDecay(0.6, 10, 2.0, staircase=True), {0: 0.6, 9: 0.6, 10: 0.2}),
        (S.PiecewiseConstantDecay([2, 4], [1.0, 0.5, 0.1]), {0: 1.0, 2: 1.0, 3: 0.5, 4: 0.5, 5: 0.1, 99: 0.1}),
        (S.PolynomialDecay(1.0, 10, end_learning_rate=0.2, power=2.0), {0: 1.0, 5: 0.4, 10: 0.2, 50: 0.2}),
        (S.PolynomialDecay(1.0, 10, end_learning_rate=0.0, cycle=True), {0: 1.0, 5: 0.5, 10: 0.0, 15: 0.25, 20: 0.0}),
        (S.CosineDecay(1.0, 10, alpha=0.2), {0: 1.0, 5: 0.6, 10: 0.2, 50: 0.2}),
        (S.CosineDecay(0.2, 10, warmup_target=1.0, warmup_steps=4), {0: 0.2, 2: 0.6, 4: 1.0, 9: 0.5, 14: 0.0, 20: 0.0}),
        (S.CosineDecayRestarts(1.0, 10, m_mul=0.5), {0: 1.0, 5: 0.5, 10: 0.5, 20: 0.25, 30: 0.25, 50: 0.125}),
        (S.CosineDecayRestarts(1.0, 10, t_mul=1.0, alpha=0.1), {0: 1.0, 5: 0.55, 10: 1.0, 25: 0.55}),
        (S.Warmup(1.0, 3), {0: 0.25, 1: 0.5, 2: 0.75, 3: 1.0, 9: 1.0}),
        (S.Warmup(S.ExponentialDecay(0.8, 10, 0.5), 3), {0: 0.2, 3: 0.8, 13: 0.4}),
        (S.OneCycle(1.0, 11, share_up=6 / 11, start=4.0, end=10.0), {0: 0.25, 5: 1.0, 10: 0.025, 99: 0.025}),
    ],
    ids=repr,
)
def test_by_hand(schedule, wanted):
    assert [schedule(step) for step in wanted] == pytest.approx(list(wanted.values()), abs=1e-12)


@pytest.mark.parametrize("name", MAKE)
@given(st.integers(0, 10**6))
def test_a_rate_is_a_float_within_bounds_and_nothing_is_remembered(name, step):
    schedule = MAKE[name]()
    rate = schedule(step)
    assert type(rate) is float
    assert 0 <= rate <= 0.1 + 1e-12
    schedule(step + 7)
    assert schedule(step) == rate == MAKE[name]()(step)


def test_numbers_of_numpy_are_numbers():
    schedule = S.ExponentialDecay(np.float32(0.5), np.int64(10), np.float64(0.5))
    assert type(schedule(10)) is float
    assert type(S.PiecewiseConstantDecay(np.array([2]), [1, 0])(3)) is float


def test_a_late_step_is_reached_at_once():
    assert S.CosineDecayRestarts(0.1, 1, t_mul=1.0)(10**12) == pytest.approx(0.1)


@pytest.mark.parametrize("name", FALLING)
@given(st.integers(0, 100), st.integers(0, 100))
def test_decays_fall(name, a, b):
    a, b = sorted([a, b])
    assert MAKE[name]()(a) >= MAKE[name]()(b) - 1e-15


def test_one_cycle_goes_up_once_and_down_once():
    rates = [S.OneCycle(0.1, 50)(step) for step in range(50)]
    top = rates.index(max(rates))
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert rates[top] == pytest.approx(0.1)


@pytest.mark.parametrize("name", MAKE)
def test_settings_are_kept(name):
    made = MAKE[name]()
    description = S.schedules.describe(made)
    again = S.schedules.get(description)
    assert type(again) is type(made)
    assert config(again) == config(made)
    assert [again(step) for step in range(60)] == [made(step) for step in range(60)]
    assert repr(made).startswith(type(made).__name__)


@pytest.mark.parametrize("name", MAKE)
def test_an_optimizer_follows(name):
    schedule, p = MAKE[name](), nn.Parameter([0.0])
    optimizer = nn.optimizers.SGD([p], schedule)
    for _ in range(12):
        p.grad = [1.0]
        optimizer.step()
    assert p.data[0] == pytest.approx(-sum(schedule(step) for step in range(12)), rel=1e-5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: S.ExponentialDecay(0.0, 10, 0.5), "initial_learning_rate is a number above 0; got 0.0"),
        (lambda: S.ExponentialDecay(0.1, 0, 0.5), "decay_steps is a number above 0; got 0"),
        (lambda: S.ExponentialDecay(0.1, 10, -0.5), "decay_rate is a number above 0; got -0.5"),
        (lambda: S.ExponentialDecay(math.nan, 10, 0.5), "initial_learning_rate is a number above 0; got nan"),
        (lambda: S.InverseTimeDecay(0.1, math.inf, 0.5), "decay_steps is a number above 0; got inf"),
        (lambda: S.PolynomialDecay(0.1, -1), "decay_steps is a number above 0; got -1"),
        (lambda: S.CosineDecay(0.1, "10"), "decay_steps is a number above 0; got '10'"),
        (lambda: S.CosineDecayRestarts(0.1, 0), "first_decay_steps is a number above 0"),
        (lambda: S.PiecewiseConstantDecay([1, 2], [0.1, 0.2]), "2 boundaries part 3 values; got 2"),
        (lambda: S.PiecewiseConstantDecay([2, 1], [0.1, 0.2, 0.3]), "the boundaries must rise"),
        (lambda: S.CosineDecayRestarts(0.1, 10, t_mul=0.5), "t_mul is a number, 1 or more .* got 0.5"),
        (lambda: S.CosineDecay(-0.1, 10), "initial_learning_rate is a number, 0 or more; got -0.1"),
        (lambda: S.CosineDecay(0.1, 10, warmup_target=0.2, warmup_steps=-3), "warmup_steps is a number, 0 or more"),
        (lambda: S.InverseTimeDecay(0.1, 10, -1.0), "decay_rate is a number, 0 or more; got -1.0"),
        (lambda: S.PolynomialDecay(0.1, 10, power=-1), "power is a number above 0; got -1"),
        (lambda: S.PiecewiseConstantDecay([math.nan], [0.1, 0.2]), "a boundary is a number; got nan"),
        (lambda: S.PiecewiseConstantDecay([1], [0.1, -1]), "a value is a number, 0 or more; got -1"),
        (lambda: S.Warmup("x", 3), "after is a number; got 'x'"),
        (lambda: S.Warmup(0.1, 0), "steps is a number above 0; got 0"),
        (lambda: S.OneCycle(0.1, 10, share_up=1.0), "share_up is a number between 0 and 1; got 1.0"),
        (lambda: S.OneCycle(0, 10), "max_rate is a number above 0; got 0"),
        (lambda: S.LearningRateSchedule()(1), "LearningRateSchedule defines no __call__"),
    ],
)
def test_refused(call, message):
    with pytest.raises((ValueError, NotImplementedError), match=message):
        call()
