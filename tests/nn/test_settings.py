"""Settings that cannot be meant are refused, whoever has them; and copies of symbols are symbols of their own."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest
from small_models import X, Y, compiled, small

import nn
from nn import layers as L
from nn.callbacks import Callback, EarlyStopping, LearningRateScheduler
from nn.registry import REGISTRIES, parameters_of

FLAGS = [
    pytest.param(kind, name, id=f"{kind.__name__}.{name}")
    for registry in REGISTRIES.values()
    for kind in sorted({kind for kind in registry.entries.values() if isinstance(kind, type)}, key=lambda k: k.__name__)
    for name, parameter in parameters_of(kind).items()
    if isinstance(parameter.default, bool) and kind.__name__ not in ("Progress", "Functional")
]  # fmt: skip
NEEDED = {"filepath": "x", "filename": "x", "schedule": abs, "target_shape": 2, "dims": 1, "function": abs, "fn": abs,
          "after": 0.1, "activation": "relu", "boundaries": [1], "values": [0.1, 0.2], "axis": -1}  # fmt: skip


def make(kind, **settings):
    needed = {p.name: NEEDED.get(p.name, 0.5 if "rate" in p.name or "factor" in p.name else 2)
              for p in parameters_of(kind).values() if p.default is p.empty}  # fmt: skip
    return kind(**{**needed, **settings})


@pytest.mark.parametrize(("kind", "name"), FLAGS)
def test_what_is_true_or_false_is_nothing_else(kind, name):
    for value in (True, False, np.True_, np.False_):
        assert getattr(make(kind, **{name: value}), name) == value
    for wrong in ("no", "False", None, 2, 0.5):
        with pytest.raises(ValueError, match=f"{name} is True or False; got"):
            make(kind, **{name: wrong})


@pytest.mark.parametrize("wrong", [True, -0.1, np.nan, np.inf, "0.1", None], ids=repr)
def test_a_rate_is_a_number(wrong):
    with pytest.raises((ValueError, TypeError)):
        nn.optimizers.SGD(wrong)
    model = compiled()
    with pytest.raises(ValueError, match="learning_rate is a number of 0 or more"):
        model.optimizer.learning_rate = wrong
    if wrong not in ("0.1", True):
        with pytest.raises((ValueError, TypeError), match=r"wanted a number|learning_rate is a number of 0 or more"):
            model.fit(X, Y, verbose=0, callbacks=[LearningRateScheduler(lambda epoch: wrong)])
    assert model.optimizer.learning_rate == 0.01


def test_a_rate_may_be_set_between_steps():
    model = compiled()
    for rate in (0.5, np.float32(0.25), 0, nn.optimizers.schedules.CosineDecay(0.1, 5)):
        model.optimizer.learning_rate = rate
        model.fit(X, Y, verbose=0)
    again = pickle.loads(pickle.dumps(model.optimizer))
    assert again.rate == model.optimizer.rate


def test_an_error_in_a_schedule_is_its_own():
    def half(epoch, rate=None):
        return 0.1 if rate is None else rate / "2"

    with pytest.raises(TypeError, match="unsupported operand"):
        compiled().fit(X, Y, verbose=0, callbacks=[LearningRateScheduler(half)])


@pytest.mark.parametrize("wrong", [-0.1, 1.5, True, "0.9"])
def test_momentum_of_batch_normalization(wrong):
    with pytest.raises(ValueError, match="momentum is a number from 0 to 1"):
        L.BatchNormalization(momentum=wrong)


@pytest.mark.parametrize(
    "kind", [L.Dropout, L.GaussianDropout, L.GaussianNoise, nn.regularizers.L1, nn.regularizers.L2]
)
@pytest.mark.parametrize("wrong", [True, False, "0.1", -0.1, np.nan])
def test_shares_and_strengths_are_numbers(kind, wrong):
    with pytest.raises(ValueError, match=r"is the share to drop|is a number"):
        kind(wrong)


# -- fit --------------------------------------------------------------------------------------------------------------
def test_a_callback_that_is_listed_twice():
    stop = EarlyStopping("loss")
    with pytest.raises(ValueError, match="EarlyStopping is among the callbacks twice"):
        compiled().fit(X, Y, callbacks=[stop, stop], verbose=0)


def test_nothing_left_to_train_is_said():
    with pytest.warns(nn.ModelWarning, match="nothing is left to train: epochs=2 is the number of the last epoch"):
        compiled().fit(X, Y, epochs=2, initial_epoch=2, verbose=0)
    assert compiled().fit(X, Y, epochs=0, verbose=0).history == {}


@pytest.mark.parametrize("what", ["predict", "evaluate"])
def test_a_model_is_in_the_mode_it_was_in(what):
    class Fail(Callback):
        def on_predict_begin(self, logs=None):
            raise KeyboardInterrupt

        on_test_begin = on_predict_begin

    for training in (True, False):
        model = compiled()
        model.train(training)
        with pytest.raises(KeyboardInterrupt):
            getattr(model, what)(X, *([Y] if what == "evaluate" else []), callbacks=[Fail()], verbose=0)
        assert model.training is training


# -- symbols ----------------------------------------------------------------------------------------------------------
def base():
    x = nn.Input((3,))
    return nn.Model(x, L.Dense(2, kernel_initializer="random_normal")(x))


@pytest.mark.parametrize(
    "how", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))], ids=["copy", "pickle"]
)
def test_a_model_and_its_copy_in_one_model(how):
    first = base()
    second = how(first)
    second.set_weights([w + 1 for w in first.get_weights()])
    symbols = first.inputs[0], second.inputs[0]
    both = nn.Model(list(symbols), L.Concatenate()([first.outputs[0], second.outputs[0]]))
    assert len(both.layers) == 3
    assert np.array_equal(both([X, X]), np.hstack([first(X).data, second(X).data]))


def test_a_model_goes_on_from_symbols_read_in_another_process(tmp_path):
    model = base()
    for _ in range(50):
        model = nn.Model(model.inputs[0], L.ReLU()(model.outputs[0]))  # high serials
    (tmp_path / "m.pkl").write_bytes(pickle.dumps(model))
    code = (
        "import pickle, sys, numpy as np, nn\n"
        "from nn import layers as L\n"
        "model = pickle.load(open(sys.argv[1], 'rb'))\n"
        "more = nn.Model(model.inputs[0], L.Dense(1)(L.Dense(4)(model.outputs[0])))\n"
        "print(more(np.ones((2, 3))).shape, [type(layer).__name__ for layer in more.layers][-2:])\n"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "m.pkl"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(2, 1) ['Dense', 'Dense']"


def test_models_that_share_a_layer_twice():
    x = nn.Input((2,))
    shared = L.Dense(2)
    model = nn.Model(x, shared(shared(x)))
    assert np.allclose(model(X[:, :2]), shared(shared(X[:, :2])))
    assert small().layers is not small().layers


@pytest.mark.parametrize("name", ["shuffle", "check", "jit"])
@pytest.mark.parametrize("value", ["no", 2, [True]])
def test_settings_of_fit_are_true_or_false(name, value):
    model = nn.Sequential([nn.layers.Dense(1, input_shape=(2,))], seed=0)
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match=f"{name} is True or False; got"):
        model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0, **{name: value})


@pytest.mark.parametrize("kind", [nn.layers.Dense, nn.layers.Flatten, nn.layers.BatchNormalization])
def test_settings_that_are_not_there_are_refused_by_the_layer_s_name(kind):
    settings = {"units": 2} if kind is nn.layers.Dense else {}
    kind(**settings, kernel_constraint=None, autocast=True)  # as Keras spells its defaults out
    for other in ({"kernel_constraint": "non_neg"}, {"unit": 2}, {"autocast": False}):
        with pytest.raises(TypeError, match=f"{kind.__name__} takes no {min(other)}="):
            kind(**settings, **other)
