"""The file format: arrays come back to the bit, and what cannot be written is refused."""

import hashlib
import json
import math
import os
import stat
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from files_by_hand import same
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nn import safetensors
from nn.safetensors import CODES, DTYPES, ModelFileError, read, read_metadata, write

HERE = Path(__file__).parent


# -- round trips -----------------------------------------------------------------------------------------------------
SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)


@st.composite
def arrays_of_any_bits(draw):
    """An array of any dtype and any bits, in one of the ways that NumPy can lay it out."""
    dtype = np.dtype(draw(st.sampled_from(list(DTYPES.values()))))
    shape = draw(SHAPES)
    size = math.prod(shape) * dtype.itemsize
    raw = np.frombuffer(draw(st.binary(min_size=size, max_size=size)), "u1")
    array = (raw & 1 if dtype.kind == "b" else raw).view(dtype).reshape(shape)
    layout = draw(st.sampled_from(["as it is", "big endian", "fortran", "reversed", "gaps", "writable"]))
    if layout == "big endian":
        return array.view(dtype.newbyteorder(">"))
    if layout == "fortran":
        return np.asfortranarray(array)
    if layout == "reversed":
        return array[(slice(None, None, -1),) * array.ndim]
    if layout == "gaps" and array.ndim:
        return np.repeat(array, 3, axis=-1)[..., ::3]
    return array.copy() if layout == "writable" else array  # what comes from bytes is read-only


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=12).filter(
    lambda name: name != "__metadata__"
)


@given(
    st.dictionaries(NAMES, arrays_of_any_bits(), max_size=4),
    st.dictionaries(TEXTS.filter(lambda key: key != "checksum"), TEXTS, max_size=3),
)
def test_arrays_and_metadata_come_back_to_the_bit(tmp_path_factory, arrays, metadata):
    path = tmp_path_factory.mktemp("files") / "a.safetensors"
    write(path, arrays, metadata)
    found, about = read(path)
    assert about == metadata == read_metadata(path)
    assert same(found, arrays)
    for array in found.values():
        assert array.flags.owndata
        assert array.flags.writeable
        assert array.flags.c_contiguous
        assert array.dtype.isnative
    data = path.read_bytes()
    write(path, arrays, metadata)
    assert path.read_bytes() == data


@pytest.mark.parametrize(
    ("dtype", "bits"),
    [("f8", 0x7FF0000000000001), ("f8", 0xFFF8DEADBEEF0000), ("f8", 1 << 63), ("f4", 0x7F800001), ("f4", 1 << 31),
     ("f2", 0x7C01), ("f2", 1 << 15)],
)  # fmt: skip
@pytest.mark.parametrize("order", "<>")
def test_nan_payloads_and_minus_zero_survive(tmp_path, dtype, bits, order):
    array = np.array(bits, f"{order}u{dtype[1]}").view(order + dtype)  # also nans that signal
    write(tmp_path / "a", {"w": array})
    assert int(read(tmp_path / "a")[0]["w"].view(f"u{dtype[1]}")) == bits


def test_scalars_and_bools_of_other_bytes_are_written_as_numpy_means_them(tmp_path):
    write(tmp_path / "a", {"number": np.float32(2.5), "bools": np.array([0, 1, 2, 255], "u1").view(bool)})
    found, _ = read(tmp_path / "a")
    assert found["number"] == np.float32(2.5)
    assert found["number"].shape == ()
    assert found["bools"].view("u1").tolist() == [0, 1, 1, 1]


def test_the_file_is_laid_out_as_the_format_has_it(tmp_path):
    path = tmp_path / "a"
    arrays = {"z": np.arange(3, dtype="i2"), "a": np.array(1.5), "é": np.ones((2, 0), "f4")}
    write(path, arrays, {"by": "ü\n"})
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    assert length % 8 == 0
    assert data[8 : 8 + length].rstrip(b" ").endswith(b"}}")
    assert list(header) == ["__metadata__", "z", "a", "é"]
    assert header["z"] == {"dtype": "I16", "shape": [3], "data_offsets": [0, 6]}
    assert header["a"] == {"dtype": "F64", "shape": [], "data_offsets": [6, 14]}
    assert header["é"] == {"dtype": "F32", "shape": [2, 0], "data_offsets": [14, 14]}
    assert data[8 + length :] == arrays["z"].tobytes() + arrays["a"].tobytes()
    # The checksum, again from its definition.
    told = header["__metadata__"].pop("checksum")
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    assert told == hashlib.sha256(text + data[8 + length :]).hexdigest()


