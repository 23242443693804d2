"""A copy trains on as the original does, to the last bit: pickled or deep-copied, every layer, optimizer and model."""

import copy
import pickle

import numpy as np
import pytest
from every_layer import LAYERS

import nn
from autograd import Value
from nn import layers as L
from nn.callbacks import Callback
from nn.losses.base import losses
from nn.metrics.base import metrics
from nn.optimizers.base import optimizers

RNG = np.random.default_rng(0)
X = RNG.normal(0, 1, (24, 3))
Y = X.sum(axis=1, keepdims=True)

COPIES = {"pickle": lambda thing: pickle.loads(pickle.dumps(thing)), "deepcopy": copy.deepcopy}
SETTINGS = {"clipnorm": 1.0, "weight_decay": 0.01}
OPTIMIZERS = sorted(set(optimizers.entries.values()), key=lambda kind: kind.__name__)


def square(x):
    return x * x


def same(a, b):
    return all(np.array_equal(p, q) for p, q in zip(a.get_weights(), b.get_weights(), strict=True))


def train_on(model, made, x, y, **settings):
    """Both learn further, in the same way; whether they have moved."""
    before = model.get_weights()
    assert same(model, made)
    first = model.fit(x, y, epochs=2, batch_size=8, verbose=0, **settings).history
    assert made.fit(x, y, epochs=2, batch_size=8, verbose=0, **settings).history == first
    assert same(model, made)
    return not all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def sequential(optimizer="adam", **settings):
    model = nn.Sequential([L.Dense(4, activation="tanh", input_shape=(3,)), L.Dropout(0.2), L.Dense(1)], seed=0)
    model.compile(optimizer, "mse", **settings)
    return model


def functional():
    x = L.Input((3,))
    h = L.Dense(4, activation="relu")(x)
    model = nn.Model(x, L.Dense(1)(L.Concatenate()([x, L.BatchNormalization()(h)])), seed=0)
    model.compile("rmsprop", "mse", metrics=["mae"])
    return model


class Net(nn.Model):
    def __init__(self):
        super().__init__(seed=0)
        self.parts_of_it = [L.Dense(4, kernel_regularizer="l2"), {"last": L.Dense(1)}]

    def call(self, x):
        return self.parts_of_it[1]["last"](self.parts_of_it[0](x))


def subclass():
    model = Net()
    model.compile(nn.optimizers.SGD(0.01, momentum=0.9), "mse")
    return model


def nested():
    model = nn.Sequential([sequential(), L.Dense(1)], seed=1)
    model.compile("nadam", "mae")
    return model


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("jit", [True, False])
@pytest.mark.parametrize("make", [sequential, functional, subclass, nested])
def test_models(make, how, jit):
    fresh, model = make(), make()
    assert same(fresh, COPIES[how](fresh))
    model.fit(X, Y, batch_size=8, verbose=0, jit=jit)
    made = COPIES[how](model)
    assert train_on(model, made, X, Y, jit=jit)
    again = COPIES[how](made)  # and a copy of the copy, in a loop by hand
    before = again.get_weights()
    again.train_on_batch(X, Y)
    assert not same(again, made)
    assert not all(np.array_equal(a, b) for a, b in zip(before, again.get_weights(), strict=True))


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_optimizers(kind, how):
    model = sequential(kind(**SETTINGS))
    model.fit(X, Y, batch_size=8, verbose=0)
    made = COPIES[how](model)
    assert train_on(model, made, X, Y)
    assert made.optimizer.iterations == model.optimizer.iterations == 9
    states = made.optimizer.state_dict()
    assert all(np.array_equal(array, states[name]) for name, array in model.optimizer.state_dict().items())


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("name", LAYERS)
def test_layers(name, how):
    make, shape = LAYERS[name]
    layer = L.Lambda(square) if name == "Lambda" else make()
    model = nn.Sequential([layer, L.Flatten(), L.Dense(1)], seed=0)
    model.compile("adam", "mse")
    x, y = RNG.normal(0, 1, (24, *shape)), RNG.normal(0, 1, (24, 1))
    model.fit(x, y, batch_size=8, verbose=0)
    assert train_on(model, COPIES[how](model), x, y)


@pytest.mark.parametrize("how", COPIES)
def test_optimizers_of_values(how):
    mlp = nn.MLP(2, [3, 1], seed=0)
    optimizer = nn.optimizers.Adam(mlp.parameters(), 0.1)

    def step(mlp, optimizer):
        (mlp([1.0, -2.0]) - 3.0).backward()
        optimizer.step()
        optimizer.zero_grad()
        return [p.data for p in mlp.parameters()]

    step(mlp, optimizer)
    pair = COPIES[how]((mlp, optimizer))
    before = [p.data for p in pair[0].parameters()]
    assert step(*pair) == step(mlp, optimizer) != before
    assert all(isinstance(p, Value) for p in pair[0].parameters())


@pytest.mark.parametrize("how", COPIES)
def test_losses_and_metrics(how):
    for registry in (losses, metrics):
        for name, entry in registry.entries.items():
            thing = entry(square) if name in ("mean_metric_wrapper", "MeanMetricWrapper") else entry()
            assert type(COPIES[how](thing)) is type(thing)
            assert COPIES[how](thing).name == thing.name
    assert COPIES[how](nn.losses.mse) is nn.losses.mse
    found = nn.metrics.MeanAbsoluteError()
    found.update_state(X, X + 1)
    made = COPIES[how](found)
    made.update_state(X, X + 3)
    assert (found.result(), made.result()) == (pytest.approx(1), pytest.approx(2))


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_made_while_it_trains_is_whole(how):
    class Keep(Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.history = None  # else the copy has this callback, which is of a local class
            kept.append(COPIES[how](self.model))

    kept = []
    model = sequential()
    model.fit(X, Y, batch_size=8, verbose=0, callbacks=[Keep()])
    (made,) = kept
    made.add(L.Dense(1))  # what fit keeps for its own length is not copied
    assert len(made.all_modules()) == 5
    with pytest.raises(ValueError, match="the shapes must be equal"):
        made.loss(np.ones((2, 3)), np.ones((2, 1)))
