"""Layers whose windows slide: fit, replay, files, images of any size, half precision, and what they refuse."""

import numpy as np
import pytest
from equal import same
from every_layer import LAYERS

import nn
from autograd import no_grad
from autograd.extend import array_of
from nn import layers as L

SLIDING = [name for name in LAYERS if "Conv" in name or (name.startswith(("Max", "Average")) and "Pooling" in name)]
LEARNING = [name for name in SLIDING if "Conv" in name]


def data(shape, batch=6):
    rng = np.random.default_rng(0)
    return rng.standard_normal((batch, *shape)), rng.standard_normal((batch, 2))


def model_of(name, *before, **settings):
    make, shape = LAYERS[name]
    model = nn.Sequential([*before, make(), L.Flatten(), L.Dense(2)], seed=0, **settings)
    model.compile(nn.optimizers.Adam(0.05), "mse")
    return model, *data(shape)


@pytest.mark.parametrize("name", SLIDING)
def test_replay_equals_python_and_files_go_on(name, tmp_path):
    found = []
    for jit in (False, True):
        model, x, y = model_of(name)
        history = model.fit(x, y, epochs=2, batch_size=4, verbose=0, seed=1, jit=jit).history
        found.append([history, model.get_weights(), model.predict(x, verbose=0, jit=jit)])
    assert same(*found)
    model.save(tmp_path / "model.safetensors")
    again = nn.models.load_model(tmp_path / "model.safetensors")
    assert same(again.predict(x, verbose=0), found[1][2])
    assert same(again.fit(x, y, verbose=0, seed=1).history, model.fit(x, y, verbose=0, seed=1).history)


@pytest.mark.parametrize("name", LEARNING)
def test_a_tiny_set_is_learned_by_heart(name):
    make, shape = LAYERS[name]
    x, y = data(shape, 3)
    model = nn.Sequential([make(), L.Activation("tanh"), L.Flatten(), L.Dense(2)], seed=0)
    model.compile(nn.optimizers.Adam(0.05), "mse")
    model.build((None, *shape))
    before = model.layers[0].get_weights()
    losses = model.fit(x, y, epochs=150, verbose=0).history["loss"]
    assert losses[-1] < 1e-3 * losses[0]
    moved = zip(before, model.layers[0].get_weights(), strict=True)
    assert not any(np.array_equal(a, b) for a, b in moved)


@pytest.mark.parametrize("name", SLIDING)
def test_images_of_any_size(name):
    make, shape = LAYERS[name]
    first = "first" in name or name == "AveragePooling1D"
    free = (shape[0], *[None] * len(shape[1:])) if first else (*[None] * len(shape[:-1]), shape[-1])
    layer = make()
    symbol = nn.Input(free)
    out = layer(symbol)
    assert [n is None for n in out.shape] == [n is None for n in (None, *free)]
    model = nn.Model(symbol, out)
    for more in (0, 3):
        sizes = [n + (more if m is None else 0) for n, m in zip(shape, free, strict=True)]
        x = np.random.default_rng(more).standard_normal((2, *sizes)).astype(np.float32)
        y = model.predict(x, verbose=0)
        assert y.shape == (2, *layer.compute_output_shape((None, *sizes))[1:])
        with no_grad():
            assert same(y, np.copy(array_of(layer(x))))
    model.summary()


@pytest.mark.parametrize("name", SLIDING)
def test_half_precision(name):
    make, shape = LAYERS[name]
    half, single = make(dtype="float16"), make(dtype="float32")
    x, _ = data(shape)
    for layer in (half, single):
        layer.build_for(x.shape)
    single.set_weights([w.astype(np.float32) for w in half.get_weights()])
    x = x.astype(np.float16)
    y = nn.models.Sequential([half]).predict(x, verbose=0)
    assert y.dtype == np.float16
    np.testing.assert_allclose(y, nn.models.Sequential([single]).predict(x.astype(np.float32), verbose=0), atol=2e-2)