def test_a_file_of_the_reference_implementation_is_read():
    """`other_writer.safetensors` was written by the package `safetensors`, version 0.8.0: it orders by dtype."""
    path = HERE / "data" / "other_writer.safetensors"
    with pytest.raises(ModelFileError, match=r"has no checksum .* require_checksum=False"):
        read(path)
    with pytest.raises(ModelFileError, match="has no checksum"):
        read_metadata(path)
    found, metadata = read(path, require_checksum=False)
    assert metadata == read_metadata(path, require_checksum=False) == {"format": "np", "note": "line\nbreak é"}
    numbers = np.arange(6).reshape(2, 3)
    for code, dtype in DTYPES.items():
        right = (numbers % 2 if code == "BOOL" else numbers * 3).astype(dtype)
        array = found.pop(f"array {code}")
        assert array.dtype == right.dtype
        assert np.array_equal(array, right)
    right = {
        "zero-d": np.array(-0.0), "empty": np.zeros((0, 3), "f4"), "nan": np.array([np.nan, np.inf], "f4"),
        "größe": np.array([1, 2], "i4"),
    }  # fmt: skip
    assert same(found, right)


# -- writing ---------------------------------------------------------------------------------------------------------
UNWRITABLE = {
    "text": (np.array(["a"]), "has dtype <U1.* or write it as metadata if it is text"),
    "bytes": (np.array([b"a"]), r"has dtype \|S1.* or write it as metadata"),
    "object": (np.array([None]), "has dtype object.* make it an array of numbers"),
    "complex": (np.ones(2, complex), r"has dtype complex128.* write its \.real and its \.imag"),
    "datetime": (np.array(["2020"], "M8[D]"), r"has dtype datetime64\[D\].* \.astype\('int64'\)"),
    "structured": (np.zeros(2, [("x", "f4"), ("y", "f4")]), "has dtype .*'x'.* write its fields"),
    "masked": (np.ma.array([1.0, 2.0], mask=[0, 1]), r"is a MaskedArray; .*\.filled\(...\) if it is masked"),
    "list": ([1.0, 2.0], r"'w' is a list; wanted a NumPy array: write np.asarray\(...\)"),
    "none": (None, "'w' is a NoneType; wanted a NumPy array"),
}


@pytest.mark.parametrize("name", UNWRITABLE)
def test_arrays_that_cannot_be_written_are_refused_with_what_to_do(tmp_path, name):
    array, message = UNWRITABLE[name]
    with pytest.raises(TypeError, match=message):
        write(tmp_path / "a", {"fine": np.ones(2), "w": array})
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(np.dtype(np.longdouble).itemsize == 8, reason="long doubles are doubles here")
def test_long_doubles_are_not_shortened(tmp_path):
    with pytest.raises(TypeError, match=r"convert it by \.astype"):
        write(tmp_path / "a", {"w": np.ones(2, np.longdouble)})


@pytest.mark.parametrize(
    "name", ["", "a\nb", "a\0", "\x7f", "\x85", "\u2028", "\ud800", "__metadata__", "n" * 1025, 3, None]
)
def test_names_that_cannot_be_written(tmp_path, name):
    with pytest.raises(TypeError, match=r"the name of an array cannot be .*; wanted a text of 1 to 1024 characters"):
        write(tmp_path / "a", {name: np.ones(1)})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["n" * 1024, "a b", "a\u00a0b", "../x", "\U0001f600", "'\"\\"])
def test_names_that_can_be_written(tmp_path, name):
    write(tmp_path / "a", {name: np.ones(1)})
    assert list(read(tmp_path / "a")[0]) == [name]


