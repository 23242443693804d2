"""What pictures are told besides what they show, looked at first: `ax=`, samples, texts and counts."""

from __future__ import annotations

import numpy as np

from autograd.rules.arrays import array_of


def axes_of(ax, picture: str, several: bool = False) -> list:
    """The Axes of matplotlib that were given as `ax=`."""
    found = ax.ravel().tolist() if isinstance(ax, np.ndarray) else list(ax) if isinstance(ax, tuple | list) else [ax]
    fit = found and all(hasattr(place, "set_xlabel") and hasattr(place, "imshow") for place in found)
    if not fit or (len(found) > 1 and not several):
        hint = ""
        if hasattr(ax, "add_subplot"):
            hint = ": give one of its Axes, fig.gca()"
        elif fit:
            hint = f", {len(found)} of them: give one, as axes[0]"
        raise TypeError(
            f"ax= of viz.{picture} is an Axes of matplotlib, as of fig, ax = plt.subplots(); got {_shown(ax)}{hint}"
        )
    return found


def numbers_of(x, what: str) -> np.ndarray:
    """An array of floats."""
    try:
        return np.asarray(array_of(x), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{what} is an array of numbers, or lists of them; got {_shown(x)}") from error


def labels_of(y, count: int, what: str = "y") -> np.ndarray:
    """As many labels or targets as there are samples."""
    try:
        found = np.asarray(array_of(y))
    except ValueError:  # lists of several lengths
        found = np.array(None)
    if not found.ndim or len(found) != count or found.dtype == object:
        got = _shown(found if found.ndim else y)
        raise ValueError(f"{what} has a label or a target for each of the {count} samples; got {got}")
    return found


def plane_of(data) -> tuple[np.ndarray, np.ndarray]:
    """Samples of two numbers and their labels, given as `data=(X, y)`."""
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise TypeError(f"data is (X, y), samples of two numbers and their labels; got {_shown(data)}")
    X = numbers_of(data[0], "X of data=(X, y)")
    if X.ndim != 2 or X.shape[1] != 2:
        raise ValueError(f"data is (X, y) with two columns in X; got X of shape {X.shape}")
    return X, labels_of(data[1], len(X), "y of data=(X, y)")


def text_of(text, what: str) -> str:
    """A title, or one of a few words."""
    if not isinstance(text, str):
        raise TypeError(f"{what} is a text; got {_shown(text)}")
    return text


def one_of(choices, word, what: str):
    """One of a few words."""
    if not isinstance(word, str) or word not in choices:
        raise ValueError(f"{what} is one of {', '.join(map(repr, choices))}; got {_shown(word)}")
    return word


def _shown(x) -> str:
    if isinstance(x, np.ndarray):
        return f"an array of shape {x.shape} and dtype {x.dtype}"
    return f"{type(x).__name__} {' '.join(f'{x!r:.60}'.split())}"
