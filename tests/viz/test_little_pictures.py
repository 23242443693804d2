"""Images, maps and kernels as little pictures in networks, in drawn graphs and in the explorer."""

import re
import xml.etree.ElementTree as ET
import zlib
from base64 import b64decode

import numpy as np
import pytest
from pages import Opened

import nn
import viz
from autograd import Tensor, functional
from nn import layers as L
from viz import colors
from viz.reading import id_of
from viz.thumbnails import tiles_of

rng = np.random.default_rng(0)
GRAY, COLOR = rng.random((8, 8, 1)).astype("f"), rng.random((8, 8, 3)).astype("f")


def cnn(channels=1, filters=4, groups=1, **where):
    shape = (channels, 8, 8) if where else (8, 8, channels)
    return nn.Sequential([
        L.Conv2D(filters, 3, activation="relu", input_shape=shape, name="one", bias_initializer="ones", **where),
        L.MaxPooling2D(2, name="pool", **where), L.Conv2D(2, 2, name="two", padding="same", groups=groups, **where),
        L.Flatten(), L.Dense(3, activation="softmax", name="last"),
    ], seed=0)  # fmt: skip


def tags(picture, tag):
    return [node for node in ET.fromstring(str(picture)).iter() if node.tag.endswith("}" + tag)]


def pixels_of(image):
    """The colours of a PNG in a data: address."""
    data = b64decode(image.attrib["href"].split(",")[1])
    wide, high = (int.from_bytes(data[i : i + 4], "big") for i in (16, 20))
    body = zlib.decompress(data[data.index(b"IDAT") + 4 :])
    rows = np.frombuffer(body, np.uint8).reshape(high, 1 + 3 * wide)
    return rows[:, 1:].reshape(high, wide, 3)


def hexes(pixels):
    return [["#" + "".join(f"{c:02x}" for c in pixel) for pixel in row] for row in pixels.tolist()]


def painted(array, top):
    return [[colors.diverging(round(v / top * 50) / 50, 1.0) for v in row] for row in array.tolist()]


# -- networks ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("image", [GRAY, COLOR, (255 * GRAY).astype(np.uint8)], ids=["gray", "color", "bytes"])
def test_images_and_maps_go_through_a_network(image):
    model = cnn(image.shape[-1])
    images = tags(viz.network(model, image), "image")
    assert len(images) == 1 + 4 + 4 + 2
    unit = image / 255 if image.dtype == np.uint8 else image
    assert np.array_equal(pixels_of(images[0]), np.round(255 * np.broadcast_to(unit, (8, 8, 3)).astype(float)))
    maps = model.layers[0](image[None]).data[0].astype(float)
    for k in range(4):
        assert hexes(pixels_of(images[1 + k])) == painted(maps[..., k], np.abs(maps).max())
    pooled = np.asarray(model.layers[1](maps[None]), dtype=float)[0]
    assert hexes(pixels_of(images[5])) == painted(pooled[..., 0], pooled.max())
    texts = ["".join(node.itertext()) for node in tags(viz.network(model, image), "text")]
    assert {"input", "one", "pool", "two", "last", "6×6×4", "3×3×4", "3×3×2"} <= set(texts)
    assert "8×8" in texts
    for p in model.predict(image[None].astype("f"), verbose=0)[0]:
        assert any(re.fullmatch(re.escape(f"{p:.2g}"), text) for text in texts)


def test_without_an_image_the_boxes_are_empty():
    picture = viz.network(cnn())
    assert not tags(picture, "image")
    assert len(tags(picture, "rect")) == 1 + 1 + 4 + 4 + 2  # the ground, the input, the maps
    assert len(tags(picture, "circle")) == 3


