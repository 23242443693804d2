"""Models in files: they come back whole, and a bad file is refused with one kind of error, changing nothing."""

import contextlib
import hashlib
import json
import os
import pickle
import tracemalloc

import numpy as np
import pytest

import nn
from nn import ModelFileError, safetensors
from nn import layers as L
from nn.models import load_model
from nn.safetensors import checksum, read, write

RNG = np.random.default_rng(0)
X = RNG.normal(0, 1, (10, 3)).astype("f")
Y = X.sum(axis=1, keepdims=True)


def build(header: bytes, body: bytes) -> bytes:
    return len(header).to_bytes(8, "little") + header + body


class Canary:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_a_pickle_is_no_model_and_does_not_run(tmp_path):
    path, bird = tmp_path / "model.safetensors", tmp_path / "bird"
    path.write_bytes(pickle.dumps(Canary(bird)))
    for load in (load_model, trained().load_weights):
        with pytest.raises(ModelFileError):
            load(path)
    assert not bird.exists()


def mutate(data, rng):
    """The data with some damage, as bytes or within the header with a checksum that is right."""
    data = bytearray(data)
    kind = rng.integers(0, 6)
    at = int(rng.integers(0, len(data)))
    if kind == 0:
        return bytes(data[:at])
    if kind == 1:
        data[at] ^= 1 << int(rng.integers(0, 8))
    elif kind == 2:
        end = min(at + int(rng.integers(1, 40)), len(data))
        data[at:end] = rng.bytes(end - at)
    elif kind == 3:
        data[at:at] = rng.bytes(int(rng.integers(1, 40)))
    elif kind == 4:
        del data[at : at + int(rng.integers(1, 40))]
    else:
        return edit_header(bytes(data), rng)
    return bytes(data)


def edit_header(data, rng):
    """Another value somewhere in the header, signed again."""
    length = int.from_bytes(data[:8], "little")
    header, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    odd = [0, -1, 1 << 62, 1.5, None, True, "", "F64", [], {}, [0, 0], "../x", [[1]], "\0"]
    about = header.pop("__metadata__")
    about.pop("checksum")
    told = json.loads(about.get("glassgrad", "{}"))
    place = header if rng.random() < 0.4 else told
    for _ in range(int(rng.integers(1, 7))):  # go down some way
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            break
        key = keys[int(rng.integers(0, len(keys)))]
        if isinstance(place[key], dict | list) and rng.random() < 0.8:
            place = place[key]
        else:
            place[key] = odd[int(rng.integers(0, len(odd)))]
            break
    about["glassgrad"] = json.dumps(told)
    try:
        digest = checksum(header, about, [body])
    except TypeError:
        digest = "0"
    return build(json.dumps({"__metadata__": {**about, "checksum": digest}, **header}).encode(), body)


def trained():
    model = nn.Sequential([L.Dense(3, activation="relu", input_shape=(3,)), L.Dropout(0.2), L.Dense(1)], seed=0)
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(X, Y, verbose=0)
    return model


@pytest.mark.filterwarnings("ignore")
def test_a_thousand_damaged_files(tmp_path):
    model = trained()
    path = tmp_path / "model.safetensors"
    model.save(path)
    data = path.read_bytes()
    weights = tmp_path / "weights.safetensors"
    model.save_weights(weights)
    right, plain_weights = model.get_weights(), weights.read_bytes()
    rng = np.random.default_rng(1)
    refused = 0
    for i in range(1000):
        path.write_bytes(mutate(data, rng))
        try:
            found = load_model(path)
        except ModelFileError:
            refused += 1
        else:  # an edit that was signed again and makes a sound model: its name, say
            assert len(found.get_weights()) == len(right)
        if i % 4 == 0:
            weights.write_bytes(mutate(plain_weights, rng))
            with contextlib.suppress(ModelFileError):
                model.load_weights(weights)
            assert all(np.array_equal(a, b) for a, b in zip(right, model.get_weights(), strict=True))
    assert refused > 800


# -- models ----------------------------------------------------------------------------------------------------------
def branching():
    a, b = nn.Input((3,), name="a"), nn.Input((2,))
    h = L.Concatenate()([L.Dense(4, activation="relu", kernel_regularizer=nn.regularizers.L1L2(0.01, 0.02))(a), b])
    shared = L.Dense(6, activation=nn.activations.gelu)
    return nn.Model([a, b], L.Add()([shared(h), shared(h)]))


def all_kinds():
    return nn.Sequential(
        [
            nn.Input((4, 3)), L.Permute((2, 1)), L.Reshape((2, 6)), L.LayerNormalization(axis=(1, 2)), L.Flatten(),
            L.BatchNormalization(momentum=0.9), L.Dense(4, kernel_initializer=nn.initializers.Orthogonal(0.5)),
            L.PReLU(),
            L.GaussianNoise(0.1), L.Activation("softmax"), L.Rescaling(2.0), L.RepeatVector(2),
            nn.Sequential([L.Dense(2, input_shape=(4,))], name="inner"),
        ],
        seed=3, name="all",
    )  # fmt: skip


