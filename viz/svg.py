"""Pictures written by hand: SVG that notebooks show and files keep, and small images of numbers."""

from __future__ import annotations

import base64
import html
import struct
import zlib
from pathlib import Path

import numpy as np

from viz.colors import diverging


class Svg:
    """A picture. A notebook shows it; `save` writes it; `str` gives its text.

    >>> picture = Svg(10, 10)
    >>> picture.add("circle", cx=5, cy=5, r=3)
    >>> str(picture).count("<circle")
    1
    """

    def __init__(self, width: float, height: float, title: str = ""):
        self.width, self.height, self.title = width, height, title
        self.parts: list[str] = []

    def add(self, tag: str, text: str | None = None, **attributes) -> None:
        """An element; `_` in names stands for `-`, text is escaped."""
        attrs = "".join(
            f' {k.replace("_", "-")}="{html.escape(_round(v))}"' for k, v in attributes.items() if v is not None
        )
        inner = "" if text is None else html.escape(text)
        self.parts.append(f"<{tag}{attrs}>{inner}</{tag}>")

    def text(self, x, y, text, size=11, anchor="middle", fill="#333333", **attributes) -> None:
        self.add("text", text, x=x, y=y, font_size=size, text_anchor=anchor, fill=fill, **attributes)

    def __str__(self):
        title = f"<title>{html.escape(self.title)}</title>" if self.title else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {self.height:g}" '
            f'width="{self.width:g}" height="{self.height:g}" role="img" '
            f'font-family="Helvetica, Arial, sans-serif">{title}'
            f'<rect width="100%" height="100%" fill="#ffffff"/>{"".join(self.parts)}</svg>'
        )

    def _repr_svg_(self):
        return str(self)

    def save(self, path) -> Path:
        """Write the picture to a file and give its path."""
        path = Path(path)
        path.write_text(str(self), encoding="utf-8")
        return path


def _round(value) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float | np.floating) else str(value)


def heat_png(array, scale=None) -> str:
    """A table of numbers as an image in a data: address: a pixel each, on the diverging scale, first row on top."""
    array = np.asarray(array, dtype=np.float64)
    scale = scale or float(np.nanmax(np.abs(array), initial=0.0)) or 1.0
    steps = np.clip(np.nan_to_num(array / scale), -1, 1)
    levels = np.round((steps + 1) * 50).astype(int)
    table = np.array(
        [[int(diverging(level / 50 - 1, 1.0)[i : i + 2], 16) for i in (1, 3, 5)] for level in range(101)], np.uint8
    )
    return _png(table[levels])


def image_png(image) -> str:
    """An image of colours, (height, width, 3) from 0 to 1, in a data: address."""
    return _png(np.round(255 * np.asarray(image, dtype=np.float64)).astype(np.uint8))


def _png(pixels) -> str:
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in [(b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    )
    return "data:image/png;base64," + base64.b64encode(data).decode()
