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
    "Images": {
        "lenet_fit": Case(
            "LeNet `fit`: 28x28x1, conv 32, pool, conv 64, pool, 128, 10, Adam, 20 batches of 32",
            {"torch_eager": 0.95, "jax_jit": 0.95},
            1e-3,
        ),
        "conv_gradients": Case(
            "convolution 13x13x32 to 64, 3x3, batch 32, and both gradients; by hand: its three products alone",
            {"by_hand": 1.3},
            1e-3,
        ),
        "resnet50_predict": Case("ResNet50 `predict`, one image of 224x224", {"torch_eager": 1.5}, 1e-3),
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


def glorot(rng, *shape):
    inside = int(np.prod(shape[:-2]))
    limit = (6 / (inside * (shape[-2] + shape[-1]))) ** 0.5
    return rng.uniform(-limit, limit, shape).astype(np.float32)


def lenet():
    """20 batches (images, class numbers)."""
    rng = np.random.default_rng(9)
    return [(rng.normal(size=(32, 28, 28, 1)).astype(np.float32), rng.integers(0, 10, 32)) for _ in range(20)]


def lenet_weights():
    """Kernels as (height, width, channels, filters) and biases, layer by layer."""
    rng = np.random.default_rng(10)
    kernels = [glorot(rng, *shape) for shape in ((3, 3, 1, 32), (3, 3, 32, 64), (1600, 128), (128, 10))]
    return [array for kernel in kernels for array in (kernel, np.zeros(kernel.shape[-1], np.float32))]


def conv_gradients():
    """Images, a kernel, and the gradient of the result."""
    rng = np.random.default_rng(11)
    shapes = (32, 13, 13, 32), (3, 3, 32, 64), (32, 11, 11, 64)
    return [rng.uniform(0, 1, shape).astype(np.float32) for shape in shapes]


RESNET50 = ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2))  # filters, blocks, stride of the first


def resnet50_weights():
    """The kernels in the order in which they are used, then that of the classes; there are no biases."""
    rng, channels = np.random.default_rng(12), 64
    yield glorot(rng, 7, 7, 3, 64)
    for filters, blocks, _ in RESNET50:
        for k in range(blocks):
            if not k:
                yield glorot(rng, 1, 1, channels, 4 * filters)
            yield glorot(rng, 1, 1, channels, filters)
            yield glorot(rng, 3, 3, filters, filters)
            yield glorot(rng, 1, 1, filters, 4 * filters)
            channels = 4 * filters
    yield glorot(rng, channels, 1000)


def resnet50_image():
    return np.random.default_rng(13).normal(size=(1, 224, 224, 3)).astype(np.float32)


def fingerprint(probabilities):
    """One number that differs where predictions do."""
    return float(np.dot(np.ravel(probabilities), np.linspace(1, 2, probabilities.size)))
