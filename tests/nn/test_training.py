"""Training: a loss that is no number, going on from a checkpoint, a user's own parts."""

import numpy as np
import pytest

import nn
from nn import layers as L
from nn.callbacks import (
    Callback,
    TerminateOnNaN,
)
from nn.models import load_model

RNG = np.random.default_rng(0)


X = RNG.normal(0, 1, (40, 3))


Y = X.sum(axis=1, keepdims=True)


def same(a, b):
    return all(np.array_equal(p, q) for p, q in zip(a.get_weights(), b.get_weights(), strict=True))


# -- a loss that is no number -----------------------------------------------------------------------------------------
def exploding():
    made = nn.Sequential([L.Dense(4, input_shape=(3,)), L.Dense(1)], seed=0)
    made.compile(nn.optimizers.SGD(1e18), "mse")
    return made


def test_a_loss_that_is_no_number_stops_training_before_it_does_harm():
    made = exploding()
    with (
        np.errstate(all="ignore"),
        pytest.warns(nn.ModelWarning, match=r"epoch 1, batch \d+: the loss is (inf|nan); the weights are those before"),
    ):
        made.fit(X, Y, epochs=9, batch_size=8, verbose=0)
    assert all(np.isfinite(w).all() for w in made.get_weights())
    assert len(made.history.epoch) == 1


def test_terminate_on_nan_says_it_itself(capsys):
    with np.errstate(all="ignore"):
        exploding().fit(X, Y, epochs=9, batch_size=8, callbacks=[TerminateOnNaN()], verbose=0)
    assert "the loss is no number" in capsys.readouterr().out


# -- going on ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "optimizer",
    [
        nn.optimizers.Adam(0.01),
        nn.optimizers.SGD(nn.optimizers.schedules.CosineDecay(0.05, 20), momentum=0.9),
        nn.optimizers.Nadam(clipnorm=1.0),
        nn.optimizers.RMSprop(centered=True, momentum=0.5),
    ],
    ids=repr,
)
def test_going_on_from_a_checkpoint_is_as_if_it_had_never_stopped(tmp_path, optimizer):
    def made():
        layers = [L.Dense(6, input_shape=(3,)), L.BatchNormalization(), L.Activation("relu"), L.Dropout(0.3),
                  L.Dropout(0.1, seed=4), L.Dense(1)]  # fmt: skip
        found = nn.Sequential(layers, seed=0)
        found.compile(nn.optimizers.get(nn.optimizers.base.optimizers.describe(optimizer)), "mse", metrics=["mae"])
        return found

    whole = made()
    history = whole.fit(X, Y, epochs=6, batch_size=16, validation_split=0.2, verbose=0).history
    parts = made()
    first = parts.fit(X, Y, epochs=3, batch_size=16, validation_split=0.2, verbose=0).history
    parts.save(tmp_path / "stop.safetensors")
    later = load_model(tmp_path / "stop.safetensors")
    assert later.epochs_done == 3
    rest = later.fit(
        X, Y, epochs=6, initial_epoch=later.epochs_done, batch_size=16, validation_split=0.2, verbose=0
    ).history
    assert same(whole, later)
    assert {name: first[name] + rest[name] for name in first} == history


# -- a user's own parts -----------------------------------------------------------------------------------------------
def test_own_layer_loss_metric_optimizer_and_callback(tmp_path):
    class Scale(L.Layer):
        def build(self, input_shape):
            self.factor = self.add_weight((input_shape[-1],), initializer="ones")

        def call(self, x):
            return x * self.factor

    def cubic(y_true, y_pred):
        return np.mean(np.abs(y_pred - y_true) ** 3, axis=-1)

    def worst(y_true, y_pred):
        return np.abs(y_pred - y_true).max()

    class Sign(nn.optimizers.Optimizer):
        def update(self, p, g, state, rate):
            p -= rate * np.sign(g)

    class Count(Callback):
        epochs = 0

        def on_epoch_end(self, epoch, logs=None):
            self.epochs += 1

    count = Count()
    made = nn.Sequential([Scale(input_shape=(3,)), L.Dense(1)], seed=0)
    made.compile(Sign(0.005), cubic, metrics=[worst])
    history = made.fit(X, Y, epochs=30, callbacks=[count], verbose=0).history
    assert count.epochs == 30
    assert history["loss"][-1] < history["loss"][0] / 2
    assert "worst" in history
    made.save(tmp_path / "own.safetensors")
    with pytest.raises(
        nn.ModelFileError, match=r"'Scale' is not the library's own; pass it as custom=\{'Scale': ...\}"
    ):
        load_model(tmp_path / "own.safetensors")
    own = {"Scale": Scale, "cubic": cubic, "worst": worst, "Sign": Sign}
    again = load_model(tmp_path / "own.safetensors", custom=own)
    assert same(made, again)
    assert made.fit(X, Y, verbose=0).history == again.fit(X, Y, verbose=0).history
