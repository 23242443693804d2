"""What is measured: the inputs, the same for every engine, and the targets."""

import random

import numpy as np

# name: (what it is, the peer that the target speaks of, the target for our time over theirs)
CASES = {
    "elementwise_10": ("(a*b + c).tanh().sum(), 10 elements", "torch", 0.4),
    "elementwise_10000": ("the same, 10,000", "torch", 0.4),
    "elementwise_1000000": ("the same, 1,000,000", "torch", 0.5),
    "chain": ("1,000 operations on Values", "micrograd", 0.2),
    "moons": ("micrograd's two-moons step (2-16-16-1, 100 points)", "micrograd", 0.125),
    "mlp": ("MLP 64x784-128-10, softmax cross-entropy", "by_hand", 1.2),
    "multiply_add": ("50 multiply-adds at 256x256", "hips", 1.0),
}


def elementwise(n):
    rng = np.random.default_rng(n)
    return [rng.uniform(-1, 1, n) for _ in range(3)]


def mlp():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(64, 784))
    labels = rng.integers(0, 10, 64)
    w1, w2 = rng.normal(0, 0.05, (784, 128)), rng.normal(0, 0.1, (128, 10))
    return x, labels, [w1, np.zeros(128), w2, np.zeros(10)]


def multiply_add():
    rng = np.random.default_rng(2)
    return rng.normal(size=(256, 256)), rng.uniform(0.9, 1.0, (256, 256)), rng.normal(0, 0.1, (256, 256))


def moons():
    """Points, labels of -1 and 1, and the weights of a 2-16-16-1 network, layer by layer."""
    rng = random.Random(3)
    points = [(rng.uniform(-1, 2), rng.uniform(-1, 1)) for _ in range(100)]
    labels = [1 if x * x + y > 0.7 else -1 for x, y in points]
    layers = [[[rng.uniform(-1, 1) for _ in range(n)] for _ in range(m)] for n, m in ((2, 16), (16, 16), (16, 1))]
    return points, labels, layers
