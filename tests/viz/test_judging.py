"""Where a classifier is wrong: counts, curves and images are those that scikit-learn and a count by hand give."""

from pathlib import Path

import numpy as np
import pytest

import nn
import viz
from nn import layers as L

mpl = pytest.importorskip("matplotlib", reason="charts need the extra 'viz'")
mpl.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")

REFERENCE = dict(np.load(Path(__file__).parent.parent / "nn" / "reference" / "curves.npz"))
TRUE, SCORES = REFERENCE["true"], REFERENCE["scores"]
SUM_TO_ONE = SCORES / SCORES.sum(axis=1, keepdims=True)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def as_is(X):
    """A model whose answers are its inputs."""
    return X


def cells(ax):
    return {(int(text.get_position()[1]), int(text.get_position()[0])): text.get_text() for text in ax.texts}


def titles(axes):
    return [ax.get_title().split("\n") for ax in axes]


# -- the confusion matrix ----------------------------------------------------------------------------------------------
def test_the_counts_are_those_of_scikit_learn():
    ax = viz.confusion(as_is, SCORES, TRUE)
    table = REFERENCE["confusion"]
    assert cells(ax) == {place: str(n) for place, n in np.ndenumerate(table) if n}
    assert ax.get_title() == f"{table.trace()} of {len(TRUE)} right, {table.trace() / len(TRUE):.3f}"
    colors = np.asarray(ax.images[0].get_array())
    assert (colors.diagonal() < 0).all()  # what is right is blue, what is not is orange
    assert (colors[~np.eye(4, dtype=bool)] >= 0).all()
    assert np.allclose(colors**2, table / table.sum(axis=1, keepdims=True))


def test_shares_and_names():
    ax = viz.confusion(as_is, SCORES, TRUE, names=["ant", "bee", "cat", "dog"], normalize=True)
    table = REFERENCE["confusion"] / REFERENCE["confusion"].sum(axis=1, keepdims=True)
    assert cells(ax)[1, 1] == f"{100 * table[1, 1]:.2g}%"
    assert [label.get_text() for label in ax.get_yticklabels()] == ["ant", "bee", "cat", "dog"]


@pytest.mark.parametrize(
    "y", [TRUE, TRUE[:, None], np.eye(4)[TRUE], TRUE.astype(float), np.array(["a", "b", "c", "d"])[TRUE]],
    ids=["numbers", "column", "one-hot", "floats", "texts"],
)  # fmt: skip
def test_every_kind_of_label(y):
    names = ["a", "b", "c", "d"]
    assert cells(viz.confusion(as_is, SCORES, y, names=names)) == cells(viz.confusion(as_is, SCORES, TRUE))


@pytest.mark.parametrize(("y", "names", "words"), [
    (TRUE + 3, None, "the label [456] and the model tells 4 classes apart"), (TRUE - 1, None, "the label -1"),
    (TRUE + 0.5, None, "the label [0-3].5"), (np.where(TRUE == 1, np.nan, TRUE), None, "the label nan"),
    (np.array(["a", "b", "c", "d"])[TRUE], None, "wanted names= of the classes"),
    (TRUE, ["a", "b", "b", "c"], "as many different names"), (np.eye(5)[TRUE], None, "y has 5 columns"),
], ids=str)  # fmt: skip
def test_labels_that_could_mean_any_class_are_refused(y, names, words):
    for draw in (viz.confusion, viz.roc, viz.precision_recall):
        with pytest.raises(ValueError, match=words):
            draw(as_is, SCORES, y, names=names)


def test_texts_are_in_the_order_of_names():
    y = np.array(["d", "c", "b", "a"])[TRUE]
    ax = viz.confusion(as_is, SCORES, y, names=["d", "c", "b", "a"])
    assert cells(ax) == cells(viz.confusion(as_is, SCORES, TRUE))
    with pytest.raises(ValueError, match="the label 'd', which is not among names"):
        viz.confusion(as_is, SCORES, y, names=["a", "b", "c", "e"])


