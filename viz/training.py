"""One page on a training: one slider moves curves, gradients, histograms, boundary and network at once."""

from __future__ import annotations

import html
import json
import math
from importlib import resources

import numpy as np

from nn.callbacks import History, Recorder
from viz.classes import classes_of
from viz.colors import CLASSES
from viz.given import refusal
from viz.notebook_page import Page
from viz.settings import plane_of, text_of


def training(source, path="training.html", data=None, title="Training") -> Page:
    """Write a page on a training, and give its path, which a notebook shows as the page. It needs nothing else.

    `source` is the History that `fit` gave, for the curves alone; or the Recorder that watched, for all that happened
    inside. `data` is (X, y) of two inputs, to be shown on the boundary.
    """
    path = Page(path)
    path.write_text(page(source, data, title), encoding="utf-8")
    return path


def page(source, data=None, title="Training", live=False) -> str:
    """The page as text; a live one asks its own server for new frames."""
    files = resources.files("viz") / "page"
    style, script = ((files / name).read_text(encoding="utf-8") for name in ("explorer.css", "training.js"))
    shell = (files / "training.html").read_text(encoding="utf-8")
    text = json.dumps(payload(source, data, title, live), allow_nan=False, separators=(",", ":"))
    text = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    connect = "'self'" if live else "'none'"
    parts = {"TITLE": html.escape(title), "CONNECT": connect, "STYLE": style, "DATA": text, "SCRIPT": script}
    for key, part in parts.items():
        shell = shell.replace(f"<!--{key}-->", part)
    return shell


def payload(source, data=None, title="Training", live=False) -> dict:
    """What the page is told."""
    frames = frames_of(source)
    outputs = next((frame["boundary"]["outputs"] for frame in frames if frame.get("boundary")), 1)
    points, names = None, [str(i) for i in range(max(outputs, 2))]
    if data is not None:
        X, y = plane_of(data)
        labels, names = classes_of(y, outputs)
        points = [[round(a, 4), round(b, 4), int(c)] for (a, b), c in zip(X[:600].tolist(), labels[:600], strict=True)]
    return {
        "title": text_of(title, "title"),
        "live": live,
        "points": points,
        "classes": names,
        "colors": CLASSES,
        "frames": plain(frames),
    }


def frames_of(source) -> list[dict]:
    """The frames of a Recorder; of a History, frames with nothing but the logs."""
    if isinstance(source, Recorder):
        return source.frames
    if isinstance(source, History):
        names = list(source.history)
        rows = zip(*source.history.values(), strict=False) if names else []
        return [
            {"epoch": epoch, "logs": dict(zip(names, row, strict=True))}
            for epoch, row in zip(source.epoch, rows, strict=False)
        ]
    raise refusal(source, "training shows a History or a Recorder")


def plain(thing):
    """Numbers in five digits, nan and inf as null, arrays as lists."""
    if isinstance(thing, dict):
        return {key: plain(part) for key, part in thing.items()}
    if isinstance(thing, np.ndarray):
        return plain(thing.tolist())
    if isinstance(thing, list | tuple):
        return [plain(part) for part in thing]
    if isinstance(thing, float | np.floating):
        return float(f"{thing:.5g}") if math.isfinite(thing) else None
    return int(thing) if isinstance(thing, np.integer) else thing
