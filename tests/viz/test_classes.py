"""Classes keep their colours: in regions and points, on the page; many metrics and few epochs can be read."""

import itertools
import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from pages import Opened

import nn
import viz
from nn import layers as L
from nn.callbacks import History, Recorder
from viz.classes import classes_of
from viz.colors import CLASSES, MARKS, paler
from viz.network import LONGEST

mpl = pytest.importorskip("matplotlib", reason="charts need the extra 'viz'")
mpl.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")

CENTRES = np.array([[0.0, 0], [4, 0], [0, 4], [4, 4], [2, 8]])
POINTS = np.concatenate([CENTRES + move for move in np.random.default_rng(0).normal(0, 0.3, (8, 1, 2))])
LABELS = np.tile(np.arange(5), 8)


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def nearest(x):
    """A classifier that is never wrong: scores for five classes."""
    return -((np.asarray(x)[:, None] - CENTRES) ** 2).sum(axis=2)


def rgb(color):
    return tuple(round(part, 3) for part in mpl.colors.to_rgb(color))


def test_every_class_has_a_colour_of_its_own():
    assert len(set(CLASSES)) == 10
    # With the matrices of Viénot, Brettel and Mollon: what people without red or green cones see.
    blind = {
        "protan": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
        "deutan": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    }
    for matrix in [np.eye(3), *map(np.array, blind.values())]:
        seen = [matrix @ np.array(mpl.colors.to_rgb(color)) for color in CLASSES[:6]]
        assert min(np.abs(a - b).max() for a, b in itertools.combinations(seen, 2)) > 0.1


SPELLINGS = {
    "numbers": LABELS, "column": LABELS[:, None], "one-hot": np.eye(5)[LABELS], "floats": LABELS.astype(float),
    "without a class": np.where(LABELS == 1, 0, LABELS),
}  # fmt: skip


@pytest.mark.parametrize("name", SPELLINGS)
def test_points_and_regions_match(name):
    y = SPELLINGS[name]
    ax = viz.boundary(nearest, POINTS, y, steps=40)
    image = ax.images[0]
    z = np.asarray(image.get_array())
    assert set(np.unique(z)) == set(range(5))
    by_region = {i: rgb(image.cmap(image.norm(i))) for i in range(5)}
    for dots in ax.collections:
        i = int(dots.get_label())
        assert rgb(dots.get_facecolor()[0]) == rgb(CLASSES[i])
        assert by_region[i] == rgb(paler(CLASSES[i], 0.6))
        if name != "without a class":
            assert (nearest(dots.get_offsets()).argmax(axis=1) == i).all()
    assert len(ax.collections) == len(np.unique(np.asarray(y).argmax(1) if name == "one-hot" else y))


@pytest.mark.parametrize(("labels", "names"), [((0, 1), "01"), ((-1.0, 1.0), ["-1", "1"]), ((3, 7), "37"),
                                               ((False, True), "01"), (("cat", "dog"), ["cat", "dog"])])  # fmt: skip
def test_two_classes(labels, names):
    y = np.array(labels)[(POINTS[:, 0] > 2).astype(int)]
    ax = viz.boundary(lambda x: 1 / (1 + np.exp(2 - x[:, 0])), POINTS, y, steps=20)
    dots = [c for c in ax.collections if not c.get_label().startswith("_")]
    assert [rgb(d.get_facecolor()[0]) for d in dots] == [rgb("#2166ac"), rgb("#e67814")]
    assert [d.get_label() for d in dots] == list(names)
    only = viz.boundary(lambda x: x[:, 0], POINTS[:3], np.ones(3), steps=5)  # class 1 alone keeps its colour
    assert rgb(only.collections[-1].get_facecolor()[0]) == rgb("#e67814")


def test_targets_that_are_no_classes():
    ax = viz.boundary(lambda x: x[:, :1], POINTS, POINTS[:, 0] * 1.01, steps=5)
    assert ax.get_legend() is None
    with pytest.raises(ValueError, match=r"y has a label.* each of the 40 samples; got an array of shape \(3,\)"):
        viz.boundary(nearest, POINTS, [1, 2, 3], steps=5)


