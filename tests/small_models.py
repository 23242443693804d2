"""A small model, and data for it, that several tests of models use."""

import numpy as np

import nn
from nn import layers as L

X = np.random.default_rng(0).normal(0, 1, (12, 3))
Y = X.sum(axis=1, keepdims=True)


def small(seed=0, **settings):
    return nn.Sequential([L.Dense(4, activation="tanh"), L.Dense(1)], seed=seed, **settings)


def compiled():
    model = small()
    model.compile("sgd", "mse")
    return model
