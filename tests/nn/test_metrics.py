"""Metrics: cases worked out by hand or by scikit-learn.

`test_metrics_properties.py` has what holds for all of them; `test_reference.py` compares them with Keras.
"""

import numpy as np
import pytest
from scores import LABELS, SAID, P, W, Y, close

import nn
from nn import metrics as M


# -- by hand, and by scikit-learn -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("metric", "y_true", "y_pred", "wanted"),
    [
        (M.Accuracy(), [1, 2, 3, 4], [0, 2, 3, 4], 0.75),
        (M.BinaryAccuracy(), [1, 1, 0, 0], [0.98, 1.0, 0.0, 0.6], 0.75),
        (M.BinaryAccuracy(), [0, 0], [0.5, 0.5], 1.0),  # what is at the threshold is no yes
        (M.BinaryAccuracy(threshold=0.7), [1, 1, 0, 0], [0.98, 0.6, 0.0, 0.6], 0.75),
        (M.BinaryAccuracy(), [0.9, 0.2], [0.7, 0.7], 0.5),  # soft targets fall to the nearer side
        (M.BinaryAccuracy(), [[1, 0], [0, 1]], [[0.9, 0.1], [0.9, 0.9]], 0.75),
        (M.CategoricalAccuracy(), [[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]], 0.5),
        (M.SparseCategoricalAccuracy(), [2, 1], [[0.1, 0.6, 0.3], [0.05, 0.95, 0]], 0.5),
        (M.SparseCategoricalAccuracy(), [[2], [1]], [[0.1, 0.6, 0.3], [0.05, 0.95, 0]], 0.5),
        (M.SparseCategoricalAccuracy(), [2.0, 1.0], [[0.1, 0.6, 0.3], [0.05, 0.95, 0]], 0.5),
        (M.SparseCategoricalAccuracy(), [[0, 1]], [[[0.9, 0.1], [0.9, 0.1]]], 0.5),
        (M.SparseCategoricalAccuracy(ignore_class=-1), [-1, 1], [[0.9, 0.1], [0.1, 0.9]], 1.0),
        (M.TopKCategoricalAccuracy(k=1), [[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]], 0.5),
        (M.TopKCategoricalAccuracy(k=2), [[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]], 1.0),
        (M.SparseTopKCategoricalAccuracy(k=1), [2, 0], [[0.1, 0.2, np.inf], [3.0, -np.inf, 2.0]], 1.0),
        (M.Precision(), [0, 1, 1, 1], [1, 0, 1, 1], 2 / 3),
        (M.Recall(), [0, 1, 1, 1], [1, 0, 1, 1], 2 / 3),
        (M.Precision(), [0, 1], [0.1, 0.2], 0.0),  # nothing is said to be positive
        (M.Recall(), [0, 0], [0.9, 0.2], 0.0),
        (M.Precision(thresholds=[0.8, 0.4]), [0, 1, 1], [0.5, 0.9, 0.6], [1.0, 2 / 3]),  # in the order given
        (M.Precision(top_k=1), [[0, 1, 0], [0, 0, 1]], [[0.2, 0.4, 0.1], [0.3, 0.3, 0.2]], 0.5),
        (M.Recall(class_id=2), [[0, 1, 0], [0, 0, 1]], [[0.2, 0.4, 0.1], [0.3, 0.3, 0.7]], 1.0),
        (M.TruePositives(), [0, 1, 1, 1], [1, 0, 1, 1], 2.0),
        (M.TrueNegatives(), [0, 1, 0, 0], [1, 1, 0, 0], 2.0),
        (M.FalsePositives(), [0, 1, 0, 0], [0, 0, 1, 1], 2.0),
        (M.FalseNegatives(thresholds=0.3), [0, 1, 1, 1], [0, 1, 0.3, 0], 2.0),
        (M.F1Score(threshold=0.5), [[1, 1, 1], [1, 0, 0], [1, 1, 0]], [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0]],
         [0.5, 0.8, 2 / 3]),
        (M.F1Score(average="micro"), [[1, 0], [0, 1]], [[0.0, 0.0], [0.1, 0.2]], 2 / 3),  # a row of zeros says no
        (M.AUC(num_thresholds=3), [0, 0, 1, 1], [0, 0.5, 0.3, 0.9], 0.75),
        (M.AUC(exact=True), [0, 0, 1, 1], [0, 0.5, 0.3, 0.9], 0.75),
        (M.AUC(exact=True), [0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5], 0.5),
        (M.AUC(exact=True), [0, 1, 1], [-np.inf, 2.0, np.inf], 1.0),
        (M.AUC(from_logits=True), [0, 1, 1], [-3.0, 2.0, 5.0], 1.0),
        (M.AUC(exact=True, curve="PR"), [0, 1], [0.2, 0.8], 1.0),
        (M.AUC(), [1, 1], [0.2, 0.8], 0.0),  # there is no negative to tell from
        (M.MeanSquaredError(), [[0, 1], [0, 0]], [[1, 1], [0, 0]], 0.25),
        (M.RootMeanSquaredError(), [[0, 1], [0, 0]], [[1, 1], [0, 0]], 0.5),
        (M.MeanAbsoluteError(), [[0, 1], [0, 0]], [[1, 1], [0, 2]], 0.75),
        (M.MeanAbsolutePercentageError(), [1.0, 2.0], [1.5, 3.0], 50.0),
        (M.R2Score(), [[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]], 4 / 7),
        (M.R2Score(), np.full(9, 0.1), np.full(9, 0.1), 1.0),
        (M.R2Score(), np.full(9, 0.1), np.full(9, 0.2), 0.0),
        (M.R2Score(), 1e9 + np.arange(4.0), 1e9 + np.arange(4.0)[::-1], -3.0),
        (M.R2Score("variance_weighted_average"), [[0.0, 0], [2, 20]], [[0.0, 0], [0, 20]], 1 - 4 / 202),
        (M.CosineSimilarity(), np.uint8([[200, 100]]), np.uint8([[200, 100]]), 1.0),
        (M.CosineSimilarity(), [[0.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [1.0, 1.0]], 0.5),
        (M.BinaryCrossentropy(), [[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]], 0.8149248),
        (M.BinaryCrossentropy(from_logits=True), [0, 1], [0.0, 0.0], np.log(2)),
        (M.CategoricalCrossentropy(), [[0, 1, 0], [0, 0, 1]], [[0.05, 0.95, 0], [0.1, 0.8, 0.1]], 1.1769392),
        (M.SparseCategoricalCrossentropy(), [1, 2], [[0.05, 0.95, 0], [0.1, 0.8, 0.1]], 1.1769392),
        (M.SparseCategoricalCrossentropy(from_logits=True), [1, 2], [[2.0, 2, 2], [-5, -5, -5]], np.log(3)),
    ],
)  # fmt: skip
def test_by_hand(metric, y_true, y_pred, wanted):
    found = metric(np.array(y_true), np.array(y_pred))
    assert np.shape(found) == np.shape(wanted)
    assert found == pytest.approx(wanted, rel=1e-6)
    if not np.shape(wanted):
        assert type(found) is float


