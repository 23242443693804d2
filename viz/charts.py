"""Charts of training, with matplotlib: curves, the decision boundary, gradients. Each takes `ax=` and gives it back."""

from __future__ import annotations

import numbers
from collections.abc import Mapping

import numpy as np

from autograd.rules.arrays import array_of
from nn.callbacks import History, Recorder
from nn.module import Module
from nn.settings import whole
from viz.asking import answer as asked
from viz.asking import askable
from viz.classes import classes_of
from viz.colors import CLASSES, MARKS, paler
from viz.given import refusal
from viz.plotting import BLUE, GRAY, ORANGE, diverging, pyplot
from viz.settings import axes_of, labels_of, numbers_of, one_of

FEW = 3  # epochs: fewer are shown as points
MOST_INSIDE = 6  # entries of a legend that lies in the chart
BOUNDARY = "boundary draws a model, or a function of an array"
MOST_CLASSES = 20  # different numbers that are taken for labels


def curves(history, ax=None, metrics=None):
    """The losses and metrics of every epoch; those of validation dashed.

    `history` is what `fit` gave, or its dictionary. With metrics besides the loss there are two charts.
    """
    values, epochs = _epochs_of(history)
    plt = pyplot()
    names = [n for n in values if not n.startswith("val_") and n != "learning_rate" and np.ndim(values[n]) == 1]
    if metrics is not None:
        metrics = [metrics] if isinstance(metrics, str) else metrics
        if not isinstance(metrics, list | tuple) or not all(isinstance(name, str) for name in metrics):
            raise TypeError(f"metrics is a name or a list of them, of {', '.join(names)}; got {metrics!r:.60}")
        if unknown := [n for n in metrics if n not in names]:
            raise ValueError(f"the history has no {', '.join(map(repr, unknown))}; there are {', '.join(names)}")
        names = [n for n in names if n in metrics]
    groups = [[n for n in names if n == "loss"], [n for n in names if n != "loss"]]
    groups = [group for group in groups if group]
    if not groups:
        raise ValueError(f"metrics is empty; there are {', '.join(values)}")
    if ax is None:
        _, axes = plt.subplots(1, len(groups), figsize=(5 * len(groups), 3.4), squeeze=False, layout="constrained")
        axes = axes[0]
    else:
        axes = axes_of(ax, "curves", several=True)
        groups = groups[: len(axes)]
    for place, group in zip(axes, groups, strict=False):
        for i, name in enumerate(group):
            style = {"color": CLASSES[i % len(CLASSES)], "marker": MARKS[i % len(MARKS)] if len(epochs) < FEW else None}
            place.plot(epochs[: len(values[name])], values[name], **style, label=name)
            other = values.get(f"val_{name}")
            if other:
                style["markerfacecolor"] = "none"  # of one epoch there is no line that could be dashed
                place.plot(epochs[-len(other) :], other, **style, linestyle="--", label=f"val_{name}")
        place.set_xlabel("epoch")
        if len(epochs) < FEW:
            place.set_xticks(epochs)
        else:
            place.xaxis.get_major_locator().set_params(integer=True)
        count = len(place.get_lines())
        if count <= MOST_INSIDE:
            place.legend(frameon=False)
        else:  # beside the chart, where it covers nothing
            place.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize="small")
        place.spines[["top", "right"]].set_visible(False)
    return axes[0] if len(axes) == 1 else axes


def _epochs_of(history) -> tuple[dict, np.ndarray]:
    """The values by name, and the numbers of the epochs, of whatever knows them."""
    if isinstance(history, Recorder):
        frames = history.frames
        values = {
            name: [frame["logs"].get(name, np.nan) for frame in frames]
            for name in (frames or [{"logs": ()}])[0]["logs"]
        }
        return _filled(values), np.array([frame["epoch"] for frame in frames]) + 1
    if isinstance(history, Module) and isinstance(getattr(history, "history", None), History):
        history = history.history  # the model that was trained
    values = getattr(history, "history", history)
    if not isinstance(values, Mapping):
        raise refusal(history, "curves draws a History, what fit gave")
    if single := [name for name, found in values.items() if not np.ndim(found)]:
        raise TypeError(f"a history has a list of numbers for each name; {single[0]!r} has {values[single[0]]!r:.60}")
    values = _filled(values)
    return values, np.array(getattr(history, "epoch", range(max(map(len, values.values()))))) + 1


def _filled(values):
    if not values or not any(np.size(found) for found in values.values()):
        raise ValueError("the history is empty: call fit first")
    if texts := [name for name, found in values.items() if np.asarray(found).dtype.kind not in "biufO"]:
        raise TypeError(f"a history has numbers for each epoch; {texts[0]!r} has {values[texts[0]]!r:.60}")
    return values


