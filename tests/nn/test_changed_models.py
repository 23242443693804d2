"""A model that was changed after it ran: its steps are those of the model as it is now, with jit or without."""

import numpy as np
import pytest
from small_models import X, Y

import nn
from autograd import Tensor, jit
from nn import layers as L


def model(*layers):
    made = nn.Sequential([*layers, L.Dense(1)], seed=0)
    made.compile("sgd", "mse", metrics=["mae"])
    made.fit(X, Y, verbose=0)
    return made


def everything(made, jit=None):
    settings = {"verbose": 0, "jit": jit}
    return made.predict(X, **settings).tolist(), made.evaluate(X, Y, **settings)


CHANGES = {
    "Normalization, adapted again": (L.Normalization(), lambda layer: layer.adapt(X * 5 + 3)),
    "Normalization, in place": (L.Normalization(), lambda layer: layer.mean.fill(2.0)),
    "Normalization, variance": (L.Normalization(), lambda layer: setattr(layer, "variance", layer.variance * 4)),
    "BatchNormalization": (L.BatchNormalization(), lambda layer: setattr(layer, "epsilon", 1.0)),
    "LayerNormalization": (L.LayerNormalization(), lambda layer: setattr(layer, "epsilon", 1.0)),
    "moving_mean": (L.BatchNormalization(), lambda layer: layer.moving_mean.assign(np.ones(3))),
    "weights": (L.Dense(3), lambda layer: layer.set_weights([np.eye(3), np.ones(3)])),
    "weights in place": (L.Dense(3), lambda layer: layer.kernel.data.fill(0.5)),
    "activation": (L.Dense(3), lambda layer: setattr(layer, "activation", np.tanh)),
    "ReLU": (L.ReLU(), lambda layer: setattr(layer, "threshold", 0.5)),
    "LeakyReLU": (L.LeakyReLU(), lambda layer: setattr(layer, "negative_slope", 0.7)),
    "ELU": (L.ELU(), lambda layer: setattr(layer, "alpha", 0.1)),
    "PReLU": (L.PReLU(), lambda layer: layer.alpha.assign(np.full(3, 0.5))),
    "Rescaling": (L.Rescaling(2.0), lambda layer: setattr(layer, "offset", 1.5)),
    "Lambda": (L.Lambda(lambda x: x * 2), lambda layer: setattr(layer, "function", lambda x: x * 3)),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_layer_is_noticed(name):
    layer, change = CHANGES[name]
    if name.startswith("Normalization"):
        layer.adapt(X)
    made = model(layer)
    before = everything(made)
    change(layer)
    after = everything(made)
    assert after != before
    assert after == everything(made, jit=False)


def test_layers_added_and_taken_off():
    made = model(L.Dense(4, activation="tanh"))
    before = everything(made)
    made.add(L.Dense(1))
    assert everything(made) == everything(made, jit=False) != before
    made.pop()
    assert everything(made) == before
    made.add(L.Dense(2))
    assert made.predict(X, verbose=0).shape == (12, 2)
    with pytest.raises(ValueError, match=r"targets of shape \(12, 1\) against predictions of shape \(12, 2\)"):
        made.fit(X, Y, verbose=0)
    made.pop()
    made.pop()
    last = L.Dense(1)
    made.add(last)
    start = last.kernel.numpy()
    made.fit(X, Y, verbose=0)
    assert not np.array_equal(start, last.kernel.data)
    assert everything(made) == everything(made, jit=False)


def test_batches_bring_all_along():
    batches = [(X, Y)]
    for settings in [{"y": Y}, {"sample_weight": np.ones(12)}, {"class_weight": {0: 1}}]:
        with pytest.raises(ValueError, match="brings its targets and weights along"):
            model().fit(iter(batches), verbose=0, **settings)
    with pytest.raises(ValueError, match="has its own batch size"):
        model().fit(iter(batches), batch_size=3, verbose=0)


def test_a_recorder_takes_plain_tensors_for_parameters():
    class Net(nn.Model):
        def __init__(self):
            super().__init__()
            self.w = Tensor(np.zeros((3, 1), "f"))

        def call(self, x):
            return x @ self.w

    made, recorder = Net(), nn.callbacks.Recorder(X)
    made.compile("sgd", "mse")
    made.fit(X, Y, callbacks=[recorder], verbose=0)
    assert list(recorder.frames[0]["parameters"]) == ["w"]


def test_an_evaluation_between_batches_leaves_the_metrics_alone():
    def evaluate(batch, logs):
        found.append(made.evaluate(X[:5], Y[:5], return_dict=True, verbose=0))

    found, histories = [], []
    for callbacks in ([], [nn.callbacks.LambdaCallback(on_train_batch_end=evaluate)]):
        made = nn.Sequential([L.Dense(1, input_shape=(3,))], seed=0)
        made.compile("sgd", "mse", metrics=["mae", nn.metrics.R2Score()])
        histories.append(made.fit(X, Y, batch_size=4, epochs=2, callbacks=callbacks, verbose=0).history)
    assert histories[0] == histories[1]
    assert len(found) == 6


def test_training_that_never_began_leaves_nothing_behind():
    class Fail(nn.callbacks.Callback):
        def on_train_begin(self, logs=None):
            raise KeyboardInterrupt

    made = model()
    with pytest.raises(KeyboardInterrupt):
        made.fit(X, Y, callbacks=[Fail()], verbose=0)
    made.add(L.Dense(1))
    assert len(made.all_modules()) == 3


@pytest.mark.parametrize(("attribute", "value"), [("strides", (2, 2)), ("dilation_rate", (2, 1)), ("padding", "same")])
def test_settings_of_windows(attribute, value):
    images = np.random.default_rng(0).standard_normal((3, 5, 6, 1))
    made = nn.Sequential([L.Conv2D(2, 2), L.MaxPooling2D(2, strides=1)], seed=0)
    fast = jit(lambda x: made(x, training=False).data)
    for layer, name, new in ((made.layers[0], attribute, value), (made.layers[1], "strides", (2, 2))):
        fast(images)
        setattr(layer, name, new)
        assert fast(images).tolist() == made(images, training=False).data.tolist()