def test_edges_between_maps_are_as_wide_as_their_weights():
    model = cnn(filters=3)
    lines = tags(viz.network(model), "line")
    one, two, last = (layer.kernel.data for layer in (model.layers[0], model.layers[2], model.layers[4]))
    sizes = [
        *np.sqrt(np.square(one).mean(axis=(0, 1, 2))), *[0.0] * 3,
        *np.sqrt(np.square(two).mean(axis=(0, 1))).reshape(-1),
        *np.sqrt(np.square(last.reshape(9, 2, 3)).mean(axis=0)).reshape(-1),
    ]  # fmt: skip
    assert len(lines) == 3 + 3 + 6 + 6
    widths = np.array([float(line.attrib["stroke-width"]) for line in lines])
    assert np.allclose(widths, 0.6 + 1.9 * np.array(sizes) / max(sizes), atol=0.006)
    assert all("stroke-dasharray" not in line.attrib for line in lines)


def test_groups_and_gradients():
    model = cnn(groups=2)
    assert len(tags(viz.network(model), "line")) == 4 + 4 + 4 + 6  # each of the two filters sees two of four maps
    with pytest.raises(ValueError, match="layer 'one' has no gradient yet"):
        viz.network(model, show="gradients")
    nn.losses.sparse_categorical_crossentropy([1], model(GRAY[None])).sum().backward()
    assert len(tags(viz.network(model, show="gradients"), "line")) == 18


def test_every_kind_of_convolution():
    model = nn.Sequential([
        L.DepthwiseConv2D(3, depth_multiplier=2, input_shape=(8, 8, 1), name="deep"),
        L.SeparableConv2D(3, 3, depth_multiplier=2, name="separable"), L.UpSampling2D(2),
        L.Conv2DTranspose(2, 3, name="up"), L.DepthwiseConv2D(3, name="each"), L.GlobalAveragePooling2D(), L.Dense(1),
    ], seed=0)  # fmt: skip
    lines = tags(viz.network(model), "line")
    deep, separable, up, each = (model.get_layer(name) for name in ("deep", "separable", "up", "each"))
    kernel, point = separable.depthwise_kernel.data, separable.pointwise_kernel.data
    whole = np.einsum("hwim,imf->hwimf", kernel, point.reshape(2, 2, 3))  # the kernel that a Conv2D would have
    sizes = [
        *np.sqrt(np.square(deep.kernel.data).mean(axis=(0, 1))).reshape(-1),
        *np.sqrt(np.square(whole).mean(axis=(0, 1, 3))).reshape(-1), *[0.0] * 3,
        *np.sqrt(np.square(up.kernel.data).mean(axis=(0, 1))).T.reshape(-1),
        *np.sqrt(np.square(each.kernel.data).mean(axis=(0, 1))).reshape(-1), *[0.0] * 2,
    ]  # fmt: skip
    widths = np.array([float(line.attrib["stroke-width"]) for line in lines])
    top = max(*sizes, np.abs(model.layers[-1].kernel.data).max())
    assert np.allclose(widths[: len(sizes)], 0.6 + 1.9 * np.array(sizes) / top, atol=0.006)
    assert len(lines) == len(sizes) + 2
    assert len(tags(viz.network(model, GRAY), "image")) == 1 + 2 + 3 + 3 + 2 + 2


def test_an_image_for_a_model_of_rows():
    model = nn.Sequential([L.Dense(2, input_shape=(64,))], seed=0)
    picture = viz.network(model, GRAY)
    assert len(tags(picture, "image")) == 1
    assert len(tags(picture, "line")) == 2
    assert not tags(viz.network(model, GRAY.reshape(-1)), "image")  # a row of numbers stays one
    flat = nn.Sequential([L.Flatten(input_shape=(8, 8)), L.Dense(2)], seed=0)
    assert len(tags(viz.network(flat, GRAY[..., 0]), "image")) == 1
    with pytest.raises(ValueError, match=r"takes samples of shape \(8, 8\); got \(3, 3\)"):
        viz.network(flat, np.ones((3, 3)))