def boundary(model, X, y=None, ax=None, steps=200, margin=0.3):
    """What a model of two inputs answers over the plane, with the data on it.

    One output is shown from blue (0) to orange (1), with a line at one half; several as the class they choose, in the
    colour that the points of that class have. `model` is anything with `predict`, or a function of an array.
    """
    plt = pyplot()
    if not askable(model):
        raise refusal(model, BOUNDARY)
    X, steps = _plane(X), whole("steps", steps, 2)
    if not isinstance(margin, numbers.Real):
        raise TypeError(f"margin is a number; got {margin!r:.60}")
    low, high = X.min(axis=0) - margin, X.max(axis=0) + margin
    xs, ys = np.linspace(low[0], high[0], steps), np.linspace(low[1], high[1], steps)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    answer = asked(model, grid, BOUNDARY)
    answer = answer.reshape(len(grid), -1)
    outputs = answer.shape[1]
    if ax is None:
        _, ax = plt.subplots(figsize=(5, 4), layout="constrained")
    (ax,) = axes_of(ax, "boundary")
    image = {"origin": "lower", "extent": (low[0], high[0], low[1], high[1]), "aspect": "auto"}
    colors, norm = [BLUE, ORANGE], None
    if outputs == 1:
        z = answer.reshape(steps, steps)
        middle = 0.5 if z.min() >= 0 and z.max() <= 1 else 0.0
        reach = max(abs(z.max() - middle), abs(z.min() - middle), 1e-12)
        norm = plt.matplotlib.colors.Normalize(middle - reach, middle + reach)
        ax.imshow(z, **image, cmap=diverging(plt), norm=norm, alpha=0.5)
        if z.min() < middle < z.max():
            ax.contour(xs, ys, z, levels=[middle], colors="black", linewidths=1)
    else:
        z = answer.argmax(axis=1).reshape(steps, steps)
        colors = [CLASSES[i % len(CLASSES)] for i in range(outputs)]
        pale = plt.matplotlib.colors.ListedColormap([paler(color, 0.6) for color in colors])
        ax.imshow(z, **image, cmap=pale, vmin=-0.5, vmax=outputs - 0.5, interpolation="nearest")
    if y is not None:
        _points(ax, X, y, outputs, colors, norm, plt)
    ax.set_xlim(low[0], high[0])
    ax.set_ylim(low[1], high[1])
    return ax


def _plane(X):
    X = numbers_of(X, "X")
    if X.ndim != 2 or X.shape[1] != 2 or not len(X):
        raise ValueError(f"a boundary is drawn over two inputs; got data of shape {X.shape}")
    return X


def _points(ax, X, y, outputs, colors, norm, plt):
    """The data, each class in the colour of its region; targets that are no classes by their size."""
    y = labels_of(y, len(X))
    look = {"s": 14, "edgecolors": "white", "linewidths": 0.5}
    if outputs == 1 and y.size == len(y) and y.dtype.kind == "f" and len(np.unique(y)) > MOST_CLASSES:
        ax.scatter(X[:, 0], X[:, 1], c=y.reshape(-1), cmap=diverging(plt), norm=norm, **look)
        return
    number, names = classes_of(y, outputs)
    colors = colors if len(names) <= len(colors) else [CLASSES[i % len(CLASSES)] for i in range(len(names))]
    for i in np.unique(number):
        part = X[number == i]
        ax.scatter(part[:, 0], part[:, 1], marker=MARKS[i % len(MARKS)], c=colors[i], label=names[i], **look)
    if len(names) <= MOST_INSIDE:
        ax.legend(frameon=True, framealpha=0.7, edgecolor="none", loc="upper right")
    else:
        ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))


def gradients(model, ax=None):
    """The size of each parameter's gradient and of the parameter itself, from the first layer to the last.

    The scale is logarithmic: a gradient that vanishes is a line that falls, not a bar that looks like 0.
    """
    if not isinstance(model, Module):
        raise refusal(model, "gradients draws those of a model")
    plt = pyplot()
    rows = [(path, p) for path, p in model.named_parameters() if getattr(p, "trainable", True)]
    if all(p.grad is None for _, p in rows):
        raise ValueError("no parameter has a gradient yet: call loss.backward(), or fit, first")
    if ax is None:
        _, ax = plt.subplots(figsize=(max(5, 0.6 * len(rows)), 3.6), layout="constrained")
    (ax,) = axes_of(ax, "gradients")
    places = np.arange(len(rows))
    slopes = [np.nan if p.grad is None else _rms(p.grad) for _, p in rows]
    sizes = [_rms(array_of(p)) for _, p in rows]
    ax.plot(places, slopes, "o-", color=ORANGE, label="gradient")
    ax.plot(places, sizes, "s--", color=GRAY, label="parameter")
    ax.set_yscale("log")
    ax.set_xticks(places, [path for path, _ in rows], rotation=45, ha="right")
    ax.set_ylabel("root mean square")
    ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2)  # above, where it covers nothing
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def histograms(recorder, what="weights", ax=None):
    """How the weights, gradients or activations of each layer were spread, epoch by epoch, as what a Recorder kept.

    Each layer is a band over the epochs, darker where more of its numbers lie.
    """
    one_of(("weights", "gradients", "activations"), what, "what")
    if not isinstance(recorder, Recorder):
        raise refusal(recorder, "histograms draws what a Recorder kept")
    plt = pyplot()
    rows = _spreads(recorder, what)
    if not rows:
        raise ValueError(f"the recorder has no {what}: was it given to fit, and for activations some data?")
    if ax is None:
        _, axes = plt.subplots(
            len(rows), 1, figsize=(6, 1.5 * len(rows)), sharex=True, squeeze=False, layout="constrained"
        )
        axes = axes[:, 0].tolist()
    else:
        axes = axes_of(ax, "histograms", several=True)
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
    x = np.asarray(array_of(x), dtype=float)
    size = float(np.sqrt(np.mean(np.square(x)))) if x.size else np.nan
    return size or np.nan  # 0 has no place on a logarithmic scale
