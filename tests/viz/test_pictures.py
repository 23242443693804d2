"""Drawn graphs: the exact text, what is flagged, folding, rendering; charts; what notebooks show."""

import html.parser
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nn
import viz
from autograd import Tensor, Value
from viz import colors, render

pytest.importorskip("graphviz", reason="drawing needs the extra 'viz'")
ROOT = Path(__file__).parent.parent.parent


def neuron():
    x, w = Value(2.0, name="x"), Value(-3.0, name="w")
    y = (x * w).tanh()
    y.backward()
    return y


def test_the_text_of_a_small_graph():
    source = viz.draw(neuron(), color="kind").source
    boxes = source[source.index("\tn0") : source.rindex("\tfontsize=")].replace("\t", "").splitlines()
    look = 'color="#444444" fillcolor="%s" fontcolor="#000000" shape=record style=%s tooltip=%s]'
    assert boxes[:4] == [
        'n0 [label="x|value 2|grad -7.373e-5" ' + look % ("#fff6d6", "filled", "input"),
        'n1 [label="w|value -3|grad 4.915e-5" ' + look % ("#fff6d6", "filled", "input"),
        'n2 [label="*|value -6|grad 2.458e-5" ' + look % ("#ffffff", "filled", '"result; multiply: derivative b, a"'),
        'n3 [label="tanh|value -1|grad 1" '
        + look % ("#f3e3f4", '"filled,bold"', '"output; tanh: derivative 1 - y * y"'),
    ]
    assert [edge.split(" [")[0] for edge in boxes[4:7]] == ["n0 -> n2", "n1 -> n2", "n2 -> n3"]


def test_the_same_bytes_in_every_process():
    program = (
        "import nn, viz; m = nn.MLP(2, [3, 1], seed=0); y = m([1.0, 2.0]); y.backward(); print(viz.draw(y, m).source)"
    )
    runs = {
        subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True).stdout for _ in "ab"
    }
    assert len(runs) == 1


def test_flags_and_missing_numbers():
    x = Value(0.0, name="x")
    with np.errstate(all="ignore"):
        y = x.log()
    source = viz.draw(y).source
    assert "value -inf" in source
    assert colors.BAD in source
    assert "grad –" in source  # not computed
    tiny = Value(1e-12) * 1e-12
    assert "value 1e-24" in viz.draw(tiny).source


def test_styles_and_edges():
    x = Value(3.0)
    y = x * x
    y.backward()
    assert viz.draw(y).source.count("n0 -> n1") == 2
    classic = viz.draw(y, style="classic").source
    assert classic.count("n0 -> n1op") == 2
    assert "shape=ellipse" in classic
    assert "× 3" in viz.draw(y, locals=True).source
    with pytest.raises(ValueError, match="style is one of"):
        viz.draw(y, style="fancy")


def test_names_are_shown_as_text():
    name = '</script>{a|b}<img src=x>\\n\n"'
    source = viz.draw(Value(1.0, name=name) * 2.0).source
    assert "\\<img src=x\\>" in source
    if render.can_render():
        svg = viz.draw(Value(1.0, name=name) * 2.0).pipe("svg", encoding="utf-8")
        assert "<img" not in svg
        assert "{a|b}" in svg


def model_and_loss(sizes=(4, 1)):
    model = nn.MLP(2, list(sizes), seed=0)
    loss = (model([1.0, -2.0]) - 1.0) ** 2
    loss.backward()
    return model, loss


def test_modules_are_clusters_and_fold():
    model, loss = model_and_loss()
    source = viz.draw(loss, model).source
    assert 'subgraph "cluster_layer0.neuron3"' in source
    assert "label=neuron3" in source
    assert '"w[0]|value' in source or 'label="w[0]|' in source
    folded = viz.draw(loss, model, depth=1).source
    assert "layer0|40 nodes|12 parameters" in folded
    assert "neuron" not in folded
    assert folded.count("m_layer0 -> m_layer1") == 1
    assert "neuron0|10 nodes|3 parameters" in viz.draw(loss, model, depth=2).source


