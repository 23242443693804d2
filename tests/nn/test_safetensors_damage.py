"""The file format under attack: damage is always noticed, and nothing in a file runs."""

import ast
import contextlib
import json
import math
import os
import pickle
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from files_by_hand import build, one, same

from nn import safetensors
from nn.safetensors import ModelFileError, checksum, read, read_metadata, write


class Canary:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_a_pickle_is_refused_and_does_not_run(tmp_path):
    path, bird = tmp_path / "model.safetensors", tmp_path / "bird"
    text = pickle.dumps(Canary(bird))
    pickle.loads(text)
    bird.rmdir()  # so it does fly where pickles are believed
    np.save(tmp_path / "objects.npy", np.array([Canary(bird)]), allow_pickle=True)
    for data in (text, (tmp_path / "objects.npy").read_bytes(), build(text), one(text.decode("latin-1"))):
        path.write_bytes(data)
        for reader in (read, read_metadata):
            with pytest.raises(ModelFileError):
                reader(path, require_checksum=False)
    path.write_bytes(one("U8", [len(text)], [0, len(text)], text))  # as data it is bytes, and stays so
    assert read(path)[0]["w"].tobytes() == text
    assert not bird.exists()


def test_the_module_has_nothing_to_run_code_with():
    tree = ast.parse(Path(safetensors.__file__).read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported == {"contextlib", "hashlib", "json", "math", "numpy", "os", "re", "reprlib", "stat"}
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not names & {"eval", "exec", "compile", "__import__", "getattr", "globals"}
    used = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not used & {"np.load", "np.fromfile", "np.memmap", "os.system", "os.popen", "os.execv"}


GOOD = {
    "dense.kernel": np.arange(6, dtype="f4").reshape(2, 3) - 2,
    "dense.bias": np.array([np.nan, -0.0, np.inf]),
    "mask": np.array([[True, False], [False, True]]),
    "steps": np.array(7, "i8"),
    "none": np.zeros((0, 3), "f2"),
    "tokens": np.arange(5, dtype="u2"),
}
ODD = [0, -1, 1, 2, 8, 1 << 31, 1 << 62, 1 << 64, 1.0, 1e308, math.inf, math.nan, None, True, False, "", "F64", "I64",
       "BOOL", "../x", "\0", "\ud800", [], {}, [0], [0, 0], [2, 3], [1 << 33, 1 << 31], [[1]], {"a": 1}]  # fmt: skip


def damaged(data, rng):
    """The file after one act of damage to its bytes, or to its header with or without a checksum that is right."""
    data = bytearray(data)
    at, length = int(rng.integers(len(data))), int(rng.integers(1, 40))
    kind = rng.integers(9)
    if kind == 0:
        del data[at:]
    elif kind == 1:
        data[at] ^= 1 << int(rng.integers(8))
    elif kind == 2:
        data[at : at + length] = rng.bytes(len(data[at : at + length]))
    elif kind == 3:
        data[at:at] = rng.bytes(length)
    elif kind == 4:
        del data[at : at + length]
    elif kind == 5:  # a part of the file moves
        data[at:at] = data[: length * 4]
    else:
        return edited(bytes(data), rng, sign=bool(rng.integers(2)))
    return bytes(data)


def edited(data, rng, sign):
    """The file with one field of its header changed, taken away, added or named otherwise."""
    length = int.from_bytes(data[:8], "little")
    header, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    about = header.pop("__metadata__")
    told = about.pop("checksum")
    place = [header, about][int(rng.random() < 0.15)]
    while True:  # go down some way
        key = rng.choice(list(place)) if isinstance(place, dict) else int(rng.integers(len(place)))
        if not isinstance(place[key], dict | list) or not place[key] or rng.random() < 0.2:
            break
        place = place[key]
    value = ODD[int(rng.integers(len(ODD)))]
    act = rng.integers(6)
    if act == 0:
        del place[key]
    elif act == 1 and isinstance(place, dict):
        place[f"{key}{value}"] = place.pop(key)
    elif act == 2 and isinstance(place, dict):
        place[str(value)] = place[key]
    elif type(place[key]) is int and rng.random() < 0.5:
        place[key] += int(rng.integers(-8, 9))
    else:
        place[key] = value
    if sign:
        try:
            told = checksum(header, about, [body])
        except UnicodeEncodeError:  # there is no right one
            sign = False
    text = json.dumps({"__metadata__": {**about, "checksum": told}, **header}).encode()
    return len(text).to_bytes(8, "little") + text + body


def test_a_thousand_damaged_files(tmp_path):
    path = tmp_path / "a"
    write(path, GOOD, {"by": "hand", "epoch": "3"})
    data = path.read_bytes()
    expected = {name: (array.shape, array.dtype) for name, array in GOOD.items()}
    rng = np.random.default_rng(0)
    reasons, began = [], time.perf_counter()
    tracemalloc.start()
    for _ in range(1000):
        path.write_bytes(damaged(data, rng))
        try:
            found, _ = read(path, expected)
        except ModelFileError as error:
            reasons.append(str(error).removeprefix(f"{path}: ")[:12])
        else:
            assert same({name: found[name] for name in GOOD}, GOOD)
        with contextlib.suppress(ModelFileError):  # nor does any other error come where less is asked for
            read(path, require_checksum=False)
    memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 850 < len(reasons) < 1000  # the others are edits of the metadata, signed again, or of no consequence
    assert len(set(reasons)) > 15  # the damage was of many kinds, and many rules met it
    assert memory < 2_000_000
    assert time.perf_counter() - began < 20  # some tenths of a second, on a machine that is not busy


def test_every_single_flipped_bit_is_noticed_or_harmless(tmp_path):
    path = tmp_path / "a"
    write(path, {"w": np.array([1.0, 2.0]), "m": np.array([True])}, {"by": "hand"})
    data, right = path.read_bytes(), read(path)[0]
    start = 8 + int.from_bytes(data[:8], "little")
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        try:
            found, metadata = read(path)
        except ModelFileError:
            continue
        assert bit // 8 < start
        assert same(found, right)
        assert metadata == {"by": "hand"}
