"""Files that are not this library's own: what they are is said, and what to do. And whole models as weights."""

import io
import pickle
import zipfile

import numpy as np
import pytest

import nn
from nn import ModelFileError, saving
from nn import layers as L
from nn.models import load_model

X = np.random.default_rng(0).normal(0, 1, (10, 3))


def model(units=2, **settings):
    made = nn.Sequential([L.Dense(units, activation="tanh", input_shape=(3,)), L.BatchNormalization(), L.Dense(1)])
    made.compile("adam", "mse", **settings)
    return made


def archive(*names):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name in names:
            made.writestr(name, b"{}")
    return buffer.getvalue()


def saved(write, *args):
    buffer = io.BytesIO()
    write(buffer, *args)
    return buffer.getvalue()


FILES = {
    "w.npz": (saved(np.savez, np.ones(3)), r"an archive of NumPy \(.npz\) of plain arrays"),
    "w.npy": (saved(np.save, np.ones(3)), r"a file of NumPy \(.npy\) of plain arrays"),
    "m.pkl": (pickle.dumps({"w": [1.0]}), "a pickle, which could run any code"),
    "m.pt": (archive("m/data.pkl", "m/version"), "a file of PyTorch, which could run any code"),
    "m.zip": (archive("readme.txt"), "a zip archive, and none of this library's"),
    "cut.zip": (archive("readme.txt")[:20], "a zip archive, and damaged"),
    "m.gz": (b"\x1f\x8b\x08" + bytes(20), "compressed by gzip"),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("how", ["load_model", "load_weights"])
def test_another_librarys_file_is_said_to_be_one(tmp_path, name, how):
    data, message = FILES[name]
    path = tmp_path / name
    path.write_bytes(data)
    made = model()
    before = made.get_weights()
    with pytest.raises(ModelFileError, match=f"{name} is {message}"):
        (load_model if how == "load_model" else made.load_weights)(path)
    assert all(np.array_equal(a, b) for a, b in zip(before, made.get_weights(), strict=True))


@pytest.mark.parametrize("data", [archive("metadata.json", "config.json"), b"\x89HDF\r\n\x1a\n"])
def test_files_of_keras_are_read_elsewhere(tmp_path, data):
    path = tmp_path / "m.keras"
    path.write_bytes(data)
    with pytest.raises(ModelFileError, match=r"m.keras is a file of Keras .*, which nn\.models\.load_model reads"):
        saving.load_model(path)
    with pytest.raises(ModelFileError, match=r"model.load_weights\(path\) without names="):
        model().load_weights(path, names={"dense": "fc"})


def test_a_folder_of_tensorflow(tmp_path):
    (tmp_path / "saved_model.pb").write_bytes(b"")
    with pytest.raises(ModelFileError, match="a folder of TensorFlow"):
        load_model(tmp_path)


@pytest.mark.parametrize("name", ["m.keras", "m.h5", "m"])
def test_our_own_files_may_have_any_name(tmp_path, name):
    made = model()
    made.save(tmp_path / name)
    again = load_model(tmp_path / name)
    assert np.array_equal(again.predict(X, verbose=0), made.predict(X, verbose=0))


def test_weights_are_read_from_a_whole_model(tmp_path):
    trained, other = model(), model()
    trained.fit(X, X[:, :1], verbose=0)
    trained.save(tmp_path / "m.safetensors")
    other.load_weights(tmp_path / "m.safetensors")
    assert all(np.array_equal(a, b) for a, b in zip(trained.get_weights(), other.get_weights(), strict=True))
    assert other.optimizer.iterations == 0
    wide = model(units=3)
    before = wide.get_weights()
    with pytest.raises(ModelFileError, match=r"m.safetensors: does not fit: of another kind .*dense.kernel"):
        wide.load_weights(tmp_path / "m.safetensors")
    deep = nn.Sequential([L.Dense(2, input_shape=(3,))])
    with pytest.raises(ModelFileError, match=r"does not fit: unexpected \['batch_normalization.gamma'"):
        deep.load_weights(tmp_path / "m.safetensors")
    assert all(np.array_equal(a, b) for a, b in zip(before, wide.get_weights(), strict=True))
    trained.save_weights(tmp_path / "w.safetensors")
    with pytest.raises(ModelFileError, match="read by load_weights"):
        load_model(tmp_path / "w.safetensors")
