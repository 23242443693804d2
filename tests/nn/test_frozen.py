"""`trainable = False` reaches everything inside, in every way to say it, and `True` thaws it again."""

import numpy as np
import pytest

import nn
from nn import layers as L
from nn.models import load_model

RNG = np.random.default_rng(0)
X = RNG.normal(2, 3, (24, 3))
Y = X.sum(axis=1, keepdims=True)


class Block(L.Layer):
    def __init__(self, **others):
        super().__init__(**others)
        self.parts_of_it = {"norm": L.BatchNormalization(), "deep": [L.Dense(3), L.Dropout(0.5)]}

    def call(self, x):
        for layer in (self.parts_of_it["norm"], *self.parts_of_it["deep"]):
            x = layer(x)
        return x


class Net(nn.Model):
    def __init__(self, **others):
        super().__init__(**others)
        self.block = Block()
        self.norm = L.BatchNormalization()

    def call(self, x):
        return self.norm(self.block(x))


def sequential(**others):
    return nn.Sequential([L.BatchNormalization(), Block(), nn.Sequential([L.BatchNormalization()])], **others)


def functional(**others):
    x = L.Input((3,))
    return nn.Model(x, L.BatchNormalization()(Block()(x)), **others)


MODELS = {"Sequential": sequential, "Functional": functional, "subclass": Net, "layer": Block}


def with_head(part):
    model = nn.Sequential([part, L.Dense(1)], seed=0)
    model.compile("sgd", "mse")
    return model


def moved(model, part, **settings):
    model.output_shape_of(X)  # which builds it
    before = part.get_weights()
    model.fit(X, Y, epochs=2, batch_size=8, verbose=0, **settings)
    return [not np.array_equal(a, b) for a, b in zip(before, part.get_weights(), strict=True)]


@pytest.mark.parametrize("jit", [True, False])
@pytest.mark.parametrize("name", MODELS)
def test_freezing_reaches_what_is_inside_and_thawing_too(name, jit):
    part = MODELS[name]()
    model = with_head(part)
    assert all(moved(model, part, jit=jit))  # the moving averages too
    part.trainable = False
    assert not any(module.trainable for module in part.all_modules())
    assert not any(moved(model, part, jit=jit))
    assert len(model.trainable_parameters()) == 2
    part.trainable = True
    assert all(module.trainable for module in part.all_modules())
    assert all(moved(model, part, jit=jit))


@pytest.mark.parametrize("jit", [True, False])
@pytest.mark.parametrize("name", MODELS)
def test_frozen_from_the_start(name, jit):
    part = MODELS[name](trainable=False)
    model = with_head(part)
    assert not any(moved(model, part, jit=jit))
    assert not any(module.trainable for module in part.all_modules())


def test_part_of_a_model_may_be_thawed():
    model = sequential()
    model.build((None, 3))
    model.trainable = False
    model.trainable = True
    model.layers[1].trainable = False
    assert [layer.trainable for layer in model.layers] == [True, False, True]
    assert not any(module.trainable for module in model.layers[1].all_modules())
    assert len(model.trainable_parameters()) == 4


@pytest.mark.parametrize("name", ["Sequential", "Functional"])
def test_files_and_copies_keep_it(tmp_path, name):
    inner = {"Sequential": lambda: nn.Sequential([L.BatchNormalization()]), "Functional": plain_functional}[name]()
    model = with_head(inner)
    model.fit(X, Y, verbose=0)
    inner.trainable = False
    model.save(tmp_path / "m.safetensors")
    again = load_model(tmp_path / "m.safetensors")
    assert [m.trainable for m in again.all_modules()] == [m.trainable for m in model.all_modules()]
    assert not any(moved(again, again.layers[0]))


def plain_functional():
    x = L.Input((3,))
    return nn.Model(x, L.BatchNormalization()(x))


def test_a_model_that_is_frozen_whole_can_be_evaluated():
    model = with_head(sequential())
    model.trainable = False
    assert model.evaluate(X, Y, verbose=0) > 0
    assert model.test_on_batch(X, Y) > 0
    with pytest.raises(ValueError, match=r"an optimizer got no parameters: .*frozen"):
        model.fit(X, Y, verbose=0)


def test_weights_are_counted_as_in_keras():
    layer = L.BatchNormalization()
    layer.build((None, 3))
    assert [len(w) for w in (layer.weights, layer.trainable_weights, layer.non_trainable_weights)] == [4, 2, 2]
    layer.trainable = False
    assert [len(w) for w in (layer.variables, layer.trainable_variables, layer.non_trainable_variables)] == [4, 0, 4]


def test_numbers_of_neurons_can_be_frozen():
    mlp = nn.MLP(2, [3, 1], seed=0)
    mlp.trainable = False
    assert mlp.trainable_parameters() == []
    mlp.layers[1].trainable = True
    mlp.trainable = True
    assert len(mlp.trainable_parameters()) == 13


@pytest.mark.parametrize("value", ["no", None, 2])
def test_what_is_neither_is_refused(value):
    with pytest.raises(ValueError, match="trainable is True or False; got"):
        L.Dense(1).trainable = value
    with pytest.raises(ValueError, match="trainable is True or False; got"):
        L.Dense(1, trainable=value)
