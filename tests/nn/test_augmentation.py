"""Augmentation: Keras's numbers for what was drawn, and Keras's draws; on in training alone, by seed, under jit too."""

import numpy as np
import pytest
from equal import same
from every_layer import IMAGES
from hypothesis import given
from hypothesis import strategies as st
from image_reference import CASES

import nn
from autograd import Tensor, jit
from nn import layers as L
from nn.layers.augmentation import RandomImages
from nn.layers.interpolation import smart_resize

RNG = np.random.default_rng(0)
X = RNG.normal(0, 1, (20, 4, 5, 2)).astype(np.float32)
LAYERS = {
    "RandomFlip": L.RandomFlip,
    "RandomRotation": lambda **o: L.RandomRotation(0.3, **o),
    "RandomTranslation": lambda **o: L.RandomTranslation(0.3, 0.4, **o),
    "RandomZoom": lambda **o: L.RandomZoom(0.4, 0.2, **o),
    "RandomCrop": lambda **o: L.RandomCrop(3, 2, **o),
    "RandomBrightness": lambda **o: L.RandomBrightness(0.4, (-1, 1), **o),
    "RandomContrast": lambda **o: L.RandomContrast(0.4, (-1, 1), **o),
}


def test_the_list_is_whole():
    kinds = {name for name in L.__all__ if isinstance(getattr(L, name), type)}
    assert {name for name in kinds if issubclass(getattr(L, name), RandomImages)} == set(LAYERS)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "drawn0" in case])
def test_values_of_keras(name):
    case = CASES[name]
    layer = getattr(L, case["layer"])(**case["config"], dtype="float64")
    drawn = [case[f"drawn{i}"] for i in range(2) if f"drawn{i}" in case]
    drawn = [part.astype(bool) for part in drawn] if "Flip" in name else drawn
    y = layer.channels_last(lambda x: layer.change(x, *drawn), case["x"])
    tolerance = 1e-6 if "Zoom" in name else 1e-12  # Keras takes zooms to single precision
    assert y.shape == case["y"].shape
    assert np.allclose(y, case["y"], rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "ranges" in case])
def test_draws_of_keras(name):
    case = CASES[name]
    layer = getattr(L, case["layer"])(**case["config"], seed=0)
    for found, (least, most, mean) in zip(layer.draw(4000), case["ranges"], strict=True):
        span = most - least
        assert found.min() == pytest.approx(least, abs=0.01 * span)
        assert found.max() == pytest.approx(most, abs=0.01 * span)
        assert found.mean() == pytest.approx(mean, abs=0.03 * span)
    if name.endswith("both"):
        assert np.array_equal(*layer.draw(3))


def test_contrast_goes_both_ways():
    (times,) = L.RandomContrast(0.2, seed=0).draw(2000)
    assert 0.8 <= times.min() < 0.81
    assert 1.19 < times.max() <= 1.2


@pytest.mark.parametrize("name", LAYERS)
def test_in_training_alone_and_by_seed(name):
    layer, again, other = LAYERS[name](seed=1), LAYERS[name](seed=1), LAYERS[name](seed=2)
    if name == "RandomCrop":
        assert np.array_equal(layer(X, training=False), smart_resize(X, (3, 2)))
    else:
        assert layer(X, training=False) is X
        assert layer(X[0], training=False).shape == X[0].shape
    first, second = layer(X, training=True), layer(X, training=True)
    assert not np.array_equal(first, second)
    assert np.array_equal(first, again(X, training=True))
    assert np.array_equal(second, again(X, training=True))
    assert not np.array_equal(first, other(X, training=True))
    twins = layer(np.repeat(X[:1], 20, axis=0), training=True)
    assert (twins[0] == twins).all() == (name == "RandomCrop")  # which has one place for the whole batch


@pytest.mark.parametrize("name", LAYERS)
def test_one_image_is_a_batch_of_one(name):
    for image in (X[0], Tensor(X[0])):
        one, batch = LAYERS[name](seed=3), LAYERS[name](seed=3)
        found = one(image, training=True)
        wanted = batch(X[:1], training=True)[0]
        assert np.array_equal(found.data if isinstance(found, Tensor) else found, wanted)


@pytest.mark.parametrize("name", LAYERS)
def test_channels_first_gives_the_same(name):
    last, first = LAYERS[name](seed=4), LAYERS[name](seed=4, data_format="channels_first")
    y = first(X.transpose(0, 3, 1, 2), training=True)
    assert np.array_equal(y.transpose(0, 2, 3, 1), last(X, training=True))


