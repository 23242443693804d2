"""Kernels and feature maps: each little picture is the numbers of its kernel or map, at its place."""

import numpy as np
import pytest

import nn
import viz
from autograd import Tensor
from nn import layers as L
from viz import images
from viz.plotting import mosaic

mpl = pytest.importorskip("matplotlib", reason="charts need the extra 'viz'")
mpl.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")

rng = np.random.default_rng(0)
GRAY, COLOR = rng.random((8, 8, 1)), rng.random((8, 8, 3))


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def cnn(channels=1, filters=5, **where):
    shape = (channels, 8, 8) if where else (8, 8, channels)
    return nn.Sequential([
        L.Conv2D(filters, 3, activation="relu", input_shape=shape, name="one", **where),
        L.MaxPooling2D(2, name="pool", **where), L.Conv2D(20, (2, 3), name="two", **where), L.Dropout(0.5), L.Flatten(),
        L.Dense(4, activation="softmax", name="last"),
    ], seed=0)  # fmt: skip


def numbers(ax):
    return np.ma.filled(ax.images[0].get_array(), np.nan)


def tile(sheet, shape, row, column):
    high, wide = shape
    return sheet[row * (high + 1) : row * (high + 1) + high, column * (wide + 1) : column * (wide + 1) + wide]


# -- filters -----------------------------------------------------------------------------------------------------------
def test_the_first_kernels_are_drawn_one_by_one():
    model = cnn()
    ax = viz.filters(model)
    sheet, kernel = numbers(ax), model.layers[0].kernel.data
    columns = (sheet.shape[1] + 1) // 4
    for k in range(5):
        assert np.allclose(tile(sheet, (3, 3), k // columns, k % columns), kernel[:, :, 0, k])
    assert np.isnan(sheet[3]).all()  # white between them
    assert ax.images[0].get_clim() == (-np.abs(kernel).max(), np.abs(kernel).max())  # 0 is in the middle
    model.layers[0].kernel.assign(np.abs(kernel))
    assert viz.filters(model).images[0].get_clim()[0] < 0  # also where no number is below it
    assert ax.get_title() == "one: 5 filters of 3 × 3"
    assert ax.get_aspect() == 1


def test_kernels_of_colours_are_in_colour():
    model = cnn(channels=3)
    sheet, kernel = numbers(viz.filters(model)), model.layers[0].kernel.data
    assert sheet.shape[-1] == 3
    assert np.allclose(tile(sheet, (3, 3), 0, 1), 0.5 + 0.5 * kernel[..., 1] / np.abs(kernel).max())


@pytest.mark.parametrize("layer", ["two", 2, -4, "object"])
def test_deep_kernels_are_a_table(layer):
    model = cnn()
    ax = viz.filters(model, model.layers[2] if layer == "object" else layer)
    sheet, kernel = numbers(ax), model.layers[2].kernel.data
    assert sheet.shape == (5 * 3 - 1, 16 * 4 - 1)  # a row for each input channel, a column for each filter that fits
    for i, j in [(0, 0), (4, 15), (2, 7)]:
        assert np.allclose(tile(sheet, (2, 3), i, j), kernel[:, :, i, j])
    assert ax.get_title() == "two: 16 of 20 filters of 2 × 3"
    assert ax.get_ylabel() == "5 input channels"


def test_the_weights_of_dense_layers_are_images_too():
    flat = nn.Sequential([L.Dense(3, input_shape=(64,))], seed=0)
    sheet, kernel = numbers(viz.filters(flat)), flat.layers[0].kernel.data
    assert np.allclose(tile(sheet, (8, 8), 0, 1), kernel[:, 1].reshape(8, 8))
    assert np.allclose(tile(numbers(viz.filters(flat, shape=(4, 16))), (4, 16), 0, 2), kernel[:, 2].reshape(4, 16))
    image = nn.Sequential([L.Flatten(input_shape=(4, 5, 3)), L.Dense(2)], seed=0)
    kernel = image.layers[1].kernel.data
    assert np.allclose(
        tile(numbers(viz.filters(image)), (4, 5), 0, 1),
        0.5 + 0.5 * kernel[:, 1].reshape(4, 5, 3) / np.abs(kernel).max(),
    )
    with pytest.raises(ValueError, match=r"layer 'last' \(Dense\) sees what other layers give"):
        viz.filters(cnn(), "last")
    assert tile(numbers(viz.filters(cnn(), "last", shape=(4, 10))), (4, 10), 1, 1).shape == (4, 10)
    odd = nn.Sequential([L.Dense(2, input_shape=(50,))], seed=0)
    with pytest.raises(ValueError, match=r"layer 'dense' \(Dense\): a row of 50 numbers is no square image"):
        viz.filters(odd)


def test_kernels_over_one_and_three_axes():
    line = nn.Sequential([L.Conv1D(4, 5, input_shape=(9, 1))], seed=0)
    assert np.allclose(tile(numbers(viz.filters(line)), (1, 5), 1, 0), line.layers[0].kernel.data[None, :, 0, 2])
    body = nn.Sequential([L.Conv3D(4, (2, 3, 3), input_shape=(4, 5, 5, 1))], seed=0)
    assert np.allclose(tile(numbers(viz.filters(body)), (3, 3), 1, 2), body.layers[0].kernel.data[1, :, :, 0, 2])


def test_kernels_of_other_convolutions():
    deep = nn.Sequential([L.DepthwiseConv2D(3, depth_multiplier=2, input_shape=(8, 8, 2))], seed=0)
    assert np.allclose(tile(numbers(viz.filters(deep)), (3, 3), 1, 0), deep.layers[0].kernel.data[:, :, 1, 0])
    up = nn.Sequential([L.Conv2DTranspose(5, 3, input_shape=(8, 8, 2))], seed=0)
    assert np.allclose(tile(numbers(viz.filters(up)), (3, 3), 1, 4), up.layers[0].kernel.data[:, :, 4, 1])
    both = nn.Sequential([L.SeparableConv2D(5, 3, input_shape=(8, 8, 2))], seed=0)
    assert np.allclose(tile(numbers(viz.filters(both)), (3, 3), 0, 1), both.layers[0].depthwise_kernel.data[:, :, 1, 0])


def test_count_and_axes_of_ones_own():
    _, ax = plt.subplots()
    assert viz.filters(cnn(filters=30), count=3, ax=ax) is ax
    assert ax.get_title() == "one: 3 of 30 filters of 3 × 3"
    with pytest.raises(ValueError, match="count"):
        viz.filters(cnn(), count=0)


# -- feature maps ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("image", [GRAY, COLOR], ids=["gray", "color"])
def test_each_row_is_what_a_layer_gives(image):
    model = cnn(image.shape[-1])
    axes = viz.feature_maps(model, image)
    assert [ax.get_ylabel().split("\n")[0] for ax in axes] == ["input", "one", "pool", "two", "last"]
    shown, x = numbers(axes[0]), image[None]
    assert np.allclose(tile(shown, (8, 8), 0, 0), image if image.shape[-1] == 3 else np.repeat(image, 3, axis=-1))
    for ax, layer in zip(axes[1:4], model.layers, strict=False):
        x = layer(x, training=False)
        sheet, maps = numbers(ax), x.data[0]
        assert ax.get_ylabel().split("\n")[1] == " × ".join(map(str, maps.shape))
        for k in range(min(maps.shape[-1], 16)):
            assert np.allclose(tile(sheet, maps.shape[:2], 0, k), maps[..., k])
        low, high = ax.images[0].get_clim()
        assert high == pytest.approx(np.abs(maps).max())
        assert low == (pytest.approx(-high) if maps.min() < 0 else 0)
    assert "+ 4" in [text.get_text() for text in axes[3].texts]
    assert np.allclose(numbers(axes[4])[0], model.predict(image[None], verbose=0)[0])
    assert all(ax.get_aspect() == 1 for ax in axes[:4])


def test_layers_are_chosen():
    model = cnn()
    names = [ax.get_ylabel().split("\n")[0] for ax in viz.feature_maps(model, GRAY, ["pool", 2])]
    assert names == ["input", "pool", "two"]
    _, ax = plt.subplots()
    assert viz.feature_maps(model, GRAY, "flatten", ax=ax) is ax
    assert numbers(ax).shape == (1, 2 * 1 * 20)
    with pytest.raises(ValueError, match="the model has no layer 'none'; it has 'one', 'pool'"):
        viz.feature_maps(model, GRAY, "none")


def test_channels_first_gives_the_same_maps():
    last, first = cnn(3), cnn(3, data_format="channels_first")
    for a, b in zip(last.layers[:4], first.layers[:4], strict=True):
        b.set_weights(a.get_weights())
    mine, other = viz.feature_maps(last, COLOR), viz.feature_maps(first, np.moveaxis(COLOR, -1, 0))
    for a, b in zip(mine[:4], other[:4], strict=True):
        assert np.allclose(numbers(a), numbers(b), equal_nan=True)


def test_models_of_every_kind(tmp_path):
    class Net(nn.Model):
        def __init__(self):
            super().__init__()
            self.conv = L.Conv2D(2, 3)
            self.pool = L.GlobalMax = L.MaxPooling2D(6)

        def call(self, x):
            return self.pool(self.conv(x))

    net = Net()
    with pytest.raises(ValueError, match="is not built"):
        viz.feature_maps(net, GRAY)
    net(GRAY[None])
    assert len(viz.feature_maps(net, GRAY)) == 3
    x = nn.Input((8, 8, 1))
    shared = L.Conv2D(1, 3, padding="same", name="shared")
    model = nn.Model(x, L.Flatten()(shared(shared(x))))
    assert len(viz.feature_maps(model, GRAY)) == 3  # the same layer twice
    line = nn.Sequential([L.Conv1D(3, 3, input_shape=(16, 2))], seed=0)
    _, ax = plt.subplots()
    viz.feature_maps(line, np.ones((16, 2)), ax=ax, shape=(4, 8))
    assert numbers(ax)[:, :14].shape == (1, 14)


# -- images ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("given", "wanted"), [((6, 7), (6, 7)), ((6, 7, 1), (6, 7)), ((1, 6, 7), (6, 7)), ((6, 7, 3), (6, 7, 3)),
                          ((3, 6, 7), (6, 7, 3)), ((6, 7, 4), (6, 7, 4)), ((49,), (7, 7)), ((3, 3, 3), (3, 3, 3))],
)  # fmt: skip
def test_pixels(given, wanted):
    x = rng.random(given)
    found = images.pixels(x)
    assert found.shape == wanted
    assert sorted(found.reshape(-1)) == sorted(x.reshape(-1))
    if given == (3, 6, 7):
        assert np.array_equal(found[2, 5], x[:, 2, 5])
    if given == (3, 3, 3):
        assert np.array_equal(images.pixels(x, channels_first=True)[1, 2], x[:, 1, 2])


