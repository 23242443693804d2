"""Adam and its family: a running mean of the gradient over the root of a running mean of its square."""

from __future__ import annotations

import numpy as np

from nn.optimizers.base import Optimizer, fraction, optimizers, positive
from nn.settings import flag


class _Adam(Optimizer):
    slots: tuple[str, ...] = ("m", "v")

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **others):
        super().__init__(learning_rate, **others)
        fraction("beta_1", beta_1)
        fraction("beta_2", beta_2)
        positive("epsilon", epsilon)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def moments(self, g, state):
        """m = b1 * m + (1 - b1) * g and v = b2 * v + (1 - b2) * g**2."""
        m, v = state["m"], state["v"]
        m += (1 - self.beta_1) * (g - m)
        v += (1 - self.beta_2) * (g * g - v)
        return m, v


@optimizers.add("adam", "Adam")
class Adam(_Adam):
    """p -= rate * c * m / (sqrt(v) + epsilon), where c = sqrt(1 - b2**t) / (1 - b1**t) undoes the start at zero."""

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False, **others):
        super().__init__(learning_rate, beta_1, beta_2, epsilon, **others)
        self.amsgrad = flag("amsgrad", amsgrad)
        if amsgrad:
            self.slots = ("m", "v", "largest")

    def update(self, p, g, state, rate):
        t = self.iterations
        m, v = self.moments(g, state)
        if self.amsgrad:
            v = np.maximum(state["largest"], v, out=state["largest"])
        alpha = rate * (1 - self.beta_2**t) ** 0.5 / (1 - self.beta_1**t)
        p -= alpha * m / (np.sqrt(v) + self.epsilon)


@optimizers.add("adamw", "AdamW")
class AdamW(Adam):
    """Adam, with each parameter first shrunk by rate * weight_decay of itself."""

    def __init__(
        self, learning_rate=0.001, weight_decay=0.004, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False, **others
    ):
        super().__init__(learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay=weight_decay, **others)


@optimizers.add("adamax", "Adamax")
class Adamax(_Adam):
    """u = max(b2 * u, |g|), p -= rate / (1 - b1**t) * m / (u + epsilon)."""

    slots = ("m", "u")

    def update(self, p, g, state, rate):
        m, u = state["m"], state["u"]
        m += (1 - self.beta_1) * (g - m)
        np.maximum(self.beta_2 * u, np.abs(g), out=u)
        p -= rate / (1 - self.beta_1**self.iterations) * m / (u + self.epsilon)


@optimizers.add("nadam", "Nadam")
class Nadam(_Adam):
    """Adam that looks one step ahead, as Nesterov's momentum does; the weight of the look-ahead grows with t."""

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **others):
        super().__init__(learning_rate, beta_1, beta_2, epsilon, **others)
        self._product = (0, 1.0)  # (t, the product of the weights u up to t)

    unwatched = (*_Adam.unwatched, "_product")

    def _weight(self, t):
        return self.beta_1 * (1 - 0.5 * 0.96**t)

    def _product_to(self, t):
        at, product = self._product
        if at > t:
            at, product = 0, 1.0
        for i in range(at + 1, t + 1):
            product *= self._weight(i)
        self._product = (t, product)
        return product

    def numbers(self):
        return (self._product_to(self.iterations),)

    def update(self, p, g, state, rate):
        t = self.iterations
        now, ahead = self._weight(t), self._weight(t + 1)
        (product,) = self.varying
        m, v = self.moments(g, state)
        m_hat = ahead / (1 - product * ahead) * m + (1 - now) / (1 - product) * g
        v_hat = v / (1 - self.beta_2**t)
        p -= rate * m_hat / (np.sqrt(v_hat) + self.epsilon)
