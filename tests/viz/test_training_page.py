"""The Recorder, the page on a training in a real browser, and the live one."""

import json
import urllib.error
import urllib.request

import numpy as np
import pytest
from pages import NASTY, Opened

import nn
import viz
from nn import layers as L
from nn.callbacks import Recorder
from nn.callbacks.recorder import histogram
from viz.live import Live
from viz.training import payload

X, Y = nn.datasets.make_moons(60, noise=0.1, random_state=0)


def trained(*callbacks, epochs=5):
    model = nn.Sequential(
        [L.Dense(4, activation="relu", input_shape=(2,)), L.Dropout(0.1), L.Dense(1, activation="sigmoid")], seed=0
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.fit(X, Y, epochs=epochs, validation_split=0.2, callbacks=list(callbacks), verbose=0)
    return model


def test_frames_hold_what_was():
    recorder = Recorder(X)
    model = trained(recorder)
    assert [frame["epoch"] for frame in recorder.frames] == [0, 1, 2, 3, 4]
    last = recorder.frames[-1]
    assert last["logs"] == {name: values[-1] for name, values in model.history.history.items()}
    assert list(last["parameters"]) == ["dense.kernel", "dense.bias", "dense_1.kernel", "dense_1.bias"]
    kernel = last["parameters"]["dense.kernel"]
    assert kernel["size"] == pytest.approx(np.sqrt(np.mean(model.layers[0].kernel.data ** 2)))
    assert kernel["gradient"] > 0
    assert sum(kernel["weights"]["counts"]) == 8
    assert np.array_equal(last["weights"][0], model.layers[0].kernel.data)
    assert last["activations"]["dense"]["zero"] > 0
    corner = last["boundary"]["values"][-1][0]  # the last row is the lowest
    assert corner == pytest.approx(model.predict(X.min(axis=0)[None] - 0.3, verbose=0).item(), abs=1e-6)


def test_recording_changes_nothing():
    a, b = trained(Recorder(X)), trained()
    assert all(np.array_equal(p, q) for p, q in zip(a.get_weights(), b.get_weights(), strict=True))
    assert a.history.history == b.history.history


def test_memory_is_bounded():
    recorder = Recorder(most=10)
    trained(recorder, epochs=100)
    assert 5 <= len(recorder.frames) <= 10
    gaps = np.diff([frame["epoch"] for frame in recorder.frames])
    assert set(gaps) == {recorder.stride}
    with pytest.raises(ValueError, match="most is the largest number of frames"):
        Recorder(most=1)


def test_histograms():
    assert histogram(np.array([0.0, 1.0, 1.0, np.nan]))["counts"] == [1, *[0] * 22, 2]
    assert histogram(np.full(5, 2.0)) == {"low": 2.0, "high": 2.0, "counts": [5, *[0] * 23]}
    assert sum(histogram(np.zeros(0))["counts"]) == 0


def test_wide_models_are_not_kept_whole():
    recorder = Recorder()
    model = nn.Sequential([L.Dense(100), L.Dense(50)], seed=0)
    model.compile("sgd", "mse")
    model.fit(np.ones((8, 30)), np.ones((8, 50)), callbacks=[recorder], verbose=0)
    assert recorder.frames[0]["weights"] is None


def test_what_can_be_shown(tmp_path):
    with pytest.raises(TypeError, match="a History or a Recorder; got dict"):
        viz.training({"loss": [1.0]}, tmp_path / "t.html")
    with pytest.raises(ValueError, match="two columns in X"):
        viz.training(Recorder(), tmp_path / "t.html", data=(np.ones((3, 4)), np.ones(3)))


def test_one_slider_moves_everything(browser, tmp_path):
    recorder = Recorder(X)
    trained(recorder)
    path = viz.training(recorder, tmp_path / "t.html", data=(X, Y), title=NASTY)
    with Opened(browser, path) as opened:
        page = opened.page
        state = page.evaluate("training.state()")
        assert state == {"at": 4, "frames": 5, "epoch": 4, "shown": ["loss", "metrics", "flow", "hist", "plane", "net"]}
        pictures = "[...document.querySelectorAll('figure canvas')].map((c) => c.toDataURL())"
        before = page.evaluate(pictures)
        page.locator("#slider").focus()
        page.keyboard.press("Home")
        assert page.evaluate("training.state()")["at"] == 0
        after = page.evaluate(pictures)
        assert all(a != b for a, b in zip(before, after, strict=True))
        assert "epoch 1 of 5" in page.locator("#where").inner_text()
        first = recorder.frames[0]["logs"]["loss"]
        assert f"loss {first:.4g}" in page.locator("#numbers").inner_text()
        page.get_by_label("What").select_option("gradients of dense.kernel")
        page.locator("#theme").click()
        assert page.locator("img").count() == 0


def test_a_history_alone(browser, tmp_path):
    with Opened(browser, viz.training(trained().history, tmp_path / "t.html")) as opened:
        assert opened.page.evaluate("training.state()")["shown"] == ["loss", "metrics"]
    empty = viz.training(nn.callbacks.History(), tmp_path / "e.html")
    with Opened(browser, empty) as opened:
        assert "no epoch has ended yet" in opened.page.locator("#where").inner_text()


def get(url, **headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=5) as answer:
        return answer.read().decode()


def test_live_serves_this_machine_alone(capsys):
    with Live(X) as watch:
        assert watch.server.server_address[0] == "127.0.0.1"
        assert json.loads(get(watch.url + "frames")) == []
        trained(watch)
        assert f"Watch the training at {watch.url}" in capsys.readouterr().out
        assert json.loads(get(watch.url + "frames")) == payload(watch)["frames"]
        assert "<title>Training</title>" in get(watch.url)
        for url, headers, code in [(watch.url, {"Host": "evil.example"}, 403), (watch.url + "etc/passwd", {}, 404)]:
            with pytest.raises(urllib.error.HTTPError) as error:
                get(url, **headers)
            assert error.value.code == code
            error.value.close()
    with pytest.raises(urllib.error.URLError):
        get(watch.url)
    assert not watch.thread.is_alive()


def test_a_live_page_follows(browser):
    with Live(X) as watch:
        page = browser.new_page()
        page.goto(watch.url)
        assert page.evaluate("training.state()")["frames"] == 0
        trained(watch)
        for _ in range(100):
            if page.evaluate("training.state()")["frames"] == 5:
                break
            page.wait_for_timeout(100)
        assert page.evaluate("training.state()")["at"] == 4
        page.close()
