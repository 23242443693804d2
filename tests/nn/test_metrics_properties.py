"""What holds for every metric, whatever the data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scores import close

from nn import metrics as M

RNG = np.random.default_rng(42)


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
