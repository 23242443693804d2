"""Callbacks against Keras 3.15: when training stops, at which weights, which hooks are called, and with what."""

import csv

import numpy as np
import pytest

import nn
from nn import layers as L
from nn.callbacks import Callback, CSVLogger, EarlyStopping, LambdaCallback, ModelCheckpoint, ReduceLROnPlateau
from nn.models import load_model

nan = float("nan")
RNG = np.random.default_rng(0)
X = RNG.normal(0, 1, (40, 3))
Y = X.sum(axis=1, keepdims=True)

# Values of val_loss epoch by epoch, settings; and from Keras: how many epochs there were, and whose weights are left.
STOPS = [
    ([1.25, 0.75, 2.25, 1.0, 4.0, 3.75, 4.0, 3.25], {"patience": 1, "baseline": 0.5}, 3, 1),
    ([3.75, 4.0, nan, 3.0, 2.0, 2.0, 3.75, 2.5], {"patience": 0, "baseline": 0.5, "min_delta": 0.5}, 2, 0),
    ([3.0, 0.75, 3.75, 1.0, 1.5, 3.25, 3.0, 4.0], {"patience": 0, "baseline": 2.0}, 3, 1),
    ([1.5, 1.5, 2.0, 0.25, 1.75, 2.0, 3.25, 3.0], {"patience": 2, "baseline": 2.0}, 3, 0),
    ([3.75, 0.25, 2.0, 1.5, 1.5, 0.75, 2.25, 0.5], {"patience": 0, "baseline": 0.5, "mode": "max"}, 2, 0),
    ([1.5, 3.0, 2.5, nan, 1.5, 1.5, 2.25, 1.5], {"patience": 2, "baseline": 2.0}, 3, 0),
    ([2.75, 3.5, 1.75, 2.25, 1.0, 2.25, 1.75, 3.5],
     {"patience": 0, "baseline": 3.0, "min_delta": 0.5, "mode": "max"}, 3, 1),
    ([3.0, nan, 1.75, 3.5, 1.75, 4.0, 1.0, 3.25], {"patience": 2, "baseline": 0.5}, 2, 0),
    ([0.75, 0.5, 0.75, 1.25, 1.5, 1.5, 1.75, 2.25], {"patience": 2, "baseline": 2.0, "mode": "max"}, 2, 0),
    ([0.5, 1.75, 2.0, 3.5, 1.5, 1.0, 3.75, 1.5], {"patience": 1, "baseline": 0.5}, 2, 0),
    ([2.5, 2.25, 4.0, 2.75, 1.0, 1.75, 2.75, 0.5], {"patience": 0, "baseline": 2.0}, 3, 1),
    ([0.75, 2.75, 3.75, nan, 2.25, 1.75, 4.0, 3.0], {"patience": 2, "baseline": 1.0, "start_from_epoch": 1}, 3, 1),
    ([2.0, 2.0, 0.25, 2.0, 3.25, 0.75, 2.25, 0.75], {"patience": 0, "baseline": 0.5, "min_delta": 0.5}, 2, 0),
    ([1.25, 1.0, nan, 0.75, 1.5, 1.5, 1.25, 1.25],
     {"patience": 2, "baseline": 2.0, "min_delta": 0.5, "start_from_epoch": 4}, 6, 4),
    ([1.75, 1.5, 2.5, 3.5, 1.5, 0.5, 2.0, 2.25], {"patience": 0, "baseline": 3.0}, 3, 1),
    ([1.25, 2.25, 2.25, 3.25, 3.25, 1.5, 0.75, 2.0], {"patience": 3, "baseline": 2.0}, 4, 0),
    ([3.75, 2.25, 2.0, 1.0, 2.75, 0.25, 0.25, 0.25], {"patience": 0, "start_from_epoch": 2}, 5, 3),
    ([3.5, 1.75, 2.5, 2.5, 4.0, 3.25, 0.5, 4.0], {"patience": 1}, 3, 1),
    ([1.25, 1.75, 3.5, 0.5, 4.0, 3.0, 1.75, 3.5], {"patience": 3, "start_from_epoch": 4}, 8, 6),
    ([3.5, 2.0, 3.75, 2.0, 0.25, 3.25, 2.75, 3.5], {"patience": 0, "min_delta": 0.5, "start_from_epoch": 1}, 3, 1),
    ([2.5, nan, 1.5, 3.5, 2.25, 1.25, 0.25, 0.5], {"patience": 1, "start_from_epoch": 4}, 8, 6),
    ([2.75, 1.25, 2.75, 3.5, 1.75, 2.25, 1.0, 3.25], {"patience": 2}, 4, 1),
    ([4.0, 1.25, 1.0, 2.75, 0.5, 3.5, 0.75, 3.25], {"patience": 1}, 4, 2),
    ([2.0, 0.75, 2.25, 3.0, 2.5, 1.0, 3.75, 2.25], {"patience": 0, "start_from_epoch": 4, "mode": "max"}, 6, 4),
]  # fmt: skip


