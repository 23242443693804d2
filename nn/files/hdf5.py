"""HDF5 files as Keras writes them: groups of plain arrays, read without believing what the file says of itself.

HDF5 can do much more: links to other files, arrays kept in other files, filters, types of any kind. Nothing of that is
read, only what `h5py` writes unless it is asked otherwise. The library of HDF5 is not for files from strangers: on
some damaged ones it never returns. So what is read is read here, from the bytes in memory: every place is looked at
a bounded number of times, and no array takes more than the bytes that the file has for it.

In the words of the format's specification: superblock 0 or 1, object headers 1, groups as a B-tree of symbol tables.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator

import numpy as np

from nn.safetensors import ModelFileError, quoted

MAGIC = b"\x89HDF\r\n\x1a\n"
DEEPEST = 64  # groups within groups
NOWHERE = (1 << 64) - 1
UNREAD = {
    0x02: "its groups in HDF5's newer form: write it without libver= or track_order=",
    0x06: "its groups in HDF5's newer form: write it without libver= or track_order=",
    0x07: "an array that lies in another file",
    0x0B: "a compressed array: write it without compression",
}
FLOATS = {2: (10, 5, 0, 10, 15), 4: (23, 8, 0, 23, 127), 8: (52, 11, 0, 52, 1023)}  # where the parts of numbers lie


class Group(dict):
    """Arrays and groups by name, and the attributes that are texts, `said`."""

    def __init__(self, said=None):
        super().__init__()
        self.said = said or {}

    def at(self, path: str):
        """What lies at a path such as `layers/dense/vars`; None if nothing does."""
        found = self
        for name in filter(None, path.split("/")):
            found = found.get(name) if isinstance(found, Group) else None
        return found

    def arrays(self, prefix="") -> dict[str, np.ndarray]:
        """Every array by its path, in the order of the file."""
        found = {}
        for name, part in self.items():
            found |= part.arrays(f"{prefix}{name}/") if isinstance(part, Group) else {f"{prefix}{name}": part}
        return found


def read(data: bytes) -> Group:
    """What an HDF5 file of these bytes holds. The arrays are views of them.

    >>> sorted(read(written({"layers/dense": {"0": np.ones(2)}})).arrays())
    ['layers/dense/0']
    """
    try:
        return _Reader(data).root()
    except (UnicodeDecodeError, ValueError) as error:
        if isinstance(error, ModelFileError):
            raise
        raise ModelFileError(f"is damaged: {error}") from error


class _Reader:
    """Walks through the bytes, and keeps count of what may still be asked for."""

    def __init__(self, data: bytes):
        self.data = data
        self.work = 16 * len(data) + 4096  # bytes that may be looked at, some of them several times
        self.left = len(data)  # bytes that arrays and texts may take
        self.seen: set[int] = set()

    def take(self, at: int, size: int) -> bytes:
        """These bytes, if they are there."""
        if not 0 <= at <= at + size <= len(self.data):
            raise ModelFileError(f"is damaged or cut off: {size} bytes at byte {at} of {len(self.data)}")
        self.work -= size + 8
        if self.work < 0:
            raise ModelFileError("is damaged: it leads to the same places again and again")
        return self.data[at : at + size]

    def number(self, at: int, size: int = 8) -> int:
        return int.from_bytes(self.take(at, size), "little")

    def spend(self, size: int, name: str) -> None:
        self.left -= size
        if self.left < 0:
            raise ModelFileError(f"{quoted(name)} and what comes before it take more bytes than the file has")

    def sign(self, at: int, wanted: bytes) -> None:
        if (found := self.take(at, len(wanted))) != wanted:
            raise ModelFileError(f"is damaged: {found!r} at byte {at}; wanted {wanted!r}")

    def root(self) -> Group:
        self.sign(0, MAGIC)
        version, sizes = self.number(8, 1), self.take(13, 2)
        if version > 1 or sizes != b"\x08\x08":
            raise ModelFileError("is in HDF5's newer form, which is not read: write it without libver=")
        start = 24 + 4 * version
        if self.number(start) != 0:
            raise ModelFileError("begins elsewhere than at its first byte")
        found = self.thing(self.number(start + 40), "/", 0)
        if not isinstance(found, Group):
            raise ModelFileError("holds an array in place of groups")
        return found

    def thing(self, at: int, name: str, depth: int) -> Group | np.ndarray:
        """The group or the array whose object header is there."""
        if at in self.seen or depth > DEEPEST:
            raise ModelFileError(f"{quoted(name)} is linked twice, or nested more than {DEEPEST} deep")
        self.seen.add(at)
        messages: dict[int, list[tuple[int, int]]] = {}
        for kind, start, size, flags in self.messages(at):
            if kind in UNREAD:
                raise ModelFileError(f"{quoted(name)} has {UNREAD[kind]}")
            if flags & 2 and kind in (0x01, 0x03, 0x08, 0x0C, 0x11):
                raise ModelFileError(f"{quoted(name)} shares its description with others")
            messages.setdefault(kind, []).append((start, size))
        if 0x11 in messages:
            found = Group(dict(filter(None, (self.attribute(*place) for place in messages.get(0x0C, ())))))
            for child, place in self.links(messages[0x11][0][0]):
                if child in found:
                    raise ModelFileError(f"{quoted(child)} is there twice")
                found[child] = self.thing(place, child, depth + 1)
            return found
        if not {0x01, 0x03, 0x08} <= messages.keys():
            raise ModelFileError(f"{quoted(name)} is neither a group nor an array")
        return self.array(name, *(messages[kind][0][0] for kind in (0x01, 0x03, 0x08)))

    def messages(self, at: int) -> Iterator[tuple[int, int, int, int]]:
        """(kind, place, size, flags) of each message of an object header."""
        if self.number(at, 1) != 1:
            raise ModelFileError(f"is damaged, or in HDF5's newer form, at byte {at}")
        blocks = [(at + 16, self.number(at + 8, 4))]
        while blocks:
            place, size = blocks.pop(0)
            end = place + size
            while place + 8 <= end:
                kind, length, flags = self.number(place, 2), self.number(place + 2, 2), self.number(place + 4, 1)
                if place + 8 + length > end:
                    raise ModelFileError(f"is damaged: a message at byte {place} reaches too far")
                if kind == 0x10:
                    blocks.append((self.number(place + 8), self.number(place + 16)))
                elif kind:
                    yield kind, place + 8, length, flags
                place += 8 + length

    def links(self, at: int) -> Iterator[tuple[str, int]]:
        """(name, place) of all that is in a group."""
        tree, heap = self.number(at), self.number(at + 8)
        self.sign(heap, b"HEAP")
        names, size = self.number(heap + 24), self.number(heap + 8)
        waiting = [tree]
        while waiting:
            node = waiting.pop(0)
            if self.take(node, 4) == b"TREE":
                count = self.number(node + 6, 2)
                waiting = [self.number(node + 32 + 16 * i) for i in range(count)] + waiting
                continue
            self.sign(node, b"SNOD")
            for i in range(self.number(node + 6, 2)):
                entry = node + 8 + 40 * i
                name, place, cached = self.number(entry), self.number(entry + 8), self.number(entry + 16, 4)
                text = self.until_zero(names + name, names + size)
                if cached == 2 or place == NOWHERE:
                    raise ModelFileError(f"{quoted(text)} is a link to elsewhere, which is not followed")
                yield text, place

    def until_zero(self, at: int, end: int) -> str:
        stop = self.data.find(b"\0", at, end) if 0 <= at < end <= len(self.data) else -1
        if stop < 0 or stop - at > 4096:
            raise ModelFileError(f"is damaged: a name at byte {at} has no end")
        return self.take(at, stop - at).decode("utf-8")

    def shape(self, at: int, name: str) -> tuple[int, ...]:
        version, rank, third = self.take(at, 3)
        kind = self.number(at + 3, 1) if version == 2 else int(rank > 0)
        if version not in (1, 2) or kind > 1 or rank > 32 or third & 2:
            raise ModelFileError(f"{quoted(name)} has no plain shape")
        start = at + (8 if version == 1 else 4)
        return tuple(self.number(start + 8 * i) for i in range(rank))

    def dtype(self, at: int) -> np.dtype | None:
        """The type of the numbers; None for any other type."""
        kind, bits, size = self.number(at, 1) & 15, self.number(at + 1, 3), self.number(at + 4, 4)
        order = "<>"[bits & 1]
        whole = self.number(at + 8, 2) == 0 and self.number(at + 10, 2) == 8 * size
        if kind == 0 and size in (1, 2, 4, 8) and whole:
            return np.dtype(f"{order}{'i' if bits & 8 else 'u'}{size}")
        if kind == 1 and whole and not bits & 64 and size in FLOATS:
            parts = (*self.take(at + 12, 4), self.number(at + 16, 4))
            return np.dtype(f"{order}f{size}") if parts == FLOATS[size] else None
        return None

    def array(self, name: str, space: int, kind: int, layout: int) -> np.ndarray:
        shape, dtype = self.shape(space, name), self.dtype(kind)
        if dtype is None:
            raise ModelFileError(f"{quoted(name)} is of another type; wanted whole or floating-point numbers")
        size = math.prod(shape) * dtype.itemsize
        version, how = self.take(layout, 2)
        if version != 3 or how > 1:
            raise ModelFileError(f"{quoted(name)} is cut into pieces, or put together of others; wanted it whole")
        there = self.number(layout + 10) if how else self.number(layout + 2, 2)
        at = self.number(layout + 2) if how else layout + 4
        if math.prod(filter(None, shape)) * dtype.itemsize > len(self.data):
            raise ModelFileError(f"{quoted(name)} of shape {quoted(shape)} is larger than the file")
        if size and (size != there or at + size > len(self.data)):
            raise ModelFileError(f"{quoted(name)} of shape {quoted(shape)} takes {size} bytes and is given {there}")
        self.spend(size, name)
        numbers = np.frombuffer(self.data, dtype, size // dtype.itemsize, at if size else 0).reshape(shape)
        return numbers.astype(dtype.newbyteorder("="), copy=False)

    def attribute(self, at: int, size: int) -> tuple[str, str | list[str]] | None:
        """The name and the text, or texts, of an attribute; None where it is something else, of no use here."""
        version, flags = self.take(at, 2)
        lengths = [self.number(at + i, 2) for i in (2, 4, 6)]
        if version not in (1, 2, 3) or (version > 1 and flags):
            return None
        steps = [-(-n // 8) * 8 for n in lengths] if version == 1 else lengths
        names = at + (9 if version == 3 else 8)
        kind, space = names + steps[0], names + steps[0] + steps[1]
        values = space + steps[2]
        name = self.take(names, lengths[0]).rstrip(b"\0").decode("utf-8")
        what, length = self.take(kind, 2), self.number(kind + 4, 4)
        varying = what[0] & 15 == 9 and what[1] & 15 == 1
        shape = self.shape(space, name)
        count = math.prod(shape)
        if (what[0] & 15 != 3 and not varying) or len(shape) > 1:
            return None
        if (length := 16 if varying else length) == 0 or values + count * length > at + size:
            raise ModelFileError(f"the attribute {quoted(name)} reaches too far")
        texts = [self.text(name, values + length * i, length, varying) for i in range(count)]
        return name, texts if shape else texts[0]

    def text(self, name: str, at: int, length: int, varying: bool) -> str:
        if varying:
            length, at = self.heaped(self.number(at, 4), self.number(at + 4), self.number(at + 12, 4))
        self.spend(length, name)
        return self.take(at, length).rstrip(b"\0").decode("utf-8")

    def heaped(self, length: int, heap: int, which: int) -> tuple[int, int]:
        """The length and the place of a text in a heap of texts."""
        if not length:
            return 0, 0
        self.sign(heap, b"GCOL\x01")
        at, end = heap + 16, heap + self.number(heap + 8)
        while at + 16 <= end:
            index, size = self.number(at, 2), self.number(at + 8)
            if index == which and length <= size:
                return length, at + 16
            if not index:
                break
            at += 16 + -(-size // 8) * 8
        raise ModelFileError(f"is damaged: a text is not in the heap at byte {heap}")


def library():
    """The module h5py, or an error that says how to get it."""
    try:
        import h5py
    except ImportError as error:
        raise ImportError(
            "files of Keras (.keras, .weights.h5) are written with h5py: pip install 'glassgrad[keras]'; "
            "a name that ends in .safetensors needs nothing"
        ) from error
    return h5py


def written(groups: dict[str, dict[str, np.ndarray]], names: dict[str, str] | None = None) -> bytes:
    """An HDF5 file with the arrays of each group by its path; `names` are written as their attribute `name`."""
    buffer = io.BytesIO()
    with library().File(buffer, "w") as file:
        for path, arrays in groups.items():
            group = file.require_group(path)
            if names and path in names:
                group.attrs["name"] = names[path]
            for name, array in arrays.items():
                group.create_dataset(name, data=array)
    return buffer.getvalue()
