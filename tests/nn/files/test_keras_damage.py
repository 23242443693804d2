"""Files of Keras under attack: an error of one kind, nothing runs, nothing changes, and no memory is lost to bombs."""

import base64
import io
import json
import marshal
import os
import tracemalloc
import zipfile

import numpy as np
import pytest
from keras_files import bytes_of

import nn
from nn import ModelFileError
from nn import layers as L
from nn.files import hdf5
from nn.models import load_model


def packed(config, weights=None, packing=zipfile.ZIP_STORED, **more):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        archive.writestr("config.json", config if isinstance(config, bytes | str) else json.dumps(config))
        archive.writestr("model.weights.h5", hdf5.written({"layers": {}}) if weights is None else weights)
        for name, data in more.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def thing(name, module="keras.layers", **config):
    return {"module": module, "class_name": name, "config": config, "registered_name": None}


def sequential(*layers, shape=(None, 3)):
    first = thing("InputLayer", batch_shape=list(shape), dtype="float32", name="x")
    return thing("Sequential", "keras", name="m", layers=[first, *layers])


def dense(**config):
    return thing("Dense", **{"name": "d", "units": 2, **config})


def functional(*layers, inputs=("x", 0, 0), outputs=("d", 0, 0)):
    first = {**thing("InputLayer", batch_shape=[None, 3], dtype="float32", name="x"), "name": "x", "inbound_nodes": []}
    config = {"name": "m", "layers": [first, *layers], "input_layers": list(inputs), "output_layers": list(outputs)}
    return thing("Functional", "keras.src.models.functional", **config)


def called(layer, *places, **settings):
    tensors = [{"class_name": "__keras_tensor__", "config": {"keras_history": list(place)}} for place in places]
    return {**layer, "name": layer["config"]["name"], "inbound_nodes": [{"args": tensors, "kwargs": settings}]}


