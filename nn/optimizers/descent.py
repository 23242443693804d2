"""Gradient descent with and without momentum, and Lion, which follows only the sign."""

from __future__ import annotations

import numpy as np

from nn.optimizers.base import Optimizer, fraction, optimizers
from nn.settings import flag


@optimizers.add("sgd", "SGD")
class SGD(Optimizer):
    """p -= rate * g; with momentum m: v = m * v - rate * g, p += v; nesterov looks one step of momentum ahead."""

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, **others):
        super().__init__(learning_rate, **others)
        fraction("momentum", momentum)
        self.momentum = momentum
        self.nesterov = flag("nesterov", nesterov)
        self.slots = ("velocity",) if momentum else ()

    def update(self, p, g, state, rate):
        if not self.momentum:
            p -= rate * g
            return
        v = state["velocity"]
        v *= self.momentum
        v -= rate * g
        p += self.momentum * v - rate * g if self.nesterov else v


@optimizers.add("lion", "Lion")
class Lion(Optimizer):
    """p -= rate * sign(b1 * m + (1 - b1) * g), then m = b2 * m + (1 - b2) * g."""

    slots = ("m",)

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.99, **others):
        super().__init__(learning_rate, **others)
        fraction("beta_1", beta_1)
        fraction("beta_2", beta_2)
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def update(self, p, g, state, rate):
        m = state["m"]
        p -= rate * np.sign(self.beta_1 * m + (1 - self.beta_1) * g)
        m *= self.beta_2
        m += (1 - self.beta_2) * g