@pytest.mark.parametrize(("make", "message"), [
    (lambda: L.Conv2DTranspose(0, 3), "filters is a whole number, 1 or more; got 0"),
    (lambda: L.Conv2DTranspose(2, 3, padding="causal"), "padding is 'valid' or 'same'; got 'causal'"),
    (lambda: L.Conv2DTranspose(2, 3, strides=2, output_padding=2), r"is less than strides=\(2, 2\); got 2"),
    (lambda: L.Conv2DTranspose(2, 3, output_padding=(1, -1)), "output_padding is a whole number, 0 or more; got -1"),
    (lambda: L.Conv1DTranspose(2, (3, 3)), r"kernel_size is one whole number or 1 of them; got \(3, 3\)"),
    (lambda: L.Conv1DTranspose(2, 3, groups=2), "groups"),
    (lambda: L.DepthwiseConv2D(3, depth_multiplier=0), "depth_multiplier is a whole number, 1 or more; got 0"),
    (lambda: L.DepthwiseConv1D(3, padding="causal"), "padding is 'valid' or 'same'; got 'causal'"),
    (lambda: L.DepthwiseConv2D(3, kernel_initializer="ones"), "kernel_initializer"),
    (lambda: L.SeparableConv2D(2, 3, pointwise_initializer="on"), "no initializer is called 'on'"),
    (lambda: L.SeparableConv2D(2.5, 3), "filters is a whole number"),
    (lambda: L.SeparableConv2D(2, 3, use_bias="no"), "use_bias is True or False; got 'no'"),
    (lambda: L.Conv2D(2, 3, data_format="last"), "data_format is 'channels_last' or 'channels_first'; got 'last'"),
    (lambda: L.Conv2D(4, 3, groups=3), "filters is a multiple of groups; got filters=4 and groups=3"),
    (lambda: L.DepthwiseConv2D(2)(np.ones((2, 3, 3))), r"\(DepthwiseConv2D\) got .*\(batch, height, width, channels\)"),
    (lambda: L.Conv1DTranspose(2, 2)(nn.Input((4, None))), "a known number of channels"),
])  # fmt: skip
def test_what_is_wrong_is_said(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()


def test_settings_as_keras_orders_them():
    layer = L.Conv3DTranspose(2, 3, 2, "same", "channels_first", 1)
    assert (layer.data_format, layer.output_padding) == ("channels_first", (1, 1, 1))
    assert L.Conv2DTranspose(2, 3, (2, 2), "SAME", (1, 1), None, 1, "relu").output_padding == (1, 1)
    assert L.DepthwiseConv2D(3, (1, 1), "valid", 2).depth_multiplier == 2
    assert L.SeparableConv2D(4, 3, (1, 1), "valid", None, (1, 1), 2).depth_multiplier == 2
    assert [w.name for w in built(L.SeparableConv1D(2, 2)).weights] == ["depthwise_kernel", "pointwise_kernel", "bias"]
    assert [w.shape for w in built(L.DepthwiseConv1D(2, depth_multiplier=3)).weights] == [(2, 4, 3), (12,)]


def built(layer):
    layer.build((None, 5, 4))
    return layer


def test_regularizers_and_the_bias_of_each_kernel():
    layer = L.SeparableConv1D(2, 2, depthwise_regularizer="l2", pointwise_regularizer="l1", activity_regularizer="l2")
    model = nn.Sequential([layer, L.Flatten()], seed=0)
    model.compile("sgd", "mse")
    x = np.ones((2, 3, 2))
    y = model.predict(x, verbose=0)
    depthwise, pointwise, _ = layer.get_weights()
    wanted = 0.01 * (np.sum(depthwise**2) + np.sum(np.abs(pointwise)) + np.sum(y**2) / 2)
    assert model.evaluate(x, y, verbose=0) == pytest.approx(wanted, rel=1e-5)
