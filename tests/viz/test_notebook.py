"""What notebooks show of a History: the best is the best, whichever way a metric runs."""

import re

import numpy as np
import pytest

import viz  # noqa: F401  teaches the classes to show themselves
from nn.callbacks import History
from nn.losses.base import losses
from nn.metrics.base import metrics, snake

# Of everything that can be a name in a history: is more better?
RISES = """precision recall auc accuracy exact_accuracy acc binary_accuracy categorical_accuracy r2_score r2 f1 f1_score
    fbeta_score f_beta_score sparse_categorical_accuracy top_k_categorical_accuracy sparse_top_k_categorical_accuracy
    cosine_similarity true_positives true_negatives""".split()
UNKNOWN = "mean sum mean_metric_wrapper confusion_matrix cosine learning_rate distance success".split()


def best(name, values):
    history = History()
    for epoch, value in enumerate(values):
        history.on_epoch_end(epoch, {name: value})
    return re.findall(r"<td>(.*?)</td>", history._repr_html_())[1]


def in_logs(name):
    return name.lower() if name.isupper() else snake(name)


NAMES = sorted({in_logs(name) for name in [*losses.entries, *metrics.entries]} | {"loss", "distance", "learning_rate"})


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("before", ["", "val_"])
def test_best(name, before):
    wanted = "3" if name in RISES else "1 … 3" if name in UNKNOWN else "1"
    assert best(before + name, [2.0, 3.0, 1.0, 2.5]) == wanted


def test_numbers_of_all_kinds():
    assert best("mae", [np.float32(2.0), 1]) == "1"
    assert best("loss", [np.nan, 2.0, 1.0, np.nan]) == "1"
    assert best("loss", [np.nan]) == "nan"
    assert best("my_metric", [2.0, 2.0]) == "2"
    history = History()
    history.on_epoch_end(0, {"confusion_matrix": np.eye(2), "loss": 1.0})
    text = history._repr_html_()
    assert "confusion" not in text
    assert "<caption>1 epoch<" in text