def test_many_classes_are_drawn_without_numbers():
    y = np.arange(60) % 30
    ax = viz.confusion(lambda X: np.eye(30)[y], np.zeros((60, 1)), y)
    assert not ax.texts
    assert ax.get_title() == "60 of 60 right, 1.000"


# -- probabilities, logits, a single yes -------------------------------------------------------------------------------
@pytest.mark.parametrize("answer", [lambda z: 1 / (1 + np.exp(-z)), lambda z: z], ids=["sigmoid", "logits"])
def test_one_output_has_two_classes(answer):
    z = np.array([[-2.0], [0.1], [3.0], [-0.1]])
    axes = viz.worst(lambda X: answer(z), np.zeros((4, 5, 5)), [0, 0, 1, 1], count=2)
    p = 1 / (1 + np.exp(-0.1))
    assert titles(axes) == [["is 0", f"said 1 ({p:.2f})"], ["is 1", f"said 0 ({p:.2f})"]]


def test_a_loss_says_what_the_answers_are():
    model = nn.Sequential([L.Dense(1, input_shape=(25,), kernel_initializer="zeros")], seed=0)
    model.layers[0].bias.assign([0.4])  # as a probability a no, as a logit a yes
    X = np.zeros((2, 25))
    assert cells(viz.confusion(model, X, [1, 0])) == {(1, 0): "1", (0, 0): "1"}
    model.compile("adam", nn.losses.BinaryCrossentropy(from_logits=True))
    assert cells(viz.confusion(model, X, [1, 0])) == {(1, 1): "1", (0, 1): "1"}


def test_logits_are_turned_into_probabilities():
    logits = np.log(SUM_TO_ONE + 1e-9) + 3.0
    found = viz.worst(lambda X: logits, np.zeros((80, 5, 5)), TRUE, count=5)
    wanted = viz.worst(lambda X: SUM_TO_ONE, np.zeros((80, 5, 5)), TRUE, count=5)
    assert [ax.get_xlabel() for ax in found] == [ax.get_xlabel() for ax in wanted]
    for mine, other in zip(titles(found), titles(wanted), strict=True):
        assert mine[0] == other[0]
        assert mine[1][:6] == other[1][:6]
        assert float(mine[1][8:-1]) == pytest.approx(float(other[1][8:-1]), abs=0.011)


# -- curves ------------------------------------------------------------------------------------------------------------
def drawn(ax):
    return [line for line in ax.get_lines() if not line.get_label().startswith("_")]


def test_roc_is_that_of_scikit_learn():
    lines = drawn(viz.roc(as_is, SCORES, TRUE))
    assert len(lines) == 4
    for i, line in enumerate(lines):
        assert np.allclose(line.get_xdata()[::-1], REFERENCE[f"{i}.alarms"], rtol=0, atol=1e-12)
        assert np.allclose(line.get_ydata()[::-1], REFERENCE[f"{i}.hits"], rtol=0, atol=1e-12)
        assert line.get_label() == f"{i}: {REFERENCE[f'{i}.auc']:.3f}"


def test_precision_and_recall_are_those_of_scikit_learn():
    lines = drawn(viz.precision_recall(as_is, SCORES, TRUE))
    assert len(lines) == 4
    for i, line in enumerate(lines):
        recall, precision = line.get_data()
        assert np.allclose(recall, REFERENCE[f"{i}.recall"], rtol=0, atol=1e-12)
        assert np.allclose(precision, REFERENCE[f"{i}.precision"], rtol=0, atol=1e-12)
        # The steps that are drawn hold the average precision; the label has the area of our metric.
        assert -np.sum(np.diff(recall) * precision[:-1]) == pytest.approx(REFERENCE[f"{i}.average"].item())
        area = nn.metrics.AUC(curve="PR", exact=True)((i == TRUE).astype(int), SCORES[:, i])
        assert line.get_label() == f"{i}: {area:.3f}"