def test_large_graphs_are_folded_by_themselves():
    model, loss = model_and_loss((16, 16, 1))
    assert viz.draw(loss, model).source.count("\n") < 40
    assert "too many for one picture" in viz.draw(loss).source


def test_tensors_show_shapes():
    model = nn.Sequential([nn.layers.Dense(3, activation="relu")], seed=0)
    with viz.keep_values():
        loss = np.mean(model(np.ones((5, 2))))
    loss.backward()
    source = viz.draw(loss, model).source
    assert "kernel|(2,3) float32" in source
    assert "cluster_dense" in source


@pytest.mark.skipif(not render.can_render(), reason="there is no Graphviz here; the extra 'render' brings one")
def test_rendering(tmp_path, monkeypatch):
    picture = viz.draw(neuron())
    assert picture.pipe("svg", encoding="utf-8").count("<title>n0") == 2
    assert Path(picture.render(tmp_path / "a", format="png")).read_bytes()[1:4] == b"PNG"
    assert render.render(picture.source, "pdf")[:4] == b"%PDF"


def test_without_graphviz_the_error_names_both_ways(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    with pytest.raises(RuntimeError, match=r"Install its program.*pip install 'glassgrad\[render\]'"):
        viz.draw(neuron()).pipe("svg")
    assert "text/plain" in viz.draw(neuron())._repr_mimebundle_()
    monkeypatch.setitem(sys.modules, "graphviz", None)
    with pytest.raises(ImportError, match=r"pip install 'glassgrad\[viz\]'"):
        viz.draw(neuron())


def test_text_can_be_read_on_every_colour():
    def light(color):
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for x in np.linspace(-1, 1, 101):
        fill = colors.diverging(x, 1.0)
        a, b = sorted([light(fill), light(colors.ink(fill))])
        assert (b + 0.05) / (a + 0.05) >= 4.5
    assert len({colors.diverging(x, 1.0) for x in np.linspace(-1, 1, 41)}) == 41


def test_findings_are_marked():
    with viz.keep_values():
        y = np.sum((Tensor(-np.ones(6)) * 2.0).relu())
    y.backward()
    source = viz.draw(y).source
    assert "⚑ dead" in source
    assert "nothing before it learns" in source
    assert "⚑" not in viz.draw(neuron()).source
    assert viz.tree(y).count("⚑ dead") == 1
    assert viz.tree(y, ascii=True).count("! dead") == 1


@pytest.mark.parametrize(
    "fails",
    [
        lambda x, w: x @ w,
        lambda x, w: np.tanh(x) + w,
        lambda x, w: x.data * w,
        lambda x, w: np.concatenate([x, w]),
        lambda x, w: nn.layers.Lambda(lambda z: z @ w, dtype="float64")(x),
    ],
)
def test_failures_are_drawn(fails):
    x, w = Tensor(np.ones((2, 3)), name="x"), Tensor(np.ones((2, 4)), name="w")
    with pytest.raises(ValueError) as error:  # noqa: PT011  the text is NumPy's
        fails(x, w)
    source = viz.explain(error.value).source
    assert "⚑ failed" in source
    assert "⚑ shape (2, 4)" in source
    assert "(2, 3)" in source
    assert colors.BAD in source


def test_failures_elsewhere_have_no_graph():
    with pytest.raises(ZeroDivisionError) as error:
        1 / 0  # noqa: B018  an error that is no shape error
    with pytest.raises(ValueError, match="did not arise in an operation on Tensors"):
        viz.explain(error.value)


# -- charts ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def plt():
    mpl = pytest.importorskip("matplotlib", reason="charts need the extra 'viz'")
    mpl.use("Agg")
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")


def trained():
    X, y = nn.datasets.make_moons(60, noise=0.1, random_state=0)
    model = nn.Sequential([nn.layers.Dense(4, activation="relu"), nn.layers.Dense(1, activation="sigmoid")], seed=0)
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model, model.fit(X, y, epochs=3, validation_split=0.2, verbose=0), X, y


def test_curves(plt):
    _, history, _, _ = trained()
    axes = viz.curves(history)
    assert [[line.get_label() for line in ax.lines] for ax in axes] == [
        ["loss", "val_loss"],
        ["accuracy", "val_accuracy"],
    ]
    assert axes[0].lines[0].get_xdata().tolist() == [1, 2, 3]
    assert axes[0].lines[0].get_ydata().tolist() == history.history["loss"]
    own = plt.figure().subplots()
    assert viz.curves(history.history, ax=own) is own
    with pytest.raises(ValueError, match="the history is empty"):
        viz.curves({})


def test_boundaries(plt):
    model, _, X, y = trained()
    ax = viz.boundary(model, X, y, steps=20)
    z = np.asarray(ax.images[0].get_array())
    assert z.shape == (20, 20)
    corner = model.predict(np.array([X.min(axis=0) - 0.3]), verbose=0)[0, 0]
    assert z[0, 0] == pytest.approx(corner, abs=1e-6)
    assert len(ax.collections) >= 2
    viz.boundary(lambda x: np.stack([x[:, 0], x[:, 1], -x[:, 0]], 1), X, y, steps=20)
    viz.boundary(nn.MLP(2, [3, 1]).tensor(), X, np.eye(2)[y], steps=10)
    with pytest.raises(ValueError, match=r"over two inputs; got data of shape \(60, 3\)"):
        viz.boundary(model, np.ones((60, 3)))


def test_gradient_flow_is_logarithmic(plt):
    model, _, _, _ = trained()
    ax = viz.gradients(model)
    assert ax.get_yscale() == "log"
    assert [label.get_text() for label in ax.get_xticklabels()] == [
        "dense.kernel",
        "dense.bias",
        "dense_1.kernel",
        "dense_1.bias",
    ]
    with pytest.raises(ValueError, match="no parameter has a gradient yet"):
        viz.gradients(nn.MLP(2, [2]).tensor())


@pytest.mark.parametrize("what", ["weights", "gradients", "activations"])
def test_histograms_over_time(plt, what):
    model, _, X, y = trained()
    recorder = nn.callbacks.Recorder(X)
    model.fit(X, y, epochs=4, callbacks=[recorder], verbose=0)
    axes = viz.histograms(recorder, what)
    assert len(axes) == (2 if what == "activations" else 4)
    table = np.asarray(axes[0].images[0].get_array()) ** 2
    assert table.shape == (48, 4)
    assert np.allclose(table.sum(axis=0), 1)
    with pytest.raises(ValueError, match="the recorder has no"):
        viz.histograms(nn.callbacks.Recorder(), what)
    with pytest.raises(ValueError, match="what is one of 'weights'"):
        viz.histograms(recorder, "biases")


# -- notebooks -------------------------------------------------------------------------------------------------------
class Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)


def tags(text):
    parser = Tags()
    parser.feed(text)
    return parser.tags


def test_what_notebooks_show(monkeypatch):
    _, history, _, _ = trained()
    assert "table" in tags(history._repr_html_())
    assert "Total params" in history.model._repr_html_()
    assert Value(1.0)._repr_html_() == "<pre>Value(data=1)</pre>"
    monkeypatch.setattr("viz.notebook.can_render", lambda: False)
    bad = Value(1.0, name="<img src=x onerror=alert(1)>") * 2.0
    assert tags(bad._repr_html_()) == ["pre"]
    assert tags((Tensor([1.0]) * 2)._repr_html_()) == ["pre"]
    long = x = Value(1.0)
    for _ in range(3000):
        long = long + x
    assert len(long._repr_html_()) < 10_000
