"""The progress bar in a real terminal: one line that is drawn over, however narrow the terminal is."""

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from nn.callbacks.progress import _bar

pty = pytest.importorskip("pty", reason="there are no such terminals here")
fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")

PROGRAM = """
import numpy as np, nn
from nn.callbacks import progress
progress.PAUSE = 0.0
model = nn.Sequential([nn.layers.Dense(1, input_shape=(3,))], seed=0)
model.compile("sgd", "mse", metrics=["mae", "mape"])
x = np.ones((40, 3))
model.fit(x, x[:, :1], epochs=2, batch_size=4, verbose=1)
model.evaluate(x, x[:, :1], batch_size=4, verbose=1)
model.predict(x, batch_size=4, verbose=1)
"""
ROOT = Path(__file__).parent.parent.parent


def shown(columns):
    """What the program writes to a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    settings.pop("COLUMNS", None)
    program = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=theirs, env=settings)
    os.close(theirs)
    text = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the program has closed its end
            break
        text += part
        if not part:
            break
    os.close(ours)
    assert program.wait() == 0
    return text.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("columns", [1, 2, 10, 30, 80, 200])
def test_a_line_that_moves_stays_on_one_line(columns):
    lines = shown(columns).split("\n")
    assert lines[0] == "Epoch 1/2"
    moving = [line.split("\r")[1:] for line in lines if "\r" in line]
    assert len(moving) == 4
    for drawn in moving:
        assert len(drawn) > 5
        assert all(len(text) < max(columns, 2) for text in drawn[:-1]), columns
    assert all(" - mape: " in drawn[-1] for drawn in moving[:3])  # the last drawing says everything
    bars = [text.count("━") + text.count("╌") for drawn in moving for text in drawn[:-1]]
    assert all(count == 20 for count in bars) if columns == 200 else max(bars) <= columns


def test_bars():
    assert _bar(0.5, 4) == "━━╌╌ "
    assert _bar(1.0, 20) == "━" * 20 + " "
    assert _bar(0.5, 3) == _bar(0.5, -10) == ""
