"""A rate for each number, from the size of its gradients so far: Adagrad, RMSprop, Adadelta."""

from __future__ import annotations

import numpy as np

from nn.optimizers.base import Optimizer, fraction, optimizers, positive
from nn.settings import flag


@optimizers.add("adagrad", "Adagrad")
class Adagrad(Optimizer):
    """a += g**2, p -= rate * g / sqrt(a + epsilon): what has moved much moves less."""

    slots = ("accumulator",)

    def __init__(self, learning_rate=0.001, initial_accumulator_value=0.1, epsilon=1e-7, **others):
        super().__init__(learning_rate, **others)
        positive("initial_accumulator_value", initial_accumulator_value, zero=True)
        positive("epsilon", epsilon)
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon

    def start(self, slot):
        return self.initial_accumulator_value

    def update(self, p, g, state, rate):
        a = state["accumulator"]
        a += g * g
        p -= rate * g / np.sqrt(a + self.epsilon)


@optimizers.add("rmsprop", "RMSprop")
class RMSprop(Optimizer):
    """v = rho * v + (1 - rho) * g**2, p -= rate * g / sqrt(v + epsilon); centered: v less the squared mean of g."""

    def __init__(self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False, **others):
        super().__init__(learning_rate, **others)
        fraction("rho", rho)
        fraction("momentum", momentum)
        positive("epsilon", epsilon)
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = flag("centered", centered)
        self.slots = ("v", *(["mean"] if centered else []), *(["step"] if momentum else []))

    def update(self, p, g, state, rate):
        v = state["v"]
        v *= self.rho
        v += (1 - self.rho) * (g * g)
        spread = v
        if self.centered:
            mean = state["mean"]
            mean *= self.rho
            mean += (1 - self.rho) * g
            spread = v - mean * mean
        change = rate * g / np.sqrt(spread + self.epsilon)
        if self.momentum:
            step = state["step"]
            step *= self.momentum
            step += change
            change = step
        p -= change


@optimizers.add("adadelta", "Adadelta")
class Adadelta(Optimizer):
    """a = rho * a + (1 - rho) * g**2, d = sqrt(s + e) / sqrt(a + e) * g, s the same mean of d**2; p -= rate * d."""

    slots = ("accumulated", "change")

    def __init__(self, learning_rate=0.001, rho=0.95, epsilon=1e-7, **others):
        super().__init__(learning_rate, **others)
        fraction("rho", rho)
        positive("epsilon", epsilon)
        self.rho = rho
        self.epsilon = epsilon

    def update(self, p, g, state, rate):
        a, s = state["accumulated"], state["change"]
        a *= self.rho
        a += (1 - self.rho) * (g * g)
        d = np.sqrt(s + self.epsilon) / np.sqrt(a + self.epsilon) * g
        s *= self.rho
        s += (1 - self.rho) * (d * d)
        p -= rate * d
