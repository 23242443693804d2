"""The file format: arrays come back to the bit, every rule is kept and says so, and damage is always noticed."""

import ast
import contextlib
import hashlib
import inspect
import json
import math
import os
import pickle
import stat
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nn import safetensors
from nn.safetensors import CODES, DTYPES, ModelFileError, checksum, read, read_metadata, write

HERE = Path(__file__).parent


def same(found, arrays):
    """Whether the arrays are the same in names, order, shapes, dtypes and bits."""
    return list(found) == list(arrays) and all(
        (a.shape, a.dtype, a.tobytes()) == (b.shape, b.dtype.newbyteorder("="), b.astype(a.dtype).tobytes())
        for a, b in zip(found.values(), arrays.values(), strict=True)
    )


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


# -- the rules -------------------------------------------------------------------------------------------------------
def build(header, body=b"", sign=True):
    """A file from a header as text or as data, with a checksum that is right if asked for."""
    if isinstance(header, dict):
        about = dict(header.get("__metadata__", {}))
        rest = {name: entry for name, entry in header.items() if name != "__metadata__"}
        if sign:
            about["checksum"] = checksum(rest, about, [body])
        header = json.dumps({"__metadata__": about, **rest})
    if isinstance(header, str):
        header = header.encode()
    return len(header).to_bytes(8, "little") + header + body


def one(dtype="F32", shape=(2,), offsets=(0, 8), body=bytes(8), **more):
    """A file with one array "w"."""
    return build({"w": {"dtype": dtype, "shape": shape, "data_offsets": offsets, **more}}, body)


def two(begin, end, body):
    first = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    return build({"w": first, "v": {**first, "data_offsets": [begin, end]}}, body)


def nested(depth):
    return build('{"__metadata__": {"checksum": ""}, "w":' + "[" * depth + "]" * depth + "}")


