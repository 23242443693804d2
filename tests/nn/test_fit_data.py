"""What `fit`, `evaluate` and `predict` make of the data and of the settings that count it, as Keras 3 does."""

import numpy as np
import pytest
from small_models import X, Y, small

import nn
from nn import layers as L
from nn.callbacks import Callback

ZERO = {"optimizer": nn.optimizers.SGD(0.0), "loss": "mse"}


class Watch(Callback):
    """Keeps the number of each batch and, of the model's inputs, the first column."""

    def __init__(self):
        self.train, self.test, self.predict, self.seen = [], [], [], []

    def on_train_batch_end(self, batch, logs=None):
        self.train.append(batch)

    def on_test_batch_end(self, batch, logs=None):
        self.test.append(batch)

    def on_predict_batch_end(self, batch, logs=None):
        self.predict.append(batch)


def still(**settings):
    model = small()
    model.compile(**{**ZERO, **settings})
    return model


def looking():
    """A model that keeps the first column of what it trains on and of what it is evaluated on."""

    class Look(L.Layer):
        def call(self, x, training=False):
            if len(x) != 2:  # else the dry run
                seen[training].append(np.asarray(x)[:, 0].tolist())
            return x

    seen = {True: [], False: []}
    model = nn.Sequential([Look(input_shape=(3,)), L.Dense(1)], seed=0)
    model.compile(**ZERO)
    return model, seen


# -- steps ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("steps", "batches"), [(1, [0] * 3), (2, [0, 1] * 3), (4, [0, 1, 2, 3] * 3)])
def test_steps_per_epoch_count_for_arrays(steps, batches):
    watch = Watch()
    still().fit(X, Y, batch_size=3, epochs=3, steps_per_epoch=steps, callbacks=[watch], verbose=0)
    assert watch.train == batches


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("steps", [1, 2, 3, 5])
def test_epochs_go_on_where_they_ended_and_round(steps, shuffle):
    model, seen = looking()
    model.fit(X, Y, batch_size=3, epochs=4, steps_per_epoch=steps, shuffle=shuffle, jit=False, verbose=0)
    parts = seen[True]
    assert len(parts) == 4 * steps
    rows = [number for part in parts for number in part]
    for start in range(0, len(rows) - 11, 12):  # each time round, all samples once
        once = rows[start : start + 12]
        assert np.allclose(sorted(once), sorted(X[:, 0]))
        assert shuffle or np.allclose(once, X[:, 0])


@pytest.mark.parametrize("jit", [True, False])
def test_as_many_steps_as_batches_are_an_epoch(jit):
    usual, counted = small(), small()
    for model, settings in [(usual, {}), (counted, {"steps_per_epoch": 4})]:
        model.compile("adam", "mse")
        model.fit(X, Y, batch_size=3, epochs=3, verbose=0, jit=jit, **settings)
    assert usual.history.history == counted.history.history


def test_steps_without_a_batch_size_see_all_samples():
    model, seen = looking()
    model.fit(X, Y, steps_per_epoch=2, shuffle=False, jit=False, verbose=0)
    assert [len(part) for part in seen[True]] == [6, 6]
    assert still().predict(X, steps=3, verbose=0).shape == (12, 1)
    whole = still().evaluate(X, Y, verbose=0)
    assert still().evaluate(X, Y, steps=5, verbose=0) == pytest.approx(whole)
    for run in (
        lambda: still().evaluate(X, Y, steps=100, verbose=0),
        lambda: still().predict(X, steps=100, verbose=0),
        lambda: still().fit(X, Y, validation_data=(X, Y), validation_steps=100, verbose=0),
    ):
        with pytest.warns(nn.ModelWarning, match="the data has 12 batches, fewer than the 100 asked for"):
            run()


class Pairs:
    def __init__(self, size=3):
        self.size = size

    def __len__(self):
        return 12 // self.size

    def __iter__(self):
        return ((X[i : i + self.size], Y[i : i + self.size]) for i in range(0, 12, self.size))


@pytest.mark.parametrize("form", ["arrays", "batches"])
def test_evaluate_and_predict_take_the_first_steps(form):
    given, size = ((X, Y), {"batch_size": 3}) if form == "arrays" else ((Pairs(),), {})
    inputs = X if form == "arrays" else Pairs()
    model, watch = still(metrics=["mae"]), Watch()
    found = model.evaluate(*given, steps=2, callbacks=[watch], verbose=0, **size)
    assert found == pytest.approx(model.evaluate(X[:6], Y[:6], verbose=0))
    assert watch.test == [0, 1]
    assert np.array_equal(
        model.predict(inputs, steps=2, callbacks=[watch], verbose=0, **size), model.predict(X[:6], verbose=0)
    )
    assert watch.predict == [0, 1]
    with pytest.warns(nn.ModelWarning, match="the data has 4 batches, fewer than the 9 asked for"):
        assert model.predict(inputs, steps=9, verbose=0, **size).shape == (12, 1)
    with pytest.warns(nn.ModelWarning, match="the data has 4 batches, fewer than the 9 asked for"):
        assert model.evaluate(*given, steps=9, verbose=0, **size) == pytest.approx(model.evaluate(X, Y, verbose=0))


