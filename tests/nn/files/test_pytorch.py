"""Weights that PyTorch wrote, by other names and in other layouts, compute here what they computed there."""

from pathlib import Path

import numpy as np
import pytest

import nn
from nn import ModelFileError, safetensors
from nn import layers as L

REFERENCE = dict(np.load(Path(__file__).parent.parent / "reference" / "torch.npz"))
NEEDED = ["Conv2DTranspose", "DepthwiseConv2D"]


@pytest.fixture
def path(tmp_path):
    (tmp_path / "torch.safetensors").write_bytes(REFERENCE["bytes"].tobytes())
    return tmp_path / "torch.safetensors"


def run(path, layer, given, wanted, names=None):
    """One layer of the file, alone in a model, on the image that came before it there."""
    model = nn.Sequential([nn.Input(given.shape[1:], dtype=given.dtype.name), layer])
    model.load_weights(path, names={layer.name: layer.name} if names is None else names)
    found = model.predict(given.astype("i4" if given.dtype.kind == "i" else "f4"), verbose=0)
    assert np.allclose(found, wanted, rtol=1e-5, atol=1e-5)
    return model


def test_layers_compute_as_there(path):
    r = REFERENCE
    run(path, L.Conv2D(3, (2, 3), name="conv"), r["image"], r["conv"])
    run(path, L.BatchNormalization(epsilon=1e-5, name="bn"), r["conv"], r["bn"])
    if hasattr(L, "Conv2DTranspose"):
        run(path, L.Conv2DTranspose(2, 2, strides=2, name="up"), r["bn"], r["up"])
    if hasattr(L, "DepthwiseConv2D"):
        run(path, L.DepthwiseConv2D(2, depth_multiplier=2, name="depth"), r["up"], r["depth"])
    own = nn.Sequential([L.PReLU(name="act"), L.LayerNormalization(epsilon=1e-5, name="norm")], name="n")
    run(path, own, r["depth"], r["norm"], {"act": "act"})
    run(path, L.Dense(2, name="fc"), r["norm"], r["fc"])
    run(path, L.Embedding(5, 3, name="embed"), r["index"].astype("i4"), r["embed"])


def dense(**settings):
    return nn.Sequential([L.Dense(2, name="head", input_shape=(4,), **settings)])


def test_names_for_layers_for_arrays_and_for_layouts(path):
    arrays, _ = safetensors.read(path, require_checksum=False)
    for names in (
        {"head": "fc"},
        {"head.kernel": "fc.weight", "head.bias": "fc.bias"},
        {"head": "fc", "head.kernel": ("fc.weight", np.transpose)},
    ):
        model = dense()
        model.load_weights(path, names=names)
        assert np.array_equal(model.layers[0].kernel.data, arrays["fc.weight"].T)
        assert np.array_equal(model.layers[0].bias.data, arrays["fc.bias"])


def test_a_whole_file_needs_no_names_where_they_are_the_same(tmp_path):
    state = {"head.weight": np.arange(8.0, dtype="f2").reshape(2, 4), "head.bias": np.ones(2)}
    safetensors.write(tmp_path / "w.safetensors", state)
    data = (tmp_path / "w.safetensors").read_bytes()
    header = int.from_bytes(data[:8], "little")
    text = data[8 : 8 + header].decode()
    start, end = text.index('"__metadata__"'), text.index("},") + 2
    text = "{" + text[start:end].replace(text[start:end], "") + text[end:]
    (tmp_path / "w.safetensors").write_bytes(len(text).to_bytes(8, "little") + text.encode() + data[8 + header :])
    model = dense()
    model.load_weights(tmp_path / "w.safetensors")
    assert np.array_equal(model.layers[0].kernel.data, state["head.weight"].T.astype("f4"))
    assert model.layers[0].kernel.dtype == np.float32


WRONG = {
    "missing": ({"head": "nothing"}, "has no 'nothing.weight', for 'head.kernel'; .*names="),
    "no names": (None, "has no 'head.weight'"),
    "shape": ({"head": "conv"}, r"'conv.weight' as float32 \(3, 2, 2, 3\), which is .* 'head.kernel' is \(4, 2\)"),
    "function": ({"head": "fc", "head.kernel": ("fc.weight", lambda w: w.reshape(3))}, "which is no 'head.kernel': cannot"),
    "dtype": ({"head": "fc", "head.bias": "bn.num_batches_tracked"}, "'bn.num_batches_tracked' as int64"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_refused_and_changes_nothing(path, name):
    names, said = WRONG[name]
    model = dense()
    before = model.get_weights()
    with pytest.raises(ModelFileError, match=f"torch.safetensors {said}|{said}.*nothing was changed"):
        model.load_weights(path, names=names)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
    with pytest.raises(ModelFileError, match="has more than the model: .*names="):
        nn.Sequential([L.Dense(2, name="fc", input_shape=(4,))]).load_weights(path)
