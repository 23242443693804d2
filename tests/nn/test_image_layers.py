"""Layers over images, volumes and sequences: Keras's numbers, gradients and shapes, formats, and what is refused."""

import copy
import pickle

import numpy as np
import pytest
from every_layer import IMAGES
from hypothesis import given
from hypothesis import strategies as st
from image_reference import CASES, SHAPES

import nn
from autograd import Tensor, check_grads
from nn import layers as L
from nn.layers.formats import Spatial
from nn.layers.interpolation import INTERPOLATIONS, resize, weights

FIXED = [name for name, case in CASES.items() if "gx" in case]


@pytest.mark.parametrize("name", FIXED)
def test_values_and_gradients_of_keras(name):
    case = CASES[name]
    layer = getattr(L, case["layer"])(**case["config"], dtype="float64")
    x = Tensor(case["x"])
    y = layer(x)
    assert y.shape == case["y"].shape
    assert np.allclose(y.data, case["y"], rtol=1e-12, atol=1e-12)
    np.sum(y * np.cos(np.arange(y.size)).reshape(y.shape)).backward()
    assert np.allclose(x.grad, case["gx"], rtol=1e-12, atol=1e-12)
    half = layer.__class__(**case["config"], dtype="float16")(case["x"])
    assert half.dtype == np.float16
    assert np.allclose(half, case["y"], rtol=0.02, atol=0.02)


def test_shapes_of_keras():
    for kind, config, given_shape, wanted in SHAPES:
        layer = getattr(L, kind)(**config)
        assert layer.compute_output_shape(tuple(given_shape)) == tuple(wanted), (kind, config, given_shape)
    assert len(SHAPES) > 150


def test_the_table_has_every_layer():
    kinds = {kind.__name__ for kind in map(L.__dict__.get, L.__all__) if isinstance(kind, type)}
    ours = {name for name in kinds if issubclass(getattr(L, name), Spatial)}
    assert ours - {kind for kind, *_ in SHAPES} <= {"Conv"}
    deterministic = {name for name in ours if not name.startswith(("Random", "Spatial"))}
    assert deterministic - {case["layer"] for case in CASES.values()} == set()


@given(
    st.lists(st.integers(0, 3), min_size=4, max_size=4),
    st.tuples(st.integers(0, 2), st.integers(1, 5), st.integers(1, 5), st.integers(1, 3)),
)
def test_what_was_padded_can_be_cropped(sides, shape):
    x = np.random.default_rng(0).normal(0, 1, shape).astype(np.float32)
    pairs = ((sides[0], sides[1]), (sides[2], sides[3]))
    padded = L.ZeroPadding2D(pairs)(x)
    assert np.array_equal(L.Cropping2D(pairs)(padded), x)
    assert np.isclose(padded.sum(), x.sum(), atol=1e-4)
    first = L.ZeroPadding2D(pairs, "channels_first")(x.transpose(0, 3, 1, 2))
    assert np.array_equal(first, padded.transpose(0, 3, 1, 2))


@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from(INTERPOLATIONS[1:]), st.booleans())
def test_weights_add_up_to_one_and_mirror(old, new, interpolation, antialias):
    found = weights(old, new, interpolation, antialias)
    assert np.allclose(found.sum(axis=1), 1)
    assert np.allclose(found[::-1, ::-1], found)
    assert np.allclose(weights(old, old, interpolation), np.eye(old), atol=1e-15)


@given(st.tuples(*[st.integers(1, 4)] * 4), st.sampled_from(INTERPOLATIONS), st.integers(1, 6), st.integers(1, 6))
def test_a_resized_constant_stays(shape, interpolation, height, width):
    y = resize(np.full(shape, 3.0), (height, width), interpolation)
    assert y.shape == (shape[0], height, width, shape[3])
    assert np.allclose(y, 3)


@pytest.mark.parametrize(
    "layer",
    [
        L.UpSampling2D(2, interpolation="bicubic", dtype="float64"),
        L.GlobalAveragePooling2D(dtype="float64"),
        L.GlobalMaxPooling2D("channels_first", dtype="float64"),
        L.ZeroPadding2D(dtype="float64"),
        L.Cropping2D((0, 1), dtype="float64"),
        L.Resizing(3, 2, "nearest", dtype="float64"),
    ],
)
def test_second_derivatives(layer):
    check_grads(lambda x: layer(x) ** 3, np.random.default_rng(0).normal(0, 1, (1, 2, 3, 2)), order=2)