@pytest.mark.parametrize(
    "metadata", [{"a": 1}, {1: "a"}, {"a": None}, {"a": "\udc00"}, {"\ud800": "a"}, {"checksum": "0"}, "ab", ["a"]]
)
def test_metadata_that_cannot_be_written(tmp_path, metadata):
    with pytest.raises(TypeError, match="metadata must map texts to texts, 'checksum' is taken; got"):
        write(tmp_path / "a", {}, metadata)
    assert not list(tmp_path.iterdir())


def test_a_header_that_no_reader_takes_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr(safetensors, "LARGEST_HEADER", 1000)
    with pytest.raises(ValueError, match=r"a header of .* bytes; the format allows 1000: write fewer arrays"):
        write(tmp_path / "a", {}, {"a": "b" * 1000})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_a_write_that_fails_leaves_the_old_file_alone(tmp_path, monkeypatch, step, error):
    path = tmp_path / "a.safetensors"
    write(path, {"w": np.ones(2)})
    before = path.read_bytes()

    def fail(*args):
        raise error

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(type(error)):
        write(path, {"w": np.zeros(2)})
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.safetensors"]


def test_the_data_is_on_the_disk_before_the_file_is_in_its_place(tmp_path, monkeypatch):
    path, steps = tmp_path / "a", []
    fsync, replace = os.fsync, os.replace

    def synced(handle):
        steps.append(os.fstat(handle).st_size)
        fsync(handle)

    def replaced(source, target):
        assert Path(source).parent == path.parent
        steps.append("replaced")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", replaced)
    write(path, {"w": np.ones(2)})
    assert steps == [path.stat().st_size, "replaced"]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions and links of POSIX")
def test_links_and_permissions_stay(tmp_path):
    path, link, new = tmp_path / "a", tmp_path / "link", tmp_path / "new"
    mask = os.umask(0o027)
    try:
        write(new, {})
    finally:
        os.umask(mask)
    assert stat.S_IMODE(new.stat().st_mode) == 0o640
    write(path, {"w": np.ones(2)})
    path.chmod(0o600)
    link.symlink_to(path)
    write(link, {"w": np.zeros(2)})
    assert link.is_symlink()
    assert read(path)[0]["w"].tolist() == [0.0, 0.0]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_long_file_names_can_be_written(tmp_path):
    write(tmp_path / ("n" * 250), {})
    assert read(tmp_path / ("n" * 250)) == ({}, {})


def test_paths_that_are_no_files(tmp_path):
    for path in (tmp_path, tmp_path / "none" / "a"):
        with pytest.raises(ModelFileError, match="cannot be written: ") as error:
            write(path, {})
        assert str(error.value).startswith(str(path))
    for path in (tmp_path, tmp_path / "none"):
        for reader in (read, read_metadata):
            with pytest.raises(ModelFileError, match="cannot be read: ") as error:
                reader(path)
            assert str(error.value).startswith(str(path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_pipes_and_devices_are_neither_read_nor_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(ModelFileError, match="cannot be read: it is a folder or a device; wanted a file"):
        read(pipe)  # would wait for ever
    with pytest.raises(ModelFileError, match="cannot be written: it is a folder or a device"):
        write(pipe, {})
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_reading_and_writing_hold_each_array_once(tmp_path):
    array = np.zeros(1_000_000)
    tracemalloc.start()
    write(tmp_path / "a", {"w": array})
    assert tracemalloc.get_traced_memory()[1] < array.nbytes // 10
    tracemalloc.reset_peak()
    read(tmp_path / "a")
    assert tracemalloc.get_traced_memory()[1] < array.nbytes * 1.1
    tracemalloc.stop()


def test_the_codes_are_those_of_numpy():
    assert {code: np.dtype(dtype).newbyteorder("=").name for code, dtype in DTYPES.items()} == {
        "F64": "float64", "F32": "float32", "F16": "float16", "I64": "int64", "I32": "int32", "I16": "int16",
        "I8": "int8", "U64": "uint64", "U32": "uint32", "U16": "uint16", "U8": "uint8", "BOOL": "bool",
    }  # fmt: skip
    assert {CODES[dtype[1:]]: dtype for dtype in DTYPES.values()} == DTYPES