LONG = "1" * 21
THIRD = pow(3, -1, 1 << 61)  # 3 * THIRD is 1 in 61 bits
BAD = {
    "empty": (b"", "has 0 bytes; wanted 8 or more"),
    "short": (b"\1\0\0", "has 3 bytes; wanted 8 or more"),
    "no header": (bytes(8), "the header is no valid JSON"),
    "long header": (
        (1 << 40).to_bytes(8, "little") + b"{}",
        "promises a header of 1099511627776 bytes; wanted 2 at most",
    ),
    "header one too long": ((3).to_bytes(8, "little") + b"{}", "promises a header of 3 bytes; wanted 2 at most"),
    "unsigned length": (b"\xff" * 8 + b"{}", "promises a header of 18446744073709551615 bytes"),
    "not utf-8": (build(b'{"a\xff": 1}'), "no valid JSON in UTF-8: .*0xff in position 3"),
    "utf-16": (build('{"a": 1}'.encode("utf-16")), "no valid JSON in UTF-8"),
    "mark of byte order": (build("\ufeff{}"), "no valid JSON"),
    "no json": (build("{'a': 1}"), "no valid JSON in UTF-8: .*char 1"),
    "code": (build("__import__('os').abort()"), "no valid JSON"),
    "two values": (build("{}{}"), "no valid JSON"),
    "comma": (build('{"a": {},}'), "no valid JSON"),
    "a list": (build("[]"), "the header is a list .* wanted an object"),
    "a number": (build("12345678"), "the header is a int"),
    "space first": (build(" {}"), "the header is a dict from b' '; wanted an object from the '{'"),
    "deep list": (build("[" * 200_000), "nested too deeply; wanted three levels"),
    "deep object": (build('{"a":' * 200_000), "nested too deeply"),
    "deep entry": (nested(300), r"'w' is described by \[\[\[\[...\]\]\]\]; wanted dtype, shape and data_offsets"),
    "nan": (build('{"w": NaN}'), "NaN is no number in JSON"),
    "infinity": (build('{"w": [1, -Infinity]}'), "-Infinity is no number in JSON"),
    "long number": (
        build('{"w": ' + LONG + "}"),
        "11111111111111111111 is no number in JSON, or too long; wanted at most 20 digits",
    ),
    "longer number": (build('{"w": ' + "1" * 5000 + "}"), "too long; wanted at most 20 digits"),
    "twice": (build('{"a": {}, "b": {}, "a": {}}'), "'a' appears twice"),
    "twice within": (build('{"a": {"dtype": "F32", "dtype": "F64"}}'), "'dtype' appears twice"),
    "metadata twice": (build('{"__metadata__": {}, "__metadata__": {}}'), "'__metadata__' appears twice"),
    "checksum twice": (build('{"__metadata__": {"checksum": "", "checksum": ""}}'), "'checksum' appears twice"),
    "metadata number": (
        build('{"__metadata__": {"a": "", "b": 1}}'),
        "the metadata must map texts to texts; got {'b': 1}",
    ),
    "metadata none": (build('{"__metadata__": null}'), "the metadata must map texts to texts; got None"),
    "metadata list": (build('{"__metadata__": []}'), r"the metadata must map texts to texts; got \[\]"),
    "metadata surrogate": (build('{"__metadata__": {"a": "\\ud800"}}'), "must map texts to texts; got .*ud800"),
    "checksum number": (build('{"__metadata__": {"checksum": 0}}'), "must map texts to texts; got {'checksum': 0}"),
    "no metadata": (build("{}"), "has no checksum to notice damage by; pass require_checksum=False"),
    "no checksum": (build({}, sign=False), "has no checksum"),
    "wrong checksum": (
        build('{"__metadata__": {"checksum": "00"}}'),
        "is damaged: its checksum is '00', and what it holds has [0-9a-f]{64}",
    ),
    "name with control": (build({"a\nb": {}}), r"an array has the name 'a\\nb'; wanted 1 to 1024 characters"),
    "name with surrogate": (
        build('{"__metadata__": {"checksum": ""}, "\\ud800": {}}'),
        r"an array has the name '\\ud800'",
    ),
    "no name": (build({"": {}}), "an array has the name ''"),
    "long name": (build({"n" * 1025: {}}), r"an array has the name 'nnn.*\.\.\..*nnn'; wanted 1 to 1024"),
    "no entry": (build({"w": 3}), "'w' is described by 3; wanted dtype, shape and data_offsets"),
    "further key": (one(more=1), "'w' is described by .*; wanted dtype, shape and data_offsets"),
    "missing key": (build({"w": {"dtype": "F32", "shape": [2]}}), "'w' is described by .*; wanted dtype, shape"),
    "object dtype": (one("O"), "'w' has the dtype 'O'; wanted one of F64, F32, .*, BOOL"),
    "numpy dtype": (one("<f4"), "'w' has the dtype '<f4'"),
    "other dtype": (one("BF16"), "'w' has the dtype 'BF16'"),
    "dtype list": (one(["F32"]), r"'w' has the dtype \['F32'\]"),
    "negative shape": (one(shape=[-2]), r"'w' has the shape \[-2\]; wanted a list of up to 64 sizes from 0 up"),
    "two negatives": (one(shape=[-2, -1]), r"'w' has the shape \[-2, -1\]"),
    "true shape": (one("F64", [True]), r"'w' has the shape \[True\]"),
    "float shape": (one(shape=[2.0]), r"'w' has the shape \[2.0\]"),
    "text shape": (one(shape="2"), "'w' has the shape '2'"),
    "number shape": (one(shape=2), "'w' has the shape 2"),
    "65 axes": (one("F64", [1] * 65), "'w' has the shape .*; wanted a list of up to 64 sizes"),
    "huge size": (one(shape=[1 << 62]), r"'w' has the shape \[4611686018427387904\]"),
    "huge shape": (one(shape=[1 << 61, 1 << 61]), "'w' of F32 .* takes 2126764793255865396.* bytes and is given 8"),
    "shape that wraps to 8 bytes": (one(shape=[3, 2 * THIRD]), r"'w' of F32 .* takes \d{20} bytes and is given 8"),
    "shape that wraps to 0 bytes": (
        one(shape=[1 << 32, 1 << 32], offsets=[0, 0], body=b""),
        "takes 73786976294838206464 bytes and is given 0",
    ),
    "empty shape that wraps": (
        one(shape=[0, 1 << 61], offsets=[0, 0], body=b""),
        "'w' has the shape .*; wanted sizes whose product can be counted",
    ),
    "too few bytes": (one(shape=[3]), r"'w' of F32 \[3\] takes 12 bytes and is given 8"),
    "too many bytes": (one(shape=[1]), r"'w' of F32 \[1\] takes 4 bytes and is given 8"),
    "0-d": (one(shape=[]), r"'w' of F32 \[\] takes 4 bytes and is given 8"),
    "backwards": (one(offsets=[8, 0]), "takes 8 bytes and is given -8"),
    "one offset": (one(offsets=[8]), r"'w' has the offsets \[8\]; wanted two positions from 0 up"),
    "three offsets": (one(offsets=[0, 8, 8]), "'w' has the offsets"),
    "negative offsets": (one(offsets=[-8, 0]), r"'w' has the offsets \[-8, 0\]"),
    "true offset": (one("U8", [1], [False, True], b"\0"), r"'w' has the offsets \[False, True\]"),
    "float offset": (one(offsets=[0, 8.0]), r"'w' has the offsets \[0, 8.0\]"),
    "no offsets": (one(offsets=None), "'w' has the offsets None"),
    "not from 0": (one(offsets=[8, 16], body=bytes(16)), "'w' begins at byte 8; wanted 0, where the last one ends"),
    "beyond": (one(offsets=[0, 8], body=b""), "has 0 bytes of data and describes 8: it is cut off"),
    "gap": (two(9, 17, bytes(17)), "'v' begins at byte 9; wanted 8"),
    "overlap": (two(4, 12, bytes(12)), "'v' begins at byte 4; wanted 8"),
    "twice the same bytes": (two(0, 8, bytes(8)), "begins at byte 0; wanted 8"),
    "tail": (one(body=bytes(9)), "has 9 bytes of data and describes 8: it is cut off, or has a tail"),
    "cut off": (one(body=bytes(7)), "has 7 bytes of data and describes 8"),
    "no bool": (one("BOOL", [8], body=b"\1\0\1\0\1\0\1\2"), "'w' is of dtype BOOL and has bytes other than 0 and 1"),
}
IN_THE_DATA = {"wrong checksum", "no bool"}
WITHOUT_CHECKSUM = {"no metadata", "no checksum"}