def model(last=None, **settings):
    made = nn.Sequential([L.Dense(2, activation="tanh", input_shape=(3,)), L.Dense(1, activation=last)], seed=0)
    made.compile(**{"optimizer": "sgd", "loss": "mse", **settings})
    return made


class Scripted(Callback):
    """Puts given numbers into the logs, and keeps the weights."""

    def __init__(self, values, name="val_loss"):
        self.values, self.name, self.weights = values, name, []

    def on_epoch_end(self, epoch, logs=None):
        logs[self.name] = self.values[epoch]
        self.weights.append(self.model.get_weights())


def same(a, b):
    return all(np.array_equal(p, q) for p, q in zip(a, b, strict=True))


@pytest.mark.parametrize(("values", "settings", "epochs", "left"), STOPS)
def test_early_stopping_is_that_of_keras(values, settings, epochs, left):
    script, made = Scripted(values), model()
    stop = EarlyStopping(restore_best_weights=True, **settings)
    history = made.fit(X, Y, epochs=8, callbacks=[script, stop], verbose=0)
    assert len(history.epoch) == epochs
    assert [same(weights, made.get_weights()) for weights in script.weights].index(True) == left


def test_any_number_is_better_than_nan():
    stop = EarlyStopping(patience=2, restore_best_weights=True)
    history = model().fit(X, Y, epochs=8, callbacks=[Scripted([nan, nan, 3, 2, 2, 2, 2, 2]), stop], verbose=0)
    assert (len(history.epoch), stop.best) == (6, 2)


# -- up or down -------------------------------------------------------------------------------------------------------
def test_the_metric_knows_whether_more_is_better():
    metrics = [nn.metrics.AUC(name="area"), nn.metrics.MeanSquaredError(name="accumulated"), nn.metrics.R2Score()]
    made = model("sigmoid", metrics=metrics)
    made.fit(X, Y > 0, verbose=0)
    for name, sign in [("area", 1), ("val_area", 1), ("val_accumulated", -1), ("r2_score", 1), ("val_loss", -1)]:
        stop = EarlyStopping(name)
        stop.watch.value({name: 1.0}, made)
        assert stop.watch.sign == sign


@pytest.mark.parametrize(
    "kind", [EarlyStopping, ReduceLROnPlateau, lambda name: ModelCheckpoint("x", name, save_best_only=True)]
)
def test_what_nobody_knows_is_said(kind):
    def wealth(y_true, y_pred):
        return np.abs(y_pred - y_true).max()

    made = model(metrics=[wealth])
    with pytest.raises(ValueError, match="cannot know whether more or less of 'wealth' is better; write mode='max'"):
        made.fit(X, Y, verbose=0, callbacks=[kind("wealth")])


