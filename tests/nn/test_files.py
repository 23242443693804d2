"""Files: what is written comes back to the bit, and a bad file is refused with one kind of error, wholly."""

import contextlib
import hashlib
import json
import os
import pickle
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import nn
from nn import ModelFileError, safetensors
from nn import layers as L
from nn.models import load_model
from nn.safetensors import checksum, read, write

RNG = np.random.default_rng(0)
X = RNG.normal(0, 1, (10, 3)).astype("f")
Y = X.sum(axis=1, keepdims=True)
DTYPES = ["f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "?", ">f8", ">i4"]
NAMES = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=12).filter(
    lambda n: n != "__metadata__"
)


# -- the format ------------------------------------------------------------------------------------------------------
@given(
    arrays=st.dictionaries(
        NAMES,
        st.sampled_from(DTYPES).flatmap(lambda d: hnp.arrays(d, hnp.array_shapes(min_dims=0, min_side=0))),
        max_size=4,
    ),
    metadata=st.dictionaries(NAMES.filter(lambda n: n != "checksum"), st.text(max_size=10), max_size=3),
)
def test_arrays_come_back_to_the_bit(tmp_path_factory, arrays, metadata):
    path = tmp_path_factory.mktemp("files") / "a.safetensors"
    write(path, arrays, metadata)
    found, about = read(path)
    assert about == metadata
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        assert found[name].shape == array.shape
        assert found[name].dtype == array.dtype.newbyteorder("=")
        assert found[name].tobytes() == array.astype(found[name].dtype).tobytes()
        assert found[name].flags.writeable
    first = path.read_bytes()
    write(path, arrays, metadata)
    assert path.read_bytes() == first


def test_odd_arrays(tmp_path):
    path = tmp_path / "a.safetensors"
    odd = {
        "strided": np.arange(12.0).reshape(3, 4)[::2, ::-1],
        "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "zero": np.array(-0.0),
        "nan": np.array([0x7FF8000000000123], "u8").view("f8"),
        "none": np.zeros((0, 3)),
    }
    odd["strided"].flags.writeable = False
    write(path, odd)
    found, _ = read(path)
    assert all(found[name].tobytes() == np.ascontiguousarray(array).tobytes() for name, array in odd.items())


