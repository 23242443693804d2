"""The safetensors format: named arrays in a file, and nothing that could run.

A file is 8 bytes that say how long the header is, the header as JSON (for each array its dtype, its shape, and where
its bytes lie), and the bytes. Whatever a file says is checked before it is believed: nothing is allocated for an array
whose size does not match the bytes that are there.

The format has no checksum of its own, so one is kept in its metadata: the SHA-256 of the header without it and of all
bytes. One flipped bit is noticed.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
from pathlib import Path

import numpy as np

DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "|u1", "BOOL": "|b1",
}  # fmt: skip
CODES = {np.dtype(dtype).newbyteorder("=").str[1:]: code for code, dtype in DTYPES.items()}
LARGEST_HEADER = 100_000_000
LONGEST_NAME = 1024


class ModelFileError(ValueError):
    """A file is not what it should be: the text says which file, where, what came and what was wanted."""


def write(path, arrays: dict[str, np.ndarray], metadata: dict[str, str] | None = None) -> None:
    """Write named arrays and metadata. The file appears whole or not at all.

    >>> import tempfile, os
    >>> path = os.path.join(tempfile.mkdtemp(), "w.safetensors")
    >>> write(path, {"w": np.array([1.0, 2.0])}, {"made by": "hand"})
    >>> arrays, metadata = read(path)
    >>> arrays["w"], metadata
    (array([1., 2.]), {'made by': 'hand'})
    """
    metadata = dict(metadata or {})
    for key, value in metadata.items():
        if not isinstance(key, str) or not isinstance(value, str) or key == "checksum":
            raise TypeError(f"metadata maps texts to texts, and 'checksum' is taken; got {key!r}: {value!r:.40}")
    header: dict = {}
    parts = []
    end = 0
    for name, array in arrays.items():
        array = np.asarray(array)
        code = CODES.get(array.dtype.newbyteorder("=").str[1:])
        if not isinstance(name, str) or _bad_name(name):
            raise TypeError(
                f"the name of an array is a text of up to {LONGEST_NAME} printable characters; got {name!r:.60}"
            )
        if code is None:
            raise TypeError(f"array {name!r} has dtype {array.dtype}, which the format does not know; convert it first")
        part = array.astype(DTYPES[code], order="C", copy=False).tobytes()
        header[name] = {"dtype": code, "shape": list(array.shape), "data_offsets": [end, end + len(part)]}
        parts.append(part)
        end += len(part)
    digest = checksum(header, metadata, parts)
    text = _header_text({"__metadata__": {**metadata, "checksum": digest}, **header})
    _write_whole(Path(path), [len(text).to_bytes(8, "little"), text, *parts])


def read(path, expected=None, require_checksum=True) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The arrays and the metadata of a file. `expected` maps each name to the (shape, dtype) that it must have.

    With `require_checksum=False` files of other writers are read as well.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read: {error.strerror or error}") from error
    header, metadata, start = _header(path, data)
    entries = {name: _entry(path, name, entry) for name, entry in header.items()}
    _check_layout(path, entries, len(data) - start)
    if expected is not None:
        _check_expected(path, entries, expected)
    body = memoryview(data)[start:]
    told = metadata.pop("checksum", None)
    if told is None and require_checksum:
        raise ModelFileError(
            f"{path} has no checksum, so damage could not be noticed; it was not written by this library"
        )
    if told is not None and told != checksum(header, metadata, [body]):
        raise ModelFileError(f"{path} is damaged: its checksum does not match what it holds")
    arrays = {}
    for name, (dtype, shape, begin, end) in entries.items():
        array = np.frombuffer(body[begin:end], dtype=dtype).reshape(shape).astype(dtype.newbyteorder("="))
        if dtype.kind == "b" and not np.isin(array.view(np.uint8), (0, 1)).all():
            raise ModelFileError(f"{path}: {name!r} is of dtype BOOL and has bytes other than 0 and 1")
        arrays[name] = array
    return arrays, metadata


def checksum(header, metadata, parts) -> str:
    """SHA-256 of the header's text without a checksum, and of all bytes."""
    digest = hashlib.sha256(_header_text({"__metadata__": metadata, **header}))
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _header_text(header) -> bytes:
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return text + b" " * (-len(text) % 8)


