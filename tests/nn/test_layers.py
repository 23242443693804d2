"""Every layer: gradients against finite differences, batch sizes from 0, both modes, dtypes, and learning a little."""

import numpy as np
import pytest
from every_layer import LAYERS, MERGING
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor, check_grads
from nn import layers as L


def away_from_kinks(rng, shape):
    return rng.choice([-1, 1], shape) * rng.uniform(0.2, 1.4, shape)


def test_every_layer_is_in_the_list():
    tried = {name.split()[0].rstrip(",") for name in LAYERS} | set(MERGING)
    kinds = {getattr(L, name).__name__ for name in L.__all__ if isinstance(getattr(L, name), type)}  # not short names
    assert kinds - tried == {"Layer", "Embedding"}


@pytest.mark.parametrize("name", LAYERS)
@given(batch=st.integers(0, 4), training=st.booleans(), seed=st.integers(0, 99))
def test_gradients(name, batch, training, seed):
    make, shape = LAYERS[name]
    if "BatchNorm" in name and training and batch == 1 and len(shape) == 1:
        return  # said by a warning, below
    layer = make(dtype="float64", seed=7)
    x = away_from_kinks(np.random.default_rng(seed), (batch, *shape))
    layer.build_for((batch, *shape))
    parameters = layer.trainable_parameters()
    state = layer.random.bit_generator.state
    before = layer.state_dict()

    def run(x):
        layer.random.bit_generator.state = state  # the same noise each time
        return layer(x, training=training)

    y = run(x)
    assert np.shape(y)[0] == batch
    if batch:
        check_grads(run, x)
    tensor = Tensor(x)
    out = run(tensor)
    if isinstance(out, Tensor):
        out.backward(np.ones(out.shape))
        assert tensor.grad.shape == x.shape
        for p in parameters:
            assert p.grad is not None
            assert p.grad.shape == p.shape
            if batch:
                slope = numeric(lambda: run(x), p)
                assert np.allclose(p.grad, slope, rtol=1e-5, atol=1e-6)
    if not training:
        assert all(np.array_equal(layer.state_dict()[k], before[k]) for k in before)


def numeric(run, p, h=1e-5):
    """The slope of the sum of the outputs for each number of a parameter, by central differences."""
    found = np.zeros(p.shape)
    start = p.numpy()
    for at in np.ndindex(p.shape):
        sums = []
        for step in (h, -h):
            moved = start.copy()
            moved[at] += step
            p.assign(moved)
            sums.append(np.sum(getattr(run(), "_array", run())))
        found[at] = (sums[0] - sums[1]) / (2 * h)
    p.assign(start)
    return found


@pytest.mark.parametrize("name", MERGING)
def test_merging_layers(name):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(0, 1, (3, 2)) for _ in range(2 if name == "Subtract" else 3)]
    layer = getattr(L, name)(dtype="float64")
    check_grads(lambda *xs: layer(list(xs)), *arrays)
    with pytest.raises(nn.ShapeError, match="a list of two or more inputs"):
        layer(arrays[0])


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtypes_stay(name, dtype):
    make, shape = LAYERS[name]
    layer = make(dtype=dtype, seed=0)
    for given_dtype in ("float32", "float64", "int64"):
        x = np.ones((3, *shape), given_dtype)
        for training in (False, True):
            assert layer(x, training=training).dtype == dtype
    out = layer(Tensor(np.ones((3, *shape), dtype)), training=True)
    out.backward(np.ones(out.shape))
    assert {p.grad.dtype.name for p in layer.trainable_parameters()} <= {dtype}


@pytest.mark.parametrize("name", LAYERS)
def test_output_shapes_are_known_in_advance(name):
    make, shape = LAYERS[name]
    layer = make()
    wanted = layer.compute_output_shape((None, *shape))
    assert wanted[0] is None
    assert layer(np.zeros((5, *shape)), training=False).shape == (5, *wanted[1:])


@pytest.mark.parametrize("name", [n for n in LAYERS if n != "Lambda"])
def test_layers_are_described_by_plain_data(name):
    from nn.saving import layer_description, make_layer

    make, _ = LAYERS[name]
    layer = make(name="mine")
    again = make_layer(layer_description(layer), None)
    assert type(again) is type(layer)
    assert again.name == "mine"
    assert layer_description(again) == layer_description(layer)


@pytest.mark.parametrize("name", ["Dense", "Dense on sequences", "PReLU", "BatchNormalization", "LayerNormalization"])
def test_a_tiny_batch_is_learned(name):
    make, shape = LAYERS[name]
    rng = np.random.default_rng(3)
    model = nn.Sequential([make(), L.Flatten(), L.Dense(8, activation="tanh"), L.Dense(1)], seed=0)
    x, y = rng.normal(0, 1, (4, *shape)), rng.normal(0, 1, (4, 1))
    model.compile(nn.optimizers.Adam(0.03), "mse")
    model.fit(x, y, epochs=300, verbose=0)
    assert model.history.history["loss"][-1] < 1e-3