@pytest.mark.parametrize("name", IMAGES)
def test_float16_pickles_and_summaries(name):
    make, shape = IMAGES[name]
    model = nn.Sequential([nn.Input(shape), make(dtype="float16", seed=0)])
    x = np.random.default_rng(0).normal(0, 1, (3, *shape))
    y = model(x, training=True)
    assert y.dtype == np.float16
    again = pickle.loads(pickle.dumps(make(dtype="float16", seed=0)))
    assert np.array_equal(again(x, training=True), y)
    assert model.count_params() == 0
    model.summary(print_fn=lambda line: None)


@pytest.mark.parametrize("name", IMAGES)
def test_models_with_them_are_saved(name, tmp_path):
    make, shape = IMAGES[name]
    x = nn.Input(shape)
    model = nn.Model(x, L.Dense(2)(L.Flatten()(make()(x))), seed=0)
    model.save(tmp_path / "model.safetensors")
    again = nn.models.load_model(tmp_path / "model.safetensors")
    images = np.random.default_rng(0).normal(0, 1, (3, *shape))
    assert np.array_equal(again.predict(images, verbose=0), model.predict(images, verbose=0))


def test_sizes_that_are_not_known_yet():
    x = nn.Input((None, None, 3))
    y = L.Cropping2D(3)(L.UpSampling2D(2)(L.ZeroPadding2D(1)(x)))
    assert y.shape == (None, None, None, 3)
    assert L.Resizing(8, 8)(y).shape == (None, 8, 8, 3)
    assert L.GlobalAveragePooling2D()(y).shape == (None, 3)
    model = nn.Model(x, L.GlobalMaxPooling2D()(y))
    assert model.predict(np.ones((2, 4, 7, 3)), verbose=0).shape == (2, 3)


CHANGES = [
    (L.Cropping2D(1), "cropping", ((0, 0), (1, 1))),
    (L.ZeroPadding2D(1), "padding", ((0, 3), (0, 0))),
    (L.UpSampling2D(2), "interpolation", "bicubic"),
    (L.Resizing(2, 2), "height", 5),
    (L.Dropout(0.5, noise_shape=(None, 1, 1, 1)), "noise_shape", (None, 4, 1, 1)),
    (L.RandomRotation(0.1), "factor", (0.4, 0.5)),
    (L.RandomBrightness(0.1), "value_range", (0.0, 0.5)),
]


@pytest.mark.parametrize(("layer", "name", "value"), CHANGES)
def test_a_setting_that_is_changed_is_noticed(layer, name, value):
    x, y = np.random.default_rng(0).uniform(0, 1, (4, 4, 4, 1)), np.ones((4, 1))
    found = []
    for change, replay in [(False, True), (True, True), (True, False)]:
        each = copy.deepcopy(layer)
        model = nn.Sequential([each, L.GlobalAveragePooling2D(), L.Dense(1)], seed=0)
        model.compile("sgd", "mse")
        model.fit(x, y, epochs=2, verbose=0, jit=replay)
        if change:
            setattr(each, name, value)
        found.append(model.fit(x, y, epochs=2, verbose=0, jit=replay).history["loss"])
    assert found[0] != found[1] == found[2]


def test_a_longest_length_leaves_less_room():
    table = np.arange(10.0, dtype=np.float32).reshape(5, 2)
    x = nn.Input((None, 2))
    assert L.Lambda(lambda x: x + table[: x.shape[1]])(x).shape == (None, None, 2)
    with pytest.raises(nn.ShapeError, match=r"got an input of shape \(2, 2, 2\); wanted 9 steps"):
        L.Cropping1D(4)(L.Lambda(lambda x: x[:, :2])(x))


