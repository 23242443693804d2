"""Data for models: arrays, batches, generators, windows and weights of samples."""

import numpy as np
import pytest
from small_models import X, Y, small

import nn
from autograd import Tensor
from nn import layers as L


def test_inputs_in_every_form():
    class Frame:
        """As much of a data frame as is used: it turns into an array."""

        def __init__(self, values):
            self.values = values

        def __array__(self, dtype=None, copy=None):
            return np.asarray(self.values, dtype)

        def __len__(self):
            return len(self.values)

    forms = [X, X.tolist(), X.astype("f"), Frame(X), [tuple(row) for row in X], X.astype(object), Tensor(X)]
    found = []
    for x in forms:
        model = small()
        model.compile("sgd", "mse")
        model.fit(x, Y.tolist(), epochs=2, batch_size=4, verbose=0)
        found.append(model.predict(x, verbose=0))
    assert all(np.allclose(found[0], other, atol=1e-6) for other in found)


class Pairs:
    def __init__(self, count=3):
        self.count = count
        self.begun = 0

    def __len__(self):
        return self.count

    def __iter__(self):
        self.begun += 1
        for i in range(self.count):
            yield X[4 * i : 4 * i + 4], Y[4 * i : 4 * i + 4]


def test_batches_from_iterables_and_generators():
    arrays, pairs, generated = small(), small(), small()
    for model in (arrays, pairs, generated):
        model.compile("sgd", "mse")
    arrays.fit(X, Y, epochs=2, batch_size=4, shuffle=False, verbose=0)
    data = Pairs()
    pairs.fit(data, epochs=2, verbose=0)
    assert data.begun == 2

    def forever():
        while True:
            yield from Pairs()

    generated.fit(forever(), epochs=2, steps_per_epoch=3, verbose=0)
    for other in (pairs, generated):
        assert all(np.array_equal(a, b) for a, b in zip(arrays.get_weights(), other.get_weights(), strict=True))
    assert pairs.evaluate(Pairs(), verbose=0) == pytest.approx(arrays.evaluate(X, Y, verbose=0))
    assert pairs.predict(Pairs(), verbose=0).shape == (12, 1)
    with pytest.raises(ValueError, match="a generator is used up once it ends"):
        generated.fit(iter(list(Pairs())), epochs=2, verbose=0)
    weighted = [(x, y, np.ones(len(x))) for x, y in Pairs()]

    class Weighted(Pairs):
        def __iter__(self):
            return iter(weighted)

    generated.fit(Weighted(), validation_data=Pairs(), verbose=0)


def test_time_series_windows_go_into_fit():
    series = np.sin(np.arange(60.0) / 5)
    data = nn.utils.timeseries_dataset_from_array(series, series[10:], sequence_length=10, batch_size=8)
    model = nn.Sequential([L.Dense(1)], seed=0)
    model.compile("adam", "mse")
    model.fit(data, epochs=2, verbose=0)
    assert len(model.history.history["loss"]) == 2
    alone = nn.utils.timeseries_dataset_from_array(series, None, sequence_length=10, batch_size=8)
    assert model.predict(alone, verbose=0).shape == (51, 1)


def test_weights_of_samples_and_classes():
    labels = (Y[:, 0] > 0).astype(int)
    runs = []
    for settings in [{"sample_weight": np.where(labels, 3.0, 1.0)}, {"class_weight": {0: 1.0, 1: 3.0}}, {}]:
        model = nn.Sequential([L.Dense(1, activation="sigmoid")], seed=0)
        model.compile("sgd", "binary_crossentropy", metrics=["accuracy"], weighted_metrics=["accuracy"])
        model.fit(X, labels, epochs=2, verbose=0, **settings)
        runs.append(model.get_weights())
    assert all(np.array_equal(a, b) for a, b in zip(runs[0], runs[1], strict=True))
    assert not np.array_equal(runs[0][0], runs[2][0])


def test_single_batches():
    model = small()
    model.compile("sgd", "mse", metrics=["mae"])
    before = model.test_on_batch(X, Y)
    assert model.train_on_batch(X, Y, return_dict=True)["loss"] == pytest.approx(before[0])
    assert model.test_on_batch(X, Y)[0] < before[0]
    assert model.predict_on_batch(X).shape == (12, 1)


def test_targets_in_a_row_meet_a_column():
    a, b = small(), small()
    for model, y in [(a, Y), (b, Y[:, 0])]:
        model.compile("sgd", "mse", metrics=["mae", "r2_score"])
        model.fit(X, y, epochs=2, verbose=0)
    assert a.history.history == b.history.history
