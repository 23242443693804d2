"""The files that Keras wrote, from tests/nn/reference, as tests go over them."""

import json
from pathlib import Path

import numpy as np

from nn.layers.base import layers

HERE = Path(__file__).parent / "nn" / "reference"
REFERENCE = {key: part for name in ("layers", "images", "models") for key, part in
             np.load(HERE / f"keras_{name}.npz").items()}  # fmt: skip
SETTINGS = json.loads((HERE / "keras_settings.json").read_text())  # what each of Keras's classes takes
FILES = [key for key in REFERENCE if key.endswith((".keras", ".h5"))]
# Of layers that are here: the others wait until they are.
LAYERS = [key for key in FILES if key.split()[0].split(".")[0] in layers.entries]
MODELS = ["sequential", "functional", "cnn", "adapted"]


def bytes_of(key):
    return REFERENCE[key].tobytes()


def file(folder, key):
    """The file of that case, written into a folder."""
    path = folder / key.replace(" ", "_")
    path.write_bytes(bytes_of(key))
    return path


def inputs(case):
    found = [REFERENCE[key] for key in (f"{case}.x{i}" for i in range(9)) if key in REFERENCE]
    return found if len(found) > 1 else found[0]


def outputs(case):
    if f"{case}.y" in REFERENCE:
        return [REFERENCE[f"{case}.y"]]
    return [REFERENCE[f"{case}.y{i}"] for i in range(2)]


def close(found, wanted, tolerance=2e-6):
    found = found if isinstance(found, list) else [found]
    assert len(found) == len(wanted)
    for a, b in zip(found, wanted, strict=True):
        assert a.shape == b.shape
        assert np.allclose(a, b, rtol=tolerance, atol=tolerance)
