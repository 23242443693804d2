"""Networks as people draw them: every edge and neuron is there, and shows the number it stands for."""

import re
import xml.etree.ElementTree as ET
import zlib
from base64 import b64decode

import numpy as np
import pytest

import nn
import viz
from nn import layers as L
from viz.svg import heat_png

X = np.random.default_rng(0).normal(0, 1, (20, 2))


def parsed(picture):
    return ET.fromstring(str(picture))


def tags(picture, tag):
    return [node for node in parsed(picture).iter() if node.tag.endswith("}" + tag)]


def texts(picture):
    return ["".join(node.itertext()) for node in tags(picture, "text")]


def model(*units):
    made = nn.Sequential([*[L.Dense(u, activation="tanh") for u in units], L.Dense(1, activation="sigmoid")], seed=0)
    made(X)
    return made


def test_neurons_edges_and_signs():
    mlp = nn.MLP(2, [3, 1], seed=0)
    picture = viz.network(mlp)
    assert len(tags(picture, "circle")) == 6
    lines = tags(picture, "line")
    weights = [w.data for w in [n.w[i] for i in range(2) for n in mlp.layers[0].neurons]] + [
        mlp.layers[1].neurons[0].w[i].data for i in range(3)
    ]
    assert len(lines) == len(weights)
    assert [("stroke-dasharray" in line.attrib) for line in lines] == [w < 0 for w in weights]
    widths = [float(line.attrib["stroke-width"]) for line in lines]
    assert np.argsort(widths).tolist() == np.argsort(np.abs(weights)).tolist()


def test_a_sample_goes_through():
    made = model(3)
    picture = viz.network(made, x=X[0])
    hidden = np.tanh(X[0] @ made.layers[0].kernel.data + made.layers[0].bias.data)
    shown = texts(picture)
    assert all(any(re.fullmatch(re.escape(f"{h:.2g}"), text) for text in shown) for h in hidden)
    with pytest.raises(ValueError, match="x has 3 numbers; the network takes 2"):
        viz.network(made, x=[1, 2, 3])


def test_activation_layers_count_for_the_layer_before():
    made = nn.Sequential([L.Dense(3), L.Activation("relu"), L.Dropout(0.5), L.Dense(1)], seed=0)
    made(X)
    values = np.maximum(X[0] @ made.layers[0].kernel.data + made.layers[0].bias.data, 0)
    assert texts(viz.network(made, x=X[0])).count("0") == np.count_nonzero(values == 0)


def test_wide_layers_are_elided_with_a_count():
    picture = viz.network(model(64, 5))
    assert "… 55 more" in texts(picture)
    assert len(tags(picture, "circle")) == 2 + 9 + 5 + 1


def test_each_neuron_over_the_plane():
    picture = viz.network(model(3), data=X)
    images = tags(picture, "image")
    assert len(images) == 2 + 3 + 1
    assert all(image.attrib["href"].startswith("data:image/png;base64,") for image in images)
    with pytest.raises(ValueError, match="over two inputs"):
        viz.network(model(3), data=np.ones((4, 3)))


def test_images_hold_the_numbers():
    data = b64decode(heat_png(np.array([[1.0, -1.0], [0.0, 0.5]])).split(",")[1])
    body = data[data.index(b"IDAT") + 4 :]
    pixels = zlib.decompress(body)
    assert pixels[0] == 0
    assert pixels[1:4] == bytes([0xE6, 0x78, 0x14])
    assert pixels[4:7] == bytes([0x21, 0x66, 0xAC])
    assert pixels[8:11] == bytes([0xF7] * 3)


def test_gradients_as_edges():
    made = model(3)
    with pytest.raises(ValueError, match="has no gradient yet"):
        viz.network(made, show="gradients")
    np.mean(made(X)).backward()
    assert len(tags(viz.network(made, show="gradients"), "line")) == 9
    mlp = nn.MLP(2, [3, 1], seed=0)
    mlp([1.0, 2.0]).backward()
    assert len(tags(viz.network(mlp, show="gradients"), "line")) == 9


def test_importance_and_saving(tmp_path):
    made = model(3)
    made.layers[0].kernel.assign(np.array([[1.0, -1, 1], [3.0, 3, -3]]))
    assert viz.importance(made).tolist() == pytest.approx([0.25, 0.75])
    path = viz.network(made).save(tmp_path / "net.svg")
    assert path.read_text().startswith("<svg")
    assert viz.network(made)._repr_svg_() == path.read_text()


@pytest.mark.parametrize(
    "bad", [3, nn.Sequential([L.Dense(1)]), nn.Sequential([L.Flatten(input_shape=(2, 2))]),
            nn.Sequential([L.LayerNormalization(input_shape=(2,)), L.Dense(1)])],
)  # fmt: skip
def test_what_cannot_be_drawn(bad):
    with pytest.raises(TypeError, match=r"draws dense layers|draws an MLP|no Dense layer"):
        viz.network(bad)
