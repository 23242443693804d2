"""Models: three ways to make one, what comes out, and how they train."""

import io
import warnings

import numpy as np
import pytest
from small_models import X, Y, compiled, small

import nn
from nn import layers as L


class TwoRoads(nn.Model):
    def __init__(self):
        super().__init__()
        self.roads = [L.Dense(3, activation="relu"), L.Dense(3, activation="tanh")]
        self.out = L.Dense(1)

    def call(self, x):
        return self.out(np.concatenate([road(x) for road in self.roads], axis=-1))


def functional():
    x = nn.Input(shape=(3,), name="numbers")
    h = L.Dense(4, activation="relu")(x)
    h = L.Add()([h, L.Dense(4)(h)])
    return nn.Model(inputs=x, outputs=L.Dense(1)(h))


@pytest.mark.parametrize("make", [small, TwoRoads, functional])
def test_the_three_ways_train_and_predict(make):
    model = make()
    model.compile("adam", "mse", metrics=["mae"])
    history = model.fit(X, Y, epochs=3, batch_size=5, validation_split=0.25, verbose=0)
    assert list(history.history) == ["loss", "mae", "val_loss", "val_mae"]
    assert all(len(values) == 3 for values in history.history.values())
    assert model.predict(X, verbose=0).shape == (12, 1)
    assert model.predict(X, verbose=0).dtype == np.float32
    loss, mae = model.evaluate(X, Y, verbose=0)
    assert model.evaluate(X, Y, verbose=0, return_dict=True) == {"loss": loss, "mae": mae}
    assert np.allclose(np.abs(model.predict(X, verbose=0) - Y).mean(), mae, rtol=1e-5)
    assert len({name for name, _ in model.named_parameters()}) == len(model.parameters()) == len(model.get_weights())
    again = make()
    again.output_shape_of(X)
    again.set_weights(model.get_weights())
    assert np.array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))


def test_parameters_of_lists_are_found_and_named():
    model = TwoRoads()
    model(X)
    assert [name for name, _ in model.named_parameters()] == [
        "roads[0].kernel", "roads[0].bias", "roads[1].kernel", "roads[1].bias", "out.kernel", "out.bias",
    ]  # fmt: skip


def test_several_inputs_and_a_shared_layer():
    a, b = nn.Input((2,), name="a"), nn.Input((2,), name="b")
    shared = L.Dense(3, name="shared")
    model = nn.Model([a, b], L.Dense(1)(L.Concatenate()([shared(a), shared(b)])))
    assert model.count_params() == 9 + 7
    p, q = X[:, :2], X[:, 1:]
    model.compile("sgd", "mse")
    model.fit([p, q], Y, verbose=0)
    by_list = model.predict([p, q], verbose=0)
    assert np.array_equal(by_list, model.predict({"b": q, "a": p}, verbose=0))
    with pytest.raises(ValueError, match="inputs are called"):
        model.predict({"a": p, "c": q}, verbose=0)
    with pytest.raises(ValueError, match="several inputs"):
        model.predict(p, verbose=0)


def test_several_outputs_by_hand():
    x = nn.Input((3,))
    h = L.Dense(4)(x)
    model = nn.Model(x, [L.Dense(1)(h), L.Dense(2)(h)])
    first, second = model(X)
    assert first.shape == (12, 1)
    assert second.shape == (12, 2)
    assert [part.shape for part in model.predict(X, verbose=0)] == [(12, 1), (12, 2)]
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="one output; this one has 2"):
        model.fit(X, Y, verbose=0)


def test_models_nest():
    inner = nn.Sequential([L.Dense(4, activation="relu", input_shape=(3,))], name="inner", seed=0)
    model = nn.Sequential([inner, L.Dense(1)], seed=1)
    assert model(X).shape == (12, 1)
    assert model.named_parameters()[0][0] == "inner.dense.kernel"
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)


def test_a_seed_repeats_to_the_last_bit():
    def run(seed, fit_seed=None):
        model = nn.Sequential([L.Dense(8, activation="relu"), L.Dropout(0.5), L.Dense(1)], seed=seed)
        model.compile("adam", "mse")
        model.fit(X, Y, epochs=3, batch_size=4, verbose=0, seed=fit_seed)
        return model.get_weights()

    def same(a, b):
        return all(np.array_equal(p, q) for p, q in zip(a, b, strict=True))

    assert same(run(1), run(1))
    assert not same(run(1), run(2))
    assert same(run(1, 5), run(1, 5))
    assert not same(run(1, 5), run(1, 6))
    nn.utils.set_random_seed(3)
    first = run(None)
    nn.utils.set_random_seed(3)
    assert same(first, run(None))


def test_the_older_way_to_say_the_input_shape():
    assert nn.Sequential([L.Dense(4, input_dim=3)]).count_params() == 16


def test_unbuilt_and_built_summaries():
    model = small()
    lines = []
    model.summary(print_fn=lines.append)
    assert "Not built yet" in lines[0]
    model = nn.Sequential([L.Dense(64, activation="relu", input_shape=(2,)), L.Dropout(0.2), L.Dense(1)], name="net")
    model.layers[2].trainable = False
    model.summary(print_fn=lines.append)
    text = lines[1]
    assert 'Model: "net"' in text
    assert "│ dense (Dense)                   │ (None, 64)             │           192 │" in text
    assert "Total params: 257 (1.00 KB)" in text
    assert "Trainable params: 192 (768.00 B)" in text
    assert "Non-trainable params: 65 (260.00 B)" in text
    assert len({len(line) for line in text.splitlines()[1:-3]}) == 1


