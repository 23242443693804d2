"""Training steps by hand: every array is made beforehand, parameters and moments are flat, NumPy writes with out=."""

import math

import cases
import numpy as np

from engines.training import compared, compared_fit


class Adam:
    """Flat parameters and gradients, with a view of each for the step to read and write."""

    def __init__(self, start):
        self.flat = np.concatenate([a.ravel() for a in start])
        self.gradient, self.m, self.v, self.scratch = (np.zeros_like(self.flat) for _ in range(4))
        ends = np.cumsum([a.size for a in start])
        self.parameters, self.gradients = (
            [flat[end - a.size : end].reshape(a.shape) for a, end in zip(start, ends, strict=True)]
            for flat in (self.flat, self.gradient)
        )
        self.t = 0

    def step(self, rate, beta_1, beta_2, epsilon):
        g, m, v, s = self.gradient, self.m, self.v, self.scratch
        self.t += 1
        np.subtract(g, m, s)
        np.multiply(s, 1 - beta_1, s)
        np.add(m, s, m)
        np.multiply(g, g, s)
        np.subtract(s, v, s)
        np.multiply(s, 1 - beta_2, s)
        np.add(v, s, v)
        np.sqrt(v, s)
        np.add(s, epsilon, s)
        np.divide(m, s, s)
        np.multiply(s, rate * math.sqrt(1 - beta_2**self.t) / (1 - beta_1**self.t), s)
        np.subtract(self.flat, s, self.flat)


class Binary:
    """Sigmoid and binary cross-entropy: the loss, and its gradient for the logits in `d`."""

    def __init__(self, batch, outputs):
        self.softplus = np.empty((batch, outputs), np.float32)
        self.d = np.empty_like(self.softplus)

    def loss(self, z, y):
        return (np.add.reduce(np.logaddexp(z, 0, self.softplus), None) - np.vdot(z, y)) / len(z)

    def gradient(self, z, y):
        d = self.d
        np.exp(np.subtract(z, self.softplus, d), d)
        np.subtract(d, y, d)
        np.multiply(d, 1 / len(z), d)


class Softmax:
    """Softmax and cross-entropy on class numbers."""

    def __init__(self, batch, outputs):
        self.d = np.empty((batch, outputs), np.float32)
        self.flat = self.d.ravel()
        self.column, self.picked = np.empty((batch, 1), np.float32), np.empty(batch, np.float32)
        self.starts, self.at = np.arange(0, batch * outputs, outputs), np.empty(batch, np.int64)

    def loss(self, z, labels):
        d, column = self.d, self.column
        np.maximum.reduce(z, 1, None, column, True)
        np.subtract(z, column, d)
        np.add(self.starts, labels, self.at)
        self.flat.take(self.at, out=self.picked, mode="clip")
        np.exp(d, d)
        np.add.reduce(d, 1, None, column, True)
        np.divide(d, column, d)
        np.log(column, column)
        return (np.add.reduce(column, None) - np.add.reduce(self.picked)) / len(z)

    def gradient(self, z, labels):
        self.flat[self.at] -= 1
        np.multiply(self.d, 1 / len(z), self.d)


class Network:
    """Two hidden layers with relu, and dropout behind each; for batches of one size."""

    def __init__(self, start, batch, head, dropout=0.0):
        self.adam = Adam(start)
        self.rng = np.random.default_rng(0)
        self.dropout = dropout
        n, m, k = start[0].shape[1], start[2].shape[1], start[4].shape[1]
        self.h1, self.d1, self.gate1 = np.empty((3, batch, n), np.float32)
        self.h2, self.d2, self.gate2 = np.empty((3, batch, m), np.float32)
        self.z = np.empty((batch, k), np.float32)
        self.ones = np.ones(batch, np.float32)
        self.noise = np.empty(batch * (n + m), np.float32)
        self.kept = np.empty_like(self.noise)
        self.kept1, self.kept2 = self.kept[: batch * n].reshape(batch, n), self.kept[batch * n :].reshape(batch, m)
        self.head = head(batch, k)

    def forward(self, x, dropout=0.0):
        w1, b1, w2, b2, w3, b3 = self.adam.parameters
        h1, h2, z, gate1, gate2 = self.h1, self.h2, self.z, self.gate1, self.gate2
        if dropout:
            self.rng.random(dtype=np.float32, out=self.noise)
            np.greater_equal(self.noise, dropout, self.kept)
            np.multiply(self.kept, 1 / (1 - dropout), self.kept)
        np.add(np.dot(x, w1, h1), b1, h1)
        np.greater(h1, 0, gate1)
        if dropout:
            np.multiply(gate1, self.kept1, gate1)
        np.multiply(h1, gate1, h1)
        np.add(np.dot(h1, w2, h2), b2, h2)
        np.greater(h2, 0, gate2)
        if dropout:
            np.multiply(gate2, self.kept2, gate2)
        np.multiply(h2, gate2, h2)
        return np.add(np.dot(h2, w3, z), b3, z)

    def step(self, x, y):
        _, _, w2, _, w3, _ = self.adam.parameters
        gw1, gb1, gw2, gb2, gw3, gb3 = self.adam.gradients
        h1, d1, h2, d2, d3, ones = self.h1, self.d1, self.h2, self.d2, self.head.d, self.ones
        z = self.forward(x, self.dropout)
        loss = self.head.loss(z, y)
        self.head.gradient(z, y)
        np.dot(h2.T, d3, gw3)
        np.dot(ones, d3, gb3)
        np.multiply(np.dot(d3, w3.T, d2), self.gate2, d2)
        np.dot(h1.T, d2, gw2)
        np.dot(ones, d2, gb2)
        np.multiply(np.dot(d2, w2.T, d1), self.gate1, d1)
        np.dot(x.T, d1, gw1)
        np.dot(ones, d1, gb1)
        self.adam.step(**cases.ADAM)
        return loss


def moons_step():
    batches, start = cases.moons_step()
    return compared(lambda dropout: Network(start, 32, Binary, dropout).step, batches, cases.DROPOUT)


def mlp_step(batch):
    batches, start = cases.mlp_step(batch)
    return compared(lambda dropout: Network(start, batch, Softmax).step, batches)


def moons_fit():
    x, y = cases.two_moons()
    y = y[:, None]
    batches = list(zip(x[1280:].reshape(-1, 32, 2), y[1280:].reshape(-1, 32, 1), strict=True))
    xb, yb = np.empty((32, 2), np.float32), np.empty((32, 1), np.float32)

    def fit(epochs, dropout, shuffle):
        net = Network(cases.network(2, 64, 32, 1), 32, Binary, dropout)
        for _ in range(epochs):
            order = net.rng.permutation(1280) if shuffle else np.arange(1280)
            totals = np.zeros(4)
            for start in range(0, 1280, 32):
                at = order[start : start + 32]
                x.take(at, 0, xb, "clip")
                y.take(at, 0, yb, "clip")
                totals[0] += net.step(xb, yb)
                totals[1] += ((net.z > 0) == yb).sum()
            for xv, yv in batches:
                z = net.forward(xv)
                totals[2] += net.head.loss(z, yv)
                totals[3] += ((z > 0) == yv).sum()
        return totals / [40, 1280, 10, 320]

    return compared_fit(fit)


def training_cases():
    return {
        "moons_step": moons_step,
        "moons_step_eager": moons_step,
        "mlp_32": lambda: mlp_step(32),
        "mlp_256": lambda: mlp_step(256),
        "moons_fit": moons_fit,
    }
