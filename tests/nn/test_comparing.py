"""`fit` compares its programs with Python where a model has code of its user's: it warns, and goes on in Python."""

import os
import sys
import warnings

import numpy as np
import pytest
from equal import same

import nn
from autograd.errors import ReplayError
from autograd.extend import Jitted
from nn.errors import ModelWarning
from nn.training.replay import has_user_code

X = np.random.default_rng(0).standard_normal((40, 3))
Y = X[:, :1] ** 2


class Scaled(nn.layers.Layer):
    """Times a number that no program can see: it is in the environment."""

    def call(self, x, training=False):
        return x * float(os.environ["FACTOR"])


@pytest.fixture(autouse=True)
def factor(monkeypatch):
    monkeypatch.setenv("FACTOR", "1")


class Change(nn.callbacks.Callback):
    """Sets the number after some batch."""

    def __init__(self, batch, number):
        super().__init__()
        self.batch, self.number, self.seen = batch, number, 0

    def on_train_batch_end(self, batch, logs=None):
        self.seen += 1
        if self.seen == self.batch:
            os.environ["FACTOR"] = str(self.number)


def model_of(*layers):
    model = nn.Sequential(
        [nn.layers.Dense(4, activation="tanh", input_shape=(3,)), *layers, nn.layers.Dense(1)], seed=0
    )
    model.compile(nn.optimizers.Adam(0.01), "mse", metrics=["mae"])
    return model


def trained(*layers, change=None, **settings):
    os.environ["FACTOR"] = "1"
    model = model_of(*layers)
    callbacks = [] if change is None else [Change(*change)]
    history = model.fit(X, Y, epochs=4, batch_size=10, verbose=0, callbacks=callbacks, **settings)
    return [history.history, *(p.data.copy() for p in model.parameters()), model.optimizer.iterations]


@pytest.mark.parametrize("batch", range(1, 5))
def test_fit_warns_once_and_goes_on_in_python_from_the_very_step(batch):
    with pytest.warns(ModelWarning, match=r"gave something else than Python.*Scaled|in call") as told:
        found = trained(Scaled(), nn.layers.Dropout(0.2), change=(batch, 3))
    assert len(told) == 1
    if batch in (1, 3):  # found at the next batch, which is one that is compared
        assert same(found, trained(Scaled(), nn.layers.Dropout(0.2), change=(batch, 3), jit=False))


def test_the_second_surprise_is_none():
    class Twice(Change):
        def on_train_batch_end(self, batch, logs=None):
            os.environ["FACTOR"] = str(2.0 + self.seen)
            self.seen += 1

    model = model_of(Scaled())
    with pytest.warns(ModelWarning, match="goes on in Python") as told:
        model.fit(X, Y, epochs=4, batch_size=10, verbose=0, callbacks=[Twice(0, 0)])
    assert len(told) == 1


def test_fit_with_a_program_for_sure_raises():
    with pytest.raises(ReplayError, match="gave something else than Python"):
        trained(Scaled(), change=(1, 3), jit=True)


def compared_calls(monkeypatch, **settings):
    """The numbers of the calls of a program that are compared with Python, in 4 epochs of 4 batches."""
    module = sys.modules[Jitted.__module__]  # `autograd.jit` is the function
    found, compared = [], module.compared

    def told(jitted, entry, *args):
        found.append(entry.program.replays + 2)
        return compared(jitted, entry, *args)

    monkeypatch.setattr(module, "compared", told)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trained(Scaled(), **settings)
    return found


def test_the_first_batch_of_an_epoch_is_compared_where_time_is_left_for_it(monkeypatch):
    monkeypatch.setattr(nn.training.replay, "SHARE", 1e9)
    assert compared_calls(monkeypatch) == [2, 4, 5, 8, 9, 13, 16]  # 5, 9 and 13 begin an epoch


def test_powers_of_two_are_compared_anyway(monkeypatch):
    monkeypatch.setattr(nn.training.replay, "SHARE", 0)
    assert compared_calls(monkeypatch) == [2, 4, 8, 16]


def test_nothing_is_compared_where_all_code_is_the_librarys_or_on_request():
    for model, settings in ((model_of(nn.layers.Dropout(0.1)), {}), (model_of(Scaled()), {"check": False})):
        model.fit(X, Y, epochs=3, batch_size=10, verbose=0, validation_data=(X, Y), **settings)
        model.evaluate(X, Y, verbose=0, **settings)
        model.predict(X, verbose=0, **settings)
        assert {what: steps.jitted.seconds for what, steps in model._steps.items()} == {
            "train": 0,
            "test": 0,
            "predict": 0,
        }
    model.fit(X, Y, epochs=3, batch_size=10, verbose=0, validation_data=(X, Y))  # and now it is
    assert model._steps["train"].jitted.seconds > 0
    assert model._steps["test"].jitted.seconds > 0


def test_whose_code_a_model_runs():
    assert not has_user_code(model_of(nn.layers.BatchNormalization(), nn.layers.Activation("relu")))
    assert has_user_code(model_of(Scaled()))
    assert has_user_code(model_of(nn.layers.Activation(lambda x: x * 2)))
    assert has_user_code(model_of(nn.layers.Dense(2, kernel_regularizer=lambda w: np.sum(w**2))))

    class Mine(nn.Sequential):
        pass

    assert has_user_code(Mine([nn.layers.Dense(1, input_shape=(3,))]))
    model = model_of()
    model.compile("sgd", lambda y_true, y_pred: np.mean((y_true - y_pred) ** 2))
    assert has_user_code(model)

    class Slower(nn.optimizers.SGD):
        pass

    model.compile(Slower(0.1), "mse")
    assert has_user_code(model)
