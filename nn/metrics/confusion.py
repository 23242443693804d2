"""Metrics that count right and wrong: precision, recall, the area under a curve, the confusion matrix."""

from __future__ import annotations

import numpy as np

from nn.metrics.base import Metric, aligned, has_nan, metrics, ratio, weights_for, yes_or_no
from nn.registry import snake
from nn.settings import flag, whole, whole_or_none


class _Counts(Metric):
    """The four counts of a yes-or-no question, at one threshold or several: yes is what is above it."""

    top_k: int | None = None
    class_id: int | None = None

    def __init__(self, thresholds=None, name=None, dtype=None):
        self.thresholds = thresholds
        levels = np.atleast_1d(np.asarray(0.5 if thresholds is None else thresholds, dtype=np.float64))
        if levels.ndim > 1 or not levels.size or not ((levels >= 0) & (levels <= 1)).all():
            raise ValueError(f"thresholds are numbers from 0 to 1; got {thresholds!r}")
        if thresholds is None and self.top_k is not None:
            levels = np.array([-np.inf])  # whatever is among the k largest
        self._places = levels.argsort().argsort()  # where each threshold is among the sorted
        self.levels = np.sort(levels)
        super().__init__(name, dtype)

    def reset_state(self):
        self.tp, self.fp, self.tn, self.fn = np.zeros((4, len(self.levels)))

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = aligned(self, y_true, y_pred)
        if self.class_id is not None or self.top_k is not None:
            y_true, y_pred = self._columns(y_true, y_pred)
        true, scores = yes_or_no(self, y_true).reshape(-1), y_pred.reshape(-1)
        if sample_weight is not None:
            weight = weights_for(self.name, sample_weight, y_pred.shape)
            sample_weight = np.broadcast_to(weight, y_pred.shape).reshape(-1)
        self.add(true, scores, sample_weight)

    def _columns(self, y_true, y_pred):
        top, number = self.top_k, self.class_id
        columns = y_pred.shape[-1] if y_pred.ndim > 1 else 1
        if max(top or 0, (number or 0) + 1) > columns or y_pred.ndim < 2:
            raise ValueError(
                f"{self.name}: predictions of shape {y_pred.shape} do not have the columns for top_k={top}, "
                f"class_id={number}"
            )
        if top is not None:
            ranks = np.argsort(np.argsort(-y_pred, axis=-1, kind="stable"), axis=-1)
            y_pred = np.where((ranks < top) | np.isnan(y_pred), y_pred, -np.inf)
        return (y_true, y_pred) if number is None else (y_true[..., number], y_pred[..., number])

    def add(self, true, scores, weight):
        spoilt = has_nan(scores)
        tp, fp, tn, fn = [np.nan] * 4 if spoilt else count(self.levels, true, scores, weight)
        self.tp += tp
        self.fp += fp
        self.tn += tn
        self.fn += fn

    def shown(self, values):
        return float(values[0]) if len(values) == 1 else values[self._places]


def count(levels, true, scores, weight):
    """TP, FP, TN and FN at each of the rising levels."""
    if scores.dtype.kind == "f":
        levels = levels.astype(scores.dtype, copy=False)
    above = np.searchsorted(levels, scores)  # how many levels each score is above
    size = len(levels) + 1
    no, yes = np.bincount(above + size * true, weight, 2 * size).reshape(2, size)
    return yes[:0:-1].cumsum()[::-1], no[:0:-1].cumsum()[::-1], no[:-1].cumsum(), yes[:-1].cumsum()


class _Share(_Counts):
    """With `class_id` only that column counts; with `top_k` a row says yes to its k largest at most."""

    rises = True

    def __init__(self, thresholds=None, top_k=None, class_id=None, name=None, dtype=None):
        self.top_k = whole_or_none("top_k", top_k)
        self.class_id = whole_or_none("class_id", class_id, 0)
        super().__init__(thresholds, name, dtype)


@metrics.add("precision", "Precision")
class Precision(_Share):
    """Of those said to be positive, the share that is: TP / (TP + FP).

    >>> Precision()(np.array([0, 1, 1]), np.array([0.7, 0.8, 0.2]))
    0.5
    """

    def result(self):
        return self.shown(ratio(self.tp, self.tp + self.fp))


@metrics.add("recall", "Recall")
class Recall(_Share):
    """Of those that are positive, the share found: TP / (TP + FN)."""

    def result(self):
        return self.shown(ratio(self.tp, self.tp + self.fn))