@pytest.mark.parametrize("form", ["arrays", "batches", "split"])
def test_validation_steps_are_always_the_first_batches(form):
    model = still(metrics=["mae"])
    settings = {
        "arrays": {"validation_data": (X, Y), "validation_batch_size": 3},
        "batches": {"validation_data": Pairs()},
        "split": {"validation_split": 0.5, "validation_batch_size": 2},
    }[form]
    history = model.fit(X, Y, epochs=3, validation_steps=2, verbose=0, **settings).history
    x, y = (X[6:10], Y[6:10]) if form == "split" else (X[:6], Y[:6])
    assert history["val_loss"] == pytest.approx([model.evaluate(x, y, verbose=0)[0]] * 3)
    assert history["val_mae"] == pytest.approx([model.evaluate(x, y, verbose=0)[1]] * 3)


def test_validation_freq_is_a_number_or_a_list_of_epochs():
    for freq, count in [(2, 2), (np.int64(3), 1), ([1, 4], 2), ((5,), 1), ([9], 0)]:
        history = still().fit(X, Y, epochs=5, validation_data=(X, Y), validation_freq=freq, verbose=0).history
        assert len(history.get("val_loss", [])) == count


# -- weights ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("given", ["split", "data"])
def test_class_weights_are_for_training(given):
    labels = (Y > 0).astype(int)
    model = nn.Sequential([L.Dense(1, activation="sigmoid")], seed=0)
    model.compile(nn.optimizers.SGD(0.0), "bce", weighted_metrics=["accuracy"])
    settings = {"validation_split": 0.5} if given == "split" else {"validation_data": (X[6:], labels[6:])}
    history = model.fit(X, labels, class_weight={0: 1.0, 1: 100.0}, verbose=0, **settings).history
    loss, accuracy = model.evaluate(X[6:], labels[6:], verbose=0)
    assert (history["val_loss"][0], history["val_accuracy"][0]) == pytest.approx((loss, accuracy))
    seen = slice(None) if given == "data" else slice(0, 6)
    weight = np.where(labels[seen, 0], 100.0, 1.0)
    assert history["loss"][0] == pytest.approx(
        model.evaluate(X[seen], labels[seen], sample_weight=weight, verbose=0)[0]
    )


def test_class_weights_of_steps_within_samples():
    """(n, t) class numbers, and (n, t, classes) rows: a weight for each step."""
    rng = np.random.default_rng(0)
    x, labels = rng.normal(0, 1, (8, 8, 2)), rng.integers(0, 3, (8, 8))
    weights, found = {0: 1.0, 1: 5.0, 2: 0.5}, []
    each = np.vectorize(weights.get)(labels)
    for loss, y in [("scce", labels), ("scce", labels[..., None]), ("cce", np.eye(3)[labels])]:
        for settings in [{"class_weight": weights}, {"sample_weight": each}]:
            model = nn.Sequential([L.Dense(3, activation="softmax")], seed=0)
            model.compile("sgd", loss)
            found.append(model.fit(x, y, batch_size=3, verbose=0, **settings).history["loss"][0])
    assert found == pytest.approx([found[0]] * 6)
    model.fit(x, np.eye(3)[labels], class_weight=weights, sample_weight=np.linspace(0, 1, 8), verbose=0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"class_weight": {0: 1.0, 1: -2.0}}, "weights of 0 or more; got"),
        ({"class_weight": {0: 1.0, 1: np.nan}}, "weights of 0 or more; got"),
        ({"class_weight": {0: 1.0, 1: "2"}}, "weights of 0 or more; got"),
        ({"class_weight": {0: 1.0}}, "no weight for class 1"),
        ({"sample_weight": np.ones(11)}, "for 12 samples; wanted one for each"),
    ],
)
def test_weights_that_cannot_be_meant(settings, message):
    model = nn.Sequential([L.Dense(1, activation="sigmoid")], seed=0)
    model.compile("sgd", "bce")
    labels = (Y > 0).astype(int)
    with pytest.raises(ValueError, match=message):
        model.fit(X, labels, verbose=0, **settings)
    with pytest.raises(ValueError, match=message):
        model.train_on_batch(X, labels, **settings)


