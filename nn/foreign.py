"""Files of other libraries, known by their first bytes, so that an error can say what was given and what to do."""

from __future__ import annotations

import contextlib
import os
import zipfile

from nn.safetensors import ModelFileError

KERAS = "which needs TensorFlow to be read: load it there, and write model.save('model.keras')"
LOADER = "which nn.models.load_model reads, and its weights model.load_weights(path) without names="
NUMPY = "of plain arrays and no model: np.load reads it, and model.set_weights takes a list of arrays"
CODE = "which could run any code while it is read, so it is not. Load it where you trust it, and save the arrays"

HEADS = {
    b"\x93NUMPY": f"a file of NumPy (.npy) {NUMPY}",
    **{bytes([0x80, protocol]): f"a pickle, {CODE}" for protocol in range(2, 6)},
    b"\x89HDF": f"a file of Keras (.h5), {LOADER}",
    b"\x1f\x8b": "compressed by gzip; unpack it first",
}  # fmt: skip


def refuse_foreign(path) -> None:
    """Say what a file is, if it is one of another library."""
    with contextlib.suppress(OSError):  # what cannot be read is said by who reads it
        found = what_it_is(path)
        if found is not None:
            raise ModelFileError(f"{path} is {found}")


def what_it_is(path) -> str | None:
    """A file of another library in words; None for any other file."""
    if os.path.isfile(os.path.join(path, "saved_model.pb")):
        return f"a folder of TensorFlow (SavedModel), {KERAS}"
    if not os.path.isfile(path):
        return None
    with open(path, "rb") as file:
        head = file.read(8)
    if head.startswith(b"PK\x03\x04"):
        return _archive(path)
    return next((text for start, text in HEADS.items() if head.startswith(start)), None)


def _archive(path):
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return "a zip archive, and damaged"
    if names and all(name.endswith(".npy") for name in names):
        return f"an archive of NumPy (.npz) {NUMPY}"
    if "config.json" in names:
        return f"a file of Keras (.keras), {LOADER}"
    if any(name.endswith("data.pkl") for name in names):
        return f"a file of PyTorch, {CODE}"
    return "a zip archive, and none of this library's: unpack it first"