def test_other_layers_between():
    model = nn.Sequential([
        L.Conv2D(3, 3, input_shape=(8, 8, 1), name="c"), L.BatchNormalization(), L.ReLU(), L.Dropout(0.5),
        L.AveragePooling2D(6, name="p"), L.Flatten(), L.Dense(4, activation="relu"), L.Dense(1),
    ], seed=0)  # fmt: skip
    images = tags(viz.network(model, GRAY), "image")
    assert len(images) == 1 + 3 + 3
    maps = np.maximum(model.layers[0](GRAY[None]).data[0].astype(float), 0) / np.sqrt(1.001)
    assert hexes(pixels_of(images[1])) == painted(maps[..., 0], maps.max())  # after what comes behind it


def test_channels_first_networks_draw_the_same():
    last, first = cnn(3), cnn(3, data_format="channels_first")
    for a, b in zip(last.layers[:3], first.layers[:3], strict=True):
        b.set_weights(a.get_weights())
    mine, other = (tags(viz.network(m, x), "image") for m, x in [(last, COLOR), (first, np.moveaxis(COLOR, -1, 0))])
    assert [image.attrib["href"] for image in mine] == [image.attrib["href"] for image in other]


# -- drawn graphs ------------------------------------------------------------------------------------------------------
def graph(image=GRAY, **settings):
    model = cnn(image.shape[-1], **settings)
    x = Tensor(image[None], name="x")
    with viz.keep_values():
        loss = nn.losses.sparse_categorical_crossentropy([1], model(x)).sum()
    loss.backward()
    return loss, model


def test_a_drawn_graph_shows_images_maps_and_kernels():
    pytest.importorskip("graphviz", reason="drawing needs the extra 'viz'")
    loss, model = graph(COLOR)
    shot = viz.snapshot(loss, model)
    nodes = {node.name or node.op: node for node in shot.nodes}
    (image,) = tiles_of(nodes["x"])
    assert image == hexes(np.round(255 * COLOR.astype(float)).astype(int))
    maps = tiles_of(nodes["relu"])
    wanted = model.layers[0](COLOR[None]).data[0].astype(float)
    assert maps[2] == [[colors.diverging(v, wanted.max()) for v in row] for row in wanted[..., 2].tolist()]
    kernels = tiles_of(nodes["one.kernel"])
    kernel = model.layers[0].kernel.data.astype(float)[:, :, 0]
    assert kernels[3] == [[colors.diverging(v, np.abs(kernel).max()) for v in row] for row in kernel[..., 3].tolist()]
    assert not tiles_of(nodes["last.kernel"])
    assert not tiles_of(nodes["windows"])
    source = viz.draw(loss, model).source
    assert source.count(f'BGCOLOR="{image[0][0]}"') >= 1
    assert "x" in source
    if viz.render.can_render():
        assert b"<svg" in viz.draw(loss, model).pipe("svg")


def test_large_images_are_thinned_and_many_maps_counted():
    pytest.importorskip("graphviz", reason="drawing needs the extra 'viz'")
    x = Tensor(rng.random((2, 40, 30, 7)), name="<b>")
    y = np.sum(x * 2.0)
    shot = viz.snapshot(y)
    tiles = tiles_of(shot.nodes[0])
    assert len(tiles) == 4
    assert all(len(tile) <= 16 and len(tile[0]) <= 16 for tile in tiles)
    source = viz.draw(y).source
    assert " + 3</FONT>" in source
    assert "&lt;b&gt;" in source


# -- the explorer ------------------------------------------------------------------------------------------------------
CONVOLUTIONS = [
    ((1, 6, 5, 1), (3, 3, 1, 2), True, {}), ((2, 5, 6, 3), (2, 3, 3, 4), True, {"padding": "same"}),
    ((1, 7, 7, 2), (3, 2, 2, 2), False, {"stride": 2, "padding": "same"}),
    ((1, 7, 7, 1), (2, 2, 1, 2), True, {"dilation": 2}), ((2, 9, 2), (3, 2, 4), False, {"padding": "causal"}),
    ((1, 4, 4, 3), (1, 1, 3, 2), True, {}), ((1, 20, 20, 2), (3, 3, 2, 3), True, {"padding": "same"}),
    ((1, 20, 20, 2), (3, 2, 2, 3), True, {"padding": "same", "dilation": 2}),
    ((1, 24, 24, 2), (4, 3, 2, 3), True, {"padding": "same", "stride": 2}),
]  # fmt: skip


