"""The networks of Keras: its layers, shapes and answers, as `reference/make_applications.py` wrote them down."""

import json
import zlib
from pathlib import Path

import numpy as np
import pytest
from filled_weights import filled, pictures

import nn
from nn import applications

REFERENCE = json.loads((Path(__file__).parent / "reference" / "applications.json").read_text())
KINDS = {"ResNet50": applications.resnet, "VGG16": applications.vgg16, "MobileNetV2": applications.mobilenet_v2}


def named(case):
    return " ".join([case["kind"], *(f"{key}={value}" for key, value in case["settings"].items())])


def made(case, **others):
    settings = {key: tuple(value) if isinstance(value, list) else value for key, value in case["settings"].items()}
    return getattr(applications, case["kind"])(weights=None, **settings, **others)


def rows(model):
    """Of each layer its name, class, shape of the output and shapes of the weights, as the reference has them."""
    shapes = {id(call.layer): [*call.shape] for call in model._calls}
    return [
        [layer.name, type(layer).__name__, shapes[id(layer)], [[*p.shape] for p in layer.weights]]
        for layer in model.layers
    ]


@pytest.fixture
def light(monkeypatch):
    """Weights of 0, which take neither time nor memory until they are read."""
    monkeypatch.setattr(
        nn.initializers.VarianceScaling, "__call__", lambda _, shape, dtype, rng: np.zeros(shape, dtype)
    )


@pytest.mark.parametrize("case", REFERENCE["networks"], ids=named)
def test_layers_are_those_of_keras(case, light):
    model = made(case)
    found = rows(model)
    if "layers" in case:
        assert found == case["layers"]
    assert zlib.crc32(json.dumps(found).encode()) == case["checksum"]
    assert model.name == case["name"]
    assert model.count_params() == case["numbers"]
    assert [*model.output_shape] == case["output"]


@pytest.mark.parametrize("case", REFERENCE["answers"], ids=named)
def test_answers_are_those_of_keras(case, light):
    model = made(case)
    model.set_weights(filled([(name, p.shape) for name, p in model.named_parameters()]))
    found = model.predict(pictures(2, 32), verbose=0)[:, ::16]
    wanted = np.array(case["features"])
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() < 1e-4 * np.abs(wanted).max()