@pytest.mark.parametrize("name", BAD)
def test_each_rule_is_kept_and_says_so(tmp_path, name):
    data, message = BAD[name]
    path = tmp_path / "bad.safetensors"
    path.write_bytes(data)
    readers = [read, read_metadata][: 1 if name in IN_THE_DATA else 2]
    for reader in readers:
        for require in [True] if name in WITHOUT_CHECKSUM else [True, False]:
            with pytest.raises(ModelFileError, match=message) as error:
                reader(path, require_checksum=require)
            assert str(error.value).startswith(f"{path}: ")
            assert len(str(error.value)) < 600


def test_files_near_the_rules_are_read(tmp_path):
    """The twins of bad files, so that a rule which refuses everything is noticed too."""
    path = tmp_path / "good"
    good = [one(), one("F64", [1] * 64), one("BOOL", [8], body=b"\1" * 8), two(8, 16, bytes(16)), build({})]
    for data in good:
        path.write_bytes(data)
        read(path)
    path.write_bytes(one(shape=[0, 1 << 40], offsets=[0, 0], body=b""))
    assert read(path)[0]["w"].shape == (0, 1 << 40)


def test_entries_in_another_order_than_their_bytes(tmp_path):
    """The reader goes by offsets, empty arrays between others included, and keeps the order of the header."""
    path = tmp_path / "a"
    entry = {"dtype": "U8", "shape": [2]}
    header = {
        "last": {**entry, "data_offsets": [2, 4]},
        "none": {"dtype": "U8", "shape": [0], "data_offsets": [2, 2]},
        "first": {**entry, "data_offsets": [0, 2]},
    }
    path.write_bytes(build(header, b"\1\2\3\4"))
    found, _ = read(path)
    assert {name: array.tolist() for name, array in found.items()} == {"last": [3, 4], "none": [], "first": [1, 2]}
    assert list(found) == list(header)


def test_depths_near_the_limit_of_the_stack(tmp_path):
    for depth in range(sys.getrecursionlimit() - 120, sys.getrecursionlimit() + 20):
        (tmp_path / "a").write_bytes(nested(depth))
        with pytest.raises(ModelFileError, match=r"is described by|nested too deeply"):
            read(tmp_path / "a", require_checksum=False)