class Kernels(nn.Module):
    def __init__(self):
        self.kernels = [nn.Parameter(rng.normal(0, 1, size)) for _, size, _, _ in CONVOLUTIONS]
        self.biases = [nn.Parameter(rng.normal(0, 1, size[-1])) for _, size, _, _ in CONVOLUTIONS]


def test_an_element_is_its_window_times_its_kernel(browser, tmp_path):
    model, results = Kernels(), []
    with viz.keep_values():
        for (shape, _, bias, settings), kernel, b in zip(CONVOLUTIONS, model.kernels, model.biases, strict=True):
            results.append(functional.conv(Tensor(rng.normal(0, 1, shape)), kernel, b if bias else None, **settings))
        total = sum(np.sum(y) for y in results)
    with Opened(browser, viz.explore(total, tmp_path / "g.html", model)) as opened:
        opened.page.evaluate("explorer.openAll()")
        for y, kernel, (_, size, bias, _) in zip(results, model.kernels, CONVOLUTIONS, strict=True):
            place = id_of(y, total)
            for flat in rng.choice(y.size, 5, replace=False):
                opened.page.evaluate(f"explorer.element({place}, {flat})")
                found = opened.page.evaluate(f"explorer.window({place}, {flat})")
                number = found["sum"] + (found["bias"] or 0)
                assert number == pytest.approx(y.data.flat[flat], rel=5e-3, abs=5e-3)
                assert np.allclose(found["weights"], kernel.data[..., flat % size[-1]].reshape(-1), rtol=1e-3)
                said = opened.page.locator("#window").inner_text()
                assert "kernel of filter" in said
                assert ("bias" in said) is bias
                assert float(said.split("=")[-1]) == pytest.approx(number, rel=1e-3, abs=1e-3)


def test_pooling_chooses_among_its_window(browser, tmp_path):
    with viz.keep_values():
        y = functional.max_pool(Tensor(rng.normal(0, 1, (2, 6, 5, 3))), (3, 2))
    with Opened(browser, viz.explore(y, tmp_path / "g.html")) as opened:
        for flat in range(y.size):
            text = opened.page.evaluate(f"explorer.element({viz.snapshot(y).output}, {flat})")
            assert eval(text, {"max": max}) == pytest.approx(y.data.flat[flat], rel=1e-3)


def test_what_is_no_convolution_has_no_window(browser, tmp_path):
    a, w = Tensor(rng.normal(0, 1, (2, 3))), nn.Parameter(rng.normal(0, 1, (3, 4)))
    with viz.keep_values():
        y = np.reshape(a @ w, (4, 2))
    with Opened(browser, viz.explore(y, tmp_path / "g.html")) as opened:
        assert opened.page.evaluate(f"explorer.window({viz.snapshot(y).output}, 3)") is None


def test_a_click_on_a_map_chooses_its_element(browser, tmp_path):
    loss, model = graph()
    shot = viz.snapshot(loss, model)
    place = next(node.id for node in shot.nodes if node.shape == (1, 6, 6, 4))
    with Opened(browser, viz.explore(loss, tmp_path / "g.html", model)) as opened:
        opened.page.evaluate(f"explorer.select({place})")
        canvas = opened.page.locator("canvas.heat").first
        box = canvas.bounding_box()
        tiles = (box["width"] / box["height"] * 6 + 1) / 7  # in one row, with a gap between
        pixel = box["height"] / 6
        assert tiles == pytest.approx(4, abs=0.1)
        canvas.click(position={"x": (7 + 2.5) * pixel, "y": 3.5 * pixel})
        assert "element (0, 3, 2, 1)" in opened.page.locator("#element").inner_text()
        canvas = opened.page.locator("canvas.heat").first
        canvas.click(position={"x": 6.5 * pixel, "y": 3.5 * pixel})  # between two maps
        assert "element (0, 3, 2, 1)" in opened.page.locator("#element").inner_text()
