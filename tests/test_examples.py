"""The examples run, and reach the numbers that the docs show."""

import gzip
import runpy
from pathlib import Path

import numpy as np
import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture
def run(tmp_path, monkeypatch):
    def run(name, *arguments):
        monkeypatch.chdir(tmp_path)
        return runpy.run_path(str(EXAMPLES / f"{name}.py"))["main"](*arguments)

    return run


def test_every_example_is_run_here():
    text = Path(__file__).read_text()
    missing = [path.stem for path in EXAMPLES.glob("*.py") if f'run("{path.stem}")' not in text]
    assert not missing


def test_from_scratch(run, capsys):
    ours, theirs = run("from_scratch")
    assert ours == theirs
    shown, files = capsys.readouterr().out.split("\n\n", 1)
    assert f"```text\n{shown}\n```" in (EXAMPLES.parent / "docs" / "inside.md").read_text()
    assert files.startswith("The real files are these:")


def test_plain_numpy(run, tmp_path, capsys):
    assert run("plain_numpy") > 0.97
    assert (tmp_path / "out" / "moons_boundary.txt").read_text() in capsys.readouterr().out + "\n"


def test_replay(run, capsys):
    assert run("replay")
    assert "the same losses, bit for bit: True" in capsys.readouterr().out


def test_neuron(run, capsys):
    assert run("neuron") == pytest.approx(0.8)
    assert "relu(0.7 * 1 + 0.3 * 2 - 0.2 * 3 + 0.1) = 0.8" in capsys.readouterr().out


def test_moons(run, tmp_path, capsys):
    pytest.importorskip("matplotlib", reason="the charts need the extra 'viz'")
    assert run("moons") == pytest.approx(0.925, abs=0.01)
    out = capsys.readouterr().out
    assert "Total params: 2,305" in out
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"moons_curves.png", "moons_boundary.png", "moons_graph.txt"} <= names
    assert all(name in out for name in names)


def test_playground(run, tmp_path):
    assert run("playground") > 0.98
    assert (tmp_path / "out" / "playground.svg").read_text().count("<image") == 2 + 6 + 4 + 1


def test_binary(run):
    assert run("binary") == pytest.approx(0.955, abs=0.02)


def test_iris(run):
    pytest.importorskip("sklearn", reason="the data comes with the extra 'datasets'")
    assert run("iris") == pytest.approx(0.9, abs=0.04)


def test_digits(run):
    pytest.importorskip("sklearn", reason="the data comes with the extra 'datasets'")
    assert run("digits") > 0.94


def test_regression(run):
    assert run("regression") < 0.05


def test_overfitting(run):
    pytest.importorskip("matplotlib", reason="the charts need the extra 'viz'")
    found = run("overfitting")
    own, other = found.pop("nothing")
    assert other > 3 * own
    assert all(b < other and b - a < other - own for a, b in found.values())


def test_linear(run):
    (linear, curved), apart = run("linear")
    assert curved > linear + 0.08
    assert apart < 1e-5


def test_cnn(run):
    pytest.importorskip("sklearn", reason="the data comes with the extra 'datasets'")
    assert run("cnn") >= 0.985


def test_cnn_on_files_of_mnist(run, tmp_path):
    """The program reads the files where they are, packed or not: here small ones, written by hand."""
    rng = np.random.default_rng(0)
    for what, count, suffix in (("train", 64, ".gz"), ("t10k", 10, "")):
        for name, array in (
            ("images-idx3", rng.integers(0, 256, (count, 8, 8))),
            ("labels-idx1", np.arange(count) % 10),
        ):
            head = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
            data = head + array.astype("u1").tobytes()
            path = tmp_path / f"{what}-{name}-ubyte{suffix}"
            path.write_bytes(gzip.compress(data) if suffix else data)
    assert 0 <= run("cnn", str(tmp_path)) <= 1


def test_augmentation(run, tmp_path):
    pytest.importorskip("sklearn", reason="the data comes with the extra 'datasets'")
    found = run("augmentation")
    assert found["augmented"] > found["as they are"] > 0.9
    assert (tmp_path / "out" / "augmentation.png").exists()


def test_transfer(run):
    pytest.importorskip("sklearn", reason="the data comes with the extra 'datasets'")
    scratch, frozen, tuned = run("transfer")
    assert frozen > scratch + 0.02
    assert tuned >= frozen - 0.005


def test_autoencoder(run, tmp_path):
    pytest.importorskip("sklearn", reason="the data comes with the extra 'datasets'")
    drawn, flat = run("autoencoder")
    assert drawn < 0.8 * flat
    assert (tmp_path / "out" / "autoencoder.png").exists()


def test_seeing(run, tmp_path):
    pytest.importorskip("sklearn", reason="the data comes with the extra 'datasets'")
    pytest.importorskip("matplotlib", reason="the charts need the extra 'viz'")
    assert run("seeing") > 0.94
    assert (tmp_path / "out" / "convolutions.svg").read_text().count("<image") == 1 + 8 + 9
    names = {"filters", "maps", "worst", "confusion", "precision", "saliency"}
    assert {path.stem for path in (tmp_path / "out").glob("*.png")} == names