def test_weights_in_batches_are_looked_at():
    for weight, message in [(-np.ones(12), "negative"), (np.ones(5), "for 12 samples")]:
        with pytest.raises(ValueError, match=message):
            still().fit(iter([(X, Y, weight)]), verbose=0)


# -- no targets -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("call", "who"),
    [
        (lambda m: m.fit(X, verbose=0), "fit"),
        (lambda m: m.fit(iter([(X,)]), verbose=0), "fit"),
        (lambda m: m.evaluate(X, verbose=0), "evaluate"),
        (lambda m: m.evaluate(iter([X]), verbose=0), "evaluate"),
        (lambda m: m.fit(X, Y, validation_data=X, verbose=0), "validation_data"),
        (lambda m: m.fit(X, Y, validation_data=(X,), verbose=0), "validation_data"),
        (lambda m: m.fit(X, Y, validation_data=iter([X]), verbose=0), "validation_data"),
        (lambda m: m.train_on_batch(X), "the batch"),
        (lambda m: m.test_on_batch(X), "the batch"),
        (lambda m: m.fit(iter([(X, Y), (X,)]), verbose=0, jit=False), "the batch"),
        (lambda m: m.fit(iter([(X, Y), (X,)]), verbose=0, jit=True), "the batch"),
    ],
)
def test_no_targets_is_said(call, who):
    model = still()
    before = small()
    before(X)
    with pytest.raises(ValueError, match=f"{who} has no targets: the loss 'mean_squared_error' compares"):
        call(model)


def test_a_model_that_needs_no_targets_has_none():
    class Charge(L.Layer):
        def call(self, x):
            self.add_loss(np.mean(np.square(x)))
            return x

    model = nn.Sequential([L.Dense(2), Charge()], seed=0)
    model.compile("sgd")
    history = model.fit(X, epochs=3, validation_split=0.25, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    assert len(history["val_loss"]) == 3

    class Own(nn.Sequential):
        def compute_loss(self, y, y_pred, sample_weight=None):
            return self.loss(np.zeros(y_pred.shape), y_pred)

    own = Own([L.Dense(1)], seed=0)
    own.compile("sgd", "mse")
    own.fit(X, verbose=0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((X, Y, np.ones(12), 3), "validation_data is .* got 4 parts"),
        ((), "validation_data is .* got 0 parts"),
        ((X, Y[:5]), "x has 12 samples and y has 5"),
        (iter([]), "validation_data: the data gave no batch"),
    ],
)
def test_validation_data_that_cannot_be_meant(given, message):
    with pytest.raises(ValueError, match=message):
        still().fit(X, Y, validation_data=given, verbose=0)


# -- inputs -----------------------------------------------------------------------------------------------------------
def named(kind):
    if kind == "Sequential":
        model = nn.Sequential([nn.Input((3,), name="a"), L.Dense(1)], seed=0)
    else:
        x = nn.Input((3,), name="a")
        model = nn.Model({"a": x} if kind == "dict" else [x] if kind == "list" else x, L.Dense(1)(x), seed=0)
    model.compile(**ZERO)
    return model


@pytest.mark.parametrize("kind", ["Sequential", "Functional", "dict", "list"])
def test_one_input_by_name_or_in_a_list(kind):
    model = named(kind)
    plain = model(X if kind in ("Sequential", "Functional") else [X], training=False).numpy()
    plain = plain[0] if plain.ndim > 2 else plain
    for x in [{"a": X}, [X], {"a": X.tolist()}, {"a": X.astype(object)}]:
        if not isinstance(x, dict) or isinstance(x["a"], np.ndarray):
            assert np.allclose(model.predict(x, verbose=0), plain)
        model.fit(x, Y, verbose=0)
        assert model.evaluate(x, Y, verbose=0) == pytest.approx(model.evaluate([X], Y, verbose=0))
    assert np.array_equal(model({"a": X}), plain)
    assert np.array_equal(model([X]), plain)
    model.fit(iter([({"a": X}, Y)]), verbose=0)
    assert np.array_equal(model.predict(iter([{"a": X}]), verbose=0), plain)
    with pytest.raises(ValueError, match=r"inputs are called \['a'\]; got \['b'\]"):
        model({"b": X})