@pytest.mark.parametrize(("make", "shapes"), [(trained, [(3,)]), (branching, [(3,), (2,)]), (all_kinds, [(4, 3)])])
def test_models_come_back_whole(tmp_path, make, shapes):
    model = make()
    path = tmp_path / "model.safetensors"
    model.save(path)
    again = load_model(path)
    inputs = [RNG.normal(0, 1, (5, *shape)) for shape in shapes]
    inputs = inputs if len(inputs) > 1 else inputs[0]
    assert np.array_equal(model.predict(inputs, verbose=0), again.predict(inputs, verbose=0))
    assert [n for n, _ in model.named_parameters()] == [n for n, _ in again.named_parameters()]
    texts = []
    model.summary(print_fn=texts.append)
    again.summary(print_fn=texts.append)
    assert texts[0] == texts[1]
    again.save(tmp_path / "again.safetensors")
    assert (
        hashlib.sha256(path.read_bytes()).digest()
        == hashlib.sha256((tmp_path / "again.safetensors").read_bytes()).digest()
    )


class Own(nn.Model):
    def __init__(self, units=4, name=None):
        super().__init__(name)
        self.units = units
        self.dense = L.Dense(units)

    def call(self, x):
        return np.tanh(self.dense(x))


def test_subclassed_models(tmp_path):
    model = Own(2)
    with pytest.raises(ValueError, match="not built"):
        model.save(tmp_path / "m.safetensors")
    model.compile("sgd", "mse")
    model.fit(X, np.ones((10, 2)), verbose=0)
    model.save(tmp_path / "m.safetensors")
    with pytest.raises(ModelFileError, match=r"pass it as custom=\{'Own'"):
        load_model(tmp_path / "m.safetensors")
    again = load_model(tmp_path / "m.safetensors", custom={"Own": Own})
    assert np.array_equal(model.predict(X, verbose=0), again.predict(X, verbose=0))


def test_weights_that_do_not_fit_are_refused_wholly(tmp_path):
    model = trained()
    path = tmp_path / "w.safetensors"
    state = model.state_dict()
    cases = [
        ({**state, "more": np.ones(1, "f")}, "unexpected"),
        ({k: v for k, v in state.items() if k != "dense.bias"}, r"missing \['dense.bias'\]"),
        ({**state, "dense.bias": np.ones(4, "f")}, r"'dense.bias' is float32 \(4,\), wanted float32 \(3,\)"),
        ({**state, "dense.bias": np.ones(3)}, "'dense.bias' is float64"),
        ({**state, "dense_1.bias": np.full(1, np.nan, "f")}, "has nan or inf; nothing was changed"),
    ]
    for bad, message in cases:
        write(path, bad)
        with pytest.raises(ModelFileError, match=message):
            model.load_weights(path)
        assert all(np.array_equal(model.state_dict()[k], state[k]) for k in state)
    write(path, state)
    with pytest.raises(ModelFileError, match="holds no model"):
        load_model(path)
    with pytest.raises(ModelFileError, match="cannot be read: No such file"):
        load_model(tmp_path / "none")
    with pytest.raises(ValueError, match="has no parameters yet"):
        nn.Sequential([L.Dense(1)]).save_weights(path)


def signed(tmp_path, architecture, arrays=None):
    path = tmp_path / "hostile.safetensors"
    about = {"format": "glassgrad model 1", "architecture": architecture, "epochs_done": 0, "training": None,
             "generators": []}  # fmt: skip
    write(path, arrays or {}, {"glassgrad": json.dumps(about)})
    return path


def sequential(*layers, shape=(None, 3)):
    return {"kind": "Sequential", "name": "m", "seed": None, "dtype": None, "input": [list(shape), "float32"],
            "layers": list(layers)}  # fmt: skip


def dense(**settings):
    return {"class": "Dense", "config": {"units": 2, **settings}}


HOSTILE = {
    "module path": (sequential({"class": "os.system", "config": {"command": "x"}}), "not the library's own"),
    "builtin": (sequential({"class": "eval", "config": {}}), "not the library's own"),
    "lambda": (sequential({"class": "Lambda", "config": {"function": "__import__('os')"}}), "takes a function"),
    "custom function": (
        sequential({"class": "Lambda", "config": {"function": {"kind": "custom", "name": "system", "config": {}}}}),
        "not one of the library's own",
    ),
    "other kind": (sequential(dense(activation={"kind": "optimizer", "name": "adam"})),
                   "cannot be made|no"),
    "attribute": (sequential(dense(__class__="x")), "takes no setting '__class__'"),
    "giant layer": (sequential(dense(units=1 << 30)), "more than the file holds"),
    "giant input": (sequential(dense(), shape=(None, 1 << 30)), "too large to be meant"),
    "giant output": (sequential({"class": "RepeatVector", "config": {"n": 1 << 30}}), "too large to be meant"),
    "text units": (sequential(dense(units="2")), "whole number"),
    "kind": ({"kind": "pickle"}, "unknown kind"),
    "nothing": (None, "cannot be made"),
    "no weights": (sequential(dense()), "more than the file holds|do not fit"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_architectures(tmp_path, name):
    architecture, message = HOSTILE[name]
    tracemalloc.start()
    with pytest.raises(ModelFileError, match=message):
        load_model(signed(tmp_path, architecture))
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()


def test_a_file_is_a_safetensors_file(tmp_path):
    path = tmp_path / "m.safetensors"
    trained().save(path)
    arrays, metadata = read(path)
    assert {name.split(".")[0] for name in arrays} == {"model", "optimizer"}
    assert json.loads(metadata["glassgrad"])["architecture"]["layers"][0]["class"] == "Dense"
    assert safetensors.CODES["f4"] == "F32"
