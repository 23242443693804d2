"""Layers under `checkpoint`: what they draw is drawn once more for the gradient."""

import numpy as np
import pytest

import nn
from autograd import Tensor, checkpoint


@pytest.mark.parametrize("seed", [None, 3])
@pytest.mark.parametrize("kind", ["Dropout", "GaussianNoise", "GaussianDropout"])
def test_layers_that_draw_repeat_it(kind, seed):
    layer, x = getattr(nn.layers, kind), np.random.default_rng(0).normal(size=(4, 5, 3))

    def run(wrap):
        nn.utils.set_random_seed(1)
        block = layer(0.5, seed=seed)
        block.train()
        t = Tensor(x)
        y = wrap(lambda t: np.tanh(block(t * t)))(t)
        np.sum(y * x).backward()
        return y.data, t.grad, block(t).data

    for found, wanted in zip(run(checkpoint), run(lambda f: f), strict=True):
        assert np.allclose(found, wanted)


def test_a_model_is_a_checkpointed_function():
    x = np.random.default_rng(0).normal(size=(6, 3))

    def run(wrap):
        model = nn.Sequential([nn.layers.Dense(8, "relu"), nn.layers.Dropout(0.5), nn.layers.Dense(1)], seed=4)
        model.build((None, 3))
        model.train()
        for _ in range(2):
            np.sum(wrap(model)(x)).backward()
        return [p.grad for p in model.parameters()]

    for found, wanted in zip(run(checkpoint), run(lambda f: f), strict=True):
        assert np.allclose(found, wanted)
