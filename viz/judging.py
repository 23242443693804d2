"""Where a classifier is wrong: confusion matrix, ROC and precision-recall curves, the images it is most wrong about.

Each asks the model about X and takes `ax=`. Labels are class numbers, one-hot rows or, with `names=`, texts.
"""

from __future__ import annotations

import numpy as np

from autograd.rules.arrays import array_of
from nn.metrics import AUC, confusion_matrix
from nn.metrics.confusion import count as counts
from nn.settings import whole
from viz.asking import channels_first, judged
from viz.colors import CLASSES
from viz.images import ends, pixels, show
from viz.plotting import BLUE, GRAY, diverging, pyplot

ASKED = "wanted a model, or a function of an array"
WRITTEN = 20  # classes whose counts are written into the cells
LARGE = 1000  # counts from here are written smaller
COLUMNS = 6


def confusion(model, X, y, names=None, normalize=False, ax=None):
    """The confusion matrix: row i, column j says how many samples of class i the model takes for class j.

    What is right lies on the diagonal, blue; mistakes are orange. `normalize=True` writes shares of each row.
    """
    plt = pyplot()
    chances, true, names = judged(model, X, y, names, ASKED)
    table = confusion_matrix(true, chances.argmax(axis=1), num_classes=len(names))
    rows = np.maximum(table.sum(axis=1, keepdims=True), 1)
    size = len(names)
    if ax is None:
        side = min(max(3.6, 0.5 * size + 1.6), 9)
        _, ax = plt.subplots(figsize=(side, side), layout="constrained")
    shares = table / rows
    ax.imshow(np.sqrt(shares) * np.where(np.eye(size), -1, 1), cmap=diverging(plt), vmin=-1, vmax=1)
    if size <= WRITTEN:
        for (i, j), n in np.ndenumerate(table):
            if n:
                text = f"{100 * shares[i, j]:.2g}%" if normalize else f"{n}"
                color = "white" if shares[i, j] > 0.3 and i == j else "black"
                ax.text(j, i, text, ha="center", va="center", color=color, fontsize=8 if n >= LARGE or size > 10 else 9)
        turned = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if max(map(len, names)) > 3 else {}
        ax.set_xticks(range(size), names, **turned)
        ax.set_yticks(range(size), names)
    ax.set_xlabel("predicted class")
    ax.set_ylabel("true class")
    right = table.trace()
    ax.set_title(f"{right} of {table.sum()} right, {right / table.sum():.3f}", fontsize=11)
    for edge in np.arange(0.5, size - 1) if size <= WRITTEN else ():
        ax.axhline(edge, color="white", linewidth=1)
        ax.axvline(edge, color="white", linewidth=1)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def roc(model, X, y, names=None, ax=None):
    """The ROC curve: of those that are of a class the share that is found, over the share of false alarms.

    Every probability is a threshold. Of two classes the second is the one to be found; of more there is a curve for
    each against all others. The area under each is that of `nn.metrics.AUC(exact=True)`.
    """
    ax, curves = _curves(model, X, y, names, ax, "ROC")
    for true, scores, look in curves:
        tp, fp, tn, fn = _at_every_score(true, scores)
        ax.plot(fp / (fp + tn), tp / (tp + fn), **look)
    ax.plot([0, 1], [0, 1], color=GRAY, linestyle=":", linewidth=1)
    ax.text(0.97, 0.9, "chance", color="#555555", fontsize=8, ha="right")
    ax.set_xlabel("false alarms: share of the others")
    ax.set_ylabel("found: share of the class")
    return _framed(ax)


