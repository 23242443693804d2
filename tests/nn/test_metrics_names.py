"""Metrics by name: which one is meant, how it is called, and the settings it keeps."""

import numpy as np
import pytest

from nn import metrics as M
from nn.registry import config


@pytest.mark.parametrize(
    ("name", "kind"),
    [("accuracy", "Accuracy"), ("acc", "Accuracy"), ("mse", "MeanSquaredError"), ("MSE", "MeanSquaredError"),
     ("mae", "MeanAbsoluteError"), ("mape", "MeanAbsolutePercentageError"), ("rmse", "RootMeanSquaredError"),
     ("binary_accuracy", "BinaryAccuracy"), ("top_k_categorical_accuracy", "TopKCategoricalAccuracy"),
     ("auc", "AUC"), ("AUC", "AUC"), ("precision", "Precision"), ("f1_score", "F1Score"), ("r2_score", "R2Score"),
     ("true_positives", "TruePositives"), ("bce", "BinaryCrossentropy"), ("cosine_similarity", "CosineSimilarity"),
     ("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy"), ("mean", "Mean")],
)  # fmt: skip
def test_names(name, kind):
    assert type(M.get(name)).__name__ == kind
    assert M.resolve(M.get(name), (None, 1)).name == M.get(name).name


@pytest.mark.parametrize(
    ("make", "name"),
    [(M.TopKCategoricalAccuracy, "top_k_categorical_accuracy"), (M.R2Score, "r2_score"), (M.F1Score, "f1_score"),
     (M.FBetaScore, "fbeta_score"), (M.AUC, "auc"), (M.TruePositives, "true_positives"), (M.Sum, "sum"),
     (M.SparseTopKCategoricalAccuracy, "sparse_top_k_categorical_accuracy"),
     (M.MeanSquaredError, "mean_squared_error")],
)  # fmt: skip
def test_an_object_is_named_as_in_keras(make, name):
    assert make().name == name
    assert make(name="mine").name == "mine"
    assert make(dtype="float32").dtype == "float32"


@pytest.mark.parametrize("kind", [kind for kind in vars(M).values() if isinstance(kind, type)])
def test_settings_are_kept(kind):
    if kind in (M.Metric, M.MeanMetricWrapper):
        return
    other = {"from_logits": True, "label_smoothing": 0.25, "ignore_class": 1, "threshold": 0.25, "k": 3, "top_k": 2,
             "thresholds": [0.5, 0.1], "class_id": 1, "beta": 2.0, "average": "micro", "exact": True, "curve": "PR",
             "axis": 0, "num_thresholds": 7, "num_classes": 4, "class_aggregation": None, "delta": 2.0, "gamma": 1.0,
             "alpha": 0.5, "apply_class_balancing": True, "name": "mine",
             "dtype": "float64"}  # fmt: skip
    settings = {name: other[name] for name in config(kind())}
    made = kind(**settings)
    assert config(made) == settings
    description = M.base.metrics.describe(made)
    again = M.get(description)
    assert type(again) is kind
    assert config(again) == settings


@pytest.mark.parametrize(
    ("shape", "loss", "kind"),
    [
        ((None, 1), "binary_crossentropy", "BinaryAccuracy"),
        ((None,), None, "BinaryAccuracy"),
        ((None, 3), "binary_crossentropy", "BinaryAccuracy"),
        ((None, 3), "categorical_crossentropy", "CategoricalAccuracy"),
        ((None, 3), "mean_squared_error", "CategoricalAccuracy"),
        ((None, 3), None, "CategoricalAccuracy"),
        ((None, 7, 3), "sparse_categorical_crossentropy", "SparseCategoricalAccuracy"),
    ],
)
def test_accuracy_is_the_one_that_is_meant(shape, loss, kind):
    for name in ("accuracy", "acc", "Accuracy"):
        metric = M.resolve(name, shape, loss)
        assert type(metric).__name__ == kind
        assert metric.name == name
    wanted = kind.replace("Accuracy", "Crossentropy")
    assert type(M.resolve("crossentropy", shape, loss)).__name__ == wanted
    assert M.resolve("mae", shape, loss).name == "mae"


@pytest.mark.parametrize("loss", ["hinge", "squared_hinge"])
def test_accuracy_for_hinge_losses_parts_at_0(loss):
    metric = M.resolve("accuracy", (None, 1), loss)
    assert metric(np.array([-1.0, 1.0, 1.0, -1.0]), np.array([[-0.3], [0.2], [-0.1], [0.7]])) == 0.5
