"""Callbacks: when they are called, and what each of ours does."""

import csv

import numpy as np
import pytest

import nn
from nn import layers as L
from nn.callbacks import (
    Callback,
    CSVLogger,
    EarlyStopping,
    History,
    LambdaCallback,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
)

RNG = np.random.default_rng(0)


X = RNG.normal(0, 1, (40, 3))


Y = X.sum(axis=1, keepdims=True)


def model(optimizer="adam", seed=0, loss="mse", last=None, **settings):
    last = last or L.Dense(1)
    made = nn.Sequential([L.Dense(6, activation="tanh", input_shape=(3,)), L.Dropout(0.3), last], seed=seed)
    made.compile(optimizer, loss, **settings)
    return made


def same(a, b):
    return all(np.array_equal(p, q) for p, q in zip(a.get_weights(), b.get_weights(), strict=True))


def test_hooks_are_called_in_order_with_logs():
    calls = []

    class Watch(Callback):
        def on_train_begin(self, logs=None):
            calls.append(("begin", self.params["epochs"], self.params["steps"]))

        def on_epoch_begin(self, epoch, logs=None):
            calls.append(("epoch", epoch))

        def on_train_batch_end(self, batch, logs=None):
            calls.append(("batch", batch, sorted(logs)))
            assert all(p.grad is not None for p in self.model.trainable_parameters())

        def on_test_end(self, logs=None):
            calls.append(("test", sorted(logs)))

        def on_epoch_end(self, epoch, logs=None):
            calls.append(("end", epoch, sorted(logs)))

        def on_train_end(self, logs=None):
            calls.append(("over",))

    model(metrics=["mae"]).fit(X, Y, batch_size=20, validation_data=(X, Y), callbacks=[Watch()], verbose=0)
    assert calls == [
        ("begin", 1, 2), ("epoch", 0), ("batch", 0, ["loss", "mae"]), ("batch", 1, ["loss", "mae"]),
        ("test", ["loss", "mae"]), ("end", 0, ["loss", "mae", "val_loss", "val_mae"]), ("over",),
    ]  # fmt: skip


def test_history_is_what_fit_gives():
    history = model().fit(X, Y, epochs=3, verbose=0)
    assert isinstance(history, History)
    assert history.epoch == [0, 1, 2]
    assert history.history["loss"][0] > history.history["loss"][-1]
    assert repr(history).startswith("<History of 3 epochs: loss ")


class Scripted(Callback):
    """Puts given numbers into the logs, in the place of measured ones."""

    def __init__(self, values, name="val_loss"):
        self.values = values
        self.name = name
        self.weights = []

    def on_epoch_end(self, epoch, logs=None):
        logs[self.name] = self.values[epoch]
        self.weights.append(self.model.get_weights())


@pytest.mark.parametrize(
    ("values", "settings", "epochs", "best"),
    [
        ([3, 2, 1, 2, 2, 2, 2, 2], {"patience": 2}, 5, 2),
        ([3, 2, 1, 2, 2, 2, 2, 2], {"patience": 0}, 4, 2),
        ([1, 2, 3, 3, 3, 3, 3, 3], {"patience": 2, "mode": "max"}, 5, 2),
        ([3, 2.9, 2.8, 2.7, 1, 1, 1, 1], {"patience": 3, "min_delta": 0.5}, 4, 0),
        ([3, 2, 1, 1, 1, 1, 1, 1], {"patience": 1, "start_from_epoch": 4}, 6, 4),
        ([8, 7, 6, 5, 4, 3, 2, 1], {"patience": 1}, 8, 7),
    ],
)
def test_early_stopping(values, settings, epochs, best):
    script, stop = Scripted(values), EarlyStopping(restore_best_weights=True, **settings)
    made = model()
    history = made.fit(X, Y, epochs=8, callbacks=[script, stop], verbose=0)
    assert len(history.epoch) == epochs
    assert stop.best_epoch == best
    assert all(np.array_equal(a, b) for a, b in zip(script.weights[best], made.get_weights(), strict=True))
    assert (
        len(made.fit(X, Y, epochs=8, callbacks=[script, stop], verbose=0).epoch) == epochs
    )  # used again, it starts anew


def test_early_stopping_without_its_value_is_said_once():
    with pytest.warns(
        nn.ModelWarning, match=r"no 'val_loss' to watch; there are loss. Give fit validation_split"
    ) as said:
        model().fit(X, Y, epochs=3, callbacks=[EarlyStopping()], verbose=0)
    assert len(said) == 1


def test_checkpoints(tmp_path):
    script = Scripted([3, 1, 2, 0.5])
    every = ModelCheckpoint(tmp_path / "e{epoch:02d}-{val_loss:.1f}.safetensors")
    best = ModelCheckpoint(tmp_path / "best.safetensors", save_best_only=True, save_weights_only=True)
    made = model()
    made.fit(X, Y, epochs=4, callbacks=[script, every, best], verbose=0)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["best.safetensors", "e01-3.0.safetensors", "e02-1.0.safetensors", "e03-2.0.safetensors",
                     "e04-0.5.safetensors"]  # fmt: skip
    other = model(seed=9)
    other.load_weights(tmp_path / "best.safetensors")
    assert same(other, made)
    with pytest.raises(ValueError, match="filepath names 'val_acc', which is not in the logs: loss"):
        model().fit(X, Y, callbacks=[ModelCheckpoint("{val_acc}.safetensors")], verbose=0)


def test_rates():
    made = model("sgd")
    made.fit(X, Y, epochs=3, callbacks=[LearningRateScheduler(lambda epoch, rate: rate * 0.5)], verbose=0)
    assert made.optimizer.learning_rate == 0.01 / 8
    assert made.history.history["learning_rate"] == [0.005, 0.0025, 0.00125]
    made = model("sgd")
    made.fit(X, Y, epochs=2, callbacks=[LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))], verbose=0)
    assert made.optimizer.learning_rate == 0.05
    made = model("sgd")
    plateau = ReduceLROnPlateau(factor=0.5, patience=2, cooldown=1, min_lr=0.002)
    made.fit(X, Y, epochs=9, callbacks=[Scripted([3, 2, 2, 2, 2, 2, 2, 2, 2]), plateau], verbose=0)
    assert made.history.history["learning_rate"] == [0.01] * 4 + [0.005] * 2 + [0.0025] * 2 + [0.002]
    scheduled = model(nn.optimizers.SGD(nn.optimizers.schedules.CosineDecay(0.1, 10)))
    with pytest.raises(TypeError, match="follows a schedule of its own"):
        scheduled.fit(X, Y, callbacks=[plateau], verbose=0)


def test_a_table_of_the_epochs(tmp_path):
    path = tmp_path / "log.csv"
    made = model()
    made.fit(X, Y, epochs=2, callbacks=[CSVLogger(path)], verbose=0)
    made.fit(X, Y, epochs=3, initial_epoch=2, callbacks=[CSVLogger(path, append=True)], verbose=0)
    with path.open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["0", "1", "2"]
    assert float(rows[0]["loss"]) > 0


def test_functions_as_callbacks():
    seen = []
    model().fit(X, Y, epochs=2, callbacks=[LambdaCallback(on_epoch_end=lambda e, logs: seen.append(e))], verbose=0)
    assert seen == [0, 1]
    with pytest.raises(TypeError, match="takes no on_epoch="):
        LambdaCallback(on_epoch=print)


def test_a_callback_may_end_training():
    class Stop(Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 1

    made = model()
    made.fit(X, Y, epochs=5, batch_size=10, callbacks=[Stop()], verbose=0)
    assert made.optimizer.iterations == 2
    assert made.epochs_done == 1
