"""Weights of samples and classes in every loss, and classes that are left out: by hand, in `fit`, with jit or not."""

import re

import numpy as np
import pytest

import nn
from autograd import Tensor
from nn import layers as L
from nn.losses.base import losses

RNG = np.random.default_rng(0)
N = 12
X = RNG.normal(0, 1, (N, 3))
LABELS = RNG.integers(0, 3, N)
WEIGHTS = RNG.uniform(0, 2, N)
KINDS = sorted(set(losses.entries.values()), key=lambda kind: kind.__name__)


def targets(kind):
    if "Sparse" in kind.__name__:
        return LABELS
    return np.eye(3)[LABELS]


def predictions():
    p = RNG.uniform(0.1, 1, (N, 3))
    return p / p.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("kind", KINDS)
def test_weights_by_hand(kind):
    y, p = targets(kind), predictions()
    each = np.asarray(kind(reduction="none")(y, p))
    assert each.shape == (N,)
    for weight in (WEIGHTS, WEIGHTS[:, None], WEIGHTS.tolist(), WEIGHTS.astype("f")):
        assert np.allclose(kind(reduction="none")(y, p, weight), each * WEIGHTS)
        assert float(kind()(y, p, weight)) == pytest.approx(np.mean(each * WEIGHTS))
        assert float(kind(reduction="sum")(y, p, weight)) == pytest.approx(np.sum(each * WEIGHTS))
    assert float(kind()(y, p, np.ones(N))) == pytest.approx(float(kind()(y, p)))
    assert float(kind()(y, p, np.zeros(N))) == 0
    whole = np.arange(N) % 3  # a weight of 2 is the sample twice
    twice = np.repeat(np.arange(N), whole)
    assert float(kind()(y, p, whole)) == pytest.approx(float(kind()(y[twice], p[twice])) * len(twice) / N)
    for wrong in (np.ones(N - 1), np.ones((N, 2)), 1.0):
        if np.ndim(wrong):
            with pytest.raises(ValueError, match="wanted one for each sample"):
                kind()(y, p, wrong)


@pytest.mark.parametrize("jit", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_weights_in_fit(kind, jit):
    """Of samples and of classes: the same from both, and from batches. Validation has only those of its own."""
    y = targets(kind)
    by_class = {0: 0.5, 1: 2.0, 2: 3.0}
    each = np.array([by_class[label] for label in LABELS.tolist()])
    found = []
    for given in ["samples", "classes", "batches"]:
        model = nn.Sequential([L.Dense(3, activation="softmax", input_shape=(3,))], seed=0)
        model.compile("sgd", kind())
        settings = {"verbose": 0, "jit": jit, "epochs": 2, "shuffle": False, "validation_batch_size": 4}
        settings["validation_data"] = (X, y, WEIGHTS)
        if given == "batches":
            parts = [(X[i : i + 4], y[i : i + 4], each[i : i + 4]) for i in range(0, N, 4)]
            history = model.fit(Again(parts), **settings).history
        else:
            weights = {"sample_weight": each} if given == "samples" else {"class_weight": by_class}
            history = model.fit(X, y, batch_size=4, **weights, **settings).history
        found.append((history, model.get_weights()))
        assert history["val_loss"][-1] == pytest.approx(model.evaluate(X, y, sample_weight=WEIGHTS, verbose=0))
    for history, weights in found[1:]:
        assert history == found[0][0]
        assert all(np.array_equal(a, b) for a, b in zip(weights, found[0][1], strict=True))


def test_class_weights_and_validation_are_those_of_keras():
    """The numbers are Keras 3.15's."""
    x = np.linspace(-1, 1, 120).reshape(40, 3).astype("f")[np.arange(40) * 3 % 40]
    y = (x[:, :1] > 0).astype(int)
    model = nn.Sequential([nn.Input((3,)), L.Dense(1, activation="sigmoid", kernel_initializer="ones")])
    model.compile(nn.optimizers.SGD(0.0), "binary_crossentropy")
    history = model.fit(x, y, validation_data=(x[30:], y[30:]), class_weight={0: 1.0, 1: 100.0}, verbose=0).history
    assert history == {"loss": pytest.approx([12.921487808227539]), "val_loss": pytest.approx([0.31133803725242615])}


class Again:
    def __init__(self, parts):
        self.parts = parts

    def __iter__(self):
        return iter(self.parts)


# -- classes that are left out ----------------------------------------------------------------------------------------
P = np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]])
OUT = np.array([0, -1, 1])
W = np.array([1.0, 5.0, 2.0])
CUT = nn.losses.SparseCategoricalCrossentropy


