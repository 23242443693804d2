"""The file format's rules: each is kept and says so, before anything is read or allocated."""

import inspect
import os
import sys

import numpy as np
import pytest
from files_by_hand import build, nested, one, peak, same, two

from nn import safetensors
from nn.safetensors import ModelFileError, read, read_metadata, write

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


@pytest.mark.parametrize("name", ["huge shape", "shape that wraps to 0 bytes", "empty shape that wraps", "long header"])
def test_a_lying_header_allocates_nothing(tmp_path, name):
    (tmp_path / "a").write_bytes(BAD[name][0])
    assert peak(read, tmp_path / "a") < 100_000


def test_a_wrong_file_is_refused_before_its_arrays_are_read(tmp_path):
    write(tmp_path / "a", {"w": np.zeros(1_000_000)})
    assert peak(read, tmp_path / "a", {"w": ((1_000_001,), "f8")}) < 100_000
    assert peak(read, tmp_path / "a", None, 1_000_000) < 100_000