def test_every_metric_says_where_it_should_go():
    for kind in set(nn.metrics.base.metrics.entries.values()):
        if kind not in (nn.metrics.Mean, nn.metrics.Sum, nn.metrics.MeanMetricWrapper, nn.metrics.ConfusionMatrix):
            assert kind.rises in (True, False)


def test_an_array_cannot_be_watched():
    made = model("sigmoid", metrics=[nn.metrics.ConfusionMatrix(2)])
    with pytest.raises(ValueError, match=r"'confusion_matrix' is an array of shape \(2, 2\), and only a number"):
        made.fit(X, Y > 0, verbose=0, callbacks=[EarlyStopping("confusion_matrix", mode="max")])


# -- hooks ------------------------------------------------------------------------------------------------------------
HOOKS = [name for name in dir(Callback) if name.startswith("on_")]


def noting(*hooks, calls):
    """A callback with these hooks, which want their logs and put them down."""

    def one(hook):
        if "_epoch_" in hook or "batch_" in hook:
            return lambda self, number, logs: calls.append((hook, number, sorted(logs)))
        return lambda self, logs: calls.append((hook, sorted(logs)))

    return type("Noting", (Callback,), {hook: one(hook) for hook in hooks})()


def test_every_hook_gets_its_logs():
    calls = []
    made, watch = model(metrics=["mae"]), noting(*HOOKS, calls=calls)
    made.fit(X, Y, batch_size=20, validation_split=0.5, callbacks=[watch], verbose=0)
    made.predict(X, callbacks=[watch], batch_size=20, verbose=0)
    both, all_four = ["loss", "mae"], ["loss", "mae", "val_loss", "val_mae"]
    assert calls == [
        ("on_train_begin", []), ("on_epoch_begin", 0, []),
        ("on_train_batch_begin", 0, []), ("on_train_batch_end", 0, both),
        ("on_test_begin", []), ("on_test_batch_begin", 0, []), ("on_test_batch_end", 0, both), ("on_test_end", both),
        ("on_epoch_end", 0, all_four), ("on_train_end", all_four),
        ("on_predict_begin", []), ("on_predict_batch_begin", 0, []), ("on_predict_batch_end", 0, ["outputs"]),
        ("on_predict_batch_begin", 1, []), ("on_predict_batch_end", 1, ["outputs"]), ("on_predict_end", []),
    ]  # fmt: skip


@pytest.mark.parametrize("hook", HOOKS)
def test_each_hook_is_called_by_itself(hook):
    calls = []
    made, watch = model(), noting(hook, calls=calls)
    for _ in range(2):
        made.fit(X, Y, batch_size=20, validation_split=0.5, callbacks=[watch], verbose=0)
        made.predict(X, callbacks=watch, batch_size=20, verbose=0)
    made.evaluate(X, Y, callbacks=watch, batch_size=20, verbose=0)
    assert {call[0] for call in calls} == {hook}
    assert len(calls) == {"test": 4 if "batch" in hook else 3, "predict": 4 if "batch" in hook else 2}.get(
        hook.split("_")[1], 2
    )


@pytest.mark.parametrize("hook", HOOKS)
def test_hooks_without_logs_are_called_too(hook):
    calls = []
    numbered = "_epoch_" in hook or "batch_" in hook
    function = (lambda number: calls.append(f"{number}")) if numbered else (lambda: calls.append(None))
    made = model()
    made.fit(X, Y, batch_size=20, validation_split=0.5, callbacks=[LambdaCallback(**{hook: function})], verbose=0)
    made.predict(X, callbacks=[LambdaCallback(**{hook: function})], verbose=0)
    assert calls


def test_batches_of_training_by_their_older_names():
    calls = []

    class Both(Callback):
        def on_batch_begin(self, batch, logs=None):
            calls.append("older")

        def on_train_batch_begin(self, batch, logs=None):
            calls.append("newer")
            super().on_train_batch_begin(batch, logs)

        def on_batch_end(self, batch, logs=None):
            calls.append(round(logs["loss"], 3))

    history = model().fit(X, Y, callbacks=[Both()], verbose=0).history
    assert calls[:2] == ["newer", "older"]
    assert calls[-1] == round(history["loss"][0], 3)


