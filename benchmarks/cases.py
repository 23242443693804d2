"""What is measured: the inputs, the same for every engine, and the targets."""

import random
from dataclasses import dataclass
from itertools import pairwise

import numpy as np


@dataclass(frozen=True)
class Case:
    what: str
    targets: dict[str, float]  # engine: the most that our time over its time should be
    tolerance: float = 1e-6  # relative, for the results of two engines; training in float32 needs more


MOONS = "moons step: 2-64-32-1, dropout, Adam, batch 32"
MLP = "MLP step: 784-128-64-10, Adam"
GROUPS = {
    "Eager": {
        "elementwise_10": Case("(a*b + c).tanh().sum(), 10 elements", {"torch_eager": 0.4}),
        "elementwise_10000": Case("the same, 10,000", {"torch_eager": 0.4}),
        "elementwise_1000000": Case("the same, 1,000,000", {"torch_eager": 0.5}),
        "chain": Case("1,000 operations on Values", {"micrograd_engine": 0.2}),
        "moons": Case("micrograd's two-moons step (2-16-16-1, 100 points)", {"micrograd_engine": 0.125}),
        "mlp": Case("MLP 64x784-128-10, softmax cross-entropy", {"by_hand": 1.2}),
        "multiply_add": Case("50 multiply-adds at 256x256", {"hips": 1.0}),
        "logistic_eager": Case("logistic regression 1000x20, gradient", {"torch_eager": 1.0, "hips": 0.5}),
        "hessian_eager": Case("Rosenbrock in 50 dimensions, Hessian", {"hips": 0.1}),
        "moons_step_eager": Case(MOONS, {"torch_eager": 0.35}, 1e-5),
    },
    "Training, recorded once and replayed": {
        "moons_step": Case(MOONS, {"by_hand": 1.25, "torch_eager": 0.2, "jax_jit": 1.0}, 1e-5),
        "mlp_32": Case(f"{MLP}, batch 32", {"by_hand": 1.2, "torch_eager": 0.55}, 1e-5),
        "mlp_256": Case(f"{MLP}, batch 256", {"by_hand": 1.2, "torch_eager": 0.8}, 1e-5),
        "moons_fit": Case(
            "the moons `fit`: 2,000 points, 50 epochs, validation, accuracy",
            {"torch_eager": 1 / 6, "keras_jax": 1 / 8, "keras_tensorflow": 1 / 40},
            1e-3,
        ),
    },
    "Functions under `jit`": {
        "micrograd_jit": Case("micrograd's two-moons step, unchanged", {"micrograd_engine": 1 / 200}),
        "rosenbrock_grad": Case("Rosenbrock in 50 dimensions, gradient", {"hips": 0.1, "jax_jit": 1.0}),
        "rosenbrock_hessian": Case("the same, Hessian", {"hips": 0.1}),
        "logistic_grad": Case("logistic regression 1000x20, gradient", {"hips": 0.1, "jax_jit": 1.0}),
    },
}
CASES = {name: case for group in GROUPS.values() for name, case in group.items()}

CHECKED_STEPS = 20  # engines are compared by the loss after so many steps without dropout, from the same start
DROPOUT = 0.2
# Engines differ in where epsilon goes, so it is small enough not to matter.
ADAM = {"rate": 1e-3, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-10}


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


def two_moons():
    """The training part of 2,000 points of two moons with noise 0.25, standardised: 1,600 points and labels."""
    rng = np.random.default_rng(4)
    t = rng.uniform(0, np.pi, 2000)
    lower = rng.integers(0, 2, 2000)
    points = np.where(lower, [1 - np.cos(t), 0.5 - np.sin(t)], [np.cos(t), np.sin(t)]).T
    points += rng.normal(0, 0.25, points.shape)
    points = (points - points.mean(axis=0)) / points.std(axis=0)
    return points[:1600].astype(np.float32), lower[:1600].astype(np.float32)


def network(*sizes):
    """The weights and biases of a dense network, float32: [w1, b1, w2, b2, ...]."""
    rng = np.random.default_rng(5)
    found = []
    for n, m in pairwise(sizes):
        limit = (6 / (n + m)) ** 0.5
        found += [rng.uniform(-limit, limit, (n, m)).astype(np.float32), np.zeros(m, np.float32)]
    return found


def moons_step():
    """Batches (x, labels as a column) and the weights of 2-64-32-1."""
    x, y = two_moons()
    return list(zip(x.reshape(-1, 32, 2), y.reshape(-1, 32, 1), strict=True)), network(2, 64, 32, 1)


def mlp_step(batch):
    """Batches (x, class numbers) and the weights of 784-128-64-10."""
    rng = np.random.default_rng(6)
    batches = [(rng.normal(size=(batch, 784)).astype(np.float32), rng.integers(0, 10, batch)) for _ in range(20)]
    return batches, network(784, 128, 64, 10)


def rosenbrock():
    return np.random.default_rng(7).uniform(-1.5, 1.5, 50)


def logistic():
    """Data, labels of -1 and 1, and weights."""
    rng = np.random.default_rng(8)
    x = rng.normal(size=(1000, 20))
    return x, np.where(x @ rng.normal(size=20) + rng.normal(size=1000) > 0, 1.0, -1.0), rng.normal(0, 0.1, 20)
