"""Metrics and optimizers as people write them, names as people know them, and several metrics of one name."""

import numpy as np
import pytest
from small_models import X, Y, small

import nn
from autograd import Tensor
from nn import layers as L
from nn.losses.base import losses
from nn.metrics.base import metrics


# -- a metric's own __init__ ------------------------------------------------------------------------------------------
class After(nn.metrics.Metric):
    """Calls the __init__ of Metric first, before it has what its reset_state asks for."""

    def __init__(self, count=3, name="after", **others):
        super().__init__(name=name, **others)
        self.count = count

    def reset_state(self):
        self.sums = np.zeros(self.count)

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.sums += np.abs(y_true - y_pred).sum()

    def result(self):
        return float(self.sums.sum())


class Before(After):
    def __init__(self, count=3, name="after", **others):
        self.count = count
        super().__init__(count, name, **others)


class InReset(After):
    """Sets its state by itself, as Keras's own metrics do."""

    def __init__(self, count=3, name="after", **others):
        super().__init__(count, name, **others)
        self.sums = np.zeros(self.count)


class NoneOfIt(After):
    def __init__(self):
        self.count = 3


class Nested(nn.metrics.Metric):
    def __init__(self):
        super().__init__()
        self.inner = nn.metrics.MeanAbsoluteError()

    def reset_state(self):
        self.inner.reset_state()

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.inner.update_state(y_true, y_pred, sample_weight)

    def result(self):
        return self.inner.result() * Y.size * 3


@pytest.mark.parametrize("kind", [After, Before, InReset, Nested])
def test_the_order_of_inits_makes_no_difference(kind):
    found = kind()
    assert found.result() == 0
    assert kind()(Y, Y + 1) == pytest.approx(3 * Y.size)
    assert found(Y, Y + 1) == pytest.approx(3 * Y.size)
    found.reset_state()
    assert found(Y, Y + 1) == pytest.approx(3 * Y.size)
    assert "after" in repr(found) or "nested" in repr(found)
    model = small()
    model.compile("sgd", "mse", metrics=[kind(), "mae"])
    history = model.fit(X, Y, epochs=2, batch_size=5, verbose=0).history
    assert history[found.name] == pytest.approx([3 * Y.size * value for value in history["mae"]])


def test_a_metric_without_init_of_the_base():
    model = small()
    model.compile("sgd", "mse", metrics=[NoneOfIt()])
    assert "none_of_it" in model.fit(X, Y, verbose=0).history


def test_a_mistake_in_reset_state_is_not_hidden():
    class Wrong(After):
        def reset_state(self):
            self.sums = np.zeros(self.cuont)

    with pytest.raises(AttributeError, match="cuont"):
        Wrong()(Y, Y)


# -- names ------------------------------------------------------------------------------------------------------------
SPELT = {
    "mean_squared_error": ["mse", "MSE"], "mean_absolute_error": ["mae", "MAE"],
    "mean_absolute_percentage_error": ["mape", "MAPE"], "mean_squared_logarithmic_error": ["msle", "MSLE"],
    "huber": ["huber_loss", "Huber"], "log_cosh": ["logcosh"], "binary_crossentropy": ["bce", "BCE"],
    "kl_divergence": ["kld", "KLD", "kullback_leibler_divergence", "KLDivergence"], "poisson": ["Poisson"],
    "hinge": ["Hinge"], "squared_hinge": ["SquaredHinge"], "categorical_hinge": ["CategoricalHinge"],
    "cosine_similarity": ["CosineSimilarity"], "categorical_crossentropy": ["cce"],
    "sparse_categorical_crossentropy": ["scce"], "binary_focal_crossentropy": [],
}  # fmt: skip
T, P = np.array([[0.25, 0.75], [1.0, 0.0]]), np.array([[0.5, 0.5], [0.75, 0.25]])


def test_every_loss_is_in_the_table():
    assert {kind().name for kind in losses.entries.values()} == set(SPELT)


@pytest.mark.parametrize("name", SPELT)
def test_every_spelling_is_known_as_a_loss_and_as_a_metric(name):
    y = np.array([0, 1]) if "sparse" in name else T > 0.5
    loss, metric = nn.losses.get(name), nn.metrics.get(name)
    wanted = float(loss(y, P))
    sign = -1 if name == "cosine_similarity" else 1  # as in Keras: a loss falls, a similarity rises
    assert metric(y, P) == pytest.approx(sign * wanted)
    for text in [name, *SPELT[name]]:
        assert float(nn.losses.get(text)(y, P)) == wanted
        assert nn.metrics.get(text)(y, P) == pytest.approx(sign * wanted)
        model = nn.Sequential([L.Dense(2, activation="softmax", input_shape=(2,))], seed=0)
        model.compile("sgd", text, metrics=[text])
        history = model.fit(P, y, verbose=0).history
        assert history[text] == pytest.approx([sign * value for value in history["loss"]])
        assert type(nn.losses.get(getattr(nn.losses, text, text))) is type(loss)
        function = getattr(nn.losses, text, None)
        if function is not None and not isinstance(function, type):
            assert float(function(y, P)) == wanted
            of_metrics = getattr(nn.metrics, text, None)
            assert float(of_metrics(y, P)) == pytest.approx(sign * wanted)
            assert type(nn.metrics.get(of_metrics)) is type(nn.metrics.get(name))


