"""fit, evaluate and predict replay recorded steps: the same bits as step by step, and Python where it has to be."""

import copy

import numpy as np
import pytest
from equal import same

import autograd
import nn
from autograd.errors import RecordingError
from nn import layers
from nn.callbacks import Callback
from nn.errors import ModelWarning

RNG = np.random.default_rng(0)
X = RNG.standard_normal((50, 4)).astype(np.float32)
Y = (X[:, :1] * X[:, 1:2] > 0).astype(np.float32)
LABELS = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0)


def dense(*more, out=1, activation="sigmoid", **settings):
    return nn.Sequential(
        [layers.Dense(8, activation="relu"), *more, layers.Dense(out, activation=activation)], **settings
    )


def functional():
    nn.utils.set_random_seed(0)
    a, b = nn.Input(shape=(2,)), nn.Input(shape=(2,))
    h = layers.Concatenate()([layers.Dense(4, activation="tanh")(a), layers.Dense(4, activation="elu")(b)])
    return nn.Model([a, b], layers.Dense(1, activation="sigmoid")(layers.Dropout(0.2)(h)), seed=0)


class Cubic(nn.losses.Loss):
    def call(self, y_true, y_pred):
        return np.mean(np.abs(y_pred - y_true) ** 3, axis=-1)


class Signs(nn.optimizers.Optimizer):
    slots = ("total",)

    def update(self, p, g, state, rate):
        state["total"] += g
        p -= rate / self.iterations**0.5 * np.sign(state["total"])


def both(make, x, y, fit=None, **compiled):
    """The history, weights, gradients and evaluation with programs and without."""
    found = []
    for jit in (False, True):
        model = make()
        model.compile(**copy.deepcopy(compiled))
        history = model.fit(x, y, epochs=3, batch_size=16, verbose=0, seed=1, jit=jit, **(fit or {})).history
        grads = [p.grad for p in model.trainable_parameters()]
        results = [model.evaluate(x, y, verbose=0, jit=jit), model.predict(x, verbose=0, jit=jit)]
        state = [model.optimizer.state_dict(), model.random.random(2)]
        found.append([history, model.get_weights(), grads, *results, *state])
    return found