@pytest.mark.parametrize("name", [name for name in IMAGES if name.startswith(("Random", "Spatial"))])
def test_a_program_draws_as_python_does(name):
    make, shape = IMAGES[name]
    found, x, y = [], RNG.normal(0, 1, (12, *shape)), RNG.normal(0, 1, (12, 1))
    for replay in (False, True):
        model = nn.Sequential([make(), L.Flatten(), L.Dense(1)], seed=0)
        model.compile("sgd", "mse")
        history = model.fit(x, y, epochs=3, batch_size=5, verbose=0, seed=1, jit=replay).history
        found.append([history, model.get_weights(), model.random.random(2), model.predict(x, verbose=0, jit=replay)])
        assert bool(model.programs.get("train")) == replay
    assert same(*found)


@pytest.mark.parametrize("name", LAYERS)
def test_gradients_under_jit(name):
    def loss(x):
        y = layer(x, training=True)
        return np.sum(y * y)

    grads = []
    for wrap in (lambda f: f, jit):
        layer = LAYERS[name](seed=5)
        step = wrap(lambda x: loss(x).backward())
        for _ in range(3):
            x = Tensor(X)
            step(x)
        grads.append(x.grad)
    assert grads[0].any()
    assert np.array_equal(*grads)


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 99))
def test_a_crop_is_a_part(height, width, seed):
    layer = L.RandomCrop(height, width, seed=seed)
    x = np.arange(5.0 * 5).reshape(1, 5, 5, 1)
    y = layer(x, training=True)[0, :, :, 0]
    top, left = divmod(int(y[0, 0]), 5)
    assert np.array_equal(y, x[0, top : top + height, left : left + width, 0])


def test_crops_reach_every_place():
    layer = L.RandomCrop(2, 3, seed=0)
    x = np.arange(16.0).reshape(1, 4, 4, 1)
    corners = {int(layer(x, training=True)[0, 0, 0, 0]) for _ in range(200)}
    assert corners == {0, 1, 4, 5, 8, 9}
    larger = L.RandomCrop(6, 3)(x, training=True)
    assert np.array_equal(larger, smart_resize(x.astype(np.float32), (6, 3)))


def test_moves_go_where_the_names_say():
    x = np.zeros((1, 5, 5, 1))
    x[0, 2, 4] = 1  # to the right of the middle

    def where(layer):
        return np.argwhere(layer(x, training=True)[0, :, :, 0] > 0.99).tolist()

    assert where(L.RandomRotation((0.25, 0.25))) == [[0, 2]]  # a quarter turn counter-clockwise: up
    assert where(L.RandomTranslation((0.4, 0.4), (-0.6, -0.6), "constant")) == [[4, 1]]
    assert where(L.RandomZoom((1.0, 1.0), fill_mode="constant")) == [[2, 3]]  # half as large
    assert where(L.RandomFlip("vertical")) == [[2, 4]]
    flipped = [L.RandomFlip("horizontal", seed=seed) for seed in range(9)]
    assert {tuple(where(layer)[0]) for layer in flipped} == {(2, 0), (2, 4)}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: L.RandomFlip("up"), "mode is one of 'horizontal', 'vertical', .*; got 'up'"),
        (lambda: L.RandomRotation(1.5), "RandomRotation: factor is a number from -1 to 1; got 1.5"),
        (lambda: L.RandomRotation((0.1, 0.2, 0.3)), r"factor is a number, or two: \(lower, upper\)"),
        (lambda: L.RandomRotation("a"), "factor is a number"),
        (lambda: L.RandomZoom(-1.0, fill_mode="mirror"), "fill_mode is one of .*; got 'mirror'"),
        (lambda: L.RandomZoom(0.1, interpolation="bicubic"), "'nearest', 'bilinear'; got 'bicubic'"),
        (lambda: L.RandomTranslation(0.1, np.inf), "width_factor is a number from -1 to 1; got inf"),
        (lambda: L.RandomCrop(0, 2), "height is a whole number, 1 or more; got 0"),
        (lambda: L.RandomBrightness(0.1, 255), r"value_range is two numbers, such as \(0, 255\)"),
        (lambda: L.RandomContrast(-0.1), "factor is a number from 0 to 1; got -0.1"),
        (lambda: L.RandomContrast(0.1, seed=-1), "seed"),
        (lambda: L.RandomFlip()(np.ones((2, 2))), r"4 axes, .* or one image \(height, width, channels\)"),
    ],
)
def test_errors_say_what_to_do(call, message):
    with pytest.raises(ValueError, match=message):
        call()
