"""What an answer hangs on: the maps are the slopes that finite differences measure, and Grad-CAM's formula by hand."""

import numpy as np
import pytest

import nn
import viz
from autograd import Tensor
from nn import layers as L

mpl = pytest.importorskip("matplotlib", reason="charts need the extra 'viz'")
mpl.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")

rng = np.random.default_rng(0)
GRAY, COLOR = rng.random((8, 8, 1)), rng.random((8, 8, 3))


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def ending(what):
    return {
        "softmax": [L.Dense(3, activation="softmax")], "logits": [L.Dense(3)],
        "softmax layer": [L.Dense(3), L.Softmax()], "sigmoid": [L.Dense(1, activation="sigmoid")],
        "number": [L.Dense(1)],
    }[what]  # fmt: skip


def cnn(what="softmax", channels=1, first=False, seed=0):
    shape = (channels, 8, 8) if first else (8, 8, channels)
    where = {"data_format": "channels_first"} if first else {}
    body = [
        L.Conv2D(4, 3, activation="tanh", input_shape=shape, name="one", **where),
        L.AveragePooling2D(2, name="pool", **where), L.Conv2D(5, 2, activation="tanh", name="two", **where),
        L.Flatten(),
    ]  # fmt: skip
    return nn.Sequential([*body, *ending(what)], seed=seed, dtype="float64")


def mlp(what="softmax"):
    return nn.Sequential([L.Dense(6, activation="tanh", input_shape=(64,)), *ending(what)], seed=0, dtype="float64")


def measured(function, x, h=1e-5):
    """The slope of a function of an array, by central differences."""
    found = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = h
        found[i] = (function(x + step) - function(x - step)) / (2 * h)
    return found


def numbers(ax, which=0):
    return np.asarray(ax.images[which].get_array())


# -- saliency ----------------------------------------------------------------------------------------------------------
def without_softmax(model):
    """The same model and its weights, with logits as its answer."""
    copy = nn.Sequential([*model.layers[:-1], L.Dense(model.layers[-1].units)], dtype="float64")
    copy(np.zeros((1, *model.source.shape[1:])))
    copy.layers[-1].set_weights(model.layers[-1].get_weights())
    return copy