def test_what_a_layer_added_to_the_loss_is_no_parameter_and_not_counted_twice():
    x, y = np.ones((4, 3), np.float32), np.ones((4, 1))
    losses = []
    for calls in (0, 3):
        model = nn.Sequential([L.Dense(2, activity_regularizer="l1"), L.Dense(1)], seed=0)
        model.compile("sgd", "mse")
        for jit in [False, True] * calls:
            model.predict(x, verbose=0, jit=jit)
            model(x)
            assert len(model.parameters()) == 4
        losses.append(model.train_on_batch(x, y))
    assert losses[0] == losses[1]


def test_regularizers_are_part_of_the_loss():
    plain, priced = (nn.Sequential([L.Dense(1, kernel_regularizer=r, input_shape=(3,))], seed=0) for r in (None, "l2"))
    for model in (plain, priced):
        model.compile("sgd", "mse")
    cost = 0.01 * (priced.layers[0].kernel.data ** 2).sum()
    assert priced.evaluate(X, Y, verbose=0) == pytest.approx(plain.evaluate(X, Y, verbose=0) + cost, rel=1e-5)
    busy = nn.Sequential([L.Dense(3, activity_regularizer=nn.regularizers.L1(0.1)), L.Dense(1)], seed=0)
    busy.compile("sgd", "mse")
    busy.fit(X, Y, verbose=0)


@pytest.mark.parametrize(
    ("last", "loss", "y", "metric"),
    [
        (L.Dense(1, activation="sigmoid"), "binary_crossentropy", np.arange(12) % 2, "BinaryAccuracy"),
        (L.Dense(3, activation="softmax"), "sparse_categorical_crossentropy", np.arange(12) % 3, "SparseCategorical"),
        (L.Dense(3, activation="softmax"), "categorical_crossentropy", np.eye(3)[np.arange(12) % 3], "CategoricalAcc"),
    ],
)
def test_accuracy_is_the_one_that_is_meant(last, loss, y, metric):
    model = nn.Sequential([last])
    model.compile("sgd", loss, metrics=["accuracy"])
    model.fit(X, y, verbose=0)
    assert type(model.metrics[0]).__name__.startswith(metric)
    assert model.metrics_names == ["loss", "accuracy"]


def test_own_steps_and_losses():
    class Careful(nn.Sequential):
        steps = 0

        def train_step(self, x, y, sample_weight=None):
            self.steps += 1
            return super().train_step(x, y, sample_weight)

        def compute_loss(self, y, y_pred, sample_weight=None):
            return super().compute_loss(y, y_pred, sample_weight) + 0.1 * np.mean(np.abs(y_pred))

    model = Careful([L.Dense(1)], seed=0)
    model.compile("sgd", "mse")
    model.fit(X, Y, epochs=2, batch_size=4, verbose=0)
    assert model.steps == 6


def test_modes_after_each_call():
    model = nn.Sequential([L.Dropout(0.5), L.Dense(1)], seed=0)
    assert model.training
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    assert not any(module.training for _, module in model.modules())
    assert np.array_equal(model(X).data, model(X).data)
    model.train()
    model.evaluate(X, Y, verbose=0)
    model.predict(X, verbose=0)
    assert model.training
    assert not np.array_equal(model(X).data, model(X).data)
    assert np.array_equal(model(X, training=False).data, model(X, training=False).data)


def test_float64_models():
    model = small(dtype="float64")
    model.compile("adam", "mse")
    model.fit(X, Y, verbose=0)
    assert {w.dtype for w in model.get_weights()} == {np.dtype("float64")}
    assert model.predict(X, verbose=0).dtype == np.float64


def test_a_deep_linear_network_is_one_linear_layer():
    deep = nn.Sequential([L.Dense(5, input_shape=(3,)), L.Dense(4), L.Dense(2)], seed=0, dtype="float64")
    kernel, bias = np.eye(3), np.zeros(3)
    for layer in deep.layers:
        kernel, bias = kernel @ layer.kernel.data, bias @ layer.kernel.data + layer.bias.data
    assert np.allclose(deep.predict(X, verbose=0), X @ kernel + bias, rtol=1e-12)


def test_quiet_without_a_terminal(capsys):
    model = compiled()
    model.fit(X, Y, epochs=2)
    model.predict(X)
    model.evaluate(X, Y)
    assert capsys.readouterr().out == ""
    model.fit(X, Y, epochs=2, verbose=1)
    out = capsys.readouterr().out
    assert out.count("\n") == 4
    assert "\r" not in out
    assert "Epoch 2/2\n1/1 - " in out
    assert "loss: " in out


def test_a_bar_in_a_terminal(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    out = Terminal()
    monkeypatch.setattr("sys.stdout", out)
    model = compiled()
    model.fit(X, Y, epochs=1, batch_size=4)
    text = out.getvalue()
    assert text.startswith("Epoch 1/1\n\r1/3 ━━━━━━╌╌╌╌╌╌╌╌╌╌╌╌╌╌ ")
    assert "3/3 ━━━━━━━━━━━━━━━━━━━━ " in text
    assert "left" in text
    assert "/step - loss: " in text
    assert text.endswith("\n")


def test_no_warning_for_a_sound_model():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = compiled()
        model.fit(X, Y, epochs=2, validation_split=0.2, verbose=0)
