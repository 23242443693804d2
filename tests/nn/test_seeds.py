"""`seed=` makes a model repeat: its weights, what it drops, and the order in which it sees samples."""

import numpy as np
import pytest

import nn
from nn import layers as L

RNG = np.random.default_rng(0)
X = RNG.normal(0, 1, (20, 3))
Y = X.sum(axis=1, keepdims=True)


class Noisy(L.Layer):
    """Layers inside a layer, and weights beside them."""

    def __init__(self, **others):
        super().__init__(**others)
        self.parts_of_it = [L.Dense(4), L.GaussianNoise(0.1)]

    def build(self, input_shape):
        self.shift = self.add_weight((4,), "random_normal")

    def call(self, x):
        for layer in self.parts_of_it:
            x = layer(x)
        return x + self.shift


class Net(nn.Model):
    def __init__(self, seed=None):
        super().__init__(seed=seed)
        self.parts_of_it = layers()

    def call(self, x):
        for layer in self.parts_of_it:
            x = layer(x)
        return x


def layers():
    return [L.Dense(5, activation="tanh"), L.Dropout(0.4), Noisy(), nn.Sequential([L.Dropout(0.1), L.Dense(1)])]


def functional(seed=None):
    x = y = L.Input((3,))
    for layer in layers():
        y = layer(y)
    return nn.Model(x, y, seed=seed)


def sequential(seed=None):
    return nn.Sequential(layers(), seed=seed)


def same(a, b):
    return [np.array_equal(p, q) for p, q in zip(a.get_weights(), b.get_weights(), strict=True)]


def trained(model, **settings):
    model.compile("adam", "mse")
    model.fit(X, Y, batch_size=5, epochs=2, verbose=0, **settings)
    return model


@pytest.mark.parametrize("jit", [True, False])
@pytest.mark.parametrize("make", [functional, sequential, Net])
def test_a_seed_repeats_a_model(make, jit):
    a, b, other = (trained(make(seed), jit=jit) for seed in (3, 3, 4))
    assert a.history.history == b.history.history != other.history.history
    assert all(same(a, b))
    assert not any(same(a, other))


@pytest.mark.parametrize("make", [functional, sequential, Net])
def test_without_a_seed_the_librarys_own_generator_repeats_it(make):
    found = []
    for _ in range(2):
        nn.utils.set_random_seed(5)
        found.append(trained(make()))
    assert all(same(*found))
    assert not all(same(make_built(make), make_built(make)))


def make_built(make):
    model = make()
    model(X)
    return model


def test_seeds_of_layers_win():
    def made(seed):
        x = L.Input((3,))
        own = L.Dense(4, seed=1)
        drawn = L.Dense(4, kernel_initializer=nn.initializers.HeNormal(seed=2))
        inside = nn.Sequential([L.Dense(2), L.Dropout(0.5)], seed=9)
        return nn.Model(x, inside(drawn(own(x))), seed=seed)

    a, b = made(0), made(1)
    assert all(same(a, b))
    assert a.layers[2].layers[1].random is a.layers[2].random is not a.random


def test_weights_that_were_set_stay():
    loaded, trained_before, fresh = L.Dense(3), L.Dense(3), L.Dense(3)
    trained_before(X)
    x = L.Input((3,))
    y = fresh(trained_before(loaded(x)))
    loaded.set_weights([np.eye(3), np.zeros(3)])
    kept = trained_before.get_weights()
    before = fresh.kernel.numpy()
    nn.Model(x, y, seed=0)
    assert np.array_equal(loaded.kernel.data, np.eye(3))
    assert all(np.array_equal(a, b) for a, b in zip(kept, trained_before.get_weights(), strict=True))
    assert not np.array_equal(before, fresh.kernel.data)


def test_layers_that_were_built_inside_another_stay():
    inner = L.Dense(3)
    inner(X)  # trained, say

    class Outer(L.Layer):
        def __init__(self):
            super().__init__()
            self.inner = inner

        def call(self, x):
            return self.inner(x)

    kept = inner.get_weights()
    x = L.Input((3,))
    nn.Model(x, Outer()(x), seed=0)
    assert all(np.array_equal(a, b) for a, b in zip(kept, inner.get_weights(), strict=True))


def test_layers_of_two_models_belong_to_the_first():
    def made():
        x = L.Input((3,))
        h = L.Dense(2)(x)
        encoder = nn.Model(x, h, seed=1)
        kept = encoder.get_weights()
        whole = nn.Model(x, L.Dense(3)(h), seed=2)
        assert all(np.array_equal(a, b) for a, b in zip(kept, encoder.get_weights(), strict=True))
        return whole

    assert all(same(made(), made()))


def test_a_seed_survives_a_file(tmp_path):
    model = trained(functional_of_our_own(3))
    model.save(tmp_path / "m.safetensors")
    again = nn.models.load_model(tmp_path / "m.safetensors")
    assert model.fit(X, Y, verbose=0).history == again.fit(X, Y, verbose=0).history
    assert all(same(model, again))


def functional_of_our_own(seed):
    x = L.Input((3,))
    return nn.Model(x, L.Dense(1)(L.Dropout(0.3)(L.Dense(4)(x))), seed=seed)


@pytest.mark.parametrize("make", [functional, sequential, Net])
def test_the_seed_of_fit_repeats_order_and_noise(make):
    weights = make_built(make).get_weights()
    found = []
    for seed in (7, np.int64(7), 8):
        model = make_built(make)
        model.set_weights(weights)
        found.append(trained(model, seed=seed))
    assert all(same(found[0], found[1]))
    assert not any(same(found[0], found[2]))
