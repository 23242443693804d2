"""What is written for Keras is what Keras writes itself: the same JSON, paths, dtypes, shapes and numbers.

Keras is too large to be part of these tests, so they compare with files that it wrote. That it does load what is
written here, predicts the same and trains on was checked with the real one: see tests/nn/reference/make_files.py.
"""

import io
import json
import sys
import zipfile

import numpy as np
import pytest
from every_layer import LAYERS as OWN
from keras_cases import NO_KERAS, layer_cases, trained_cases, whole_cases
from keras_files import LAYERS, MODELS, SETTINGS, bytes_of, file, inputs

import nn
from nn import ModelWarning
from nn import layers as L
from nn.files import hdf5
from nn.layers.base import layers
from nn.models import load_model

CASES = {name: (model, x, *more) for name, model, x, *more in [*layer_cases(), *whole_cases(), *trained_cases()]}


def parts(data):
    """(the JSON, the groups of arrays) of a `.keras` file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["metadata.json", "config.json", "model.weights.h5"]
        return json.loads(archive.read("config.json")), hdf5.read(archive.read("model.weights.h5"))


def within(ours, keras, path=""):
    """Whether all that is written here stands there with the same value; what is left out there is a default."""
    if keras == [ours]:  # an axis
        return
    if isinstance(ours, dict):
        if ours.get("class_name") == "DTypePolicy" and isinstance(keras, str):
            ours, keras = ours["config"], {"name": keras}
        if isinstance(keras, str):  # a loss by its name
            keras = {**ours, "class_name": type(nn.losses.get(keras)).__name__}
        for key, value in ours.items():
            assert key in keras or value is None, f"{path}.{key}"
            if value is not None and (key, value) != ("seed", None):
                within(value, keras[key], f"{path}.{key}")
    elif isinstance(ours, list) and isinstance(keras, float):  # as far down as up
        assert np.allclose(ours, [-keras, keras]), path
    elif isinstance(ours, list):
        assert len(ours) == len(keras), path
        for i, (a, b) in enumerate(zip(ours, keras, strict=True)):
            within(a, b, f"{path}[{i}]")
    elif isinstance(ours, float):
        assert np.isclose(ours, keras, rtol=1e-6), (path, ours, keras)
    elif not (str(ours).startswith("input_layer") and keras.startswith("input_layer")):  # each counts for itself
        assert ours == keras, (path, ours, keras)


def tree(group):
    """Every group, and every array with what tells it from others."""
    found = {}
    for name, part in group.items():
        if isinstance(part, hdf5.Group):
            found[name] = tree(part), part.said
        else:
            found[name] = part.dtype, part.shape, part.tobytes()
    return found


@pytest.mark.parametrize("key", [*LAYERS, *(f"{name}.keras" for name in [*MODELS, "named"])])
def test_a_file_of_keras_comes_back_as_it_was(tmp_path, key):
    model = load_model(file(tmp_path, key))
    model.save(tmp_path / "again.keras")
    ours, groups = parts((tmp_path / "again.keras").read_bytes())
    keras, wanted = parts(bytes_of(key))
    if "adapted" in key:  # what was measured is a setting here
        assert groups.at("layers/dense/vars").keys() == wanted.at("layers/dense/vars").keys()
        return
    within(ours, keras)
    if "named" not in key:  # where both models share their InputLayers, which are written once
        assert tree(groups) == tree(wanted)


@pytest.mark.parametrize("case", MODELS[:2])
def test_a_file_of_weights_comes_back_as_it_was(tmp_path, case):
    model = load_model(file(tmp_path, f"{case}.keras"))
    model.save_weights(tmp_path / "again.weights.h5")
    assert tree(hdf5.read((tmp_path / "again.weights.h5").read_bytes())) == tree(
        hdf5.read(bytes_of(f"{case}.weights.h5"))
    )


@pytest.mark.parametrize("name", CASES)
def test_every_layer_and_optimizer_is_written_and_read(tmp_path, name):
    model, given, *_ = CASES[name]
    model.save(tmp_path / "m.keras")
    again = load_model(tmp_path / "m.keras")
    given = given if len(given) > 1 else given[0]
    a, b = model.predict(given, verbose=0), again.predict(given, verbose=0)
    assert all(np.array_equal(p, q) for p, q in zip(a, b, strict=True))
    again.save(tmp_path / "again.keras")
    assert (tmp_path / "m.keras").read_bytes() == (tmp_path / "again.keras").read_bytes()
    if model.parameters():
        model.save_weights(tmp_path / "m.weights.h5")
        for p in again.parameters():
            p.data = p.data * 0
        again.load_weights(tmp_path / "m.weights.h5")
        found = again.state_dict()
        assert all(np.array_equal(found[key], array) for key, array in model.state_dict().items())


@pytest.mark.parametrize("name", CASES)
def test_keras_takes_every_setting_that_is_written(tmp_path, name):
    CASES[name][0].save(tmp_path / "m.keras")
    about, _ = parts((tmp_path / "m.keras").read_bytes())
    waiting, seen = [about], 0
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            kind = f"{(part.get('module') or '').removeprefix('keras.')}.{part.get('class_name')}"
            if kind in SETTINGS:
                seen += 1
                assert not set(part["config"]) - set(SETTINGS[kind]), kind
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    assert seen


def test_every_layer_has_a_file_of_keras():
    known = {key.split()[0].split(".")[0] for key in LAYERS}
    namesakes = {
        name for name in layers.entries if f"layers.{name}" in SETTINGS and layers.entries[name].__name__ == name
    }
    models = {"Sequential", "Functional", "Model"}
    assert namesakes - NO_KERAS - models == known
    assert {name.split()[0].rstrip(",") for name in OWN} - NO_KERAS <= known


class Mine(L.Dense):
    pass


REFUSED = {
    "Lambda": (lambda: L.Lambda(abs), r"layer 'lambda' \(Lambda\) is none of Keras's"),
    "Lambda within": (lambda: L.Dense(2, activation=L.Lambda(abs)), r"\(Lambda\) is none of Keras's"),
    "weights within": (lambda: L.Dense(2, activation=L.PReLU()), "'dense.*' has a layer with weights, PReLU, as its"),
    "own layer": (lambda: Mine(2), r"layer 'mine' \(Mine\) is none of Keras's"),
    "own initializer": (lambda: L.Dense(2, kernel_initializer=np.ones), "is none of Keras's"),
    "own activation": (lambda: L.Dense(2, activation=lambda x: x), "'<lambda>'.*is none of Keras's"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_keras_could_not_read_is_refused(tmp_path, name):
    make, said = REFUSED[name]
    model = nn.Sequential([nn.Input((3,)), make()])
    with pytest.raises(ValueError, match=f"{said}.*ends in .safetensors"):
        model.save(tmp_path / "m.keras")
    assert not list(tmp_path.iterdir())


def test_own_losses_and_models_are_refused(tmp_path):
    class Own(nn.Model):
        def __init__(self):
            super().__init__()
            self.dense = L.Dense(2)

        def call(self, x):
            return self.dense(x)

    own = Own()
    own(np.ones((1, 2)))
    with pytest.raises(ValueError, match="Own is a class of your own"):
        own.save(tmp_path / "m.keras")
    own.save_weights(tmp_path / "m.weights.h5")
    other = Own()
    other(np.ones((1, 2)))
    other.load_weights(tmp_path / "m.weights.h5")
    assert np.array_equal(own.dense.kernel.data, other.dense.kernel.data)
    model = nn.Sequential([L.Dense(2, input_shape=(3,))])
    model.compile(nn.optimizers.SGD(nn.optimizers.schedules.Warmup(0.1, 5)), "mse")
    with pytest.raises(ValueError, match=r"'Warmup' \(schedule\) is none of Keras's"):
        model.save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match=r"to end in .weights.h5: write '.*m.weights.h5'"):
        model.save_weights(tmp_path / "m.h5")
    with pytest.raises(ValueError, match="is not built"):
        nn.Sequential([L.Dense(2)]).save(tmp_path / "m.keras")


def test_without_h5py_the_own_format_is_written_and_said(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    made, x = load_model(file(tmp_path, "sequential.keras")), inputs("sequential")  # reading needs none
    for name, write in {"m.keras": made.save, "m.weights.h5": made.save_weights}.items():
        with pytest.warns(ModelWarning, match=r"m\..* own format.*pip install 'glassgrad\[keras\]'") as said:
            write(tmp_path / name)
        assert [warning.filename for warning in said] == [__file__]
    assert np.array_equal(load_model(tmp_path / "m.keras").predict(x, verbose=0), made.predict(x, verbose=0))
    made.load_weights(tmp_path / "m.weights.h5")
    best = nn.callbacks.ModelCheckpoint(tmp_path / "best.keras", monitor="loss", save_best_only=True)
    steps = made.optimizer.iterations
    with pytest.warns(ModelWarning, match="own format"):
        made.fit(x, np.ones((16, 2)), verbose=0, callbacks=[best])
    assert load_model(tmp_path / "best.keras").optimizer.iterations == steps + 1