def test_what_is_written_into_logs_is_seen_by_the_next():
    seen = []
    model().fit(
        X, Y, verbose=0,
        callbacks=[
            LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(more=3)),
            LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(logs["more"])),
            LambdaCallback(on_train_end=lambda logs: seen.append(logs["more"])),
        ],
    )  # fmt: skip
    assert seen == [3, 3]


# -- files ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("weights", [True, False])
def test_a_checkpoint_makes_its_folder(tmp_path, weights):
    path = tmp_path / "deep" / "{epoch:02d}" / "{val_loss:.1f}.safetensors"
    script = Scripted([3.0, 1.0])
    made = model()
    made.fit(X, Y, epochs=2, callbacks=[script, ModelCheckpoint(path, save_weights_only=weights)], verbose=0)
    last = tmp_path / "deep" / "02" / "1.0.safetensors"
    again = model() if weights else load_model(last)
    again.load_weights(last)
    assert same(again.get_weights(), made.get_weights())
    assert (tmp_path / "deep" / "01" / "3.0.safetensors").exists()


def test_checkpoints_between_batches(tmp_path):
    check = ModelCheckpoint(tmp_path / "e{epoch}b{batch}.safetensors", save_freq=np.int64(3))
    model().fit(X, Y, batch_size=10, epochs=2, callbacks=[check], verbose=0)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["e1b3.safetensors", "e2b2.safetensors"]


def test_without_its_value_a_checkpoint_is_kept(tmp_path):
    with pytest.warns(nn.ModelWarning, match="no 'val_loss' to watch"):
        model().fit(X, Y, epochs=2, callbacks=[ModelCheckpoint(tmp_path / "x", save_best_only=True)], verbose=0)
    assert (tmp_path / "x").exists()


def table(path):
    with path.open() as file:
        return list(csv.DictReader(file))


def test_a_table_has_the_numbers_that_come_later(tmp_path):
    path = tmp_path / "log.csv"
    history = model(metrics=["mae"]).fit(
        X, Y, epochs=4, validation_data=(X, Y), validation_freq=2, callbacks=[CSVLogger(path)], verbose=0
    ).history  # fmt: skip
    rows = table(path)
    assert list(rows[0]) == ["epoch", "loss", "mae", "val_loss", "val_mae"]
    assert [row["val_loss"] for row in rows] == ["NA", str(history["val_loss"][0]), "NA", str(history["val_loss"][1])]
    assert [float(row["loss"]) for row in rows] == history["loss"]


def test_a_table_that_goes_on_keeps_its_columns_apart(tmp_path):
    path = tmp_path / "log.csv"
    first = model().fit(X, Y, validation_data=(X, Y), callbacks=[CSVLogger(path, ";")], verbose=0).history
    later = model(metrics=["mae"]).fit(X, Y, callbacks=[CSVLogger(path, ";", append=True)], verbose=0).history
    text = path.read_text().replace(";", ",")
    path.write_text(text)
    rows = table(path)
    assert [row["val_loss"] for row in rows] == [str(first["val_loss"][0]), "NA"]
    assert [row["mae"] for row in rows] == ["NA", str(later["mae"][0])]
    model().fit(X, Y, callbacks=[CSVLogger(path)], verbose=0)
    assert len(table(path)) == 1  # and one that does not go on begins anew


def test_a_table_of_arrays(tmp_path):
    path = tmp_path / "log.csv"
    model("sigmoid", metrics=[nn.metrics.ConfusionMatrix(2)]).fit(
        X, Y > 0, callbacks=[CSVLogger(path)], epochs=2, verbose=0
    )
    rows = table(path)
    assert len(rows) == 2
    assert rows[0]["confusion_matrix"].startswith("[[")