@pytest.mark.parametrize("bad", [(50,), (9,), (2, 3, 4, 5), (5, 6, 7), (0, 3), ()])
def test_what_is_no_image(bad):
    with pytest.raises(ValueError, match=r"no square image|an image is"):
        images.pixels(np.zeros(bad))


def test_black_and_white():
    assert images.ends(np.zeros((3, 3), np.uint8)) == (0, 255)
    assert images.ends(np.array([0.0, 0.4, np.nan])) == (0, 1)
    assert np.array_equal(images.displayed([-1.0, 0.0, 3.0], -1.0, 1.0), [0, 0.5, 1])


def test_a_mosaic_holds_its_tiles():
    tiles = rng.random((5, 2, 3))
    sheet = mosaic(tiles, 2)
    assert sheet.shape == (8, 7)
    assert all(np.array_equal(tile(sheet, (2, 3), i // 2, i % 2), tiles[i]) for i in range(5))
    assert np.isnan(sheet).sum() == sheet.size - tiles.size


@pytest.mark.parametrize("picture", [viz.filters, lambda m: viz.feature_maps(m, GRAY)], ids=["filters", "maps"])
def test_what_does_not_fit_is_said(picture):
    with pytest.raises(ValueError, match=r"is not built|not built yet"):
        picture(nn.Sequential([L.Conv2D(2, 3)]))
    with pytest.raises(TypeError, match=r"of a model of images; got Tensor"):
        picture(Tensor([1.0]))
    with pytest.raises(ValueError, match=r"kernel|gives maps"):
        picture(nn.Sequential([L.Flatten(input_shape=(8, 8, 1))]))