def _write_whole(path: Path, parts) -> None:
    """Write beside the file, then put it in its place, so that a crash leaves the old one."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name + ".", suffix=".part")
    except OSError as error:
        raise ModelFileError(f"{path} cannot be written: {error.strerror or error}") from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _header(path, data):
    if len(data) < 8:
        raise ModelFileError(f"{path} has {len(data)} bytes, fewer than a header's length takes")
    length = int.from_bytes(data[:8], "little")
    if length > LARGEST_HEADER or length > len(data) - 8:
        raise ModelFileError(f"{path} promises a header of {length} bytes and has {len(data) - 8} after that")
    try:
        header = json.loads(
            data[8 : 8 + length].decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse_constant
        )
    except RecursionError as error:
        raise ModelFileError(f"{path}: the header is nested too deeply") from error
    except ValueError as error:
        raise ModelFileError(f"{path}: the header is no valid JSON: {error}") from error
    if not isinstance(header, dict):
        raise ModelFileError(f"{path}: the header is a {type(header).__name__}; wanted an object")
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise ModelFileError(f"{path}: the metadata must map texts to texts")
    return header, metadata, 8 + length


def _unique(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name appears twice")
    return found


def _refuse_constant(text):
    raise ValueError(f"{text} is no number in JSON")


def _entry(path, name, entry):
    if _bad_name(name):
        raise ModelFileError(f"{path}: an array has the name {name!r:.60}, which no array of ours has")
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise ModelFileError(f"{path}: {name!r} is described by {entry!r:.80}; wanted dtype, shape and data_offsets")
    code, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(code, str) or code not in DTYPES:
        raise ModelFileError(f"{path}: {name!r} has the dtype {code!r:.40}; known are {', '.join(DTYPES)}")
    if not isinstance(shape, list) or len(shape) > 64 or not all(_is_count(n) for n in shape):
        raise ModelFileError(f"{path}: {name!r} has the shape {shape!r:.60}; wanted a list of sizes")
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(_is_count(n) for n in offsets):
        raise ModelFileError(f"{path}: {name!r} has the offsets {offsets!r:.60}; wanted two positions")
    dtype = np.dtype(DTYPES[code])
    begin, end = offsets
    size = math.prod(shape) * dtype.itemsize
    if end - begin != size:
        raise ModelFileError(f"{path}: {name!r} of {code} {shape} takes {size} bytes and is given {end - begin}")
    return dtype, tuple(shape), begin, end


def _is_count(n):
    return type(n) is int and 0 <= n < 1 << 62


def _bad_name(name):
    return not 0 < len(name) <= LONGEST_NAME or not name.isprintable() or name == "__metadata__"


def _check_layout(path, entries, size):
    """The arrays fill the file without gaps or overlaps."""
    at = 0
    for name, (_, _, begin, end) in sorted(entries.items(), key=lambda item: item[1][2:]):
        if begin != at:
            raise ModelFileError(f"{path}: {name!r} begins at byte {begin}; wanted {at}, where the one before it ends")
        at = end
    if at != size:
        raise ModelFileError(f"{path} has {size} bytes of data and describes {at}")


def _check_expected(path, entries, expected):
    missing = [name for name in expected if name not in entries]
    extra = [name for name in entries if name not in expected]
    wrong = []
    for name, (shape, dtype) in expected.items():
        if name in entries and (entries[name][1] != tuple(shape) or entries[name][0] != np.dtype(dtype)):
            wrong.append(f"{name!r} is {entries[name][0]} {entries[name][1]}, wanted {np.dtype(dtype)} {tuple(shape)}")
    if missing or extra or wrong:
        said = [f"missing {missing[:3]}"] * bool(missing) + [f"unexpected {extra[:3]}"] * bool(extra) + wrong[:3]
        raise ModelFileError(f"{path} does not fit: {'; '.join(said)}; nothing was changed")