BY_SKLEARN = [
    (lambda: M.AUC(exact=True), 0.6111111111111112, 0.5653533458411507),
    (M.Precision, 0.6666666666666666, 0.5802469135802469),
    (M.Recall, 0.6666666666666666, 0.6025641025641026),
    (M.F1Score, 0.6666666666666666, 0.5911949685534592),
    (lambda: M.FBetaScore(beta=2.0), 0.6666666666666666, 0.5979643765903309),
    (M.BinaryAccuracy, 0.6666666666666666, 0.59375),
]
BY_SKLEARN_CLASSES = {
    "micro": (0.16666666666666666, 0.15),
    "macro": (0.17857142857142858, 0.15538461538461537),
    "weighted": (0.15476190476190477, 0.13485576923076922),
}


@pytest.mark.parametrize(("make", "plain", "weighted"), BY_SKLEARN)
def test_as_sklearn_has_it(make, plain, weighted):
    assert make()(Y, P) == pytest.approx(plain, rel=1e-12)
    assert make()(Y, P, W) == pytest.approx(weighted, rel=1e-12)
    assert make()(Y[:, None], P, W[:, None]) == pytest.approx(weighted, rel=1e-12)


@pytest.mark.parametrize("average", BY_SKLEARN_CLASSES)
def test_f_scores_of_classes_as_sklearn_has_them(average):
    true, said = np.eye(3)[LABELS], np.eye(3)[SAID]
    plain, weighted = BY_SKLEARN_CLASSES[average]
    assert M.F1Score(average)(true, said) == pytest.approx(plain, rel=1e-12)
    assert M.F1Score(average)(true, said, W) == pytest.approx(weighted, rel=1e-12)


def test_r2_as_sklearn_has_it():
    assert M.R2Score()(P, W) == pytest.approx(-11.504354539548634, rel=1e-12)
    assert M.R2Score()(P, W, W) == pytest.approx(-13.4048916210196, rel=1e-12)


# -- sums, functions, tables ------------------------------------------------------------------------------------------
def test_mean_and_sum():
    assert M.Mean()([1.0, 3.0, 5.0, 7.0]) == 4.0
    assert M.Mean()([1.0, 3.0, 5.0, 7.0], [1, 1, 0, 0]) == 2.0
    assert M.Mean()([1.0], sample_weight=[0.0]) == 0.0
    total = M.Sum()
    total.update_state([1.0, 3.0], [1.0, 0.5])
    assert total(2.0) == 4.5
    assert total.name == "sum"