def test_the_numbers_of_keras():
    assert float(CUT(ignore_class=-1)(OUT, P)) == pytest.approx(0.16425204277038574)
    assert float(CUT(ignore_class=-1)(OUT, P, W)) == pytest.approx(0.27582380175590515)
    assert float(CUT(ignore_class=-1, reduction="sum")(OUT, P, W)) == pytest.approx(0.5516476)
    assert np.allclose(CUT(ignore_class=-1, reduction="none")(OUT, P, W), [0.10536055, 0, 0.44628707])
    y, p = np.array([[0, -1], [1, 1]]), np.stack([P[:2], P[1:]])
    assert float(CUT(ignore_class=-1)(y, p, np.array([[1.0, 2.0], [3.0, 4.0]]))) == pytest.approx(1.0257920026779175)
    assert float(CUT(ignore_class=-1)(np.full(3, -1), P, W)) == 0
    metric = nn.metrics.SparseCategoricalCrossentropy(ignore_class=-1)
    assert metric(OUT, P, sample_weight=W) == pytest.approx(0.18388253450393677)
    metric.reset_state()
    assert metric(OUT, P) == pytest.approx(0.16425204277038574)


@pytest.mark.parametrize("labels", [OUT, OUT[:, None]], ids=["row", "column"])
def test_what_is_left_out_has_no_part_in_it(labels):
    """Neither its prediction, even one that is no number, nor its weight; and it gets no gradient."""
    kept = [0, 2]
    logits = np.log(P)
    logits[1] = [np.nan, np.inf]
    for weight in (None, W):
        tensor = Tensor(logits)
        cut = None if weight is None else weight[kept]
        loss = CUT(from_logits=True, ignore_class=-1)(labels, tensor, weight)
        loss.backward()
        only = Tensor(logits[kept])
        wanted = CUT(from_logits=True)(OUT[kept], only, cut)
        wanted.backward()
        assert loss.item() == pytest.approx(wanted.item())
        assert np.allclose(tensor.grad[kept], only.grad)
        assert not tensor.grad[1].any()
        for kind in (nn.metrics.SparseCategoricalCrossentropy, nn.metrics.SparseCategoricalAccuracy):
            settings = {"from_logits": True} if "Cross" in kind.__name__ else {}
            found = kind(ignore_class=-1, **settings)(labels, logits, sample_weight=weight)
            assert found == pytest.approx(kind(**settings)(OUT[kept], logits[kept], sample_weight=cut))


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("activation", ["softmax", None])
def test_classes_left_out_in_fit(activation, weighted):
    """Batches have more or fewer of them, and one has nothing else: programs count them anew each time."""
    y = np.where(np.arange(N) % 5 < 2, -1, LABELS)
    y[4:8] = -1
    found = []
    for jit in (True, False, None):
        model = nn.Sequential([L.Dense(3, activation=activation, input_shape=(3,))], seed=0)
        logits = activation is None
        metric = nn.metrics.SparseCategoricalCrossentropy(from_logits=logits, ignore_class=-1)
        model.compile("sgd", CUT(from_logits=logits, ignore_class=-1), weighted_metrics=[metric])
        settings = {"sample_weight": WEIGHTS} if weighted else {}
        history = model.fit(X, y, batch_size=4, epochs=3, verbose=0, jit=jit, **settings).history
        found.append((history, [w.tobytes() for w in model.get_weights()]))
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("given", ["balanced", [1.0, 2.0], np.ones(2), 3, True])
@pytest.mark.parametrize("run", ["fit", "train_on_batch"])
def test_class_weights_are_a_dict(given, run):
    model = nn.Sequential([nn.layers.Dense(1, activation="sigmoid", input_shape=(2,))], seed=0)
    model.compile("sgd", "bce")
    x, y = np.zeros((6, 2)), np.array([0, 0, 0, 0, 1, 1])
    with pytest.raises(TypeError, match=r"class_weight is a dict such as \{0: 1.0, 1: 2.5\}.*; got") as error:
        getattr(model, run)(x, y, class_weight=given)
    names = {"y": y, "n": np.bincount(y)}
    balanced = eval(
        re.search(r"dict\(.*\)(?= with)", str(error.value))[0], names
    )  # what scikit-learn's "balanced" gives
    assert balanced == pytest.approx({0: 6 / (2 * 4), 1: 6 / (2 * 2)})
    getattr(model, run)(x, y, class_weight=balanced)
