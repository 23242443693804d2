"""Graphs of more than 300 nodes: advice that works, and pictures in which nodes outside of modules are folded too."""

import re

import numpy as np
import pytest
from amount import so_many

import nn
import viz
from autograd import Tensor, Value
from viz import render

pytest.importorskip("graphviz", reason="drawing needs the extra 'viz'")


def chain(steps):
    x = y = Value(0.5, name="x")
    for _ in range(steps):
        y = y * x + 0.1
    y.backward()
    return y


def boxes(source):
    return re.findall(r'^\t+"?(n\d+|m_[\w. ]+?)"? \[', source, re.MULTILINE)


def counted(source):
    """How many nodes the boxes stand for."""
    folded = [int(n.replace(",", "")) for n in re.findall(r"\|([\d,]+) nodes?[|\"]", source)]
    return sum(folded) + len([key for key in boxes(source) if key.startswith("n")])


def test_the_advice_works(tmp_path):
    y = chain(400)
    total = len(viz.snapshot(y).nodes)
    note = viz.draw(y).source
    assert f"{total:,} nodes: too many for one picture" in note
    for written in re.findall(r"viz\.\w+\(.*?\)", note):
        call = written.replace("x", "y", 1) if written.startswith("viz.draw") else "viz.explore(y, tmp_path / 'g.html')"
        if "model" in written:
            continue
        found = eval(call)
        if written.startswith("viz.draw"):
            assert counted(found.source) == total, written
            assert len(boxes(found.source)) == total or len(boxes(found.source)) < 100
        else:
            assert found.is_file()
    assert len(boxes(viz.draw(y, depth=0).source)) == total
    assert len(boxes(viz.draw(y, depth=1).source)) < len(boxes(viz.draw(y, depth=2).source)) < total


@pytest.mark.parametrize("depth", [1, 2, 3, 9])
@pytest.mark.parametrize("steps", [101, 500, *so_many([], [2000])])
def test_every_node_is_in_some_box(steps, depth):
    y = chain(steps)
    source = viz.draw(y, depth=depth).source
    assert counted(source) == len(viz.snapshot(y).nodes)
    assert source.count(" -> ") >= len(boxes(source)) - 1


def test_modules_and_what_lies_around_them():
    model = nn.MLP(2, [8, 1], seed=0)
    rows = np.random.default_rng(0).normal(0, 1, (30, 2))
    loss = sum((model(row) - 1.0) ** 2 for row in rows.tolist()) + sum(p * p for p in model.parameters())
    loss.backward()
    source = viz.draw(loss, model).source
    assert {"m_layer0", "m_layer1"} < set(boxes(source))
    assert counted(source) == len(viz.snapshot(loss, model).nodes)
    assert len(boxes(source)) < 60
    tensor = Tensor(np.ones(3))
    y = tensor
    for _ in range(200):
        y = np.tanh(y) * 2.0
    assert len(boxes(viz.draw(y, depth=1).source)) < 30


@pytest.mark.skipif(not render.can_render(), reason="there is no Graphviz here; the extra 'render' brings one")
@pytest.mark.parametrize("depth", [None, 1, 2])
def test_they_can_be_rendered(depth, capfd):
    assert "<svg" in viz.draw(chain(400), depth=depth).pipe("svg", encoding="utf-8")
    assert "lost" not in capfd.readouterr().err


@pytest.mark.parametrize("bad", [-1, 1.5, "all", True])
def test_depths_that_mean_nothing(bad):
    with pytest.raises(ValueError, match="depth is None or how many levels"):
        viz.draw(chain(3), depth=bad)