def test_embedding():
    layer = L.Embedding(5, 3, dtype="float64")
    index = np.array([[0, 4], [4, 4]])
    y = layer(index)
    y.backward(np.ones(y.shape))
    assert y.shape == (2, 2, 3)
    assert np.array_equal(layer.embeddings.grad, np.array([[1.0], [0], [0], [0], [3.0]]) * np.ones(3))
    assert layer(index.astype(float)).shape == (2, 2, 3)
    for bad, message in [(5, "the index 5; wanted 0 to 4"), (-1, "the index -1"), (0.5, "whole numbers; got 0.5")]:
        with pytest.raises(ValueError, match=message):
            layer(np.array([[bad]]))


def test_dropout_keeps_the_mean_and_does_nothing_afterwards():
    layer = L.Dropout(0.3, seed=0)
    x = np.ones((200, 200), np.float32)
    y = layer(x, training=True)
    assert np.mean(y == 0) == pytest.approx(0.3, abs=0.01)
    assert np.mean(y) == pytest.approx(1, abs=0.01)
    assert layer(x, training=False) is x
    layer.eval()
    assert layer(x) is x
    layer.train()
    assert not np.array_equal(layer(x), x)


def test_batch_norm_of_one_sample_is_said():
    layer = L.BatchNormalization()
    with pytest.warns(nn.ModelWarning, match=r"one value for each feature, shape \(1, 3\).*larger batches"):
        layer(np.ones((1, 3)), training=True)


def test_a_frozen_layer_is_not_moved():
    model = nn.Sequential([L.Dense(2, input_shape=(2,)), L.Dense(1)], seed=0)
    model.layers[0].trainable = False
    assert len(model.trainable_parameters()) == 2
    before = model.layers[0].get_weights()
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.layers[0].get_weights(), strict=True))


def test_a_layer_without_super_init_works():
    class Bare(L.Layer):
        def __init__(self):
            self.factor = 2.0

        def call(self, x):
            return x * self.factor

    model = nn.Sequential([Bare(), L.Dense(1)])
    assert model(np.ones((2, 3))).shape == (2, 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: L.Dense(0), "units is a whole number, 1 or more; got 0"),
        (lambda: L.Dense(2.5), "units is a whole number"),
        (lambda: L.Dense(2, activation="rulu"), "no activation is called 'rulu'; did you mean"),
        (lambda: L.Dense(2, kernel_regularizer="l3"), "no regularizer is called 'l3'"),
        (lambda: L.Dense(2, kernel_initializer="he"), "no initializer is called 'he'"),
        (lambda: L.Dense(2, unit=3), "unit"),
        (lambda: L.Dropout(1.0), "from 0 to below 1; got 1.0"),
        (
            lambda: L.Dense(2)(np.ones(3)),
            r"layer 'dense' \(Dense\) got an input of shape \(3,\); wanted a batch of rows",
        ),
        (lambda: L.Dense(2)(np.array([["a"]])), "dtype <U1; wanted numbers"),
        (lambda: L.Reshape((4, 4))(np.ones((2, 15))), "samples of 16 numbers"),
        (lambda: L.Reshape((-1, -1)), "one of them -1 at most"),
        (lambda: L.Permute((1, 3)), "an order of 1"),
        (lambda: L.Normalization()(np.ones((1, 2))), "call adapt"),
        (lambda: L.BatchNormalization(axis=0)(np.ones((2, 2))), "the first is the batch"),
        (lambda: L.Lambda(3), "Lambda takes a function"),
        (lambda: L.Layer()(np.ones((1, 1))), "defines no call"),
    ],
)
def test_errors_say_what_to_do(call, message):
    with pytest.raises((ValueError, TypeError, NotImplementedError), match=message):
        call()


def test_a_wrong_input_names_the_layer():
    model = nn.Sequential([L.Dense(4, name="first", input_shape=(3,)), L.Dense(1, name="second")])
    with pytest.raises(nn.ShapeError, match=r"'first' \(Dense\) got an input of shape \(5, 2\); wanted 3 numbers"):
        model(np.ones((5, 2)))
    with pytest.raises(nn.ShapeError, match=r"layer 'lambda' \(Lambda\) cannot take an input of shape .*broadcast"):
        nn.Sequential([L.Lambda(lambda x: x + np.ones((1, 7), np.float32), input_shape=(3,))])
