"""Every loss, metric, optimizer ...: what is written is what Keras takes, and what it does not have is refused.

What Keras takes is in tests/nn/reference/keras_settings.json, which make_settings.py beside it wrote.
"""

import inspect
import io
import json
import warnings
import zipfile

import numpy as np
import pytest
from keras_files import SETTINGS
from keras_settings import ACTIVATIONS, KINDS, NO_KERAS, cases, is_refused, model

import nn
from nn import layers as L
from nn.applications import mobilenet_v2, resnet50
from nn.files.keras_objects import NEUTRAL
from nn.models import load_model
from nn.registry import REGISTRIES, parameters_of


def described(path):
    """The JSON in a `.keras` file."""
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        return json.loads(archive.read("config.json"))


def taken(part, key=""):
    """Whether Keras has every class, setting and name in it; how many there are."""
    if isinstance(part, list):
        return sum(taken(inner, key) for inner in part)
    if isinstance(part, str) and key in ("activation", "loss", "metrics"):
        room = {"metrics": "names.metrics", "loss": "names.losses"}.get(key)
        assert part in SETTINGS[room] if room else f"activations.{part}" in SETTINGS, (key, part)
    if not isinstance(part, dict):
        return 0
    seen = 0
    if str(part.get("module", "")).startswith("keras.") and "Functional" not in part["class_name"]:
        kind = f"{part['module'].removeprefix('keras.')}.{part['class_name']}"
        assert kind in SETTINGS, kind
        assert not set(part["config"]) - set(SETTINGS[kind]), kind
        seen = 1
    return seen + sum(taken(inner, key) for key, inner in part.items())


@pytest.mark.parametrize("kind", KINDS)
def test_keras_takes_all_that_is_written(tmp_path, kind):
    path, again, refused = tmp_path / "m.keras", tmp_path / "again.keras", set()
    for name, made in cases(kind):
        if is_refused(name):
            with pytest.raises(ValueError, match=r"is none of Keras's.*ends in \.safetensors"):
                made.save(path)
            refused.add(" ".join(name.split()[:2]))
            continue
        made.save(path)
        assert taken(described(path)) > 1, name
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            loaded = load_model(path)
        assert (loaded.optimizer is None) == (made.optimizer is None), name
        loaded.save(again)
        assert described(path) == described(again), name
    assert refused == {name for name in NO_KERAS if name.startswith(kind)}
    assert kind != "activation" or set(ACTIVATIONS) <= set(REGISTRIES["layer"].entries)


def test_every_layer_is_one_of_kerass():
    """The settings of each are compared in test_keras_writing."""
    own = {name for name, kind in REGISTRIES["layer"].entries.items() if kind.__module__.startswith("nn.")}
    assert {name for name in own if f"layers.{name}" not in SETTINGS} == {"Preprocessing", "Sequential", "Functional"}


OTHERWISE = {
    "from_logits": lambda: {"loss": nn.losses.Poisson(from_logits=True)},
    "exact": lambda: {"metrics": [nn.metrics.AUC(exact=True)]},
    "ignore_class": lambda: {"metrics": [nn.metrics.SparseCategoricalAccuracy(ignore_class=1)]},
}


@pytest.mark.parametrize("setting", OTHERWISE)
def test_a_setting_that_keras_lacks_is_refused_where_it_says_something(tmp_path, setting):
    with pytest.raises(ValueError, match=rf"has {setting}=.*, a setting that Keras's .* lacks; save it to a file"):
        model(**OTHERWISE[setting]()).save(tmp_path / "m.keras")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("place", ["loss", "metrics"])
def test_a_function_of_ones_own_is_refused_whatever_its_name(tmp_path, place):
    def mae(y_true, y_pred):
        return abs(y_true - y_pred).mean()

    with pytest.raises(ValueError, match=r"'mae' .* is a function of your own, which Keras could not read"):
        model(**{place: [mae] if place == "metrics" else mae}).save(tmp_path / "m.keras")


@pytest.mark.parametrize("kind", ["loss", "metric"])
def test_the_defaults_of_keras_are_read(kind):
    """What only Keras's losses and metrics have is read if it is Keras's default."""
    room, seen = {"loss": "losses", "metric": "metrics"}[kind], 0
    for entry in {id(e): e for e in REGISTRIES[kind].entries.values() if inspect.isclass(e)}.values():
        for key, default in SETTINGS.get(f"{room}.{entry.__name__}", {}).items():
            if key not in parameters_of(entry) and default is not None:
                assert NEUTRAL.get(key, "refused") == default, (entry, key)
                seen += 1
    assert seen


def test_a_model_that_was_compiled_with_auc_in_keras_is_compiled(tmp_path):
    path = tmp_path / "m.keras"
    model(L.Dense(1, activation="sigmoid"), metrics=[nn.metrics.AUC(name="auc")]).save(path)
    text = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(text)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    about = json.loads(parts["config.json"])
    about["compile_config"]["metrics"][0]["config"] |= {
        "summation_method": "interpolation", "multi_label": False, "num_labels": None, "label_weights": None,
    }  # fmt: skip
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in (parts | {"config.json": json.dumps(about)}).items():
            archive.writestr(name, part)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load_model(path).optimizer is not None


# -- images that are prepared within a model -------------------------------------------------------------------------
def prepared(by):
    image = nn.Input((4, 4, 3))
    return nn.Model(image, L.Conv2D(2, 3)(by(image)))


def test_preparing_images_is_written_as_rescaling(tmp_path):
    made, path = prepared(mobilenet_v2.preprocess_input), tmp_path / "m.keras"
    made.save(path)
    assert taken(described(path)) > 2
    layer = next(part for part in described(path)["config"]["layers"] if part["class_name"] == "Rescaling")
    assert (layer["config"]["scale"], layer["config"]["offset"]) == (1 / 127.5, -1.0)
    images = np.random.default_rng(0).uniform(0, 255, (2, 4, 4, 3)).astype("f4")
    found = load_model(path).predict(images, verbose=0)
    assert np.allclose(found, made.predict(images, verbose=0), atol=1e-5)


def test_preparing_images_as_keras_has_no_layer_for_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"\(Preprocessing\) prepares images in the mode 'caffe'.*call preprocess_in"):
        prepared(resnet50.preprocess_input).save(tmp_path / "m.keras")