def _count(kind, attribute, text, rises):
    def result(self):
        return self.shown(getattr(self, attribute))

    members = {"result": result, "rises": rises, "__doc__": text, "__module__": __name__}
    return metrics.add(snake(kind), kind)(type(kind, (_Counts,), members))


TruePositives = _count("TruePositives", "tp", "How many positives were found.", True)
TrueNegatives = _count("TrueNegatives", "tn", "How many negatives were left alone.", True)
FalsePositives = _count("FalsePositives", "fp", "How many negatives were taken for positives.", False)
FalseNegatives = _count("FalseNegatives", "fn", "How many positives were missed.", False)


@metrics.add("auc", "AUC")
class AUC(_Counts):
    """The area under the ROC curve (recall over false alarms) or the PR curve (precision over recall).

    The curve is known at `num_thresholds` points, evenly spaced, and summed as trapezoids (PR: by interpolation).
    With `exact=True` every score is a point of it; all scores are kept until `reset_state()`, and any numbers do.
    Where one of the two kinds of targets is missing, the area is 0.0.

    >>> AUC(exact=True)(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8]))
    0.75
    """

    rises = True

    def __init__(self, num_thresholds=200, curve="ROC", name=None, dtype=None, from_logits=False, exact=False):
        if curve not in ("ROC", "PR"):
            raise ValueError(f"curve is 'ROC' or 'PR'; got {curve!r}")
        self.num_thresholds = num_thresholds = whole("num_thresholds", num_thresholds, 2)
        self.curve = curve
        self.from_logits = flag("from_logits", from_logits)
        self.exact = flag("exact", exact)
        super().__init__(np.linspace(0, 1, num_thresholds), name, dtype)
        self.levels[0], self.levels[-1] = -1e-7, 1 + 1e-7  # so that the ends of the curve are reached

    def reset_state(self):
        super().reset_state()
        self._seen = []

    def add(self, true, scores, weight):
        if self.exact:
            self._seen.append((true.copy(), scores.copy(), np.ones(len(true)) if weight is None else weight.copy()))
            return
        if self.from_logits:
            scores = 0.5 * np.tanh(0.5 * scores) + 0.5
        low, high = scores.min(initial=0.0), scores.max(initial=1.0)
        if low < -1e-6 or high > 1 + 1e-6:
            raise ValueError(
                f"{self.name}: predictions from {low:.6g} to {high:.6g}; wanted probabilities from 0 to 1. "
                "from_logits=True takes logits, exact=True takes any scores"
            )
        if low < 0 or high > 1:  # by rounding
            scores = scores.clip(0, 1)
        super().add(true, scores, weight)

    def result(self):
        tp, fp, tn, fn = self.tp, self.fp, self.tn, self.fn
        if self._seen:
            true, scores, weight = (np.concatenate(parts) for parts in zip(*self._seen, strict=True))
            if has_nan(scores):
                return float("nan")
            levels, places = np.unique(scores, return_inverse=True)
            tp, fp, tn, fn = count(np.arange(-1.0, len(levels)), true, places, weight)
        recall = ratio(tp, tp + fn)
        if self.curve == "ROC":
            alarms = ratio(fp, fp + tn)
            return float(((alarms[:-1] - alarms[1:]) * (recall[:-1] + recall[1:]) / 2).sum())
        # Between two thresholds true and false positives are taken to grow in proportion.
        found = tp + fp
        d_tp, d_found = tp[:-1] - tp[1:], found[:-1] - found[1:]
        slope = ratio(d_tp, np.maximum(d_found, 0))
        intercept = tp[1:] - slope * found[1:]
        growth = np.where((found[:-1] > 0) & (found[1:] > 0), ratio(found[:-1], np.maximum(found[1:], 0)), 1.0)
        area = slope * (d_tp + intercept * np.log(growth))
        return float(ratio(area, np.maximum(tp[1:] + fn[1:], 0)).sum())