def test_files_of_the_format_by_hand(tmp_path):
    """The format as its specification has it, without our checksum."""
    header = json.dumps({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
    path = tmp_path / "other.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + np.array([1, 2], "<f4").tobytes())
    with pytest.raises(ModelFileError, match="has no checksum"):
        read(path)
    found, _ = read(path, require_checksum=False)
    assert found["w"].tolist() == [1.0, 2.0]


@pytest.mark.parametrize("bad", [np.array(["a"]), np.array([None]), np.ones(2, complex), np.array(["2020"], "M8[D]")])
def test_what_cannot_be_written(tmp_path, bad):
    with pytest.raises(TypeError, match="which the format does not know"):
        write(tmp_path / "a", {"w": bad})
    assert not list(tmp_path.iterdir())


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.safetensors"
    write(path, {"w": np.ones(2)})
    before = path.read_bytes()
    monkeypatch.setattr(os, "fsync", lambda fd: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write(path, {"w": np.zeros(2)})
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.safetensors"]


def build(header, body=b"", sign=True):
    """A file from a header as text or data; its checksum is right if asked for."""
    if not isinstance(header, bytes):
        if sign:
            about = header.pop("__metadata__", {})
            try:
                digest = checksum(header, about, [body])
            except TypeError:
                digest = "0"
            header = {"__metadata__": {**about, "checksum": digest}, **header}
        header = json.dumps(header).encode()
    return len(header).to_bytes(8, "little") + header + body


def entry(dtype="F32", shape=(2,), offsets=(0, 8), **more):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets), **more}


EIGHT = b"\0" * 8
BAD_FILES = {
    "empty": (b"", "has 0 bytes"),
    "short": (b"\1\0\0", "has 3 bytes"),
    "long header": ((1 << 40).to_bytes(8, "little") + b"{}", "promises a header of 1099511627776 bytes"),
    "not text": ((2).to_bytes(8, "little") + b"\xff\xfe", "no valid JSON"),
    "no json": (build(b"{'a'"), "no valid JSON"),
    "a list": (build(b"[]"), "the header is a list"),
    "deep": (build(b"[" * 200_000), "nested too deeply|no valid JSON"),
    "nan": (build(b'{"__metadata__": NaN}'), "NaN is no number"),
    "twice": (build(b'{"a": {}, "a": {}}'), "appears twice"),
    "metadata": (build(b'{"__metadata__": {"a": 1}}'), "must map texts to texts"),
    "no checksum": (build({"w": entry()}, EIGHT, sign=False), "has no checksum"),
    "wrong checksum": (build(b'{"__metadata__": {"checksum": "00"}}'), "is damaged"),
    "name": (build({"a\nb": entry()}, EIGHT), "has the name"),
    "empty name": (build({"": entry()}, EIGHT), "has the name"),
    "dtype": (build({"w": entry("O")}, EIGHT), "has the dtype 'O'"),
    "dtype list": (build({"w": entry(["F32"])}, EIGHT), "has the dtype"),
    "keys": (build({"w": entry(more=1)}, EIGHT), "wanted dtype, shape and data_offsets"),
    "no keys": (build({"w": 3}, EIGHT), "wanted dtype, shape and data_offsets"),
    "negative shape": (build({"w": entry(shape=[-2])}, EIGHT), "has the shape"),
    "true shape": (build({"w": entry(shape=[True])}, EIGHT), "has the shape"),
    "float shape": (build({"w": entry(shape=[2.0])}, EIGHT), "has the shape"),
    "huge shape": (build({"w": entry(shape=[1 << 61, 1 << 61])}, EIGHT), "takes .* bytes and is given 8"),
    "wrapping shape": (build({"w": entry(shape=[1 << 33, 1 << 31])}, EIGHT), "takes 73786976294838206464 bytes"),
    "backwards": (build({"w": entry(offsets=[8, 0])}, EIGHT), "takes 8 bytes and is given -8"),
    "beyond": (build({"w": entry(offsets=[8, 16])}, EIGHT), "begins at byte 8; wanted 0"),
    "gap": (build({"w": entry(), "v": entry(offsets=[9, 17])}, EIGHT * 3), "begins at byte 9; wanted 8"),
    "overlap": (build({"w": entry(), "v": entry(offsets=[4, 12])}, EIGHT * 2), "begins at byte 4; wanted 8"),
    "left over": (build({"w": entry()}, EIGHT * 2), "has 16 bytes of data and describes 8"),
    "cut off": (build({"w": entry()}, EIGHT[:4]), "has 4 bytes of data and describes 8"),
    "no bool": (build({"w": entry("BOOL", (8,))}, b"\2" * 8), "bytes other than 0 and 1"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_each_rule_is_kept(tmp_path, name):
    data, message = BAD_FILES[name]
    path = tmp_path / "bad.safetensors"
    path.write_bytes(data)
    with pytest.raises(ModelFileError, match=message) as error:
        read(path)
    assert str(path) in str(error.value)


def test_a_lying_shape_allocates_nothing(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(BAD_FILES["huge shape"][0])
    tracemalloc.start()
    with pytest.raises(ModelFileError):
        read(path)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


class Canary:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_a_pickle_is_refused_and_does_not_run(tmp_path):
    path, bird = tmp_path / "model.safetensors", tmp_path / "bird"
    path.write_bytes(pickle.dumps(Canary(bird)))
    model = trained()
    for load in (read, load_model, model.load_weights):
        with pytest.raises(ModelFileError):
            load(path)
    assert not bird.exists()


def mutate(data, rng, names):
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
        path.write_bytes(mutate(data, rng, None))
        try:
            found = load_model(path)
        except ModelFileError:
            refused += 1
        else:  # an edit that was signed again and makes a sound model: its name, say
            assert len(found.get_weights()) == len(right)
        if i % 4 == 0:
            weights.write_bytes(mutate(plain_weights, rng, None))
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