def precision_recall(model, X, y, names=None, ax=None):
    """The precision-recall curve: of those taken for a class the share that is, over the share of the class found.

    Every probability is a threshold. Of two classes the second is the one to be found; of more there is a curve for
    each against all others. The area under each is that of `nn.metrics.AUC(curve="PR", exact=True)`.
    """
    ax, curves = _curves(model, X, y, names, ax, "PR")
    for true, scores, look in curves:
        tp, fp, _, fn = _at_every_score(true, scores)
        tp, fp, fn = tp[:-1], fp[:-1], fn[:-1]  # without the threshold that nothing is above
        recall, precision = np.append(tp / (tp + fn), 0.0), np.append(tp / (tp + fp), 1.0)
        ax.plot(recall, precision, drawstyle="steps-post", **look)
        if len(curves) == 1:
            ax.axhline(true.mean(), color=GRAY, linestyle=":", linewidth=1)
            ax.text(0.01, true.mean(), "chance", color="#555555", fontsize=8, va="bottom")
    ax.set_xlabel("found: share of the class")
    ax.set_ylabel("right: share of those taken for it")
    return _framed(ax)


def _curves(model, X, y, names, ax, kind):
    """The axes, and for each curve the yes-or-no targets, the scores and the look with the area in its label."""
    plt = pyplot()
    chances, true, names = judged(model, X, y, names, ASKED)
    found = []
    for i in [1] if len(names) == 2 else range(len(names)):
        yes = true == i
        if yes.all() or not yes.any():
            continue  # no curve: there is nothing to find, or nothing else
        area = AUC(curve=kind, exact=True)(yes.astype(int), chances[:, i])
        style = {"color": BLUE if len(names) == 2 else CLASSES[i % len(CLASSES)]}
        style["linestyle"] = ("-", "--", "-.")[i // len(CLASSES) % 3] if len(names) > 2 else "-"
        found.append((yes, chances[:, i], {**style, "label": f"{names[i]}: {area:.3f}", "clip_on": False}))
    if not found:
        raise ValueError(f"all samples are of class {names[true[0]]!r}; a curve needs two classes at least")
    if ax is None:
        _, ax = plt.subplots(figsize=(5.4 if len(found) > 10 else 4.6, 4.2), layout="constrained")
    return ax, found


def _at_every_score(true, scores):
    """Right and false alarms at every score as the threshold, from the lowest, where all are taken, up to none."""
    levels, places = np.unique(scores, return_inverse=True)
    return counts(np.arange(-1.0, len(levels)), true, places.reshape(-1), None)


def _framed(ax):
    ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.02), aspect="equal")
    ax.legend(title="area", frameon=False, fontsize=8, title_fontsize=8, loc="upper left", bbox_to_anchor=(1.02, 1.0))
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def worst(model, X, y, count=12, *, names=None, shape=None, ax=None):
    """The images that a model is most wrong about: those whose true class it gives the least probability.

    Above each stand the true class, and what the model says with its probability; below, the image's place in X. Rows
    of numbers are drawn as squares, or in `shape`, such as (28, 28).
    """
    plt = pyplot()
    count = whole("count", count)
    chances, true, names = judged(model, X, y, names, ASKED)
    X = np.asarray(array_of(X))
    said = chances.argmax(axis=1)
    order = np.argsort(chances[np.arange(len(X)), true], kind="stable")[:count]
    images, limits = [pixels(X[i], shape, channels_first(model)) for i in order], ends(X)
    if ax is None:
        columns = min(COLUMNS, len(order))
        rows = -(-len(order) // columns)
        size = (max(1.5 * columns, 3), 2.05 * rows)
        _, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")
        axes = axes.ravel().tolist()
        for place in axes[len(order) :]:
            place.set_axis_off()
        axes = axes[: len(order)]
    else:
        axes = np.ravel(ax).tolist()
    for place, i, image in zip(axes, order, images, strict=False):
        show(place, image, limits)
        wrong = said[i] != true[i]
        place.set_title(
            f"is {names[true[i]]}\nsaid {names[said[i]]} ({chances[i, said[i]]:.2f})", fontsize=9,
            color="#a33c00" if wrong else "#555555",
        )  # fmt: skip
        place.set_xlabel(f"X[{i}]", fontsize=7, color="#777777", labelpad=2)
    return axes[0] if len(axes) == 1 else axes
