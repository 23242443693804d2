"""Colours: a diverging scale that colour-blind people can read, and one colour for each kind of node."""

from __future__ import annotations

import math

# Blue for negative, near white for 0, orange for positive: apart in hue and, towards the ends, in brightness.
NEGATIVE, ZERO, POSITIVE = (33, 102, 172), (247, 247, 247), (230, 120, 20)
KINDS = {"parameter": "#e8f1e4", "input": "#fff6d6", "constant": "#f0f0f0", "result": "#ffffff", "output": "#f3e3f4"}
BAD = "#d00000"
# Classes and curves: Petroff's ten, which people with any colour vision can tell apart; beyond ten they come again.
CLASSES = ("#3f90da", "#e76300", "#832db6", "#b9ac70", "#717581", "#ffa90e", "#92dadd", "#bd1f01", "#a96b59", "#94a4a2")
MARKS = "os^DvP*X"
UNKNOWN = "#e6e6e6"


def diverging(x: float, scale: float) -> str:
    """The colour of a number, given the largest size in the picture. Small numbers show too: the scale is a root.

    >>> diverging(0.0, 1.0), diverging(1.0, 1.0), diverging(-1.0, 1.0)
    ('#f7f7f7', '#e67814', '#2166ac')
    """
    if not math.isfinite(x):
        return BAD
    share = min(abs(x) / scale, 1.0) ** 0.5 if scale else 0.0
    end = POSITIVE if x > 0 else NEGATIVE
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(ZERO, end, strict=True))


def paler(color: str, share: float) -> str:
    """A colour on its way to white: 0 is the colour itself, 1 is white.

    >>> paler("#000000", 0.5)
    '#808080'
    """
    parts = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(c + (255 - c) * share):02x}" for c in parts)


def ink(background: str) -> str:
    """Black or white, whichever can be read on a background."""
    parts = [int(background[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000000" if (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) else "#ffffff"
