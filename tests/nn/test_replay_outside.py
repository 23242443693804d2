"""What a step of `fit` uses besides the batch: a change is noticed at the next batch, as with any function of jit."""

import numpy as np
import pytest

import nn
from autograd import Tensor
from autograd.extend import Jitted
from nn import layers
from nn.callbacks import Callback

RNG = np.random.default_rng(0)
X = RNG.standard_normal((48, 3)).astype(np.float32)
Y = X.sum(axis=1, keepdims=True)
strength = 1.0
table = np.ones(3, np.float32)


class Strong(layers.Layer):
    def call(self, x):
        return x * strength * table


class Own(nn.Model):
    """A user's model, with the attributes that fit keeps on it."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.scale = 1.0
        self.hidden = layers.Dense(4, activation="tanh")
        self.out = layers.Dense(1)

    def call(self, x):
        return self.out(self.hidden(x)) * self.scale


class Change(Callback):
    def __init__(self, change):
        self.change = change

    def on_train_batch_end(self, batch, logs=None):
        if batch == 1:
            self.change(self.model)


def run(make, change, jit, epochs=2):
    model = make()
    model.compile("sgd", "mse")
    history = model.fit(X, Y, epochs=epochs, batch_size=8, verbose=0, seed=1, callbacks=[Change(change)], jit=jit)
    return history.history["loss"], [w.tolist() for w in model.get_weights()]


def stronger(model):
    global strength  # noqa: PLW0603  the layer reads it
    strength += 1.0


def in_place(model):
    table[0] += 1.0


def scaled(model):
    model.scale += 1.0


def strong():
    return nn.Sequential([Strong(), layers.Dense(1)], seed=0)


@pytest.mark.parametrize(("make", "change"), [(strong, stronger), (strong, in_place), (lambda: Own(seed=0), scaled)])
def test_a_change_is_noticed_at_the_next_batch(make, change):
    def start(jit):
        global strength  # noqa: PLW0603  the global is what is tested
        strength = 1.0
        table[...] = 1.0
        return run(make, change, jit)

    assert start(False) == start(True)


def test_a_models_own_attributes_that_fit_sets_make_no_new_programs():
    model = Own(seed=0)
    model.compile("adam", "mse", metrics=["mae"])
    for _ in range(2):
        model.fit(X, Y, epochs=3, batch_size=8, verbose=0, validation_split=1 / 3)
        assert {what: steps.jitted.recordings for what, steps in model._steps.items()} == {"train": 1, "test": 1}


class Listing(layers.Layer):
    """Changes what it reads at every call, in a way that no attribute shows."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.seen = []

    def call(self, x):
        self.seen.append(1)
        return x * (1.0 + 0.001 * len(self.seen))


def test_what_changes_from_batch_to_batch_runs_in_python_in_the_end():
    def start(jit):
        model = nn.Sequential([Listing(), layers.Dense(1)], seed=0)
        model.compile("sgd", "mse")
        model.fit(X, Y, epochs=30, batch_size=8, verbose=0, seed=1, jit=jit)
        return model

    with_programs, without = start(None), start(False)
    assert [w.tolist() for w in with_programs.get_weights()] == [w.tolist() for w in without.get_weights()]
    steps = with_programs._steps["train"]
    assert steps.jitted.recordings == 64
    assert "from batch to batch" in str(steps.refusal)


def test_a_plain_tensor_among_the_parameters():
    class Shift(layers.Layer):
        def build(self, input_shape):
            self.by = Tensor(np.zeros(input_shape[-1:], np.float32))

        def call(self, x):
            return x + self.by

    def start(jit):
        model = nn.Sequential([Shift(), layers.Dense(1)], seed=0)
        model.compile("sgd", "mse")
        model.fit(X, Y, epochs=2, batch_size=8, verbose=0, seed=1, jit=jit)
        return [np.asarray(w).tolist() for w in model.get_weights()]

    assert start(False) == start(True)


def test_a_jitted_of_plain_results_gives_arrays():
    w = nn.module.Parameter(np.ones(3), name="w")

    def f(x):
        return {"sum": np.sum(x * w), "both": (w, [x * w, None])}

    g = Jitted(f, plain=True)
    for _ in range(2):
        found = g(np.arange(3.0))
        assert found["sum"] == 3.0
        assert [type(a) for a in (found["both"][0], found["both"][1][0])] == [np.ndarray, np.ndarray]
        assert found["both"][1][1] is None
    pair = Jitted(lambda x: (np.sum(x * w), x * w), plain=True)
    assert [type(a) for a in (pair(np.ones(3))[1], pair(np.ones(3))[1])] == [np.ndarray, np.ndarray]
    assert len(pair.programs) == 1


class Positive(layers.Layer):
    """What comes in, times a number for which the positive weights are picked: how many there are varies."""

    def build(self, shape):
        self.w = self.add_weight((shape[-1],), initializer=nn.initializers.RandomNormal(stddev=0.02, seed=1))

    def call(self, x):
        return x * (1 + self.w[self.w > 0].sum())


def test_a_shape_that_varies_after_dropout_draws_the_same_numbers_in_python():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(96, 4))
    y = (x.sum(axis=1) > 0) * 1.0

    def losses(jit):
        first, last = layers.Dense(8, input_shape=(4,)), layers.Dense(1, activation="sigmoid")
        model = nn.Sequential([first, layers.Dropout(0.5), Positive(), last], seed=0)
        model.compile(nn.optimizers.SGD(0.5), "binary_crossentropy")
        return model.fit(x, y, epochs=3, verbose=0, jit=jit).history["loss"]

    assert losses(None) == losses(False)