@pytest.mark.parametrize("target", [None, 0, 2])
@pytest.mark.parametrize("image", [GRAY, COLOR], ids=["gray", "color"])
def test_saliency_is_the_slope_that_differences_measure(image, target):
    model = cnn("softmax", image.shape[-1])
    plain = without_softmax(model)
    number = model.predict(image[None], verbose=0).argmax() if target is None else target
    slope = measured(lambda x: plain(x[None]).data[0, number], image)
    _, ax = viz.saliency(model, image, target)
    assert np.allclose(numbers(ax), np.abs(slope).max(axis=-1), rtol=1e-6, atol=1e-9)
    _, ax = viz.saliency(model, image, target, signed=True)
    assert np.allclose(numbers(ax), slope.sum(axis=-1), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("what", ["logits", "softmax layer", "number"])
def test_every_ending_of_a_model(what):
    model, image = mlp(what), GRAY[..., 0]
    answer = nn.Sequential(model.layers[:2], dtype="float64")
    y = answer(image.reshape(1, 64)).data[0]
    slope = measured(lambda x: answer(x.reshape(1, 64)).data[0, y.argmax()], image)
    first, ax = viz.saliency(model, image)
    assert np.allclose(numbers(ax), np.abs(slope), rtol=1e-6, atol=1e-9)
    assert np.array_equal(numbers(first), image)
    said = f"answer {y[0]:.3g}" if what == "number" else f"said {y.argmax()} ({np.exp(y).max() / np.exp(y).sum():.3f})"
    assert first.get_title() == said


def test_a_single_yes_has_a_logit_and_two_sides():
    model, image = mlp("sigmoid"), GRAY[..., 0]
    slope = measured(lambda x: -np.log(1 / model(x.reshape(1, 64)).data[0, 0] - 1), image)
    p = model(image.reshape(1, 64)).data[0, 0]
    first, ax = viz.saliency(model, image, signed=True)
    assert np.allclose(numbers(ax), slope if p > 0.5 else -slope, rtol=1e-5, atol=1e-8)
    assert first.get_title() == f"said {int(p > 0.5)} ({max(p, 1 - p):.3f})"
    no, yes = (numbers(viz.saliency(model, image, target, signed=True)[1]) for target in (0, 1))
    assert np.array_equal(no, -yes)


def test_a_sure_answer_still_hangs_on_something():
    model = mlp("softmax")
    model.layers[-1].set_weights([w * 1e3 for w in model.layers[-1].get_weights()])
    first, ax = viz.saliency(model, GRAY[..., 0])
    assert first.get_title().endswith("(1.000)")
    assert numbers(ax).max() > 1


@pytest.mark.parametrize("scale", [lambda x: x, lambda x: (255 * x).astype(np.uint8), lambda x: (x - 0.5) * 4],
                         ids=["unit", "bytes", "standard"])  # fmt: skip
@pytest.mark.parametrize("way", [lambda x: x, lambda x: x[None], lambda x: x[..., 0], lambda x: x.reshape(-1), Tensor],
                         ids=["image", "batch", "plane", "row", "tensor"])  # fmt: skip
def test_every_way_to_give_an_image(way, scale):
    model, image = cnn(), scale(GRAY)
    if way is Tensor and image.dtype.kind != "f":
        return
    wanted, found = viz.saliency(model, image), viz.saliency(model, way(image))
    assert np.array_equal(numbers(wanted[1]), numbers(found[1]))
    assert np.array_equal(numbers(wanted[0]), numbers(found[0]))
    low, high = (image.min(), image.max()) if image.min() < 0 else (0, 255 if image.dtype == np.uint8 else 1)
    assert wanted[0].images[0].get_clim() == (low, high)


def test_a_model_is_left_as_it_was():
    model = cnn()
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(GRAY[None], [1], verbose=0)
    before, mode = model.get_weights(), model.training
    viz.saliency(model, GRAY)
    viz.grad_cam(model, GRAY)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
    assert model.training is mode
    assert nn.layers.base.OBSERVERS == []


def test_channels_first():
    last, first = cnn(channels=3), cnn(channels=3, first=True)
    first.layers[0].set_weights(last.layers[0].get_weights())
    first.layers[2].set_weights(last.layers[2].get_weights())
    kernel, bias = last.layers[4].get_weights()
    first.layers[4].set_weights([kernel.reshape(2, 2, 5, 3).transpose(2, 0, 1, 3).reshape(20, 3), bias])
    turned = np.moveaxis(COLOR, -1, 0)
    for picture in (viz.saliency, viz.grad_cam):
        (a, b), (c, d) = picture(last, COLOR), picture(first, turned)
        assert np.allclose(numbers(a), numbers(c))
        assert all(np.allclose(numbers(b, i), numbers(d, i)) for i in range(len(b.images)))


# -- Grad-CAM ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("layer", "at"), [(None, 2), ("one", 0), ("pool", 1), (-3, 2), (0, 0)])
@pytest.mark.parametrize("target", [None, 1])
def test_grad_cam_is_its_formula(layer, at, target):
    model = cnn("softmax", 3, seed=1)
    lower = nn.Sequential(model.layers[: at + 1], dtype="float64")
    maps = lower(COLOR[None]).data
    plain = without_softmax(model)
    rest = nn.Sequential(plain.layers[at + 1 :], dtype="float64")
    number = model.predict(COLOR[None], verbose=0).argmax() if target is None else target
    slope = measured(lambda a: rest(a).data[0, number], maps)[0]
    wanted = np.zeros(maps.shape[1:3])
    for k in range(maps.shape[-1]):
        wanted += slope[..., k].mean() * maps[0, ..., k]
    wanted = np.where(wanted > 0, wanted, 0)
    _, ax = viz.grad_cam(model, COLOR, layer, target)
    assert np.allclose(numbers(ax, 1), wanted, rtol=1e-6, atol=1e-9)
    assert ax.images[1].get_extent() == [-0.5, 7.5, 7.5, -0.5]  # over the whole image
    by_object = viz.grad_cam(model, COLOR, model.layers[at], target)[1]
    assert np.array_equal(numbers(by_object, 1), numbers(ax, 1))


def test_grad_cam_inside_other_models():
    base = nn.Sequential([L.Conv2D(4, 3, activation="tanh", input_shape=(8, 8, 1), name="inner")], seed=0, name="base")
    base.trainable = False
    model = nn.Sequential([base, L.Flatten(), L.Dense(3, activation="softmax")], seed=0)
    model(GRAY[None])
    x = nn.Input((8, 8, 1))
    functional = nn.Model(x, model.layers[2](model.layers[1](base(x))))
    found = [
        numbers(viz.grad_cam(m, GRAY, layer)[1], 1)
        for m in (model, functional)
        for layer in (None, "inner", "base.inner", "base", base)
    ]
    assert found[0].shape == (6, 6)
    assert len(viz.feature_maps(model, GRAY)) == len(viz.feature_maps(model, GRAY, ["inner", "dense"])) == 3
    assert all(np.array_equal(found[0], other) for other in found[1:])


def test_nothing_speaks_for_it():
    model = cnn("number")
    model.layers[-1].set_weights([np.zeros((20, 1)), np.ones(1)])
    _, ax = viz.grad_cam(model, GRAY)
    assert not numbers(ax, 1).any()
    assert (ax.get_title(), ax.get_xlabel()) == ("Grad-CAM, two", "nothing here speaks for it")


def test_axes_of_ones_own():
    _, ax = plt.subplots()
    assert viz.saliency(cnn(), GRAY, ax=ax) is ax
    assert numbers(ax).shape == (8, 8)
    _, ax = plt.subplots()
    assert viz.grad_cam(cnn(), GRAY, ax=ax, names=["a", "b", "c"]) is ax
    assert numbers(ax, 1).shape == (2, 2)


# -- what does not fit -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("picture", [viz.saliency, viz.grad_cam])
def test_what_does_not_fit_is_said(picture):
    branch = nn.Input((8, 8, 1)), nn.Input((8, 8, 1))
    wrong = {
        r"takes samples of shape \(8, 8, 1\); got \(3, 8, 8\)": (cnn(), np.zeros((3, 8, 8)), {}),
        r"wanted one image; got a batch of 3: write x\[0\]": (cnn(), np.zeros((3, 8, 8, 1)), {}),
        "target is the number of a class, 0 to 2; got 3": (cnn(), GRAY, {"target": 3}),
        "names= has 1 names; the class is": (cnn(), GRAY, {"names": ["a"], "target": 2}),
        "is not built": (nn.Sequential([L.Conv2D(2, 3)]), GRAY, {}),
        "the model has 2 inputs": (nn.Model(branch, L.Flatten()(L.Conv2D(2, 3)(L.Add()(list(branch))))), GRAY, {}),
        "a row for each image; this one gives": (nn.Sequential([L.Conv2D(2, 3, input_shape=(8, 8, 1))]), GRAY, {}),
        "an array of numbers": (cnn(), np.array([["a"]]), {}),
    }  # fmt: skip
    for text, (model, x, settings) in wrong.items():
        with pytest.raises(ValueError, match=text):
            picture(model, x, **settings)
    with pytest.raises(TypeError, match="target is the number of a class; got 'cat'"):
        picture(cnn(), GRAY, target="cat")
    with pytest.raises(TypeError, match=r"wanted a model of images; got float 3.0"):
        picture(3.0, GRAY)


def test_layers_that_do_not_fit_are_said():
    with pytest.raises(
        ValueError, match="the model has no layer 'three'; it has 'one', 'pool', 'two', 'flatten', 'dense'"
    ):
        viz.grad_cam(cnn(), GRAY, "three")
    with pytest.raises(ValueError, match=r"wanted a layer that gives maps, .*'dense' gives \(1, 3\)"):
        viz.grad_cam(cnn(), GRAY, "dense")
    with pytest.raises(ValueError, match="the model has no convolution; name a layer"):
        viz.grad_cam(mlp(), GRAY[..., 0])
    with pytest.raises(TypeError, match=r"by its name, its number or as an object; got 1\.5"):
        viz.grad_cam(cnn(), GRAY, 1.5)
    with pytest.raises(ValueError, match="has no layer 7"):
        viz.grad_cam(cnn(), GRAY, 7)
