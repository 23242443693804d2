"""What metrics refuse, saying what came and what was wanted."""

import numpy as np
import pytest
from scores import NAN, P, W, Y

from nn import metrics as M

ROWS = np.eye(3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: M.BinaryAccuracy()(Y, P[:5]), r"targets of shape \(12,\) against predictions of shape \(5,\)"),
        (lambda: M.BinaryAccuracy()(np.array([-1, 1]), P[:2]), r"a target of -1; wanted 0 or 1 .*\(y \+ 1\) / 2"),
        (lambda: M.BinaryAccuracy()(np.array([0, np.nan]), P[:2]), "a target of nan"),
        (lambda: M.Precision()(np.array([0, 2]), P[:2]), "precision: a target of 2; wanted 0 or 1"),
        (lambda: M.F1Score()(np.array([0, 2]), P[:2]), "f1_score: a target of 2"),
        (
            lambda: M.AUC()(Y, 3 * P - 1),
            r"predictions from -0.82 to 1.79; .* from_logits=True takes logits, exact=True",
        ),
        (lambda: M.BinaryAccuracy()(np.array(["a", "b"]), P[:2]), "targets of dtype <U1 .*LabelEncoder"),
        (lambda: M.CategoricalAccuracy()(np.ones((3, 1)), np.ones((3, 1))), "use binary_accuracy"),
        (lambda: M.CategoricalAccuracy()(np.ones(3), np.ones(3)), "use binary_accuracy"),
        (lambda: M.CategoricalAccuracy()(np.arange(3), ROWS), "for class numbers there are sparse metrics"),
        (lambda: M.CategoricalAccuracy()(ROWS * np.nan, ROWS), "nan among the targets"),
        (lambda: M.SparseCategoricalAccuracy()(ROWS, ROWS), "for one-hot rows use categorical_accuracy"),
        (
            lambda: M.SparseCategoricalAccuracy()(np.array([0, 3, 1]), ROWS),
            "a label of 3 with 3 classes; wanted 0 to 2",
        ),
        (lambda: M.SparseCategoricalAccuracy()(np.array([0, -1, 1]), ROWS), r"a label of -1 .*\(ignore_class=...\)"),
        (lambda: M.SparseCategoricalAccuracy()(np.array([0, 0.5, 1]), ROWS), "a label of 0.5; wanted whole numbers"),
        (lambda: M.SparseCategoricalAccuracy()(np.array([0, np.nan, 1]), ROWS), "a label of nan"),
        (lambda: M.SparseCategoricalAccuracy()(np.array(list("abc")), ROWS), "labels of dtype <U1"),
        (lambda: M.SparseTopKCategoricalAccuracy(2)(np.array([0, 9, 1]), ROWS), "a label of 9 with 3 classes"),
        (lambda: M.SparseCategoricalCrossentropy()(np.array([0, 9, 1]), ROWS), "a label of 9 with 3 classes"),
        (lambda: M.CategoricalCrossentropy()(np.ones(3), np.ones(3)), "wanted a row for each sample"),
        (lambda: M.CosineSimilarity()(np.ones(3), np.ones(3)), "wanted a vector for each sample"),
        (lambda: M.MeanSquaredError()(np.ones((3, 2)), np.ones(3)), r"targets of shape \(3, 2\)"),
        (lambda: M.R2Score()(np.ones((3, 2)), np.ones((2, 3))), r"targets of shape \(3, 2\)"),
        (lambda: M.BinaryAccuracy()(Y, P, W[:5]), r"sample weights of shape \(5,\) for values of shape \(12,\)"),
        (lambda: M.AUC()(Y, P, W[:5]), r"sample weights of shape \(5,\)"),
        (lambda: M.Recall()(Y, P, -W), "a sample weight of -1.7; wanted 0 or more"),
        (lambda: M.Mean()([1.0], [np.nan]), "a sample weight of nan"),
        (lambda: M.Recall(class_id=3)(ROWS, ROWS), r"do not have the columns for top_k=None, class_id=3"),
        (lambda: M.Precision(top_k=4)(ROWS, ROWS), "do not have the columns for top_k=4"),
        (lambda: M.Precision(top_k=1)(Y, P), "do not have the columns"),
        (lambda: M.confusion_matrix([0, 1], [0, 1, 1]), "2 targets and 3 predictions"),
        (lambda: M.confusion_matrix([0, 4], [0, 1], 3), "a target of class 4; wanted 0 to 2"),
        (lambda: M.confusion_matrix([0, 1], [0, -1]), "a prediction of class -1"),
        (lambda: M.confusion_matrix([0, 1], [0.5, 1.5]), "neither whole numbers nor from 0 to 1"),
        (lambda: M.confusion_matrix([0, 1], [0.5, np.inf]), "neither whole numbers nor from 0 to 1"),
        (lambda: M.confusion_matrix([0, 1, 1], NAN), "predictions with nan"),
        (lambda: M.confusion_matrix(["a"], [1]), "targets with dtype <U1"),
        (lambda: M.BinaryAccuracy(threshold=2), "threshold is a number from 0 to 1; got 2"),
        (lambda: M.Precision(thresholds=[0.5, 1.5]), "thresholds are numbers from 0 to 1"),
        (lambda: M.Precision(thresholds=[]), "thresholds are numbers from 0 to 1"),
        (lambda: M.Precision(top_k=0), "top_k is a whole number, 1 or more; got 0"),
        (lambda: M.Recall(class_id=-1), "class_id is a whole number, 0 or more; got -1"),
        (lambda: M.TopKCategoricalAccuracy(k=0), "k is a whole number, 1 or more; got 0"),
        (lambda: M.AUC(num_thresholds=1), "num_thresholds is a whole number, 2 or more"),
        (lambda: M.AUC(curve="roc"), "curve is 'ROC' or 'PR'; got 'roc'"),
        (lambda: M.F1Score(average="mean"), "average is None, 'micro'"),
        (lambda: M.F1Score(threshold=2), "threshold is a number from 0 to 1"),
        (lambda: M.FBetaScore(beta=0), "beta is a number above 0"),
        (lambda: M.R2Score("mean"), "class_aggregation is None"),
        (lambda: M.MeanMetricWrapper(3), "a metric is made from a function"),
        (lambda: M.BinaryAccuracy(dtype="flaot"), "flaot"),
        (lambda: M.get("acuracy"), "no metric is called 'acuracy'; did you mean 'accuracy'"),
        (lambda: M.get(3), "3 is no metric"),
        (lambda: M.get(None), "a metric is made from a function"),
    ],
)
def test_refused(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()


def test_columns_may_not_change_between_batches():
    for metric in (M.F1Score(), M.R2Score()):
        metric.update_state(np.eye(3), np.eye(3))
        with pytest.raises(ValueError, match="2 columns after batches of 3"):
            metric.update_state(np.eye(2), np.eye(2))
        assert np.all(metric.result() == 1.0)
