"""The examples run, and reach the numbers that they promise."""

import runpy
from pathlib import Path

EXAMPLES = Path(__file__).parent.parent / "examples"


def test_demo(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    accuracy = runpy.run_path(str(EXAMPLES / "demo.py"))["main"]()
    assert accuracy > 0.97
    assert (tmp_path / "out" / "moons_boundary.txt").read_text() in capsys.readouterr().out + "\n"
