"""Losses: gradients, the order of arguments, stability, and what they refuse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Tensor, check_grads, gradients
from nn import losses

KINDS = [getattr(losses, name) for name in losses.__all__ if isinstance(getattr(losses, name), type) and name != "Loss"]
SPARSE = losses.SparseCategoricalCrossentropy


def simplex(rng, shape):
    """Probabilities well away from 0, where they are clipped."""
    return 0.9 * rng.dirichlet(np.ones(shape[-1]), shape[:-1]) + 0.1 / shape[-1]


def data(kind, rng, shape):
    """Targets and predictions that the loss is made for."""
    name = kind.__name__
    if kind is SPARSE:
        return rng.integers(0, shape[-1], shape[:-1]), simplex(rng, shape)
    if "Categorical" in name:
        labels = rng.integers(0, shape[-1], shape[:-1])
        hot = np.eye(shape[-1])[labels]
        return hot, simplex(rng, shape)
    if "Binary" in name or name == "KLDivergence":
        return rng.uniform(0.05, 0.95, shape), rng.uniform(0.05, 0.95, shape)
    if "Hinge" in name:
        return rng.choice([-1.0, 1.0], shape), rng.normal(0, 0.3, shape)
    y = rng.uniform(0.5, 2, shape)
    return y, y + rng.choice([-1, 1], shape) * rng.uniform(0.1, 0.4, shape)


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
@given(shape=st.tuples(st.integers(1, 4), st.integers(2, 4)), seed=st.integers(0, 99))
def test_gradients(kind, shape, seed):
    y_true, y_pred = data(kind, np.random.default_rng(seed), shape)
    weight = np.random.default_rng(seed).uniform(0.5, 2, shape[0])
    check_grads(lambda p: kind()(y_true, p), y_pred, order=1)
    check_grads(lambda p: kind()(y_true, p, weight), y_pred, order=1)
    if hasattr(kind(), "from_logits"):
        check_grads(lambda p: kind(from_logits=True)(y_true, p), 3 * np.log(y_pred))


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 3)])
def test_reductions_weights_and_dtypes(kind, shape):
    y_true, y_pred = data(kind, np.random.default_rng(0), shape)
    each = kind(reduction="none")(y_true, y_pred)
    assert each.shape == shape[:-1]
    assert np.allclose(kind()(y_true, y_pred), each.mean())
    assert np.allclose(kind(reduction="sum")(y_true, y_pred), each.sum())
    weight = np.arange(1.0, shape[0] + 1)
    spread = weight.reshape(-1, *[1] * (each.ndim - 1))
    assert np.allclose(kind()(y_true, y_pred, weight), (each * spread).sum() / each.size)
    single = kind()(y_true, Tensor(y_pred.astype(np.float32)))
    assert single.dtype == np.float32
    assert gradients(single, []) == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
def test_the_tensor_is_the_prediction_in_either_order(kind):
    y_true, y_pred = data(kind, np.random.default_rng(0), (4, 3))
    assert np.array_equal(kind()(y_true, Tensor(y_pred)).data, kind()(Tensor(y_pred), y_true).data)


def test_functions_names_and_classes_are_the_same_loss():
    y, p = np.array([[1.0, 2.0]]), np.array([[0.0, 4.0]])
    for what in ["mse", "mean_squared_error", "MSE", losses.mse, losses.MeanSquaredError, losses.MeanSquaredError()]:
        assert losses.get(what)(y, p) == 2.5
    assert losses.mse(y, p, reduction="none").tolist() == [2.5]
    assert losses.huber(y, p, delta=0.5) == losses.Huber(delta=0.5)(y, p)


@pytest.mark.parametrize("size", [1.0, 30.0, 1000.0, 1e8])
def test_nothing_overflows_however_sure_the_model_is(size):
    with np.errstate(all="raise", under="ignore"):
        for sign in (1, -1):
            z = Tensor(np.array([[sign * size]]))
            for pred, settings in [(nn.activations.sigmoid(z), {}), (z, {"from_logits": True})]:
                loss = losses.binary_crossentropy(np.array([[1.0]]), pred, **settings)
                slope = gradients(loss, z)
                assert np.isfinite(loss.data)
                assert np.isfinite(slope).all()
                if sign < 0:
                    assert loss.item() == pytest.approx(size, rel=0.4)
                    assert slope.item() == pytest.approx(-1, abs=0.3)
            z = Tensor(np.array([[0.0, sign * size, -3.0]]))
            for pred, settings in [(nn.activations.softmax(z), {}), (z, {"from_logits": True})]:
                loss = losses.sparse_categorical_crossentropy(np.array([0]), pred, **settings)
                assert np.isfinite(loss.data)
                assert np.isfinite(gradients(loss, z)).all()
                other = losses.categorical_crossentropy(np.array([[1.0, 0, 0]]), pred, **settings)
                assert other.item() == pytest.approx(loss.item())


def test_masked_logits_of_minus_infinity():
    z = Tensor(np.array([[0.0, -np.inf, 1.0]]))
    loss = losses.sparse_categorical_crossentropy(np.array([2]), z, from_logits=True)
    assert loss.item() == pytest.approx(np.log1p(np.exp(-1.0)))
    assert np.isfinite(gradients(loss, z)).all()


def test_class_to_ignore():
    logits = np.random.default_rng(0).normal(0, 1, (4, 3))
    each = losses.sparse_categorical_crossentropy(
        np.array([0, -1, 2, -1]), logits, from_logits=True, ignore_class=-1, reduction="none"
    )
    assert each[1] == each[3] == 0
    assert each[0] > 0


def test_softmax_into_a_logits_loss_is_said():
    y = nn.activations.softmax(Tensor(np.zeros((2, 3))))
    with pytest.warns(nn.ModelWarning, match="already a probability, so it is squashed twice; use from_logits=False"):
        losses.sparse_categorical_crossentropy(np.array([0, 1]), y, from_logits=True)
    y = nn.activations.sigmoid(Tensor(np.zeros((2, 1))))
    with pytest.warns(nn.ModelWarning, match="squashed twice"):
        losses.binary_crossentropy(np.zeros((2, 1)), y, from_logits=True)


P = np.full((4, 3), 1 / 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: losses.mse(np.ones(4), np.ones((4, 1))), r"shape \(4,\) against .* \(4, 1\).*reshape\(-1, 1\)"),
        (lambda: losses.mse(np.ones((4, 1)), np.ones(4)), r"\(4, 1\) against predictions of shape \(4,\).*ravel"),
        (lambda: losses.mse(np.ones((0, 1)), np.ones((0, 1))), "of an empty batch"),
        (lambda: losses.sparse_categorical_crossentropy([0, 1, 2, 3], P), "a label of 3 with 3 classes; wanted 0 to 2"),
        (lambda: losses.sparse_categorical_crossentropy([0, 1, 2, -1], P), "a label of -1 with 3 classes"),
        (lambda: losses.sparse_categorical_crossentropy([0, 1, 2, 0.5], P), "a label of 0.5; wanted whole numbers"),
        (lambda: losses.sparse_categorical_crossentropy(P, P), "one-hot rows use categorical_crossentropy"),
        (lambda: losses.sparse_categorical_crossentropy(["a", "b", "c", "d"], P), "LabelEncoder"),
        (lambda: losses.categorical_crossentropy([0, 1, 2, 0], P), "or to_categorical"),
        (lambda: losses.categorical_crossentropy(np.full((4, 3), 2.0), P), "a target of 2; wanted one-hot rows"),
        (lambda: losses.categorical_crossentropy(np.ones((4, 1)), np.ones((4, 1))), "use one sigmoid unit with binary"),
        (lambda: losses.binary_crossentropy(np.full((4, 3), -1.0), P), "a target of -1; wanted 0 or 1"),
        (lambda: losses.binary_crossentropy(np.full((4, 3), np.nan), P), "a target of nan"),
        (lambda: losses.mse(P, P, sample_weight=np.ones(3)), r"weights of shape \(3,\) for losses of shape \(4,\)"),
        (lambda: losses.Huber(delta=0), "delta is a number above 0"),
        (lambda: losses.MeanSquaredError(reduction="avg"), "reduction is 'sum_over_batch_size'"),
        (lambda: losses.get("mean_square_error"), "did you mean 'mean_squared_error'"),
        (lambda: losses.BinaryCrossentropy(label_smoothing=2), "from 0 to 1"),
    ],
)  # fmt: skip
def test_errors_say_what_to_do(call, message):
    with pytest.raises(ValueError, match=message):
        call()
