"""The linter of common mistakes: each is said once, with its fix."""

import numpy as np
import pytest

import nn
from nn import layers as L

RNG = np.random.default_rng(0)


X = RNG.normal(0, 1, (40, 3))


Y = X.sum(axis=1, keepdims=True)


def same(a, b):
    return all(np.array_equal(p, q) for p, q in zip(a.get_weights(), b.get_weights(), strict=True))


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
