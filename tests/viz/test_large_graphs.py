"""Graphs too large to step through: their modules are shown, with true counts."""

import json

import numpy as np
import pytest
from pages import Opened

import nn
import viz
from viz.explorer import LARGEST, payload


@pytest.fixture(scope="module")
def demo():
    """micrograd's demo: two moons, a network of 2-16-16-1, its hinge loss over a whole batch."""
    X, y = nn.datasets.make_moons(100, noise=0.1, random_state=1)
    model = nn.MLP(2, [16, 16, 1], seed=0)
    scores = [model(row) for row in X[:40].tolist()]
    losses = [(1 + -label * score).relu() for label, score in zip((y * 2 - 1).tolist(), scores, strict=False)]
    loss = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())
    loss.backward()
    return model, loss


def total(shot, counts):
    return [sum(count[which] for count in counts) for which in (0, 1)] == [
        len(shot.nodes), sum(node.kind == "parameter" for node in shot.nodes)
    ]  # fmt: skip


@pytest.mark.parametrize("named", [True, False])
def test_micrograds_demo_is_explored(browser, tmp_path, demo, named):
    model, loss = demo
    model = model if named else None
    shot = viz.snapshot(loss, model)
    assert len(shot.nodes) > LARGEST
    told = payload(shot, "t")
    assert not told["whole"]
    assert told["measured"] is None
    assert total(shot, told["counts"])
    json.dumps(told, allow_nan=False)
    with Opened(browser, viz.explore(loss, tmp_path / "g.html", model=model)) as opened:
        assert "too many to step through" in opened.page.locator("#note").inner_text()
        assert ("model=" in opened.page.locator("#note").inner_text()) == (not named)
        if named:
            at = told["names"].index("layer1.neuron3")
            own = [node for node in shot.nodes if node.module == "layer1.neuron3"]
            opened.page.evaluate(f"explorer.select({at}, true)")
            text = opened.page.locator("#panel").inner_text()
            assert f"Neuron, {len(own):,} values, 17 of them parameters" in text
            most = max((node.grad for node in own if node.grad is not None), key=abs)
            assert f"largest gradient {most:.4g}" in text
            assert "layer0.neuron0" in text
            assert "Chain rule" not in text
        opened.page.keyboard.press("-")
        opened.page.keyboard.press("ArrowRight")


def test_large_graphs_of_tensors(tmp_path, monkeypatch):
    monkeypatch.setattr("viz.explorer.LARGEST", 10)
    model = nn.Sequential([nn.layers.Dense(3, activation="relu"), nn.layers.Dense(1)], seed=0)
    loss = np.mean(np.square(model(np.ones((4, 2))) * 2.0 - 1.0))
    viz.explore(loss, tmp_path / "before.html", model=model)
    loss.backward()
    viz.explore(loss, tmp_path / "g.html", model=model)
    told = payload(viz.snapshot(loss, model), "t")
    assert told["counts"]
    assert total(viz.snapshot(loss, model), told["counts"])