CODE = base64.b64encode(marshal.dumps(compile("__import__('os').mkdir('bird')", "x", "exec"))).decode()
LAMBDA = {"class_name": "__lambda__", "config": {"value": {"code": CODE, "defaults": None, "closure": None}}}
HOSTILE = {
    "lambda": (sequential(thing("Lambda", name="l", function=LAMBDA)), "a Lambda layer, whose function lies in the file as code"),
    "old lambda": (sequential(thing("Lambda", name="l", function=[CODE, None, None], function_type="lambda")), "Lambda"),
    "lambda in a setting": (sequential(dense(activation=LAMBDA)), "function as code, which is not run"),
    "module": (sequential(thing("system", "os", command="mkdir bird")), "not the library's own"),
    "layer of a module": (sequential(thing("Dense", "evil", units=2)), "not the library's own"),
    "operation": (sequential(thing("Add", "keras.src.ops.numpy", name="a")), "not the library's own"),
    "builtin": (sequential(dense(activation={"class_name": "function", "config": "eval", "module": "builtins"})), "'eval'"),
    "function as loss": (
        {**sequential(), "class_name": "Functional"}, "model of the class 'Functional', which is not"
    ),
    "own format": (sequential(dense(activation={"kind": "custom", "name": "system", "config": {}})), "wanted a plain value"),
    "attribute": (sequential(dense(__class__="x")), "'d' .Dense. has __class__='x'"),
    "giant layer": (sequential(dense(units=1 << 40)), "more than the file holds"),
    "giant input": (sequential(dense(), shape=(None, 1 << 30)), "too large to be meant"),
    "giant output": (sequential(thing("RepeatVector", n=1 << 30)), "too large to be meant|could not|cannot be made"),
    "text units": (sequential(dense(units="2")), "whole number"),
    "no weights": (sequential(dense()), "more than the file holds|has 0 arrays"),
    "deep": ("[" * 100_000, "damaged"),
    "deep models": ('{"class_name":"Sequential","config":{"layers":[' * 900 + "]}}" * 900, "cannot be made|damaged"),
    "a list": ("[]", "wanted an object"),
    "no JSON": (b"\xff\xfe", "damaged"),
    "long": (" " * (9 << 20) + "{}", "of 9437186 bytes"),
    "many digits": ('{"class_name": ' + "9" * 5000 + "}", "damaged"),
    "circle": (functional(called(dense(), ("d", 0, 0))), "wait for each other"),
    "from nowhere": (functional(called(dense(), ("y", 0, 0))), "which nothing computes"),
    "no such output": (functional(called(dense(), ("x", 0, 0)), outputs=("d", 0, 7)), "which nothing computes"),
    "tensor by keyword": (functional(called(dense(), ("x", 0, 0), mask={"class_name": "x"})), "more than its inputs"),
    "two tensors": (functional(called(dense(), ("x", 0, 0), ("x", 0, 0))), "more than its inputs"),
    "nothing": ({}, "cannot be made"),
    "null": ({"class_name": "Sequential", "config": None}, "cannot be made"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_descriptions(tmp_path, monkeypatch, name):
    config, said = HOSTILE[name]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.keras").write_bytes(packed(config))
    tracemalloc.start()
    with pytest.raises(ModelFileError, match=said):
        load_model("m.keras")
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()
    assert os.listdir(tmp_path) == ["m.keras"]


def test_bombs_in_archives(tmp_path):
    path = tmp_path / "m.keras"
    zeros = bytes(200_000_000)
    for data in (packed({}, zeros, zipfile.ZIP_DEFLATED), packed(zeros, packing=zipfile.ZIP_DEFLATED)):
        path.write_bytes(data)
        tracemalloc.start()
        with pytest.raises(ModelFileError, match="bytes, or an encrypted one; wanted up to"):
            load_model(path)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
        tracemalloc.stop()


def test_archives_leave_the_disk_alone(tmp_path, monkeypatch):
    (tmp_path / "inside").mkdir()
    monkeypatch.chdir(tmp_path / "inside")
    more = {"../out": b"x", "/tmp/out": b"x", "assets/../../out": b"x"}
    data = packed(sequential(thing("Flatten", name="f")), **more)
    (tmp_path / "inside" / "m.keras").write_bytes(data)
    assert load_model("m.keras").layers[0].name == "f"
    assert sorted(os.listdir(tmp_path)) == ["inside"]
    assert os.listdir() == ["m.keras"]


@pytest.mark.parametrize("key", ["sequential.keras", "functional.h5", "sequential.weights.h5"])
@pytest.mark.filterwarnings("ignore")
def test_damage_is_one_kind_of_error_and_changes_nothing(tmp_path, key):
    rng, data, path = np.random.default_rng(3), bytes_of(key), tmp_path / key
    model = nn.Sequential([nn.Input((4,)), L.Dense(3), L.BatchNormalization(), L.PReLU(), L.Dense(2)])
    before, refused = model.get_weights(), 0
    for i in range(150):
        broken = bytearray(data)
        at, length = int(rng.integers(len(data))), int(rng.integers(1, 30))
        if i % 3 == 0:
            del broken[at:]
        elif i % 3 == 1:
            broken[at] ^= 1 << int(rng.integers(8))
        else:
            broken[at : at + length] = rng.bytes(length)
        path.write_bytes(broken)
        try:
            if "weights" in key:
                model.load_weights(path)
            else:
                load_model(path)
        except ModelFileError as error:
            refused += 1
            assert str(error).startswith(str(path))
            assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
        else:
            before = model.get_weights()
            assert all(np.isfinite(w).all() for w in before)
    assert refused >= (120 if key.endswith("keras") else 60)  # an archive has a checksum; HDF5 by itself has none


def test_infinite_weights_are_refused(tmp_path):
    model = nn.Sequential([L.Dense(2, input_shape=(3,), name="d")])
    groups = {"layers/dense/vars": {"0": np.full((3, 2), np.inf, "f4"), "1": np.zeros(2, "f4")}}
    (tmp_path / "w.weights.h5").write_bytes(hdf5.written(groups))
    with pytest.raises(ModelFileError, match="nan or inf in 'layers/dense'; nothing was changed"):
        model.load_weights(tmp_path / "w.weights.h5")
