"""Nothing is kept that the rule does not need."""

import tracemalloc

import numpy as np
import pytest

from autograd import Tensor, checkpoint

SIZE = 2 * 2**20  # bytes of one array: above what the pool of large arrays takes, and as large as real layers


def peak(f):
    f()  # fills the pool
    tracemalloc.start()
    f()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


@pytest.fixture(autouse=True)
def no_pool(monkeypatch):
    """Count every array: without the pool, whose arrays were allocated before the count began."""
    monkeypatch.setattr("autograd.engine.fast.CAP", 0)


def test_fifty_additions_keep_nothing():
    x = Tensor(np.ones(SIZE // 8))

    def run():
        y = x
        for _ in range(50):
            y = y + 1.0
        y.backward(np.ones(SIZE // 8))
        x.grad = None

    # An operand and a result while adding; the seed, its copy and the gradient while walking back.
    assert peak(run) < 1.1 * 4 * SIZE


def test_fifty_tanh_keep_their_results():
    x = Tensor(np.ones(SIZE // 8))

    def run():
        y = x
        for _ in range(50):
            y = np.tanh(y)
        y.sum().backward()
        x.grad = None

    assert peak(run) < 1.1 * (50 + 2) * SIZE


def test_checkpoint_keeps_only_the_ends():
    def block(y):
        for _ in range(10):
            y = np.tanh(y)
        return y

    x = Tensor(np.ones(SIZE // 8))

    def run(f):
        y = x
        for _ in range(5):
            y = f(y)
        y.sum().backward()
        x.grad = None

    assert peak(lambda: run(checkpoint(block))) < 0.6 * peak(lambda: run(block))
