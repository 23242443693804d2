"""Charts of training, with matplotlib: curves, the decision boundary, gradients. Each takes `ax=` and gives it back."""

from __future__ import annotations

import numpy as np

from autograd import no_grad
from autograd.rules.arrays import array_of

BLUE, ORANGE, GRAY = "#2166ac", "#e67814", "#888888"


def curves(history, ax=None, metrics=None):
    """The losses and metrics of every epoch; those of validation dashed.

    `history` is what `fit` gave, or its dictionary. With metrics besides the loss there are two charts.
    """
    plt = _pyplot()
    values = getattr(history, "history", history)
    if not values or not any(values.values()):
        raise ValueError("the history is empty: call fit first")
    epochs = np.array(getattr(history, "epoch", range(len(next(iter(values.values())))))) + 1
    names = [n for n in values if not n.startswith("val_") and n != "learning_rate" and np.ndim(values[n]) == 1]
    if metrics is not None:
        names = [n for n in names if n in metrics]
    groups = [[n for n in names if n == "loss"], [n for n in names if n != "loss"]]
    groups = [group for group in groups if group]
    if ax is None:
        _, axes = plt.subplots(1, len(groups), figsize=(5 * len(groups), 3.4), squeeze=False, layout="constrained")
        axes = axes[0]
    else:
        axes = np.atleast_1d(ax).tolist() if np.ndim(ax) else [ax]
        groups = groups[: len(axes)]
    for place, group in zip(axes, groups, strict=True):
        for name, color in zip(group, [BLUE, ORANGE, "#4d9221", "#8073ac"] * 3, strict=False):
            place.plot(epochs[: len(values[name])], values[name], color=color, label=name)
            other = values.get(f"val_{name}")
            if other:
                place.plot(epochs[-len(other) :], other, color=color, linestyle="--", label=f"val_{name}")
        place.set_xlabel("epoch")
        place.legend(frameon=False)
        place.spines[["top", "right"]].set_visible(False)
    return axes[0] if len(axes) == 1 else axes


def boundary(model, X, y=None, ax=None, steps=200, margin=0.3):
    """What a model of two inputs answers over the plane, with the data on it.

    One output is shown from blue (0) to orange (1), with a line at one half; several as the class they choose. `model`
    is anything with `predict`, or a function of an array.
    """
    plt = _pyplot()
    X = np.asarray(X, dtype=float)
    if X.ndim != 2 or X.shape[1] != 2:
        raise ValueError(f"a boundary is drawn over two inputs; got data of shape {X.shape}")
    low, high = X.min(axis=0) - margin, X.max(axis=0) + margin
    xs, ys = np.linspace(low[0], high[0], steps), np.linspace(low[1], high[1], steps)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    answer = _answer(model, grid)
    if ax is None:
        _, ax = plt.subplots(figsize=(5, 4), layout="constrained")
    if answer.ndim == 1 or answer.shape[1] == 1:
        z = answer.reshape(steps, steps)
        middle = 0.5 if z.min() >= 0 and z.max() <= 1 else 0.0
        reach = max(abs(z.max() - middle), abs(z.min() - middle), 1e-12)
        norm = plt.matplotlib.colors.Normalize(middle - reach, middle + reach)
        ax.imshow(
            z,
            origin="lower",
            extent=(low[0], high[0], low[1], high[1]),
            aspect="auto",
            cmap=_diverging(plt),
            norm=norm,
            alpha=0.5,
        )
        if z.min() < middle < z.max():
            ax.contour(xs, ys, z, levels=[middle], colors="black", linewidths=1)
    else:
        z = answer.argmax(axis=1).reshape(steps, steps)
        ax.contourf(xs, ys, z, levels=np.arange(answer.shape[1] + 1) - 0.5, cmap="Pastel1")
    if y is not None:
        labels = np.asarray(y).reshape(len(X), -1)
        labels = labels.argmax(axis=1) if labels.shape[1] > 1 else labels[:, 0]
        marks = "os^DvP*X"
        for i, label in enumerate(np.unique(labels)):
            part = X[labels == label]
            color = [BLUE, ORANGE][i] if len(np.unique(labels)) == 2 else None
            ax.scatter(part[:, 0], part[:, 1], s=12, marker=marks[i % len(marks)], c=color, edgecolors="white",
                       linewidths=0.4, label=f"{label:g}")  # fmt: skip
        ax.legend(frameon=False, loc="upper right")
    ax.set_xlim(low[0], high[0])
    ax.set_ylim(low[1], high[1])
    return ax