def test_the_header_has_a_limit_of_its_own(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(build("{}" + " " * 98))
    assert read(path, require_checksum=False) == ({}, {})
    monkeypatch.setattr(safetensors, "LARGEST_HEADER", 99)
    with pytest.raises(ModelFileError, match="promises a header of 100 bytes; wanted 99 at most"):
        read(path, require_checksum=False)


def test_the_limit_is_kept_before_anything_is_read(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(bytes(1001))  # nothing in it is right, but its size comes first
    with pytest.raises(
        ModelFileError, match="has 1001 bytes; wanted at most limit=1000: pass a larger one if you trust"
    ):
        read(path, limit=1000)
    assert inspect.signature(read).parameters["limit"].default == 4 << 30
    write(path, {"w": np.ones(100)})
    size = path.stat().st_size
    read(path, limit=size)
    with pytest.raises(ModelFileError, match=f"has {size} bytes; wanted at most limit={size - 1}"):
        read(path, limit=size - 1)
    assert read_metadata(path) == {}


def test_what_is_expected_is_compared_before_anything_is_read(tmp_path):
    path = tmp_path / "a"
    arrays = {"w": np.zeros((2, 3), "f4"), "b": np.zeros(3), "n": np.array(1, "i8")}
    write(path, arrays)
    expected = {name: (array.shape, array.dtype) for name, array in arrays.items()}
    assert same(read(path, expected)[0], arrays)
    assert same(read(path, {"n": ((), ">i8"), "b": ([3], "d"), "w": ((2, 3), np.float32)})[0], arrays)
    cases = [
        ({**expected, "c": ((), "f4")}, r"does not fit: missing \['c'\]; nothing was changed$"),
        ({"w": expected["w"], "b": expected["b"]}, r"does not fit: unexpected \['n'\]; nothing"),
        ({}, r"unexpected \['w', 'b', 'n'\]"),
        ({**expected, "w": ((3, 2), "f4")}, r"of another kind \['w' is float32 \(2, 3\), wanted float32 \(3, 2\)\]"),
        ({**expected, "b": ((3,), "f4")}, r"of another kind \['b' is float64 \(3,\), wanted float32 \(3,\)\]"),
        ({**expected, "b": ((3, 1), "f8")}, r"\['b' is float64 \(3,\), wanted float64 \(3, 1\)\]"),
        ({**expected, "n": ((), "u8")}, r"\['n' is int64 \(\), wanted uint64 \(\)\]"),
        ({**expected, "n": ((), complex)}, r"\['n' is int64 \(\), wanted complex128 \(\)\]"),
        (
            {"b": ((3,), "f4"), **{f"m{i}": ((), "f4") for i in range(5)}},
            r"missing \['m0', 'm1', 'm2' and 2 more\], unexpected \['w', 'n'\], of another kind \['b' is .*\]; nothing",
        ),
    ]
    for wrong, message in cases:
        with pytest.raises(ModelFileError, match=message) as error:
            read(path, wrong)
        assert str(error.value).startswith(f"{path}: ")


def test_a_file_that_shrinks_while_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "a"
    write(path, {"w": np.ones(100_000)})
    size = path.stat().st_size

    def cut(*args, **kwargs):
        os.truncate(path, size - 8)
        return empty(*args, **kwargs)

    empty = np.empty
    monkeypatch.setattr(np, "empty", cut)
    with pytest.raises(ModelFileError, match="the file ends within 'w': it changed while it was read"):
        read(path)


# -- memory, time, and nothing that runs -----------------------------------------------------------------------------
def peak(call, *args):
    """The most memory that a call which is refused holds at once."""
    tracemalloc.start()
    try:
        with pytest.raises(ModelFileError):
            call(*args)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", ["huge shape", "shape that wraps to 0 bytes", "empty shape that wraps", "long header"])
def test_a_lying_header_allocates_nothing(tmp_path, name):
    (tmp_path / "a").write_bytes(BAD[name][0])
    assert peak(read, tmp_path / "a") < 100_000


def test_a_wrong_file_is_refused_before_its_arrays_are_read(tmp_path):
    write(tmp_path / "a", {"w": np.zeros(1_000_000)})
    assert peak(read, tmp_path / "a", {"w": ((1_000_001,), "f8")}) < 100_000
    assert peak(read, tmp_path / "a", None, 1_000_000) < 100_000


def test_reading_and_writing_hold_each_array_once(tmp_path):
    array = np.zeros(1_000_000)
    tracemalloc.start()
    write(tmp_path / "a", {"w": array})
    assert tracemalloc.get_traced_memory()[1] < array.nbytes // 10
    tracemalloc.reset_peak()
    read(tmp_path / "a")
    assert tracemalloc.get_traced_memory()[1] < array.nbytes * 1.1
    tracemalloc.stop()


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


# -- damage ----------------------------------------------------------------------------------------------------------
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


def test_the_codes_are_those_of_numpy():
    assert {code: np.dtype(dtype).newbyteorder("=").name for code, dtype in DTYPES.items()} == {
        "F64": "float64", "F32": "float32", "F16": "float16", "I64": "int64", "I32": "int32", "I16": "int16",
        "I8": "int8", "U64": "uint64", "U32": "uint32", "U16": "uint16", "U8": "uint8", "BOOL": "bool",
    }  # fmt: skip
    assert {CODES[dtype[1:]]: dtype for dtype in DTYPES.values()} == DTYPES
