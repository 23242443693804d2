"""Files of the format put together byte by byte, right or wrong, and what reading them costs."""

import json
import tracemalloc

import pytest

from nn.safetensors import ModelFileError, checksum


def same(found, arrays):
    """Whether the arrays are the same in names, order, shapes, dtypes and bits."""
    return list(found) == list(arrays) and all(
        (a.shape, a.dtype, a.tobytes()) == (b.shape, b.dtype.newbyteorder("="), b.astype(a.dtype).tobytes())
        for a, b in zip(found.values(), arrays.values(), strict=True)
    )


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


def peak(call, *args):
    """The most memory that a call which is refused holds at once."""
    tracemalloc.start()
    try:
        with pytest.raises(ModelFileError):
            call(*args)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
