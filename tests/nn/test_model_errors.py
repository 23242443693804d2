"""What models refuse, saying what to do, and naming the layer."""

import numpy as np
import pytest
from small_models import X, Y, compiled, small

import nn
from nn import layers as L

BROKEN = X.copy()
BROKEN[3, 1] = np.nan


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: small().fit(X, Y), r"fit needs a compiled model: call model.compile"),
        (lambda: compiled().fit(X, Y[:5], verbose=0), "x has 12 samples and y has 5"),
        (lambda: compiled().fit(X[:0], Y[:0], verbose=0), "the data is empty"),
        (lambda: compiled().fit(BROKEN, Y, verbose=0), r"x has nan, first at \(3, 1\)"),
        (lambda: compiled().fit(X, Y, batch_size=0, verbose=0), "batch_size is a whole number"),
        (lambda: compiled().fit(X, Y, epochs=-1, verbose=0), "epochs is a whole number, 0 or more; got -1"),
        (lambda: compiled().fit(X, Y, validation_split=1.0, verbose=0), "a share between 0 and 1"),
        (lambda: compiled().fit(X, Y, verbose=3), "verbose is 'auto', 0"),
        (
            lambda: compiled().fit(X, Y, callbacks=[nn.callbacks.EarlyStopping], verbose=0),
            "objects of Callback classes",
        ),
        (lambda: compiled().fit([["a"]], [[1.0]], verbose=0), "encode categories|Encode categories"),
        (lambda: compiled().fit([[1.0], [1.0, 2.0]], [1, 2], verbose=0), "rows differ in length. Pad them"),
        (lambda: compiled().fit(X, np.ones((12, 2)), verbose=0), r"targets of shape \(12, 2\) against .*\(12, 1\)"),
        (lambda: compiled().fit(X, Y, sample_weight=-np.ones(12), verbose=0), "negative numbers"),
        (lambda: compiled().fit(X, Y, class_weight={0: 1}, verbose=0), "class_weight has no weight for class"),
        (lambda: compiled().compile("adm"), "did you mean 'adam'"),
        (lambda: compiled().compile("adam", "mse", metric=["mae"]), "compile takes no metric="),
        (lambda: nn.Sequential([L.Dense]), r"got the class Dense; wanted a layer, such as Dense\(...\)"),
        (lambda: nn.Sequential([np.tanh]), r"write Lambda\(function\)"),
        (lambda: nn.Sequential([L.Dense(1, name="a"), L.Dense(1, name="a")]), "two layers are called 'a'"),
        (lambda: nn.Sequential()(X), "has no layers"),
        (lambda: small().get_layer("none"), "no layer is called 'none'; there are 'dense', 'dense_1'"),
        (lambda: nn.Model(nn.Input((3,)), L.Dense(1)(nn.Input((3,)))), "not among the model's inputs"),
        (lambda: nn.Input((3,)) + 1, "can only be given to layers"),
        (lambda: np.tanh(nn.Input((3,))), "can only be given to layers"),
        (nn.Input, "Input needs shape="),
        (lambda: nn.Input((0,)), "a shape is a tuple of sizes"),
    ],
)
def test_errors_say_what_to_do(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()


def test_a_mismatch_names_the_layer_before_anything_is_learned():
    model = nn.Sequential([L.Dense(4, name="one", input_shape=(3,)), L.Dense(1, name="two")], seed=0)
    model.compile("sgd", "mse")
    before = model.get_weights()
    with pytest.raises(nn.ShapeError, match=r"layer 'one' \(Dense\) got an input of shape \(2, 5\); wanted 3 numbers"):
        model.fit(np.ones((12, 5)), Y, verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
