"""Activations, losses, optimizers, schedules, metrics and layers give the numbers of Keras and PyTorch.

The arrays were written by `reference/make.py`, which says how and with which versions.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import pytest

import nn
from autograd import Tensor
from autograd.rules.arrays import array_of

HERE = Path(__file__).parent / "reference"
REFERENCE = {path.stem: dict(np.load(path)) for path in sorted(HERE.glob("*.npz"))}


def cases(subject, ending=".config"):
    return [key.removesuffix(ending) for key in REFERENCE[subject] if key.endswith(ending)]


def settings(subject, name):
    return json.loads(str(REFERENCE[subject][f"{name}.config"]))


def close(found, wanted, tolerance=1e-12):
    found = np.asarray(array_of(found))
    assert found.shape == wanted.shape
    assert np.allclose(found, wanted, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", sorted(set(REFERENCE["activations"]) - {"x", "x2", "versions"}))
def test_activations(name):
    function = getattr(nn.activations, name.removesuffix("_tanh") if name == "gelu_tanh" else name)
    x = REFERENCE["activations"]["x2" if "softmax" in name else "x"]
    extra = {"approximate": True} if name == "gelu_tanh" else {}
    wanted = REFERENCE["activations"][name]
    close(function(x, **extra), wanted)
    close(function(Tensor(x), **extra), wanted)
    single = function(x.astype(np.float32), **extra)
    assert single.dtype == np.float32
    close(single, wanted, 2e-6)


@pytest.mark.parametrize("name", cases("losses"))
def test_losses(name):
    ours = REFERENCE["losses"]
    kind = name.split()[0]
    y_true, y_pred, weight = ours[f"{name}.y_true"], ours[f"{name}.y_pred"], ours["weight"]
    function = getattr(nn.losses, kind)
    loss = nn.losses.get(kind)
    loss = type(loss)(**settings("losses", name))
    close(type(loss)(reduction="none", **settings("losses", name))(y_true, y_pred), ours[f"{name}.values"])
    close(loss(y_true, y_pred), ours[f"{name}.mean"])
    close(loss(y_true, y_pred, weight), ours[f"{name}.weighted"])
    close(function(y_true, Tensor(y_pred), **settings("losses", name)), ours[f"{name}.mean"])


def test_probabilities_and_logits_give_the_same_loss():
    ours = REFERENCE["losses"]
    for kind, last in [("binary_crossentropy", "sigmoid"), ("categorical_crossentropy", "softmax"),
                       ("sparse_categorical_crossentropy", "softmax")]:  # fmt: skip
        y_true, logits = ours[f"{kind} logits.y_true"], ours[f"{kind} logits.y_pred"]
        y_pred = nn.activations.get(last)(Tensor(logits))
        close(getattr(nn.losses, kind)(y_true, y_pred), ours[f"{kind} logits.mean"])


@pytest.mark.parametrize("name", cases("optimizers"))
def test_optimizers(name):
    start, grads = REFERENCE["optimizers"]["start"], REFERENCE["optimizers"]["grads"]
    config = settings("optimizers", name)
    kind = type(nn.optimizers.get(name.split()[0]))
    whole, rows = nn.Parameter(start), [nn.Parameter(row) for row in start]
    optimizers = [kind([whole], **config)]
    if "clipnorm" not in config:  # else a parameter's own size matters
        optimizers.append(kind(rows, **config))
    for g, wanted in zip(grads, REFERENCE["optimizers"][name], strict=True):
        whole.grad = g
        for row, part in zip(rows, g, strict=True):
            row.grad = part
        for optimizer in optimizers:
            optimizer.step()
        close(whole, wanted)
        if len(optimizers) > 1:
            close(np.stack([row.data for row in rows]), wanted)


@pytest.mark.parametrize("name", cases("schedules"))
def test_schedules(name):
    schedule = getattr(nn.optimizers.schedules, name.split()[0])(**settings("schedules", name))
    found = np.array([schedule(step) for step in range(61)])
    close(found, REFERENCE["schedules"][name])


@pytest.mark.parametrize("name", cases("metrics"))
def test_metrics(name):
    ours = REFERENCE["metrics"]
    kind = getattr(nn.metrics, name.split()[0])
    for weighted in (False, True):
        metric = kind(**settings("metrics", name))
        for at in (slice(0, 25), slice(25, None)):
            weight = ours["weight"][at] if weighted else None
            metric.update_state(ours[f"{name}.y_true"][at], ours[f"{name}.y_pred"][at], weight)
        close(metric.result(), ours[f"{name}.{'weighted' if weighted else 'result'}"], 1e-7)


LAYERS = {
    "dense": lambda **o: nn.layers.Dense(4, activation="tanh", **o),
    "dense sequence": lambda **o: nn.layers.Dense(2, **o),
    "embedding": lambda **o: nn.layers.Embedding(6, 3, **o),
    "layer norm": nn.layers.LayerNormalization,
    "layer norm axes": lambda **o: nn.layers.LayerNormalization(axis=(1, 2), **o),
    "batch norm": lambda **o: nn.layers.BatchNormalization(momentum=0.9, **o),
    "batch norm images": lambda **o: nn.layers.BatchNormalization(momentum=0.9, **o),
    "batch norm frozen": nn.layers.BatchNormalization,
    "prelu": nn.layers.PReLU,
}


@pytest.mark.parametrize("name", cases("layers", ".x"))
def test_layers(name):
    ours = REFERENCE["layers"]
    layer = LAYERS[name](dtype="float64")
    x = ours[f"{name}.x"]
    layer.build_for(x.shape)
    layer.set_weights([ours[f"{name}.w{i}"] for i in range(len(layer.weights))])
    given = Tensor(x) if x.dtype.kind == "f" else x
    y = layer(given, training="frozen" not in name)
    close(y, ours[f"{name}.y"])
    np.sum(y * ours[f"{name}.seed"]).backward()
    if f"{name}.gx" in ours:
        close(given.grad, ours[f"{name}.gx"])
    for i, weight in enumerate(layer.weights):
        if f"{name}.g{i}" in ours:
            close(weight.grad, ours[f"{name}.g{i}"])
        close(weight, ours[f"{name}.after{i}"])


@pytest.mark.parametrize("key", sorted(set(REFERENCE["initializers"]) - {"versions"}))
def test_initializers_have_the_spread_of_keras(key):
    name, shape = key.split(".")
    shape = tuple(int(n) for n in shape.split("x"))
    draw = nn.initializers.get(name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        w = draw(shape, np.float64, np.random.default_rng(1))
    mean, std, top = REFERENCE["initializers"][key]
    assert w.std() == pytest.approx(std, rel=0.04)
    assert abs(w.mean()) < 5 * std / np.sqrt(w.size) + 1e-12 + 2 * abs(mean)
    if "uniform" in name or "truncated" in name or name.endswith(("glorot_normal", "he_normal", "lecun_normal")):
        assert np.abs(w).max() == pytest.approx(top, rel=0.03)


def test_a_class_to_ignore_does_not_count():
    ours = REFERENCE["further"]
    name = "sparse_categorical_crossentropy ignore"
    loss = nn.losses.SparseCategoricalCrossentropy(**settings("further", name))
    y_true, y_pred = ours[f"{name}.y_true"], ours[f"{name}.y_pred"]
    close(loss(y_true, y_pred), ours[f"{name}.mean"])
    close(loss(y_true, y_pred, ours[f"{name}.weight"]), ours[f"{name}.weighted"])
    close(loss(Tensor(y_pred), y_true), ours[f"{name}.mean"])


@pytest.mark.parametrize("clip", ["clipnorm", "global_clipnorm"])
def test_clipping_of_several_parameters(clip):
    ours = REFERENCE["further"]
    rows = [nn.Parameter(row) for row in REFERENCE["optimizers"]["start"]]
    optimizer = nn.optimizers.SGD(rows, 0.1, **{clip: 1.0})
    for g, wanted in zip(REFERENCE["optimizers"]["grads"], ours[f"sgd.{clip}.rows"], strict=True):
        for row, part in zip(rows, g, strict=True):
            row.grad = part
        optimizer.step()
        close(np.stack([row.data for row in rows]), wanted)
