"""Callbacks, going on from a checkpoint, a loss that is no number, and the linter of common mistakes."""

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
    TerminateOnNaN,
)
from nn.models import load_model

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


# -- callbacks ---------------------------------------------------------------------------------------------------------
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


# -- the linter -------------------------------------------------------------------------------------------------------
CLASSES = np.arange(40) % 2


def classifier(*layers, loss="sparse_categorical_crossentropy"):
    made = nn.Sequential(list(layers), seed=0)
    made.compile("sgd", loss)
    return made


def two(activation="softmax"):
    return classifier(L.Dense(4, activation="relu"), L.Dense(2, activation=activation))


def unused():
    class Unused(nn.Model):
        def __init__(self):
            super().__init__()
            self.a, self.b = L.Dense(1), nn.Parameter(np.ones(2))

        def call(self, x):
            return self.a(x)

    made = Unused()
    made.compile("sgd", "mse")
    return made


def dead():
    return classifier(
        L.Dense(4, activation="relu", bias_initializer=nn.initializers.Constant(-100.0)), L.Dense(1), loss="mse"
    )


def huge():
    return classifier(L.Dense(2, kernel_initializer=nn.initializers.RandomNormal(0, 50, seed=0), activation="softmax"))


FAULTS = {
    "unscaled inputs": (two, X * 500, CLASSES, {}, "inputs reach .*use StandardScaler"),
    "images": (two, np.abs(X) * 80 % 255 + 1, CLASSES, {}, "divide by 255"),
    "sorted by class": (two, X, np.sort(CLASSES), {"shuffle": False}, "sorted by class and shuffle is off"),
    "class never trained": (two, X, np.sort(CLASSES), {"validation_split": 0.5}, "class 1 is in the validation"),
    "dead layer": (dead, X, Y, {}, "all units of layer 'dense' give 0"),
    "far from chance": (huge, X, CLASSES, {}, "the loss starts at .* where guessing gives 0.693"),
    "no gradient": (unused, X, Y, {}, "the loss does not depend on b, which will never change"),
    "softmax of one": (
        lambda: classifier(L.Dense(1, activation="softmax"), loss="binary_crossentropy"), X, CLASSES, {},
        "softmax over one unit, which is always 1; use a sigmoid",
    ),
    "softmax twice": (
        lambda: classifier(
            L.Dense(2, activation="softmax"), loss=nn.losses.SparseCategoricalCrossentropy(from_logits=True)),
        X, CLASSES, {}, "squashed twice",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.filterwarnings("ignore::nn.ModelWarning")
def test_each_mistake_is_said_once_with_its_fix(fault):
    make, x, y, settings, message = FAULTS[fault]
    made = make()
    with np.errstate(all="ignore"), pytest.warns(nn.ModelWarning, match=message):
        made.fit(x, y, verbose=0, **settings)
    if "squashed" in message:
        return  # the loss says that one
    with pytest.MonkeyPatch.context() as patch, np.errstate(all="ignore"):
        said = []
        patch.setattr("warnings.warn", lambda text, *args, **kwargs: said.append(str(text)))
        made.fit(x, y, verbose=0, **settings)
    assert not said


def test_inputs_that_the_model_scales_itself_are_fine():
    made = classifier(L.Flatten(), L.Rescaling(1 / 255), L.Dense(2, activation="softmax"))
    made.fit(np.arange(40.0)[:, None] * 6, CLASSES, verbose=0)  # a warning is an error here


def test_looking_changes_nothing():
    from nn.training import linter

    a, b = two(), two()
    a.fit(X, CLASSES, epochs=2, verbose=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(linter, "before", lambda *args: None)
        b.fit(X, CLASSES, epochs=2, verbose=0)
    assert same(a, b)


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
