"""Weights from a seed, for networks too large to keep the numbers of: the same here and where references are made."""

import math

import numpy as np


def filled(weights, seed=0):
    """Arrays for a list of (name, shape), in their order, of sizes that keep a signal from growing or dying out."""
    rng = np.random.default_rng(seed)
    found = []
    for name, shape in weights:
        u = rng.random(shape, dtype=np.float32) - np.float32(0.5)
        name = name.rpartition("/")[2].rpartition(".")[2]
        if name.endswith("kernel"):
            fan_in = math.prod(shape[:2]) if len(shape) == 4 and shape[3] == 1 else math.prod(shape[:-1])
            found.append(u * np.float32(math.sqrt(24.0 / fan_in)))
        else:
            base = {"gamma": 0.5, "moving_variance": 1.0, "beta": 0.0, "moving_mean": 0.0, "bias": 0.0}[name]
            found.append(u * np.float32(0.2) + np.float32(base))
    return found


def pictures(n, size, seed=1):
    """A batch of square images, with numbers from -1 to 1."""
    return np.random.default_rng(seed).random((n, size, size, 3), dtype=np.float32) * 2 - 1