def test_a_function_is_a_metric():
    def worst(y_true, y_pred):
        return np.abs(y_true - y_pred).max()

    metric = M.get(worst)
    assert metric.name == "worst"
    metric.update_state(np.zeros(3), np.ones(3))
    assert metric(np.zeros(1), np.zeros(1)) == 0.75  # a number for a batch weighs as many samples as it has
    with pytest.raises(ValueError, match="one number for the batch, which sample weights cannot weigh"):
        metric.update_state(np.zeros(3), np.ones(3), np.ones(3))
    metric.update_state(np.zeros(0), np.zeros(0))  # which has no largest number
    assert metric.result() == 0.75
    seen = []
    M.MeanMetricWrapper(lambda a, b: seen.append((a.shape, b.shape)) or 0.0)(np.zeros(3), np.zeros((3, 1)))
    assert seen == [((3, 1), (3, 1))]
    with pytest.raises(ValueError, match=r"shape \(3, 3\) for targets"):
        M.get(lambda a, b: a[:, None] - b)(np.zeros(3), np.zeros(3))
    assert M.get(nn.losses.Huber())(np.zeros(4), np.ones(4)) == pytest.approx(0.5)
    assert M.get(nn.losses.Huber()).name == "huber"
    assert isinstance(M.get(nn.losses.mean_squared_error), M.MeanSquaredError)


def test_a_table_grows_and_counts_in_whole_numbers():
    metric = M.ConfusionMatrix()
    metric.update_state([0, 1], [0, 0])
    assert metric([3], [0]).tolist() == [[1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]]
    assert metric.result().dtype.kind == "i"
    assert metric([0], [0], [0.5])[0, 0] == 1.5
    assert M.ConfusionMatrix(3)([0], [0]).shape == (3, 3)


def test_confusion_matrix_as_sklearn_has_it():
    assert M.confusion_matrix(LABELS, SAID).tolist() == [[1, 0, 2], [1, 1, 2], [2, 3, 0]]
    weighted = M.confusion_matrix(np.eye(3)[LABELS], np.eye(3)[SAID], sample_weight=W)
    close(weighted, np.array([[1.8, 0.0, 2.7], [2.0, 0.6, 2.4], [2.1, 4.4, 0.0]]))
    assert M.confusion_matrix([0, 1], [0.9, 0.2]).tolist() == [[0, 1], [1, 0]]
    assert M.confusion_matrix([True, False], [True, True]).tolist() == [[0, 1], [0, 1]]
    assert M.confusion_matrix([], []).shape == (0, 0)


def test_report():
    lines = M.classification_report(LABELS, SAID, names=["a", "bb", "c" * 20]).splitlines()
    numbers = {line[:20].strip(): line[20:].split() for line in lines}
    assert numbers["a"] == ["0.250", "0.333", "0.286", "3"]
    assert numbers["c" * 20] == ["0.000", "0.000", "0.000", "5"]
    assert numbers["mean"] == ["0.167", "0.194", "0.179", "12"]
    assert numbers["weighted mean"] == ["0.146", "0.167", "0.155", "12"]
    assert numbers["accuracy"] == ["0.167", "12"]
    assert len({len(line) for line in lines}) == 1
    with pytest.raises(ValueError, match="2 names for 3 classes"):
        M.classification_report(LABELS, SAID, names=["a", "b"])
    assert "accuracy" in M.classification_report([], [])


def test_rounding_just_above_1_is_taken():
    assert M.AUC()(np.array([0, 1]), np.float32([1.0000002, 1.0000002])) == 0.5


def test_a_threshold_is_of_the_precision_of_the_predictions():
    at = np.float32([0.3])  # a little above 0.3 in double precision
    assert M.Recall(thresholds=0.3)(np.array([1]), at) == 0.0
    assert M.BinaryAccuracy(threshold=0.3)(np.array([1]), at) == 0.0


def test_the_first_of_equals_is_among_the_largest():
    for seed in range(20):
        y_pred = np.random.default_rng(seed).integers(0, 3, (1, 200)).astype(np.float64)
        assert M.Precision(top_k=1)(np.eye(200)[[y_pred.argmax()]], y_pred) == 1.0


def test_nan_is_seen_among_the_largest_and_in_other_columns():
    spoilt = np.array([[0.1, 0.2, np.nan]])
    assert np.isnan(M.Precision(top_k=1)(np.eye(1, 3), spoilt))
    assert M.Recall(class_id=1)(np.eye(1, 3, 1), np.array([[np.nan, 0.8, 0.1]])) == 1.0  # which does not count


def test_samples_left_out_take_their_weights_along():
    y_true, y_pred = np.array([-1, 1, 0]), np.array([[0.9, 0.1], [0.1, 0.9], [0.1, 0.9]])
    for metric in (M.SparseCategoricalAccuracy(ignore_class=-1), M.SparseTopKCategoricalAccuracy(1, ignore_class=-1)):
        assert metric(y_true, y_pred, np.array([9.0, 3.0, 1.0])) == 0.75


def test_a_metric_of_ones_own():
    class Count(M.Metric):
        seen = 0

        def __init__(self):
            """No call to that of Metric, as people write it."""

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.seen += len(y_true)

        def result(self):
            return self.seen

    metric = Count()
    assert metric.name == "count"
    assert metric(Y, P) == 12
    assert M.get(Count)(Y, P) == 12
    with pytest.raises(NotImplementedError, match="Metric defines no update_state"):
        M.Metric()(Y, P)
