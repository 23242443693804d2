"""The errors of the engine. Each says what came, what was wanted and what to do."""

from __future__ import annotations


class AnomalyError(ArithmeticError):
    """The first nan or inf, found by `detect_anomaly`."""


class ChangedError(RuntimeError):
    """An array that a recorded operation still needs was written to after it was recorded."""


class BackwardError(RuntimeError):
    """A rule failed during the backward pass; the text shows the forward line that made the node."""


class GradientCheckError(AssertionError):
    """`check_grads` found a gradient that disagrees with finite differences."""


class RecordingError(TypeError):
    """A function cannot be replayed as a program: it asks for a value while `jit` records it."""

    def __init__(self, *args):
        super().__init__(*args)
        for hear in LISTENERS:
            hear(self)


LISTENERS: list = []  # who is told of each RecordingError that is made, since the user's code may catch it


class ReplayError(RecordingError):
    """A replay gave something else than Python would have. `result` is what Python gave."""

    def __init__(self, text, result=None):
        super().__init__(text)
        self.result = result


def refuse(what, instead) -> RecordingError:
    return RecordingError(f"{what} while jit records: the program could not repeat it for other values. {instead}")