@pytest.mark.parametrize("chart", [viz.roc, viz.precision_recall])
def test_two_classes_have_one_curve(chart):
    p = SCORES[:, :1]
    (line,) = drawn(chart(lambda X: np.concatenate([1 - p, p], axis=1), SCORES, TRUE == 0, names=["no", "yes"]))
    (single,) = drawn(chart(lambda X: p, SCORES, TRUE == 0))
    assert np.array_equal(line.get_data(), single.get_data())
    assert line.get_label().startswith("yes: ")


def test_a_class_that_nobody_has_draws_no_curve():
    few = TRUE < 3
    assert [line.get_label()[0] for line in drawn(viz.roc(as_is, SCORES[few], TRUE[few]))] == ["0", "1", "2"]
    with pytest.raises(ValueError, match="all samples are of class '2'; a curve needs two"):
        viz.roc(as_is, SCORES[TRUE == 2], TRUE[TRUE == 2])


# -- the worst ---------------------------------------------------------------------------------------------------------
def test_the_worst_are_those_whose_class_is_least_likely():
    images = np.arange(80 * 36).reshape(80, 6, 6) / 3000.0
    axes = viz.worst(lambda X: SUM_TO_ONE, images, TRUE, count=7)
    order = np.argsort(SUM_TO_ONE[np.arange(80), TRUE], kind="stable")[:7]
    for ax, i in zip(axes, order, strict=True):
        assert np.array_equal(ax.images[0].get_array(), images[i])
        assert ax.get_xlabel() == f"X[{i}]"
        said = SUM_TO_ONE[i].argmax()
        assert ax.get_title() == f"is {TRUE[i]}\nsaid {said} ({SUM_TO_ONE[i, said]:.2f})"


def test_rows_colours_and_axes_of_ones_own():
    rows = np.random.default_rng(0).random((80, 36))
    axes = viz.worst(lambda X: SUM_TO_ONE, rows, TRUE, count=2)
    assert axes[0].images[0].get_array().shape == (6, 6)
    axes = viz.worst(lambda X: SUM_TO_ONE, rows, TRUE, count=2, shape=(4, 9))
    assert axes[0].images[0].get_array().shape == (4, 9)
    axes = viz.worst(lambda X: SUM_TO_ONE, rows.reshape(80, 3, 4, 3), TRUE, count=1)
    assert axes.images[0].get_array().shape == (3, 4, 3)
    _, mine = plt.subplots(1, 2)
    assert viz.worst(lambda X: SUM_TO_ONE, rows, TRUE, ax=mine) == mine.tolist()
    with pytest.raises(ValueError, match="a row of 35 numbers is no square image; give shape="):
        viz.worst(lambda X: SUM_TO_ONE, rows[:, 1:], TRUE)


# -- what does not fit -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("chart", [viz.confusion, viz.roc, viz.precision_recall, viz.worst])
def test_what_does_not_fit_is_said(chart):
    X = np.zeros((80, 5, 5))
    wrong = {
        "as many labels": (as_is, SCORES, TRUE[:5], None), "as many labels; got X of shape ()": (as_is, 1.0, 1.0, None),
        "answers nan or inf": (lambda X: SCORES * np.nan, X, TRUE, None),
        "tells 4 classes apart; wanted as many different names": (as_is, SCORES, TRUE, list("abcde")),
        "y has the label 0.0126": (as_is, SCORES, np.linspace(0, 1, 80), None),
        "wanted names= of the classes": (as_is, SCORES, np.array(["a", "b", "c"])[np.minimum(TRUE, 2)], None),
        "a row of numbers for each": (lambda X: np.zeros((80, 4, 4)), X, TRUE, None),
    }  # fmt: skip
    for text, (model, data, y, names) in wrong.items():
        with pytest.raises(ValueError, match=text.replace("()", r"\(\)")):
            chart(model, data, y, names=names)
    with pytest.raises(TypeError, match=r"wanted a model, or a function of an array; got float 3\.0"):
        chart(3.0, X, TRUE)
