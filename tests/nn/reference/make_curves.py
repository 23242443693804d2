"""Write curves.npz: ROC and precision-recall curves and a confusion matrix, as scikit-learn computes them.

Run it in an environment of its own, which has scikit-learn and not this project; the committed file is of 1.9.1:

    python tests/nn/reference/make_curves.py
"""

from pathlib import Path

import numpy as np
import sklearn
from sklearn import metrics

rng = np.random.default_rng(0)
true = rng.integers(0, 4, 80)
logits = rng.normal(0, 1, (80, 4)) + 1.5 * np.eye(4)[true]
scores = np.round(np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True) * 32) / 32  # with many ties
found = {"true": true, "scores": scores, "confusion": metrics.confusion_matrix(true, scores.argmax(axis=1))}
for i in range(4):
    alarms, hits, _ = metrics.roc_curve(true == i, scores[:, i], drop_intermediate=False)
    precision, recall, _ = metrics.precision_recall_curve(true == i, scores[:, i])
    found |= {f"{i}.alarms": alarms, f"{i}.hits": hits, f"{i}.precision": precision, f"{i}.recall": recall}
    found[f"{i}.auc"] = metrics.roc_auc_score(true == i, scores[:, i])
    found[f"{i}.average"] = metrics.average_precision_score(true == i, scores[:, i])
np.savez_compressed(Path(__file__).with_name("curves.npz"), versions=f"scikit-learn {sklearn.__version__}", **found)
