"""Metrics: cases worked out by hand or by scikit-learn, what holds for all of them, and what they refuse.

`test_reference.py` compares them with Keras.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from nn import metrics as M
from nn.registry import config

RNG = np.random.default_rng(42)
Y = np.array([0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 1])
P = np.array([0.76, 0.79, 0.13, 0.45, 0.37, 0.93, 0.64, 0.82, 0.44, 0.23, 0.55, 0.06])
W = np.array([1.7, 1.4, 1.6, 1.0, 2.0, 1.8, 1.7, 0.8, 1.2, 0.6, 0.7, 1.5])
LABELS = np.array([2, 2, 1, 2, 1, 0, 2, 1, 0, 1, 2, 0])
SAID = np.array([1, 0, 2, 1, 0, 0, 1, 2, 2, 1, 0, 2])
NAN = np.array([0.2, np.nan, 0.7])

BINARY = {
    "BinaryAccuracy": M.BinaryAccuracy,
    "Precision": M.Precision,
    "Precision at": lambda: M.Precision(thresholds=[0.7, 0.2]),
    "Recall": M.Recall,
    "TruePositives": M.TruePositives,
    "TrueNegatives": M.TrueNegatives,
    "FalsePositives": M.FalsePositives,
    "FalseNegatives": M.FalseNegatives,
    "F1Score": M.F1Score,
    "AUC": M.AUC,
    "AUC PR": lambda: M.AUC(curve="PR"),
    "AUC exact": lambda: M.AUC(exact=True),
    "AUC exact PR": lambda: M.AUC(exact=True, curve="PR"),
    "BinaryCrossentropy": M.BinaryCrossentropy,
    "MeanSquaredError": M.MeanSquaredError,
    "RootMeanSquaredError": M.RootMeanSquaredError,
    "MeanAbsoluteError": M.MeanAbsoluteError,
    "MeanAbsolutePercentageError": M.MeanAbsolutePercentageError,
    "R2Score": M.R2Score,
    "Hinge": M.Hinge,
    "Accuracy": M.Accuracy,
    "function": lambda: M.get(lambda y, p: np.abs(y - p)),
}
SPARSE = {
    "SparseCategoricalAccuracy": M.SparseCategoricalAccuracy,
    "SparseTopKCategoricalAccuracy": lambda: M.SparseTopKCategoricalAccuracy(k=2),
    "SparseCategoricalCrossentropy": M.SparseCategoricalCrossentropy,
    "ConfusionMatrix": M.ConfusionMatrix,
}
HOT = {
    "CategoricalAccuracy": M.CategoricalAccuracy,
    "TopKCategoricalAccuracy": lambda: M.TopKCategoricalAccuracy(k=2),
    "CategoricalCrossentropy": M.CategoricalCrossentropy,
    "KLDivergence": M.KLDivergence,
    "CategoricalHinge": M.CategoricalHinge,
    "CosineSimilarity": M.CosineSimilarity,
    "F1Score macro": lambda: M.F1Score(average="macro"),
    "F1Score each": M.F1Score,
    "FBetaScore": lambda: M.FBetaScore(average="weighted", beta=2.0),
    "Precision top": lambda: M.Precision(top_k=2),
    "Recall class": lambda: M.Recall(class_id=1),
    "R2Score columns": lambda: M.R2Score(class_aggregation=None),
}
ALL = BINARY | SPARSE | HOT


def data(name, n, rng):
    """Targets and predictions that a metric takes."""
    if name in BINARY:
        return rng.integers(0, 2, n), np.round(rng.random(n), 1)
    labels, rows = rng.integers(0, 3, n), rng.dirichlet(np.ones(3), n)
    return (labels, rows) if name in SPARSE else (np.eye(3)[labels], rows)


def close(a, b):
    assert np.shape(a) == np.shape(b)
    assert np.allclose(a, b, rtol=1e-9, atol=1e-9)


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


# -- what holds for all -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ALL)
@given(st.integers(0, 2**32), st.integers(1, 12), st.integers(1, 12), st.booleans())
def test_two_batches_are_one(name, seed, a, b, weighted):
    rng = np.random.default_rng(seed)
    y_true, y_pred = data(name, a + b, rng)
    weight = rng.uniform(0.5, 2, a + b) if weighted else None
    whole, parts = ALL[name](), ALL[name]()
    whole.update_state(y_true, y_pred, weight)
    for at in (slice(0, a), slice(a, None)):
        parts.update_state(y_true[at], y_pred[at], weight[at] if weighted else None)
    found = parts.result()
    if name == "ConfusionMatrix":
        assert found.sum() == pytest.approx(weight.sum() if weighted else a + b)
    close(found, whole.result())


@pytest.mark.parametrize("name", ALL)
@given(st.integers(0, 2**32), st.integers(1, 20))
def test_order_does_not_matter_and_weights_of_1_change_nothing(name, seed, n):
    rng = np.random.default_rng(seed)
    y_true, y_pred = data(name, n, rng)
    wanted = ALL[name]()(y_true, y_pred)
    order = rng.permutation(n)
    close(ALL[name]()(y_true[order], y_pred[order]), wanted)
    close(ALL[name]()(y_true, y_pred, np.ones(n)), wanted)
    close(ALL[name]()(y_true, y_pred, np.ones((n, 1))), wanted)


@pytest.mark.parametrize("name", ALL)
@given(st.integers(0, 2**32), st.integers(1, 10))
def test_a_weight_of_2_is_a_sample_twice_and_of_0_is_none(name, seed, n):
    rng = np.random.default_rng(seed)
    y_true, y_pred = data(name, n, rng)
    weight = rng.integers(0, 3, n)
    weight[0] = 1
    again = np.repeat(np.arange(n), weight)
    found, wanted = ALL[name]()(y_true, y_pred, weight), ALL[name]()(y_true[again], y_pred[again])
    if name == "ConfusionMatrix":  # rows of predictions tell how many classes there are
        assert found.shape == wanted.shape == (3, 3)
    close(found, wanted)


@pytest.mark.parametrize("name", ALL)
def test_nothing_yet_is_0_and_an_empty_batch_changes_nothing(name):
    y_true, y_pred = data(name, 6, RNG)
    metric = ALL[name]()
    start = metric.result()
    assert not np.any(start)
    metric.update_state(y_true[:0], y_pred[:0])
    metric.update_state(y_true[:0], y_pred[:0], np.ones(0))
    assert not np.any(metric.result())
    wanted = metric(y_true, y_pred)
    close(metric(y_true[:0], y_pred[:0]), wanted)
    metric.reset_state()
    close(metric(y_true, y_pred), wanted)
    metric.reset_state()
    assert not np.any(metric.result())


@pytest.mark.parametrize("name", [name for name in ALL if name != "ConfusionMatrix"])
@pytest.mark.parametrize("weighted", [False, True])
def test_a_nan_prediction_makes_the_result_nan_until_reset(name, weighted):
    rng = np.random.default_rng(3)
    y_true, y_pred = data(name, 6, rng)
    spoilt = y_pred.copy()
    spoilt[2, ...] = np.nan
    if name == "TruePositives":
        y_true = np.zeros(6, int)  # nan for all four counts, though no positive is there
    metric = ALL[name]()
    found = metric(y_true, spoilt, np.ones(6) if weighted else None)
    assert np.isnan(found).all()
    assert np.isnan(metric(y_true, y_pred)).all()
    metric.reset_state()
    assert not np.isnan(metric(y_true, y_pred)).any()


@pytest.mark.parametrize("name", BINARY)
def test_a_line_and_a_column_agree(name):
    y_true, y_pred = data(name, 9, np.random.default_rng(1))
    wanted = BINARY[name]()(y_true, y_pred)
    for a, b in [(y_true[:, None], y_pred), (y_true, y_pred[:, None]), (y_true[:, None], y_pred[:, None])]:
        close(BINARY[name]()(a, b), wanted)


@pytest.mark.parametrize("name", ALL)
def test_single_precision_and_other_layouts_give_the_same(name):
    y_true, y_pred = data(name, 9, np.random.default_rng(5))
    y_pred = (0.93 * y_pred + 0.03).astype(np.float32).astype(np.float64)
    wanted = ALL[name]()(y_true, y_pred)
    assert np.allclose(ALL[name]()(y_true, y_pred.astype(np.float32)), wanted, rtol=1e-5, atol=1e-6)
    close(ALL[name]()(y_true.astype(np.float32), np.asfortranarray(y_pred)), wanted)
    close(ALL[name]()(y_true.astype(np.uint8), np.repeat(y_pred, 2, axis=0)[::2]), wanted)


@pytest.mark.parametrize("name", ALL)
def test_data_are_left_alone_and_not_kept(name):
    y_true, y_pred = data(name, 9, np.random.default_rng(6))
    before = y_true.copy(), y_pred.copy()
    metric = ALL[name]()
    wanted = np.copy(metric(y_true, y_pred))
    assert np.array_equal(before[0], y_true)
    assert np.array_equal(before[1], y_pred)
    y_pred[:], y_true[:] = 1 - y_pred, 0
    close(metric.result(), wanted)
    found = metric.result()
    if isinstance(found, np.ndarray):
        found[:] = -1
        close(metric.result(), wanted)


@given(st.integers(0, 2**32), st.integers(2, 40))
def test_the_exact_area_is_the_share_of_pairs_in_the_right_order(seed, n):
    rng = np.random.default_rng(seed)
    y, p = rng.integers(0, 2, n), rng.integers(0, 6, n) / 5
    y[:2] = 0, 1
    pairs = p[y == 1][:, None] - p[y == 0]
    wanted = ((pairs > 0) + 0.5 * (pairs == 0)).mean()
    assert M.AUC(exact=True)(y, p) == pytest.approx(wanted)
    assert M.AUC(num_thresholds=6)(y, p) <= 1.0
    assert M.AUC(exact=True)(y, 7 * p - 3) == pytest.approx(wanted)  # any scores, in their order


@given(st.integers(0, 2**32), st.integers(1, 30), st.integers(2, 5))
def test_counts_and_tables_agree(seed, n, k):
    rng = np.random.default_rng(seed)
    labels, rows = rng.integers(0, k, n), rng.dirichlet(np.ones(k), n)
    table = M.confusion_matrix(labels, rows)
    assert table.shape == (k, k)
    assert table.trace() / n == pytest.approx(M.SparseCategoricalAccuracy()(labels, rows))
    y, p = rng.integers(0, 2, n), rng.random(n)
    kinds = [M.TrueNegatives, M.FalsePositives, M.FalseNegatives, M.TruePositives]
    assert M.confusion_matrix(y, p, 2).ravel().tolist() == [kind()(y, p) for kind in kinds]


def test_overflow_in_half_precision():
    many = np.ones(100_000, np.float16)
    assert M.Mean()(many) == 1.0
    assert M.BinaryAccuracy()(many, many) == 1.0


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


# -- names ------------------------------------------------------------------------------------------------------------
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
             "axis": 0, "num_thresholds": 7, "num_classes": 4, "class_aggregation": None, "name": "mine",
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


# -- what is refused --------------------------------------------------------------------------------------------------
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
