"""The safetensors format: named arrays in a file, and nothing that could run.

A file is 8 bytes that say how long the header is (little endian), the header as JSON (for each array its dtype, its
shape, and where its bytes lie), and the bytes: little endian, in C order, without gaps. Whatever a file says is checked
before it is believed: nothing is allocated for an array whose size does not match the bytes that are there.

The format has no checksum of its own, so `write` keeps one in the metadata: a single flipped bit is noticed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import re
import reprlib
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "|u1", "BOOL": "|b1",
}  # fmt: skip
CODES = {dtype[1:]: code for code, dtype in DTYPES.items()}
ADVICE = {
    "O": "make it an array of numbers", "c": "write its .real and its .imag",
    "M": "write .astype('int64') of it, and its unit as metadata", "V": "write its fields, or .astype('float32') of it",
}  # fmt: skip
LARGEST_HEADER = 100_000_000
LONGEST_NAME = 1024
NAMES = f"1 to {LONGEST_NAME} characters, no control characters among them, and not '__metadata__'"
SURROGATES = re.compile("[\ud800-\udfff]")
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")

# What a file holds is quoted in errors: cut short, and never deep enough to exhaust the stack.
_quoter = reprlib.Repr()
_quoter.maxlevel, _quoter.maxstring, _quoter.maxlist, _quoter.maxdict = 3, 60, 8, 4
quoted = _quoter.repr


class ModelFileError(ValueError):
    """A file is not what it should be: the text says which file, where, what came and what was wanted."""


def write(path, arrays: dict[str, np.ndarray], metadata: dict[str, str] | None = None) -> None:
    """Write named arrays and metadata: whole or not at all, and the same input makes the same bytes.

    >>> import tempfile, os
    >>> path = os.path.join(tempfile.mkdtemp(), "w.safetensors")
    >>> write(path, {"w": np.array([1.0, 2.0])}, {"made by": "hand"})
    >>> arrays, metadata = read(path)
    >>> arrays["w"], metadata
    (array([1., 2.]), {'made by': 'hand'})
    """
    odd = _not_texts(metadata := metadata or {})
    if odd != {} or "checksum" in metadata:
        raise TypeError(f"metadata must map texts to texts, 'checksum' is taken; got {quoted(odd or metadata)}")
    header, parts, end = {}, [], 0
    for name, array in arrays.items():
        code, part = _encoded(name, array)
        header[name] = {"dtype": code, "shape": list(array.shape), "data_offsets": [end, end + part.size]}
        parts.append(part)
        end += part.size
    text = _header_text({"__metadata__": {**metadata, "checksum": checksum(header, metadata, parts)}, **header})
    if len(text) > LARGEST_HEADER:
        raise ValueError(f"a header of {len(text)} bytes; the format allows {LARGEST_HEADER}: write fewer arrays")
    write_whole(path, [len(text).to_bytes(8, "little"), text, *parts])


def checksum(header: dict[str, Any], metadata: dict[str, str], parts: Iterable) -> str:
    """SHA-256, in hexadecimal, of the header without its checksum, followed by the data.

    The header is taken as an object whose first key is `__metadata__` (without `checksum`; {} if there is none) and
    whose other keys are in the order of the file. It is written as Python's `json.dumps` does with the separators ","
    and ":" and `ensure_ascii=False`, in UTF-8, with spaces after it up to a multiple of 8 bytes. Then come all bytes
    after the file's header.
    """
    digest = hashlib.sha256(_header_text({"__metadata__": metadata, **header}))
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _header_text(header) -> bytes:
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    return text + b" " * (-len(text) % 8)


def _encoded(name, array) -> tuple[str, np.ndarray]:
    """The format's code of an array's dtype, and its bytes; those of the array itself where they are right already."""
    if not _is_name(name):
        raise TypeError(f"the name of an array cannot be {quoted(name)}; wanted a text of {NAMES}")
    if not isinstance(array, np.ndarray | np.generic) or isinstance(array, np.ma.MaskedArray):
        said = "wanted a NumPy array: write np.asarray(...) of it, or .filled(...) if it is masked"
        raise TypeError(f"array {quoted(name)} is a {type(array).__name__}; {said}")
    code = CODES.get(array.dtype.str[1:])
    if code is None:
        advice = ADVICE.get(array.dtype.kind, "convert it by .astype first, or write it as metadata if it is text")
        raise TypeError(f"array {quoted(name)} has dtype {array.dtype}, which the format does not know; {advice}")
    part = np.ascontiguousarray(array, dtype=DTYPES[code]).reshape(-1).view(np.uint8)
    # A view may have put other bytes than 0 and 1 into an array of bools; NumPy takes them for True.
    return code, (part != 0).view(np.uint8) if code == "BOOL" else part


def write_whole(path, parts) -> None:
    """Write beside the file, then put it in its place, so that a crash leaves the old one. A link stays a link."""
    target = os.path.realpath(path)
    beside = os.path.join(os.path.dirname(target), f".{os.urandom(8).hex()}.part")
    try:
        mode = os.stat(target).st_mode if os.path.lexists(target) else None
        if mode is not None and not stat.S_ISREG(mode):
            raise ModelFileError(f"{path} cannot be written: it is a folder or a device; wanted the name of a file")
        file = open(beside, "xb")  # noqa: SIM115 (what fails from here on has to remove it)
    except OSError as error:
        raise ModelFileError(f"{path} cannot be written: {error.strerror or error}") from error
    try:
        with file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            os.chmod(beside, stat.S_IMODE(mode))
        os.replace(beside, target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def read(
    path, expected: dict[str, tuple[tuple[int, ...], Any]] | None = None, limit: int = 4 << 30, *, require_checksum=True
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The arrays and the metadata of a file, which may have `limit` bytes at most.

    `expected` maps each name to the (shape, dtype) that it must have. With `require_checksum=False` files of other
    writers are read as well; a checksum that is there must be right all the same.
    """
    with opened(path) as (file, size):
        if size > limit:
            raise ModelFileError(f"has {size} bytes; wanted at most limit={limit}: pass a larger one if you trust it")
        header, entries, metadata, told = _header(file, size, require_checksum)
        if expected is not None:
            check_expected(entries, expected)
        arrays = {name: np.empty(shape, dtype) for name, (dtype, shape, _, _) in entries.items()}
        found = checksum(header, metadata, _filled(file, arrays))
        if told is not None and told != found:
            raise ModelFileError(f"is damaged: its checksum is {quoted(told)}, and what it holds has {found}")
        for name, array in arrays.items():
            if array.dtype == bool and array.view(np.uint8).max(initial=0) > 1:
                raise ModelFileError(f"{quoted(name)} is of dtype BOOL and has bytes other than 0 and 1")
    return {name: arrays[name].astype(arrays[name].dtype.newbyteorder("="), copy=False) for name in header}, metadata


