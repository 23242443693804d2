"""Every setting of every picture with odd things: a picture, or a sentence of ours that says what was wanted."""

import inspect
import re

import numpy as np
import pytest

import nn
import viz
from autograd import Value
from nn import layers as L

mpl = pytest.importorskip("matplotlib", reason="charts need the extra 'viz'")
mpl.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")
pytest.importorskip("graphviz", reason="drawing needs the extra 'viz'")

X, Y = nn.datasets.make_moons(20, noise=0.1, random_state=0)
ODD = ["x", 3, 1.5, {"a": 1}, {1}, [1, "a"], (1, 2), (X,), (X, Y, Y), (X, Y[:3]), (X[:, :1], Y), np.zeros((2, 2, 2)),
       np.zeros(0), object(), Value, lambda: 1, plt]  # fmt: skip


WORDS = {"metrics": "metrics|history", "data": "data|maps", "x": "x|network"}  # what its sentences speak of


def trained():
    model = nn.Sequential([L.Dense(3, activation="relu", input_shape=(2,)), L.Dense(1, activation="sigmoid")], seed=0)
    model.compile("adam", "bce", metrics=["accuracy"])
    recorder = nn.callbacks.Recorder(X)
    model.fit(X, Y, epochs=2, callbacks=[recorder], verbose=0)
    return model, recorder


@pytest.fixture(scope="module")
def shown():
    """What each function draws, and where its page goes."""
    model, recorder = trained()
    y = (Value(2.0, name="a") * 3.0).tanh()
    y.backward()
    return {"boundary": (model, X), "curves": (model.history,), "gradients": (model,), "histograms": (recorder,),
            "network": (model,), "training": (recorder,), "draw": (y,), "explore": (y,)}  # fmt: skip


SETTINGS = [
    (function, name)
    for function in ("boundary", "curves", "gradients", "histograms", "network", "training", "draw", "explore")
    for name, parameter in inspect.signature(getattr(viz, function)).parameters.items()
    if parameter.default is not inspect.Parameter.empty and name not in ("path", "locals", "model")
]


@pytest.mark.parametrize(("function", "setting"), SETTINGS)
def test_a_picture_or_a_sentence(shown, tmp_path, function, setting):
    more = {"path": tmp_path / "page.html"} if function in ("training", "explore") else {}
    if setting != "steps" and function == "boundary":
        more["steps"] = 5
    sentences = []
    for odd in ODD:
        try:
            getattr(viz, function)(*shown[function], **{setting: odd}, **more)
        except (TypeError, ValueError) as said:
            sentences.append(str(said))
        plt.close("all")
    assert len(sentences) >= len(ODD) // 2
    own = WORDS.get(setting, setting)
    wanted = re.compile(rf"\b({own})\b.*(; (got|there are|the network takes)|must be one of)")
    assert not [text for text in sentences if not wanted.search(text)]


def test_axes(shown):
    figure, axes = plt.subplots(2, 2)
    for function in ("boundary", "curves", "gradients"):
        assert getattr(viz, function)(*shown[function], ax=axes[0, 0]) is axes[0, 0]
        with pytest.raises(TypeError, match=rf"ax= of viz.{function} is an Axes.*got Figure.*give one.*fig.gca\(\)"):
            getattr(viz, function)(*shown[function], ax=figure)
    for function in ("boundary", "gradients"):
        with pytest.raises(TypeError, match=r"4 of them: give one, as axes\[0\]"):
            getattr(viz, function)(*shown[function], ax=axes)
    assert viz.curves(*shown["curves"], ax=axes)[0] is axes[0, 0]  # one for the loss, one for the metrics
    plt.close("all")