def test_batches_of_dicts():
    a, b = nn.Input((3,), name="a"), nn.Input((2,), name="b")
    model = nn.Model([a, b], L.Dense(1)(L.Concatenate()([a, b])), seed=0)
    model.compile("sgd", "mse", metrics=["mae"])
    other = nn.models.Sequential([L.Dense(1, input_shape=(5,))])
    other.set_weights(model.get_weights())
    other.compile("sgd", "mse", metrics=["mae"])
    z = X[:, :2]

    def batches():
        for i in range(0, 12, 4):
            yield {"b": z[i : i + 4], "a": X[i : i + 4]}, Y[i : i + 4]

    def in_lists():
        for i in range(0, 12, 4):
            yield [X[i : i + 4], z[i : i + 4]], Y[i : i + 4]

    first = model.fit(batches(), verbose=0).history
    wide = other.fit(np.hstack([X, z]), Y, batch_size=4, shuffle=False, verbose=0).history
    assert {name: pytest.approx(values) for name, values in wide.items()} == first
    assert model.evaluate(batches(), verbose=0) == model.evaluate(in_lists(), verbose=0)
    assert model.evaluate(batches(), verbose=0) == pytest.approx(model.evaluate({"a": X, "b": z}, Y, verbose=0))
    assert model.predict(({"a": X, "b": z} for _ in range(2)), verbose=0).shape == (24, 1)
    with pytest.raises(ValueError, match=r"the model takes 2 inputs; got 3"):
        model.predict([X, z, z], verbose=0)
    with pytest.raises(ValueError, match="a dict of 'a', and the model has no inputs of these names"):
        small().predict({"a": X}, verbose=0)


def test_lists_of_rows_in_batches_count_their_rows():
    model = still()
    lists = iter([(X[:8].tolist(), Y[:8].tolist()), (X[8:].tolist(), Y[8:].tolist())])
    assert model.evaluate(lists, verbose=0) == pytest.approx(model.evaluate(X, Y, verbose=0))


LINE = np.linspace(-1, 1, 12)


def unbuilt():
    return nn.Sequential([L.Dense(4, activation="tanh"), L.Dense(1)], seed=0)


def sequential_of_one():
    return nn.Sequential([nn.Input((1,)), L.Dense(4, activation="tanh"), L.Dense(1)], seed=0)


def functional_of_one():
    x = nn.Input((1,))
    return nn.Model(x, L.Dense(1)(L.Dense(4, activation="tanh")(x)), seed=0)


@pytest.mark.parametrize("make", [unbuilt, sequential_of_one, functional_of_one])
@pytest.mark.parametrize("jit", [True, False])
def test_a_line_of_numbers_is_a_column_for_a_model_of_one_input(make, jit):
    a, b = make(), make()
    b.build((None, 1))
    a.build((None, 1)) if make is not unbuilt else None
    a.compile("adam", "mse")
    b.compile("adam", "mse")
    b.set_weights(b.get_weights())
    ran = [m.fit(x, LINE**2, epochs=2, batch_size=5, verbose=0, jit=jit) for m, x in [(a, LINE), (b, LINE[:, None])]]
    assert ran[0].history == ran[1].history
    assert np.array_equal(a.predict(LINE, verbose=0), b.predict(LINE[:, None], verbose=0))
    assert a.evaluate(LINE, LINE, verbose=0) == b.evaluate(LINE[:, None], LINE, verbose=0)
    assert np.array_equal(a(LINE), b(LINE[:, None]))
    assert a.predict(LINE.tolist(), verbose=0).shape == (12, 1)


def test_a_layer_of_one_input_takes_a_line_and_one_of_more_refuses_it():
    layer = L.Dense(2)
    with pytest.raises(nn.ShapeError, match="a batch of rows"):
        layer(LINE)  # a sample of 12 numbers, or 12 samples?
    layer(LINE[:, None])
    assert np.array_equal(layer(LINE), layer(LINE[:, None]))
    with pytest.raises(nn.ShapeError, match="a batch of rows"):
        small()(LINE)
    model = still()
    model.fit(X, Y, verbose=0)
    with pytest.raises(nn.ShapeError, match="a batch of rows"):
        model.predict(LINE, verbose=0)


def test_an_axis_of_size_one_is_put_where_the_model_has_it():
    images = np.random.default_rng(0).normal(0, 1, (5, 4, 4))
    model = nn.Sequential([nn.Input((4, 4, 1)), L.Flatten(), L.Dense(1)], seed=0)
    assert np.array_equal(model(images), model(images[..., None]))
    words = nn.Sequential([nn.Input((4,), dtype="int64"), L.Embedding(3, 2), L.Flatten(), L.Dense(1)], seed=0)
    index = np.array([[0, 1, 2, 0]])
    assert np.array_equal(words(index), words(index[..., None]))


@pytest.mark.parametrize("call", ["fit", "evaluate", "predict"])
def test_a_single_number_is_no_data(call):
    with pytest.raises(ValueError, match="x is a single number; wanted an array of samples"):
        getattr(still(), call)(3.0, verbose=0)
