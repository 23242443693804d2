"""What was built stays: `build` counts, and weights that were loaded in between are those that the first call uses."""

import numpy as np
import pytest
from every_layer import LAYERS

import nn
from nn import layers as L


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_that_was_built_keeps_its_weights(name):
    make, shape = LAYERS[name]
    layer, other = make(seed=0), make(seed=1)
    for each in (layer, other):
        each.build((None, *shape))
        assert each.built
    layer.set_weights(other.get_weights())
    loaded = layer.get_weights()
    x = np.random.default_rng(0).normal(0, 1, (4, *shape))
    y = layer(x, training=False)
    assert all(np.array_equal(a, b) for a, b in zip(loaded, layer.get_weights(), strict=True))
    assert np.array_equal(y, other(x, training=False))


class Outer(L.Layer):
    """A layer with layers inside, which it builds by itself."""

    def __init__(self, **others):
        super().__init__(**others)
        self.inner = L.Dense(2)

    def build(self, input_shape):
        super().build(input_shape)
        self.inner.build(input_shape)
        self.factor = self.add_weight((2,), "ones")

    def call(self, x):
        return self.inner(x) * self.factor


class Derived(Outer):
    def build(self, input_shape):
        super().build(input_shape)
        assert not self.built  # not before all is there
        self.shift = self.add_weight((2,), "random_normal")

    def call(self, x):
        return super().call(x) + self.shift


class Mixed:
    """A build that comes from a class that is no layer."""

    def build(self, input_shape):
        self.factor = self.add_weight((input_shape[-1],), "random_normal")


class WithMixed(Mixed, L.Layer):
    def call(self, x):
        return x * self.factor


@pytest.mark.parametrize("kind", [Outer, Derived, WithMixed])
def test_layers_within_layers(kind):
    layer = kind()
    layer.build((None, 3))
    weights = layer.get_weights()
    layer(np.ones((2, 3)))
    assert all(np.array_equal(a, b) for a, b in zip(weights, layer.get_weights(), strict=True))
    assert len(weights) == len(layer.parameters())


class Net(nn.Model):
    def __init__(self):
        super().__init__()
        self.dense = L.Dense(2)

    def call(self, x):
        return self.dense(x)


class NetWithWeights(Net):
    def build(self, input_shape):
        self.factor = self.add_weight((2,), "ones")
        super().build(input_shape)

    def call(self, x):
        return super().call(x) * self.factor


def sequential():
    return nn.Sequential([L.Dense(2), L.BatchNormalization()])


def inputs_in_a_list():
    class Two(Net):
        several = True

        def call(self, x):
            return self.dense(x[0]) + x[1]

    return Two()


@pytest.mark.parametrize("make", [Net, NetWithWeights, sequential, inputs_in_a_list])
@pytest.mark.parametrize("as_list", [False, True])
def test_models_that_were_built_keep_their_weights(make, as_list):
    model = make()
    shape, x = (None, 3), np.ones((2, 3))
    if model.several:
        shape, x = [(None, 3), (None, 2)], [np.ones((2, 3)), np.ones((2, 2))]
    model.build(list(shape) if as_list else shape)
    weights = model.get_weights()
    assert weights
    model(x, training=False)
    model.output_shape_of(x)
    assert all(np.array_equal(a, b) for a, b in zip(weights, model.get_weights(), strict=True))


def test_a_models_own_build_is_called_by_its_first_call():
    model = NetWithWeights()
    model(np.ones((2, 3)))
    assert [name for name, _ in model.named_parameters()] == ["dense.kernel", "dense.bias", "factor"]


def test_a_build_that_fails_does_not_count():
    layer = L.BatchNormalization()
    with pytest.raises(nn.ShapeError, match="a known size along axis"):
        layer.build((None, None))
    assert not layer.built
    model = Net()
    for shape in (3, (), "ab", (None, 2.5)):
        with pytest.raises(ValueError, match="build"):
            model.build(shape)
        assert not model.built