@pytest.mark.parametrize("name", ["logcosh", "kl_divergence", "huber_loss", "huber", "log_cosh"])
def test_the_functions_are_there(name):
    assert callable(getattr(nn.losses, name))
    assert callable(getattr(nn.metrics, name))


@pytest.mark.parametrize(
    "name", ["binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy", "top_k_categorical_accuracy",
             "sparse_top_k_categorical_accuracy"],
)  # fmt: skip
def test_accuracies_are_functions_too(name):
    y = np.array([0, 1]) if "sparse" in name else np.array([[1, 0], [0, 1]])
    function = getattr(nn.metrics, name)
    assert function(y, P) == nn.metrics.get(name)(y, P)
    assert type(nn.metrics.get(function)) is type(nn.metrics.get(name))


# -- several of one name ----------------------------------------------------------------------------------------------
KINDS = sorted(set(metrics.entries.values()) - {nn.metrics.MeanMetricWrapper}, key=lambda k: k.__name__)


def two_classes(y_rows):
    model = nn.Sequential([L.Dense(2, activation="softmax", input_shape=(3,))], seed=0)
    return model, np.eye(2)[(X[:, 0] > 0).astype(int)] if y_rows else (X[:, 0] > 0).astype(int)


@pytest.mark.parametrize("jit", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_every_metric_twice_and_weighted(kind, jit):
    name = kind().name
    if kind in (nn.metrics.Mean, nn.metrics.Sum):  # of values, and not of targets and predictions
        return
    model, y = two_classes("sparse" not in name)
    weighted = [] if kind is nn.metrics.R2Score else [kind(), kind()]
    model.compile("sgd", "scce" if y.ndim == 1 else "cce", metrics=[kind(), kind()], weighted_metrics=weighted)
    names = [name, f"{name}_1", f"weighted_{name}", f"weighted_{name}_1"][: 2 + len(weighted)]
    weight = np.linspace(0, 2, 12)
    history = model.fit(X, y, sample_weight=weight, validation_split=0.5, batch_size=3, verbose=0, jit=jit).history
    assert list(history) == ["loss", *names, "val_loss", *(f"val_{n}" for n in names)]
    found = model.evaluate(X, y, sample_weight=weight, return_dict=True, verbose=0, jit=jit)
    assert list(found) == ["loss", *names] == model.metrics_names
    assert len(model.evaluate(X, y, verbose=0)) == 1 + len(names)
    assert np.array_equal(found[name], found[f"{name}_1"])
    predicted = model.predict(X, verbose=0)
    assert np.allclose(found[name], kind()(y, predicted), rtol=1e-5)
    if weighted:
        assert np.allclose(found[f"weighted_{name}"], kind()(y, predicted, sample_weight=weight), rtol=1e-5)


def test_names_are_those_of_keras():
    """What Keras 3.15 gives for the same."""
    model = small()
    other = nn.metrics.MeanAbsoluteError(name="mae")
    model.compile("sgd", "mse", metrics=["mae", other, "mae"], weighted_metrics=["mae", "mse", "mae"])
    history = model.fit(X, Y, sample_weight=np.ones(12), verbose=0).history
    assert sorted(history) == ["loss", "mae", "mae_1", "mae_2", "mse", "weighted_mae", "weighted_mae_1"]


def test_a_metric_called_loss_leaves_the_loss_alone():
    model = small()
    model.compile("sgd", "mse", metrics=[nn.metrics.MeanAbsoluteError(name="loss"), nn.metrics.Sum(name="loss_1")])
    model.make_metrics((None, 1))
    assert model.metrics_names == ["loss", "loss_1", "loss_1_1"]


def test_one_object_in_two_places_is_refused():
    model, count = small(), nn.metrics.TruePositives()
    model.compile("sgd", "mse", metrics=[count], weighted_metrics=[count])
    with pytest.raises(ValueError, match="metric 'true_positives' is listed twice"):
        model.fit(X, Y, verbose=0)


def test_files_keep_several_of_one_name(tmp_path):
    model = small()
    model.compile("sgd", "mse", metrics=["mae", nn.metrics.MeanAbsoluteError(name="mae")], weighted_metrics=["mae"])
    history = model.fit(X, Y, verbose=0).history
    model.save(tmp_path / "m")
    assert list(nn.models.load_model(tmp_path / "m").fit(X, Y, verbose=0).history) == list(history)


# -- optimizers -------------------------------------------------------------------------------------------------------
def test_nesterov_without_momentum_is_plain_descent():
    found = []
    for settings in [{}, {"nesterov": True}, {"nesterov": True, "momentum": 0.0}]:
        w = Tensor([1.0, -2.0])
        optimizer = nn.optimizers.SGD([w], 0.1, **settings)
        for _ in range(3):
            np.sum(w * w).backward()
            optimizer.step()
            optimizer.zero_grad()
        found.append(w.data.tolist())
    assert found[0] == found[1] == found[2]