def test_many_classes():
    number, names = classes_of(np.arange(12), 12)
    assert number.tolist() == list(range(12))
    ax = viz.boundary(
        lambda x: np.eye(12)[np.arange(len(x)) % 12], np.random.default_rng(0).random((12, 2)), np.arange(12), steps=5
    )
    assert len({(rgb(d.get_facecolor()[0]), MARKS[i % 8]) for i, d in enumerate(ax.collections)}) == 12
    assert [text.get_text() for text in ax.get_legend().get_texts()] == names


def history(epochs, names):
    found = History()
    for epoch in range(epochs):
        found.on_epoch_end(epoch, {n: i + 1 / (epoch + 1) for i, n in enumerate(names)})
    return found


def test_one_epoch_is_seen():
    (axis,) = np.atleast_1d(viz.curves(history(1, ["loss", "val_loss"])))
    assert all(line.get_marker() not in (None, "None", "") for line in axis.lines)
    assert axis.get_xticks().tolist() == [1]
    assert axis.lines[1].get_markerfacecolor() == "none"
    assert viz.curves(history(5, ["loss"])).lines[0].get_marker() == "None"


def test_many_metrics_have_colours_of_their_own():
    names = [f"metric{i}" for i in range(9)]
    axes = viz.curves(history(4, ["loss", *names, *(f"val_{n}" for n in names)]))
    own = [line for line in axes[1].lines if not line.get_label().startswith("val_")]
    assert len({line.get_color() for line in own}) == 9
    axes[1].figure.canvas.draw()
    box = axes[1].get_legend().get_window_extent()
    assert box.x0 >= axes[1].get_window_extent().x1 - 1  # beside the curves
    with pytest.raises(ValueError, match=r"has no 'acuracy'; there are loss, metric0"):
        viz.curves(history(2, ["loss", *names]), metrics=["acuracy"])


# -- networks --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("units", [(1,), (3, 1), (3, 3, 3, 3, 1)])
@pytest.mark.parametrize("name", ["d", "a_rather_long_layer_name", "x" * 80])
def test_no_caption_is_cut(units, name):
    made = nn.Sequential([L.Dense(u, name=f"{name}{i}") for i, u in enumerate(units)], seed=0)
    made(np.ones((1, 2)))
    picture = ET.fromstring(str(viz.network(made)))
    width, spans = float(picture.attrib["width"]), []
    for text in (node for node in picture.iter() if node.tag.endswith("}text")):
        size, long = float(text.attrib["font-size"]), len(text.text)
        about = long * size * (0.6 if text.attrib.get("font-weight") else 0.5)
        x = float(text.attrib["x"])
        low, high = (x, x + about) if text.attrib["text-anchor"] == "start" else (x - about / 2, x + about / 2)
        assert low >= 0, text.text
        assert high <= width, text.text
        if text.attrib.get("font-weight"):
            spans.append((low, high))
            assert long <= LONGEST + 1
    assert all(a[1] < b[0] for a, b in itertools.pairwise(spans))  # nor do headings run into one another


# -- the page on a training -----------------------------------------------------------------------------------------
DRAWN = """() => { const found = []; const own = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y) { const w = this.measureText(text).width,
    left = x - { left: 0, start: 0, center: w / 2, right: w, end: w }[this.textAlign];
    found.push([this.canvas.parentNode.id, text, left, left + w, y, this.canvas.clientWidth, this.canvas.clientHeight]);
    return own.call(this, text, x, y); };
  training.go(0); CanvasRenderingContext2D.prototype.fillText = own; return found; }"""


def classifier(*callbacks):
    model = nn.Sequential(
        [L.Dense(8, activation="relu", input_shape=(2,), name="a_rather_long_layer_name"), L.Dense(6), L.Dense(5)],
        seed=0,
    )
    loss = nn.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(nn.optimizers.SGD(1e-9), loss, metrics=["accuracy"])
    model.fit(POINTS, LABELS, epochs=3, callbacks=list(callbacks), verbose=0)
    return model