def test_names_that_keras_has_too():
    for n in (1, 2, 3):
        assert getattr(L, f"GlobalMaxPool{n}D") is getattr(L, f"GlobalMaxPooling{n}D")
        assert getattr(L, f"GlobalAvgPool{n}D") is getattr(L, f"GlobalAveragePooling{n}D")
    assert L.UpSampling2D(interpolation="BILINEAR").interpolation == "bilinear"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: L.Cropping2D((2, 0))(np.ones((1, 4, 3, 1))),
            r"\(Cropping2D\) got .* \(1, 4, 3, 1\); wanted a height of at least 5, .*cropping=\(\(2, 2\), \(0, 0\)\)",
        ),
        (lambda: L.Cropping1D(2)(np.ones((1, 4, 3))), "wanted 5 steps, to leave something"),
        (lambda: L.ZeroPadding2D()(np.ones((1, 4, 3))), r"4 axes, \(batch, height, width, channels\); x\[..., None\]"),
        (
            lambda: L.Cropping3D(data_format="channels_first")(np.ones((1, 4, 3))),
            r"5 axes, \(batch, channels, depth, height, width\)",
        ),
        (lambda: L.Resizing(2, 2)(np.ones((4, 4))), r"or one image \(height, width, channels\)"),
        (lambda: L.GlobalMaxPooling2D()(np.ones((1, 0, 3, 1))), "a size of at least 1 for each of height, width"),
        (lambda: L.Resizing(2, 2)(np.ones((1, 0, 3, 1))), "a size of at least 1"),
        (lambda: L.ZeroPadding2D((1, 2, 3)), r"padding is one whole number, or 2 of .* got \(1, 2, 3\)"),
        (lambda: L.ZeroPadding2D(-1), "padding is a whole number, 0 or more; got -1"),
        (lambda: L.ZeroPadding1D("a"), "padding is a whole number, 0 or more; got 'a'"),
        (lambda: L.UpSampling2D(0), "size is a whole number, 1 or more; got 0"),
        (lambda: L.UpSampling2D((2, 2, 2)), "size is one whole number or 2 of them"),
        (lambda: L.UpSampling2D(interpolation="area"), "interpolation is one of 'nearest', .*; got 'area'"),
        (lambda: L.UpSampling2D(data_format="NHWC"), "data_format is 'channels_last' or 'channels_first'; got 'NHWC'"),
        (lambda: L.Cropping1D(1, data_format="channels_first"), "data_format"),
        (lambda: L.GlobalMaxPooling2D(keepdims="no"), "keepdims is True or False; got 'no'"),
        (lambda: L.Resizing(2, 2.5), "width is a whole number"),
        (lambda: L.Resizing(2, 2, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True), "exclude each other"),
        (lambda: L.Resizing(2, 2, fill_mode="wrap"), "fill_mode is 'constant', with fill_value=; got 'wrap'"),
        (lambda: L.Resizing(2, 2, fill_value=np.nan), "fill_value is a finite number; got nan"),
        (lambda: L.SpatialDropout2D(1.0), "SpatialDropout2D: rate is the share to drop"),
        (lambda: L.SpatialDropout2D(0.5)(np.ones((1, 4, 3))), r"4 axes, \(batch, height, width, channels\)"),
    ],
)  # fmt: skip
def test_errors_say_what_to_do(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()


def test_a_model_that_does_not_fit_is_refused_before_the_first_step():
    with pytest.raises(nn.ShapeError, match=r"Cropping2D.*wanted a height of at least 9"):
        nn.Sequential([nn.Input((8, 8, 1)), L.ZeroPadding2D(), L.Cropping2D(1), L.Cropping2D(4)])


def test_spatial_dropout_drops_channels():
    x = np.ones((50, 4, 40), np.float32)
    for layer, images in [
        (L.SpatialDropout1D(0.3, seed=0), x),
        (L.SpatialDropout2D(0.3, seed=0), x[:, None]),
        (L.SpatialDropout2D(0.3, "channels_first", seed=0), x.transpose(0, 2, 1)[..., None]),
        (L.SpatialDropout3D(0.3, seed=0), x[:, None, None]),
    ]:
        y = layer(images, training=True)
        channels = (
            y.reshape(50, 40, 4) if layer.data_format == "channels_first" else y.reshape(50, 4, 40).swapaxes(1, 2)
        )
        assert (channels == channels[:, :, :1]).all()
        assert np.mean(y == 0) == pytest.approx(0.3, abs=0.02)
        assert np.allclose(y[y != 0], 1 / 0.7)
        assert layer(images, training=False) is images