def read_metadata(path, *, require_checksum=True) -> dict[str, str]:
    """The metadata of a file. The header is read and checked; of the data only the size, so damage there is not seen.

    >>> import tempfile, os
    >>> path = os.path.join(tempfile.mkdtemp(), "w.safetensors")
    >>> write(path, {"w": np.zeros(1000)}, {"epoch": "3"})
    >>> read_metadata(path)
    {'epoch': '3'}
    """
    with opened(path) as (file, size):
        return _header(file, size, require_checksum)[2]


@contextlib.contextmanager
def opened(path) -> Iterator[tuple[BinaryIO, int]]:
    """A file and its size. What is wrong with it is said with its name, here, for all that follows."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # a pipe would wait for ever, a device never end
            raise ModelFileError("cannot be read: it is a folder or a device; wanted a file")
        with open(path, "rb") as file:
            yield file, os.fstat(file.fileno()).st_size
    except (OSError, ModelFileError) as error:
        said = f"cannot be read: {error.strerror or error}" if isinstance(error, OSError) else error
        raise ModelFileError(f"{path}: {said}") from error.__cause__ or error


def _filled(file, arrays) -> Iterator[np.ndarray]:
    """The bytes of each array, as they are read into it."""
    for name, array in arrays.items():
        part = array.reshape(-1).view(np.uint8)
        if file.readinto(part) != part.size:
            raise ModelFileError(f"the file ends within {quoted(name)}: it changed while it was read")
        yield part


def _header(file, size, require_checksum) -> tuple[dict, dict[str, tuple], dict[str, str], str | None]:
    """The header, its entries in the order of their bytes, the metadata without the checksum, which comes last."""
    if size < 8:
        raise ModelFileError(f"has {size} bytes; wanted 8 or more, which say how long the header is")
    length, most = int.from_bytes(file.read(8), "little"), min(size - 8, LARGEST_HEADER)
    if length > most:
        raise ModelFileError(f"promises a header of {length} bytes; wanted {most} at most: cut off, or another format")
    text = file.read(length)
    try:
        header = json.loads(text.decode(), object_pairs_hook=_unique, parse_constant=_number, parse_int=_number)
    except RecursionError as error:
        raise ModelFileError("the header is nested too deeply; wanted three levels") from error
    except ValueError as error:
        raise ModelFileError(f"the header is no valid JSON in UTF-8: {error}") from error
    if not isinstance(header, dict) or text[:1] != b"{":
        raise ModelFileError(f"the header is a {type(header).__name__} from {text[:1]}; wanted an object from the '{{'")
    metadata = header.pop("__metadata__", {})
    odd = _not_texts(metadata)
    if odd != {}:
        raise ModelFileError(f"the metadata must map texts to texts; got {quoted(odd)}")
    told = metadata.pop("checksum", None)
    if told is None and require_checksum:
        raise ModelFileError("has no checksum to notice damage by; pass require_checksum=False to read it all the same")
    entries = [(name, _entry(name, entry)) for name, entry in header.items()]
    entries = dict(sorted(entries, key=lambda item: item[1][2:]))
    at, size = 0, size - 8 - length
    for name, (_, _, begin, end) in entries.items():
        if begin != at:
            raise ModelFileError(f"{quoted(name)} begins at byte {begin}; wanted {at}, where the last one ends")
        at = end
    if at != size:
        raise ModelFileError(f"has {size} bytes of data and describes {at}: it is cut off, or has a tail")
    return header, entries, metadata, told


def _unique(pairs):
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{quoted(key)} appears twice")
        found[key] = value
    return found


def _number(text):
    if len(text) > 20 or text.endswith(("N", "y")):  # NaN and Infinity; and long ones take quadratic time
        raise ValueError(f"{text:.20} is no number in JSON, or too long; wanted at most 20 digits")
    return int(text)


def _entry(name, entry) -> tuple[np.dtype, tuple[int, ...], int, int]:
    here = quoted(name)
    if not _is_name(name):
        raise ModelFileError(f"an array has the name {here}; wanted {NAMES}")
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise ModelFileError(f"{here} is described by {quoted(entry)}; wanted dtype, shape and data_offsets")
    code, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(code, str) or code not in DTYPES:
        raise ModelFileError(f"{here} has the dtype {quoted(code)}; wanted one of {', '.join(DTYPES)}")
    if not _are_counts(shape) or len(shape) > 64:
        raise ModelFileError(f"{here} has the shape {quoted(shape)}; wanted a list of up to 64 sizes from 0 up")
    if not _are_counts(offsets) or len(offsets) != 2:
        raise ModelFileError(f"{here} has the offsets {quoted(offsets)}; wanted two positions from 0 up")
    dtype, (begin, end) = np.dtype(DTYPES[code]), offsets
    takes = math.prod(shape) * dtype.itemsize  # Python's integers do not wrap
    if end - begin != takes:
        raise ModelFileError(f"{here} of {code} {quoted(shape)} takes {takes} bytes and is given {end - begin}")
    # NumPy multiplies the sizes of an empty array too, leaving out the zeros.
    if math.prod(filter(None, shape)) * dtype.itemsize > np.iinfo(np.intp).max:
        raise ModelFileError(f"{here} has the shape {quoted(shape)}; wanted sizes whose product can be counted")
    return dtype, tuple(shape), begin, end


def _is_text(text):
    return isinstance(text, str) and SURROGATES.search(text) is None


def _not_texts(metadata):
    """What of the metadata is no pair of texts; {} if all is well."""
    if not isinstance(metadata, dict):
        return metadata
    return {key: text for key, text in metadata.items() if not _is_text(key) or not _is_text(text)}


def _are_counts(numbers):
    return isinstance(numbers, list) and all(type(n) is int and 0 <= n < 1 << 62 for n in numbers)


def _is_name(name):
    return _is_text(name) and 0 < len(name) <= LONGEST_NAME and name != "__metadata__" and not CONTROLS.search(name)


def check_expected(entries, expected):
    wanted = {name: (np.dtype(dtype).newbyteorder("<"), tuple(shape)) for name, (shape, dtype) in expected.items()}
    both = [(quoted(name), entries[name][:2], wanted[name]) for name in wanted if name in entries]
    wrong = {
        "missing": [quoted(name) for name in wanted if name not in entries],
        "unexpected": [quoted(name) for name in entries if name not in wanted],
        "of another kind": [f"{name} is {a[0]} {a[1]}, wanted {b[0]} {b[1]}" for name, a, b in both if a != b],
    }
    said = [
        f"{kind} [{', '.join(texts[:3])}{f' and {len(texts) - 3} more' * (len(texts) > 3)}]"
        for kind, texts in wrong.items()
        if texts
    ]
    if said:
        raise ModelFileError(f"does not fit: {', '.join(said)}; nothing was changed")
