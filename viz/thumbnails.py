"""Arrays that are images, maps or kernels, as little pictures inside the boxes of a drawn graph."""

from __future__ import annotations

import html

import numpy as np

from viz.colors import BAD, diverging
from viz.images import displayed, ends
from viz.snapshot import Numbers

SIDE = 16  # pixels along a side; of larger pictures every n-th is drawn
TILES = 4  # pictures in a box
PIXEL, WIDE = 4, 36  # points: a pixel at least, and a small picture about


def tiles_of(node, channels_first=False) -> list[list[list[str]]]:
    """The little pictures of a node as rows of colours; none if it is no image.

    What has four axes is (batch, height, width, channels), of which the first sample is shown, gray or in colours if it
    came from outside; a parameter is the kernels (height, width, inputs, outputs), of which the first input is shown.
    """
    x = node.value
    if not isinstance(x, Numbers) or not x.elements:
        return []
    array, outside = np.reshape(x.elements, x.grid), node.kind in ("constant", "input")
    if array.ndim == 3 and outside and x.shape[1] == x.shape[2] > TILES:
        array = array[..., None]
    elif array.ndim != 4:
        return []
    elif node.kind == "parameter":
        array = array[:, :, :1].transpose(2, 0, 1, 3)
    elif channels_first:
        array = np.moveaxis(array, 1, -1)
    image = array[0]
    if min(image.shape[:2]) < 2:
        return []
    image = image[:: -(-image.shape[0] // SIDE), :: -(-image.shape[1] // SIDE)]
    if outside and image.shape[-1] in (1, 3):
        limits = ends(array)
        shown = np.round(255 * displayed(np.nan_to_num(image), *limits)).astype(int)
        gray = shown.shape[-1] == 1
        return [
            [
                ["#" + "".join(f"{c:02x}" for c in (pixel * 3 if gray else pixel)) for pixel in row]
                for row in shown.tolist()
            ]
        ]
    top = float(np.abs(image[np.isfinite(image)]).max(initial=0)) or 1.0
    maps = np.moveaxis(image, -1, 0)[:TILES].tolist()
    return [[[diverging(v, top) if np.isfinite(v) else BAD for v in row] for row in tile] for tile in maps]


def label(cells: list[str], tiles, more: int, color: str) -> str:
    """An HTML-like label for Graphviz: texts above one another, and the pictures side by side below them."""
    ink = f'<FONT COLOR="{color}">'
    plain = (html.escape("".join(c if c.isprintable() else " " for c in text)) for text in cells)
    rows = "".join(f"<TR><TD>{ink}{text}</FONT></TD></TR>" for text in plain)
    count = f'<TD VALIGN="MIDDLE">{ink} + {more}</FONT></TD>' if more > 0 else ""
    tables = "".join(f'<TD CELLPADDING="3">{_table(tile)}</TD>' for tile in tiles)
    inner = f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"><TR>{tables}{count}</TR></TABLE>'
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{rows}<TR><TD>{inner}</TD></TR></TABLE>>'


def _table(tile) -> str:
    pixel = max(PIXEL, WIDE // max(len(tile), len(tile[0])))
    each = f'FIXEDSIZE="TRUE" WIDTH="{pixel}" HEIGHT="{pixel}"'
    rows = "".join("<TR>" + "".join(f'<TD BGCOLOR="{color}" {each}></TD>' for color in row) + "</TR>" for row in tile)
    size = f'FIXEDSIZE="TRUE" WIDTH="{pixel * len(tile[0]) + 2}" HEIGHT="{pixel * len(tile) + 2}"'
    return f'<TABLE BORDER="1" COLOR="#888888" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0" {size}>{rows}</TABLE>'
