"""Files in the IDX format, in which MNIST and its relatives come."""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

KINDS = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
LARGEST = 1 << 32  # bytes
PIECE = 1 << 20


def load_idx(images_path, labels_path=None):
    """The array in an IDX file, packed by gzip or not; with the file of the labels as well, (images, labels).

    A file begins with two zeros, a byte for the kind of number, one for the number of axes, and the length of each
    axis; then come the numbers. All of it is checked before any memory is taken.
    """
    images = _read(Path(images_path))
    if labels_path is None:
        return images
    labels = _read(Path(labels_path))
    if len(images) != len(labels):
        raise ValueError(f"{images_path} has {len(images)} samples and {labels_path} {len(labels)}; wanted as many")
    if labels.ndim > images.ndim:
        raise ValueError(
            f"the labels in {labels_path} have more axes, {labels.shape}, than the images in {images_path}, "
            f"{images.shape}: are the paths swapped?"
        )
    return images, labels


def _read(path):
    with open(path, "rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"  # what the bytes say, whatever the name
        raw.seek(0)
        try:
            file = gzip.GzipFile(fileobj=raw) if packed else raw
            shape, dtype = _header(file, path)
            size = math.prod(shape) * dtype.itemsize
            if size > LARGEST:
                raise ValueError(f"{path} describes {size} bytes, shape {shape}; more than {LARGEST} is not read")
            body = _pieces(file, size + 1)  # one more, to see that nothing follows, and gzip's checksum
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise ValueError(f"{path} is damaged: {error}") from error
    if len(body) != size:
        came = "more" if len(body) > size else f"{len(body)}"
        raise ValueError(f"{path} of shape {shape} takes {size} bytes and has {came}")
    return np.frombuffer(body, dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=False)


def _header(file, path):
    head = file.read(4)
    if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in KINDS or not 0 < head[3] <= 8:
        raise ValueError(f"{path} is no IDX file: it begins with {head.hex() or 'nothing'}")
    sizes = file.read(4 * head[3])
    if len(sizes) < 4 * head[3]:
        raise ValueError(f"{path} ends within its header")
    return tuple(int(n) for n in np.frombuffer(sizes, ">u4")), np.dtype(KINDS[head[2]])


def _pieces(file, size):
    """At most `size` bytes; memory grows with what is there, not with what a header promises."""
    body = bytearray()
    while len(body) < size and (piece := file.read(min(PIECE, size - len(body)))):
        body += piece
    return body