def test_no_label_of_the_page_is_cut(browser, tmp_path):
    recorder = Recorder(POINTS)
    classifier(recorder)
    for frame in recorder.frames:
        for p in frame["parameters"].values():
            p["gradient"] *= 1e-9  # long labels
    with Opened(browser, viz.training(recorder, tmp_path / "t.html", data=(POINTS, LABELS))) as opened:
        drawn = opened.page.evaluate(DRAWN)
        assert {chart for chart, *_ in drawn} >= {"loss", "metrics", "flow", "hist"}
        for chart, text, left, right, y, width, height in drawn:
            assert left >= 0, (chart, text)
            assert right <= width + 1, (chart, text)
            assert 0 <= y <= height, (chart, text)
        below = sorted(d[2:4] for d in drawn if d[0] == "flow" and ("." in d[1] and not d[1][-1].isdigit()))
        assert len(below) > 1
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(below))  # nor do they cover one another
        for figure in opened.page.locator("figure:visible").all():
            inner, outer = figure.locator("figcaption").bounding_box(), figure.bounding_box()
            assert inner["x"] + inner["width"] <= outer["x"] + outer["width"]


def test_classes_of_the_page(browser, tmp_path):
    recorder = Recorder(POINTS)
    classifier(recorder)
    told = viz.training(recorder, tmp_path / "t.html", data=(POINTS, np.eye(5)[LABELS])).read_text()
    assert json.dumps(list(CLASSES)).replace(" ", "") in told
    assert recorder.frames[0]["boundary"]["outputs"] == 5
    with Opened(browser, tmp_path / "t.html") as opened:
        keys = opened.page.locator("#plane .legend i").evaluate_all("(all) => all.map((i) => i.style.borderTopColor)")
        assert keys == [f"rgb({', '.join(str(int(c[i : i + 2], 16)) for i in (1, 3, 5))})" for c in CLASSES[:5]]
        assert opened.page.locator("#plane .legend").inner_text().split() == list("01234")
        # The colour in the middle of each point is that of its class.
        seen = opened.page.evaluate("""() => { const c = $("plane").querySelector("canvas"), b = frames[0].boundary;
          const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
          const across = (x) => Math.round((c.width * (x - b.low[0])) / (b.high[0] - b.low[0]));
          const down = (y) => Math.round(c.height * (1 - (y - b.low[1]) / (b.high[1] - b.low[1])));
          const at = ([x, y]) => 4 * (down(y) * c.width + across(x));
          return data.points.map((point) => [...d.slice(at(point), at(point) + 3)]); }""")
        wanted = [[int(CLASSES[k][i : i + 2], 16) for i in (1, 3, 5)] for k in LABELS]
        assert np.mean([np.abs(np.subtract(a, b)).max() < 9 for a, b in zip(seen, wanted, strict=True)]) > 0.8


def test_one_epoch_on_the_page(browser, tmp_path):
    with Opened(browser, viz.training(history(1, ["loss", "mae"]), tmp_path / "t.html")) as opened:
        dark = """() => { const c = $("loss").querySelector("canvas"); let n = 0;
          const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
          for (let i = 0; i < d.length; i += 4) if (d[i + 3] && d[i] < 100 && d[i + 2] > 190) n++;
          return n; }"""
        assert opened.page.evaluate(dark) > 10
        shape = """() => { const c = $("loss").querySelector("canvas"), r = window.devicePixelRatio || 1;
          return [c.width / r - c.clientWidth, c.height / r - c.clientHeight]; }"""
        assert max(map(abs, opened.page.evaluate(shape))) <= 1  # drawn for the size that it has


# -- pages in notebooks --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("write", [
    lambda at: viz.training(history(3, ["loss"]), at / "t.html", title='a "title" & <b>'),
    lambda at: viz.explore(viz.snapshot(nn.MLP(1, [1], seed=0)(np.ones(1))), at / "g.html", title='a "title" & <b>'),
])  # fmt: skip
def test_a_notebook_shows_the_page(browser, tmp_path, write):
    page = write(tmp_path)
    assert page.is_file()
    around = tmp_path / "notebook.html"
    around.write_text(f"<!doctype html><meta charset=utf-8><p>a cell</p>{page._repr_html_()}", encoding="utf-8")
    with Opened(browser, around) as opened:
        inner = next(frame for frame in opened.page.frames if frame is not opened.page.main_frame)
        inner.wait_for_selector("canvas")
        assert inner.title() == 'a "title" & <b>'
        assert inner.evaluate("window.explorer !== undefined || window.training !== undefined")
    page.unlink()
    assert page._repr_html_() is None


def test_a_notebook_shows_a_live_page():
    with viz.live(POINTS) as watch:
        assert f'src="{watch.url}"' in watch._repr_html_()
