"""The progress bar: one line for each epoch, with loss, metrics and the time left."""

from __future__ import annotations

import shutil
import sys
import time

from nn.callbacks.base import Callback, callbacks

WIDTH = 20
LEAST = 4  # characters; a shorter bar is left out
PAUSE = 0.1  # seconds between two drawings of the same line


def is_shown(verbose) -> int:
    """How to report: 0 not at all, 1 a bar that moves, 2 a line for each epoch.

    'auto' is a bar in a terminal or a notebook, and silence elsewhere.
    """
    if verbose == "auto":
        return 1 if _moves() else 0
    if verbose not in (0, 1, 2, True, False):
        raise ValueError(f"verbose is 'auto', 0 (silent), 1 (a bar) or 2 (a line for each epoch); got {verbose!r}")
    # A bar that cannot move over itself would fill a log file.
    return 2 if verbose == 1 and not _moves() else int(verbose)


def _moves() -> bool:
    out = sys.stdout
    return bool(getattr(out, "isatty", bool)()) or type(out).__module__.startswith("ipykernel")


@callbacks.add("Progress")
class Progress(Callback):
    """Writes to standard output: a bar in a terminal and in a notebook, whole lines elsewhere."""

    def __init__(self, verbose=1, alone=False):
        self.verbose = int(verbose)
        self.alone = alone  # evaluate and predict: there are no epochs
        self.line = ""
        self.seen = 0
        self.started = self.drawn = 0.0

    def on_train_begin(self, logs=None):
        self.alone = False

    def on_epoch_begin(self, epoch, logs=None):
        self._start()
        if self.verbose:
            self._write(f"Epoch {epoch + 1}/{self.params['epochs']}\n")

    def on_train_batch_end(self, batch, logs=None):
        self._tick(batch, logs)

    def on_epoch_end(self, epoch, logs=None):
        self._finish(logs)

    def on_test_begin(self, logs=None):
        if self.alone:
            self._start()

    def on_test_batch_end(self, batch, logs=None):
        if self.alone:
            self._tick(batch, logs)

    def on_test_end(self, logs=None):
        if self.alone:
            self._finish(logs)

    def on_predict_begin(self, logs=None):
        self._start()

    def on_predict_batch_end(self, batch, logs=None):
        self._tick(batch, logs)

    def on_predict_end(self, logs=None):
        self._finish(logs)

    def _start(self):
        self.line = ""
        self.seen = 0
        self.started = time.perf_counter()
        self.drawn = 0.0

    def _tick(self, batch, logs):
        self.seen = batch + 1
        now = time.perf_counter()
        if self.verbose == 1 and now - self.drawn >= PAUSE:
            self.drawn = now
            self._draw(logs, now - self.started)

    def _finish(self, logs):
        seconds = time.perf_counter() - self.started
        if self.verbose == 1:
            self._draw(logs, seconds, done=True)
            self._write("\n")
        elif self.verbose == 2:
            steps = f"{self.seen}/{self.params['steps'] or self.seen} - "
            self._write(f"{steps}{_seconds(seconds)}{numbers(logs)}\n")

    def _draw(self, logs, seconds, done=False):
        steps = self.params["steps"]
        each = seconds / max(self.seen, 1)
        count = f"{self.seen}/{steps}" if steps else f"{self.seen}"
        when = f"{_seconds(seconds)} {_seconds(each)}/step" if done else _left(steps, self.seen, each)
        text = f"{when}{numbers(logs)}"
        # What spills over to a second line could not be drawn over; the last drawing may, and is whole.
        room = None if done else _columns()
        width = WIDTH if room is None else min(WIDTH, room - len(count) - len(text) - 2)
        line = f"{count} {_bar(1.0 if done else self.seen / steps if steps else 0.0, width)}{text}"
        line = line if room is None or len(line) <= room else line[: room - 1] + "…"
        left = len(self.line) if room is None else min(len(self.line), room)
        self._write("\r" + line.ljust(left))
        self.line = line

    def _write(self, text):
        try:
            sys.stdout.write(text)
        except UnicodeEncodeError:  # an old console
            sys.stdout.write(text.replace("━", "=").replace("╌", ".").replace("…", "."))
        sys.stdout.flush()


def _bar(share, width) -> str:
    """A bar of so many characters, and a space; nothing where there is no room for one that says something."""
    full = int(width * share)
    return f"{'━' * full}{'╌' * (width - full)} " if width >= LEAST else ""


def _columns() -> int | None:
    """How many characters a line of the terminal holds beside the cursor; None where that is no limit."""
    if not getattr(sys.stdout, "isatty", bool)():
        return None
    return max(shutil.get_terminal_size().columns - 1, 1)


def numbers(logs) -> str:
    """The loss and the metrics in one line.

    >>> numbers({"loss": 0.25, "accuracy": 0.9, "val_loss": 0.00001234})
    ' - loss: 0.2500 - accuracy: 0.9000 - val_loss: 1.2340e-05'
    """
    parts = []
    for name, value in (logs or {}).items():
        if isinstance(value, int | float):
            parts.append(f" - {name}: {value:.4f}" if abs(value) >= 1e-3 or value == 0 else f" - {name}: {value:.4e}")
    return "".join(parts)


def _left(steps, seen, each) -> str:
    return f"{_seconds((steps - seen) * each)} left" if steps else f"{_seconds(each)}/step"


def _seconds(seconds) -> str:
    """A length of time as people read it.

    >>> _seconds(0.0021), _seconds(3.2), _seconds(75)
    ('2ms', '3s', '1:15')
    """
    if seconds < 1:
        return f"{seconds * 1000:.0f}ms" if seconds >= 1e-3 or not seconds else f"{seconds * 1e6:.0f}us"
    return f"{seconds:.0f}s" if seconds < 60 else f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