@metrics.add("confusion_matrix", "ConfusionMatrix")
class ConfusionMatrix(Metric):
    """The table of `confusion_matrix` over all batches. It grows where no num_classes is given."""

    def __init__(self, num_classes=None, name=None, dtype=None):
        self.num_classes = whole_or_none("num_classes", num_classes)
        super().__init__(name, dtype)

    def reset_state(self):
        self.table = np.zeros((self.num_classes or 0,) * 2, dtype=np.int64)

    def update_state(self, y_true, y_pred, sample_weight=None):
        found, old = confusion_matrix(y_true, y_pred, self.num_classes, sample_weight), self.table
        size = max(len(found), len(old))
        self.table = np.zeros((size, size), dtype=np.result_type(found, old))
        self.table[: len(old), : len(old)] = old
        self.table[: len(found), : len(found)] += found

    def result(self):
        return self.table.copy()


def confusion_matrix(y_true, y_pred, num_classes=None, sample_weight=None) -> np.ndarray:
    """A table: row i, column j says how many samples of class i were taken for class j.

    Both are class numbers, one row for each sample (the largest wins), or probabilities of a single yes.

    >>> confusion_matrix([0, 1, 1], [0.1, 0.3, 0.9])
    array([[1, 0],
           [1, 1]])
    """
    (true, a), (pred, b) = _classes("targets", y_true), _classes("predictions", y_pred)
    if true.shape != pred.shape:
        raise ValueError(f"confusion_matrix of {true.size} targets and {pred.size} predictions; wanted as many")
    size = max(a, b) if num_classes is None else whole("num_classes", num_classes)
    for what, numbers in [("target", true), ("prediction", pred)]:
        wrong = numbers[(numbers < 0) | (numbers >= size)]
        if wrong.size:
            raise ValueError(f"confusion_matrix: a {what} of class {wrong[0]}; wanted 0 to {size - 1}")
    if sample_weight is not None:
        sample_weight = np.broadcast_to(weights_for("confusion_matrix", sample_weight, true.shape), true.shape)
    return np.bincount(true * size + pred, sample_weight, size * size).reshape(size, size)


def _classes(what, y):
    """Class numbers in one line, and how many classes there are at least."""
    y = np.asarray(y)
    if y.dtype.kind not in "fiub" or has_nan(y):
        fault = "nan" if y.dtype.kind == "f" else f"dtype {y.dtype}"
        raise ValueError(f"{what} with {fault}; wanted class numbers or probabilities (LabelEncoder makes numbers)")
    if y.ndim > 1 and y.shape[-1] > 1:
        return y.argmax(axis=-1).reshape(-1), y.shape[-1]
    y = y.reshape(-1)
    if y.dtype.kind == "f" and not (np.isfinite(y) & (y == np.trunc(y))).all():
        if not ((y >= 0) & (y <= 1)).all():
            raise ValueError(f"{what} in one column, neither whole numbers nor from 0 to 1; give class numbers")
        return (y > 0.5).astype(np.intp), 2
    y = y.astype(np.intp)
    return y, int(y.max(initial=-1)) + 1


def classification_report(y_true, y_pred, names=None) -> str:
    """Precision, recall and F1 of each class, and their means, as a table of text.

    >>> print(classification_report([0, 0, 1, 1], [0, 1, 1, 1], names=["cat", "dog"]))
                  precision  recall      f1  samples
    cat               1.000   0.500   0.667        2
    dog               0.667   1.000   0.800        2
    mean              0.833   0.750   0.733        4
    weighted mean     0.833   0.750   0.733        4
    accuracy                          0.750        4
    """
    table = confusion_matrix(y_true, y_pred)
    names = [str(name) for name in (range(len(table)) if names is None else names)]
    if len(names) != len(table):
        raise ValueError(f"{len(names)} names for {len(table)} classes")
    right, said, there = table.diagonal().astype(float), table.sum(axis=0), table.sum(axis=1)
    scores = np.stack([ratio(right, said), ratio(right, there), ratio(2 * right, said + there)], axis=1)
    total = max(there.sum(), 1)
    lines = [*zip(names, scores, there, strict=True)]
    if len(table):
        lines += [("mean", scores.mean(axis=0), there.sum()), ("weighted mean", there @ scores / total, there.sum())]
    width = max(map(len, [*names, "weighted mean"]))
    text = [f"{'':{width}}  precision  recall      f1  samples"]
    text += [f"{name:{width}}  {p:9.3f}  {r:6.3f}  {f:6.3f}  {n:7}" for name, (p, r, f), n in lines]
    text += [f"{'accuracy':{width}}  {'':17}  {right.sum() / total:6.3f}  {there.sum():7}"]
    return "\n".join(text)
