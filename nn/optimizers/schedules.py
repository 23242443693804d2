"""Learning-rate schedules: functions of the step that an optimizer takes in place of a number.

>>> from nn.optimizers import Adam
>>> Adam(CosineDecay(0.1, decay_steps=100)).rate
0.1
"""

from __future__ import annotations

import math

import numpy as np

from nn.registry import Registry
from nn.settings import flag

schedules = Registry("schedule")


class LearningRateSchedule:
    """A subclass writes `__call__(step)`: the rate of that step, counted from 0."""

    def __call__(self, step) -> float:
        raise NotImplementedError(f"{type(self).__name__} defines no __call__(self, step)")

    def __repr__(self):
        settings = ", ".join(f"{name}={value!r}" for name, value in vars(self).items() if value is not None)
        return f"{type(self).__name__}({settings})"


schedules.base = LearningRateSchedule


def _number(name, value):
    """A setting as a plain number, so that rates are plain floats: NumPy's numbers do as well."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{name} is a number; got {value!r}")
    return value


def _above(name, value):
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise ValueError(f"{name} is a number above 0; got {value!r}")
    return value


def _from_0(name, value):
    value = _number(name, value)
    if value < 0:
        raise ValueError(f"{name} is a number, 0 or more; got {value!r}")
    return value


@schedules.add("ExponentialDecay")
class ExponentialDecay(LearningRateSchedule):
    """initial * decay_rate ** (step / decay_steps); staircase=True in whole powers."""

    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name=None):
        self.initial_learning_rate = _above("initial_learning_rate", initial_learning_rate)
        self.decay_steps = _above("decay_steps", decay_steps)
        self.decay_rate = _above("decay_rate", decay_rate)
        self.staircase = flag("staircase", staircase)
        self.name = name

    def __call__(self, step):
        power = step / self.decay_steps
        return self.initial_learning_rate * self.decay_rate ** (math.floor(power) if self.staircase else power)


@schedules.add("InverseTimeDecay")
class InverseTimeDecay(LearningRateSchedule):
    """initial / (1 + decay_rate * step / decay_steps); staircase=True in whole steps."""

    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name=None):
        self.initial_learning_rate = _above("initial_learning_rate", initial_learning_rate)
        self.decay_steps = _above("decay_steps", decay_steps)
        self.decay_rate = _from_0("decay_rate", decay_rate)
        self.staircase = flag("staircase", staircase)
        self.name = name

    def __call__(self, step):
        times = step / self.decay_steps
        return self.initial_learning_rate / (1 + self.decay_rate * (math.floor(times) if self.staircase else times))


@schedules.add("PiecewiseConstantDecay")
class PiecewiseConstantDecay(LearningRateSchedule):
    """values[0] up to and including boundaries[0], values[1] up to boundaries[1], and so on."""

    def __init__(self, boundaries, values, name=None):
        self.boundaries = [_number("a boundary", boundary) for boundary in boundaries]
        self.values = [float(_from_0("a value", value)) for value in values]
        self.name = name
        if len(self.values) != len(self.boundaries) + 1:
            raise ValueError(
                f"{len(self.boundaries)} boundaries part {len(self.boundaries) + 1} values; got {len(self.values)}"
            )
        if self.boundaries != sorted(self.boundaries):
            raise ValueError(f"the boundaries must rise; got {self.boundaries}")

    def __call__(self, step):
        return self.values[sum(step > boundary for boundary in self.boundaries)]


@schedules.add("PolynomialDecay")
class PolynomialDecay(LearningRateSchedule):
    """From initial to end_learning_rate in decay_steps, along (1 - step / decay_steps) ** power."""

    def __init__(self, initial_learning_rate, decay_steps, end_learning_rate=0.0001, power=1.0, cycle=False, name=None):
        self.initial_learning_rate = _from_0("initial_learning_rate", initial_learning_rate)
        self.decay_steps = _above("decay_steps", decay_steps)
        self.end_learning_rate = _from_0("end_learning_rate", end_learning_rate)
        self.power = _above("power", power)
        self.cycle = flag("cycle", cycle)
        self.name = name

    def __call__(self, step):
        length = self.decay_steps * (max(1, math.ceil(step / self.decay_steps)) if self.cycle else 1)
        left = 1 - min(step, length) / length
        return (self.initial_learning_rate - self.end_learning_rate) * left**self.power + self.end_learning_rate


@schedules.add("CosineDecay")
class CosineDecay(LearningRateSchedule):
    """Half a cosine from the initial rate to alpha times it; before it, a straight way up to warmup_target."""

    def __init__(self, initial_learning_rate, decay_steps, alpha=0.0, name=None, warmup_target=None, warmup_steps=0):
        self.initial_learning_rate = _from_0("initial_learning_rate", initial_learning_rate)
        self.decay_steps = _above("decay_steps", decay_steps)
        self.alpha = _from_0("alpha", alpha)
        self.name = name
        self.warmup_target = None if warmup_target is None else _from_0("warmup_target", warmup_target)
        self.warmup_steps = _from_0("warmup_steps", warmup_steps)

    def __call__(self, step):
        top = self.initial_learning_rate
        if self.warmup_target is not None:
            top = self.warmup_target
            if step < self.warmup_steps:
                start = self.initial_learning_rate
                return start + (top - start) * step / self.warmup_steps
            step -= self.warmup_steps
        done = min(step / self.decay_steps, 1.0)
        return top * ((1 - self.alpha) * 0.5 * (1 + math.cos(math.pi * done)) + self.alpha)


@schedules.add("CosineDecayRestarts")
class CosineDecayRestarts(LearningRateSchedule):
    """Half a cosine again and again, each t_mul times as long and m_mul times as high as the one before."""

    def __init__(self, initial_learning_rate, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0, name=None):
        self.initial_learning_rate = _from_0("initial_learning_rate", initial_learning_rate)
        self.first_decay_steps = _above("first_decay_steps", first_decay_steps)
        self.t_mul = _above("t_mul", t_mul)
        if t_mul < 1:
            raise ValueError(f"t_mul is a number, 1 or more (shorter and shorter periods would end); got {t_mul!r}")
        self.m_mul = _from_0("m_mul", m_mul)
        self.alpha = _from_0("alpha", alpha)
        self.name = name

    def __call__(self, step):
        if self.t_mul == 1:  # else the number of periods is the logarithm of the step
            rounds, step = divmod(step, self.first_decay_steps)
            length, height = self.first_decay_steps, float(self.m_mul) ** rounds
        else:
            length, height = self.first_decay_steps, 1.0
            while step >= length:
                step -= length
                length *= self.t_mul
                height *= self.m_mul
        wave = 0.5 * height * (1 + math.cos(math.pi * step / length))
        return self.initial_learning_rate * ((1 - self.alpha) * wave + self.alpha)


@schedules.add("Warmup")
class Warmup(LearningRateSchedule):
    """A straight way from 0 up to `after` (a rate or a schedule) in `steps` steps; then `after`, counted from there."""

    def __init__(self, after, steps, name=None):
        self.after = after if callable(after) else _from_0("after", after)
        self.steps = _above("steps", steps)
        self.name = name

    def __call__(self, step):
        top = self.after(max(step - self.steps, 0)) if callable(self.after) else self.after
        return top * min((step + 1) / (self.steps + 1), 1.0)


@schedules.add("OneCycle")
class OneCycle(LearningRateSchedule):
    """Up from max_rate / start to max_rate, then down to max_rate / start / end, along half cosines."""

    def __init__(self, max_rate, total_steps, share_up=0.3, start=25.0, end=1e4, name=None):
        self.max_rate = _above("max_rate", max_rate)
        self.total_steps = _above("total_steps", total_steps)
        if not 0 < share_up < 1:
            raise ValueError(f"share_up is a number between 0 and 1; got {share_up!r}")
        self.share_up = share_up
        self.start = _above("start", start)
        self.end = _above("end", end)
        self.name = name

    def __call__(self, step):
        top = self.share_up * self.total_steps - 1
        last = self.total_steps - 1
        low, lowest = self.max_rate / self.start, self.max_rate / self.start / self.end
        step = min(step, last)
        if step <= top:
            return _half_cosine(low, self.max_rate, step / top if top > 0 else 1.0)
        return _half_cosine(self.max_rate, lowest, (step - top) / (last - top) if last > top else 1.0)


def _half_cosine(a, b, share):
    return b + (a - b) * 0.5 * (1 + math.cos(math.pi * share))
