"""What every chart with matplotlib begins with: pyplot, the scale of colours, small pictures side by side."""

from __future__ import annotations

import numpy as np

BLUE, ORANGE, GRAY = "#2166ac", "#e67814", "#888888"
PALE = "#f7f7f7"
GAP = 1  # pixels between the tiles of a mosaic


def pyplot():
    """matplotlib's pyplot, or the error that says how to install it."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError("charts need matplotlib: pip install 'glassgrad[viz]'") from error
    return plt


def diverging(plt):
    """Blue below 0, orange above."""
    return plt.matplotlib.colors.LinearSegmentedColormap.from_list("glass", [BLUE, PALE, ORANGE])


def rising(plt):
    """From nearly white at 0 to orange, for what is never below 0."""
    return plt.matplotlib.colors.LinearSegmentedColormap.from_list("glass rising", [PALE, ORANGE, "#7a3200"])


def glow(plt):
    """Nothing at 0, then more and more orange: to be laid over an image."""
    return plt.matplotlib.colors.LinearSegmentedColormap.from_list(
        "glass glow", [(0, (1, 0.62, 0.2, 0)), (0.5, (1, 0.5, 0.05, 0.55)), (1, (0.95, 0.3, 0, 0.85))]
    )


def scale(plt, numbers, signed=False) -> dict:
    """The colours for an array: around 0 if some numbers are below it, else rising from it. nan is left white."""
    good = numbers[np.isfinite(numbers)]
    top = float(np.abs(good).max(initial=0.0)) or 1.0
    if signed or (good < 0).any():
        return {"cmap": diverging(plt), "vmin": -top, "vmax": top}
    return {"cmap": rising(plt), "vmin": 0.0, "vmax": top}


def mosaic(tiles, columns: int) -> np.ndarray:
    """Small pictures, (count, height, width) or with colours behind, in rows of so many; nan between them.

    >>> mosaic(np.ones((3, 2, 2)), columns=2).shape
    (5, 5)
    """
    tiles = np.asarray(tiles, dtype=float)
    count, high, wide = tiles.shape[:3]
    rows = -(-count // columns)
    sheet = np.full((rows * (high + GAP) - GAP, columns * (wide + GAP) - GAP, *tiles.shape[3:]), np.nan)
    for i, tile in enumerate(tiles):
        y, x = i // columns * (high + GAP), i % columns * (wide + GAP)
        sheet[y : y + high, x : x + wide] = tile
    return sheet


def framed(ax, tiles, shape, columns: int) -> None:
    """A thin line around each of so many tiles of a mosaic, of this (height, width)."""
    high, wide = shape
    xs = np.arange(tiles) % columns * (wide + GAP) - 0.5
    ys = np.arange(tiles) // columns * (high + GAP) - 0.5
    lines = [[(x, y), (x + wide, y), (x + wide, y + high), (x, y + high), (x, y)] for x, y in zip(xs, ys, strict=True)]
    collections = pyplot().matplotlib.collections
    ax.add_collection(collections.LineCollection(lines, colors="#aaaaaa", linewidths=0.6), autolim=False)


def bare(ax) -> None:
    """Take the frame and the ticks off."""
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