CASES = {
    "binary": (
        lambda: dense(layers.Dropout(0.3), seed=0), X, Y,
        {"optimizer": "adam", "loss": "binary_crossentropy", "metrics": ["accuracy", "auc"]},
    ),
    "weights": (
        lambda: dense(seed=0), X, Y, {"optimizer": "rmsprop", "loss": "bce", "weighted_metrics": ["accuracy"]},
    ),
    "labels": (
        lambda: dense(layers.BatchNormalization(), out=3, activation="softmax", seed=0), X, LABELS,
        {"optimizer": "sgd", "loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]},
    ),
    "one-hot": (
        lambda: dense(out=3, activation="softmax", seed=0), X, np.eye(3)[LABELS],
        {"optimizer": "nadam", "loss": "categorical_crossentropy", "metrics": ["accuracy", "f1"]},
    ),
    "regression": (
        lambda: dense(layers.GaussianNoise(0.1), activation=None, seed=0), X, X[:, :1] * 2,
        {"optimizer": nn.optimizers.SGD(0.01, momentum=0.9, clipnorm=1.0), "loss": "huber", "metrics": ["mae", "r2"]},
    ),
    "regularized": (
        lambda: nn.Sequential(
            [layers.Dense(4, kernel_regularizer="l2", activity_regularizer="l1"), layers.Dense(1)], seed=0
        ),
        X, Y, {"optimizer": "adamw", "loss": "mse"},
    ),
    "functional": (functional, [X[:, :2], X[:, 2:]], Y, {"optimizer": "adam", "loss": "bce", "metrics": ["accuracy"]}),
    "embedding": (
        lambda: nn.Sequential([layers.Embedding(5, 3), layers.Flatten(), layers.Dense(1)], seed=0),
        RNG.integers(0, 5, (50, 4)), Y, {"optimizer": "adam", "loss": "mse"},
    ),
    "own classes": (
        lambda: dense(seed=0), X, Y,
        {"optimizer": Signs(0.01), "loss": Cubic(), "metrics": [lambda t, p: np.abs(t - p).max()]},
    ),
    "hinge": (lambda: dense(activation="tanh", seed=0), X, Y, {"optimizer": "lion", "loss": "hinge"}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_same_bits(name):
    make, x, y, compiled = CASES[name]
    fit = {"sample_weight": np.linspace(0, 2, 50)} if name == "weights" else {}
    without, replayed = both(make, x, y, fit=fit, **compiled)
    assert same(without, replayed)


def test_one_program_for_each_shape_of_batch():
    model = dense(seed=0)
    model.compile("adam", "bce")
    model.fit(X, Y, epochs=2, batch_size=16, validation_split=0.2, verbose=0)
    assert {what: len(programs) for what, programs in model.programs.items()} == {"train": 2, "test": 1}
    model.fit(X, Y, epochs=2, batch_size=16, validation_split=0.2, verbose=0)
    assert len(model.programs["train"]) == 2
    model.compile("adam", "mse")
    assert model._steps is None


class Branch(layers.Layer):
    def call(self, x):
        return x * 2 if np.sum(x) > 0 else x


class Counting(layers.Layer):
    calls = 0

    def call(self, x):
        self.calls += 1
        return x


@pytest.mark.parametrize("kind", [Branch, Counting])
def test_what_cannot_be_recorded_runs_in_python(kind):
    def run(jit):
        model = dense(layers.Dropout(0.2), layers.BatchNormalization(), kind(), seed=0)
        model.compile("adam", "bce", metrics=["accuracy"])
        history = model.fit(X, Y, epochs=3, batch_size=16, verbose=0, seed=3, jit=jit).history
        return history, model.get_weights(), getattr(model.layers[3], "calls", None)

    assert same(run(False), run(None))
    with pytest.raises(RecordingError):
        run(True)


def test_a_train_step_of_ones_own_runs_as_it_is_written():
    class Own(nn.Sequential):
        steps = 0

        def train_step(self, x, y, sample_weight=None):
            self.steps += 1
            return super().train_step(x, y, sample_weight)

    model = Own([layers.Dense(1)], seed=0)
    model.compile("sgd", "mse")
    model.fit(X, Y, epochs=2, batch_size=10, verbose=0)
    assert model.steps == 10


class Watch(Callback):
    def __init__(self):
        self.seen = []

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append([p.grad.copy() for p in self.model.trainable_parameters()] + [dict(logs)])

    def on_epoch_end(self, epoch, logs=None):
        self.model.optimizer.learning_rate *= 0.5
        self.model.layers[1].rate = 0.1 * (epoch + 1)


def test_callbacks_see_gradients_and_may_change_settings():
    def run(jit):
        model, watch = dense(layers.Dropout(0.5), seed=0), Watch()
        model.compile(nn.optimizers.Adam(0.01), "bce", metrics=["accuracy"])
        model.fit(X, Y, epochs=4, batch_size=16, verbose=0, callbacks=[watch], jit=jit)
        return watch.seen, model.get_weights()

    assert same(run(False), run(True))


def test_gradients_left_by_fit_are_not_written_over():
    model = dense(seed=0)
    model.compile("adam", "bce")
    model.fit(X, Y, epochs=1, verbose=0)
    grads = [p.grad for p in model.parameters()]
    kept = [g.copy() for g in grads]
    model.fit(X, Y, epochs=1, verbose=0)
    assert same(grads, kept)


def test_a_loss_that_is_no_number_stops_before_the_update():
    def run(jit):
        x = X.copy()
        model = dense(seed=0)
        model.compile(nn.optimizers.SGD(0.1), lambda t, p: np.mean(np.where(t > 1, np.nan, p - t), axis=-1))
        y = Y.copy()
        y[40] = 2
        with pytest.warns(ModelWarning, match="batch 3: the loss is nan"):
            model.fit(x, y, epochs=2, batch_size=16, shuffle=False, verbose=0, jit=jit)
        return model.get_weights(), model.optimizer.iterations

    assert same(run(False), run(True))


def test_batches_of_a_stream_are_checked_at_every_replay():
    def batches(bad):
        for k in range(4):
            yield X[:10], np.full(10, 7) if bad and k == 2 else LABELS[:10]

    model = dense(out=3, activation="softmax", seed=0)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(batches(False), epochs=1, verbose=0, jit=True)
    with pytest.raises(ValueError, match="a label of 7 with 3 classes"):
        model.fit(batches(True), epochs=1, verbose=0, jit=True)


def test_a_frozen_layer_and_new_weights_are_noticed():
    def run(jit):
        model = dense(seed=0)
        model.compile("adam", "bce")
        model.fit(X, Y, epochs=1, verbose=0, jit=jit)
        model.layers[0].trainable = False
        model.fit(X, Y, epochs=1, verbose=0, jit=jit)
        model.layers[0].trainable = True
        model.set_weights([w * 0.5 for w in model.get_weights()])
        model.fit(X, Y, epochs=1, verbose=0, jit=jit)
        return model.get_weights(), model.predict(X, verbose=0, jit=jit)

    assert same(run(False), run(None))


def test_models_with_programs_can_be_copied_and_saved(tmp_path):
    model = dense(seed=0)
    model.compile("adam", "bce")
    model.fit(X, Y, epochs=1, verbose=0)
    twin = copy.deepcopy(model)
    twin.fit(X, Y, epochs=1, verbose=0)
    before = model.predict(X, verbose=0)
    model.save(tmp_path / "model.safetensors")
    assert same(nn.models.load_model(tmp_path / "model.safetensors").predict(X, verbose=0), before)
    assert not same(twin.predict(X, verbose=0), before)


def test_metrics_in_a_recorded_step_count_every_replay():
    def run(decorate):
        model = dense(out=3, activation="softmax", seed=0)  # built by the first call
        found = [nn.metrics.SparseCategoricalAccuracy(), nn.metrics.ConfusionMatrix(3), nn.metrics.Mean()]
        loss = nn.losses.SparseCategoricalCrossentropy()

        @decorate
        def step(x, y, weight):
            y_pred = model(x, training=False)
            value = loss(y, y_pred)
            found[0].update_state(y, y_pred.data, sample_weight=weight)
            found[1].update_state(y, y_pred.data)
            found[2].update_state(value.data)
            return value

        for k in range(5):
            step(X[k : k + 10], LABELS[k : k + 10], np.linspace(0, k, 10))
        return [metric.result() for metric in found]

    assert same(run(autograd.jit), run(lambda f: f))


def test_a_changed_regularizer_is_noticed():
    def run(jit):
        model = dense(seed=0)
        model.compile("adam", "bce")
        losses = []
        for strength in (None, 0.1, 0.2):
            if strength is not None:
                model.parameters()[0].regularizer = nn.regularizers.L2(strength)
            losses.append(model.fit(X, Y, epochs=1, verbose=0, jit=jit).history["loss"])
        model.parameters()[0].regularizer.l2 = 0.5
        losses.append(model.fit(X, Y, epochs=1, verbose=0, jit=jit).history["loss"])
        return losses

    assert same(run(False), run(True))


def test_batches_in_another_order_in_memory():
    def written(x):
        before = np.sum(x, axis=1, keepdims=True)
        flat = x.ravel()  # a view or a copy, as the order in memory has it
        flat += 1
        return np.concatenate([before, np.sum(x, axis=1, keepdims=True)], axis=1)

    def batches():
        for k in range(6):
            yield X[k : k + 20].copy(order="CF"[k % 2 == 0]), Y[k : k + 20]

    def run(jit):
        model = nn.Sequential([layers.Lambda(written), layers.Dense(1)], seed=0)
        model.compile("adam", "mse")
        return model.fit(batches(), epochs=1, verbose=0, jit=jit).history, model.get_weights()

    assert same(run(False), run(True))


class Changing(nn.callbacks.Callback):
    """Changes settings of layers after every batch."""

    turn = 0

    def on_train_batch_end(self, *args, **kwargs):
        self.turn += 1
        dense, normal, dropout = self.model.layers[:3]
        dropout.rate = 0.5 if self.turn % 2 else 0.1
        normal.momentum = 0.5 if self.turn % 3 else 0.9
        dense.activation = nn.activations.get("tanh" if self.turn % 4 else "relu")


def test_settings_that_a_callback_changes():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((64, 4)).astype(np.float32)
    found = []
    for recorded in (None, False):
        kinds = nn.layers
        model = nn.Sequential(
            [kinds.Dense(8, activation="relu", input_shape=(4,)), kinds.BatchNormalization(), kinds.Dropout(0.2),
             kinds.Dense(1)], seed=0,
        )  # fmt: skip
        model.compile("adam", "mse")
        history = model.fit(x, x[:, :1], epochs=3, batch_size=16, verbose=0, callbacks=[Changing()], jit=recorded)
        found.append((history.history, model.get_weights()))
    assert same(*found)


@pytest.mark.parametrize("metric", [nn.metrics.MeanSquaredError(), nn.metrics.AUC(), nn.metrics.ConfusionMatrix(2)])
def test_a_recording_that_comes_to_nothing_leaves_metrics_as_they_were(metric):
    """It used to count the batch that Python then counts again."""

    @autograd.jit
    def step(x, y):
        metric.update_state(y, x)
        return x if x.sum() > 0 else -x

    x, y = np.array([[0.25], [0.75]]), np.array([[0.0], [1.0]])
    metric.update_state(y, x)
    before = copy.deepcopy(metric.result())
    with pytest.raises(RecordingError):
        step(x, 1 - y)
    assert same(metric.result(), before)