def gradients(model, ax=None):
    """The size of each parameter's gradient and of the parameter itself, from the first layer to the last.

    The scale is logarithmic: a gradient that vanishes is a line that falls, not a bar that looks like 0.
    """
    plt = _pyplot()
    rows = [(path, p) for path, p in model.named_parameters() if getattr(p, "trainable", True)]
    if all(p.grad is None for _, p in rows):
        raise ValueError("no parameter has a gradient yet: call loss.backward(), or fit, first")
    if ax is None:
        _, ax = plt.subplots(figsize=(max(5, 0.6 * len(rows)), 3.6), layout="constrained")
    places = np.arange(len(rows))
    slopes = [np.nan if p.grad is None else _rms(p.grad) for _, p in rows]
    sizes = [_rms(getattr(p, "_array", p.data)) for _, p in rows]
    ax.plot(places, slopes, "o-", color=ORANGE, label="gradient")
    ax.plot(places, sizes, "s--", color=GRAY, label="parameter")
    ax.set_yscale("log")
    ax.set_xticks(places, [path for path, _ in rows], rotation=45, ha="right")
    ax.set_ylabel("root mean square")
    ax.legend(frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def histograms(recorder, what="weights", ax=None):
    """How the weights, gradients or activations of each layer were spread, epoch by epoch, as what a Recorder kept.

    Each layer is a band over the epochs, darker where more of its numbers lie.
    """
    if what not in ("weights", "gradients", "activations"):
        raise ValueError(f"what is 'weights', 'gradients' or 'activations'; got {what!r}")
    plt = _pyplot()
    rows = _spreads(recorder, what)
    if not rows:
        raise ValueError(f"the recorder has no {what}: was it given to fit, and for activations some data?")
    if ax is None:
        _, axes = plt.subplots(
            len(rows), 1, figsize=(6, 1.5 * len(rows)), sharex=True, squeeze=False, layout="constrained"
        )
        axes = axes[:, 0].tolist()
    else:
        axes = np.ravel(ax).tolist()
    epochs = [frame["epoch"] + 1 for frame in recorder.frames]
    for place, (name, found) in zip(axes, rows.items(), strict=False):
        low, high = min(h["low"] for h in found), max(h["high"] for h in found)
        edges = np.linspace(low, high if high > low else low + 1, 49)
        table = np.stack([_rebinned(h, edges) for h in found], axis=1)
        extent = (epochs[0] - 0.5, epochs[-1] + 0.5, edges[0], edges[-1])
        place.imshow(np.sqrt(table), origin="lower", aspect="auto", extent=extent, cmap="Blues")
        place.set_ylabel(name, rotation=0, ha="right", va="center")
    axes[-1].set_xlabel("epoch")
    return axes[0] if len(axes) == 1 else axes


def _spreads(recorder, what) -> dict[str, list]:
    frames = recorder.frames
    if not frames:
        return {}
    if what == "activations":
        return {name: [f["activations"][name]["histogram"] for f in frames] for name in frames[0]["activations"]}
    names = [name for name, p in frames[0]["parameters"].items() if what in p]
    return {name: [f["parameters"][name][what] for f in frames] for name in names}


def _rebinned(h, edges):
    """The counts of a histogram in other bins, each taken to be spread evenly over its own."""
    own = np.linspace(h["low"], h["high"] if h["high"] > h["low"] else h["low"] + 1e-12, len(h["counts"]) + 1)
    total = np.concatenate([[0], np.cumsum(h["counts"])])
    return np.diff(np.interp(edges, own, total)) / max(total[-1], 1)


def _rms(x):
    x = np.asarray(getattr(x, "data", x) if not isinstance(x, np.ndarray | float) else x, dtype=float)
    size = float(np.sqrt(np.mean(np.square(x)))) if x.size else np.nan
    return size or np.nan  # 0 has no place on a logarithmic scale


def _answer(model, grid):
    if hasattr(model, "predict"):
        return np.asarray(model.predict(grid, verbose=0))
    with no_grad():
        found = model(grid)
    return np.asarray(array_of(found))


def _diverging(plt):
    return plt.matplotlib.colors.LinearSegmentedColormap.from_list("glass", [BLUE, "#f7f7f7", ORANGE])


def _pyplot():
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError("charts need matplotlib: pip install 'glassgrad[viz]'") from error
    return plt
