"""The seam: from here on steps become something to call. Another backend is one file with one class like `Backend`.

`Step` in steps.py says what each kind of step means; `memory` (memory.py) has planned where arrays lie. A backend must
give the bits of NumPy's, which is the reference. Arrays and Values come through here alike.
"""

from __future__ import annotations

from typing import Protocol

from autograd.jit.program.numpy_backend import NumpyBackend


class Backend(Protocol):
    """Steps made ready to run, by `Backend(steps, memory, arguments, results, spent)`. It has to have:

    `run(*arguments)`: does all steps in order and gives `results` as a list: arrays that no later run writes to. Of
        `arguments`, Vars name arrays, and None a number, which Numbers refer to by position. A guard that says no
        raises `Abort` with the number of its step.
    `move(moved)`: from now on the Vars in `moved` (a dict) are these arrays, of the same shape, dtype and strides.
    `source`: what `run` does, for people to read.

    `memory.arrays` holds what has a fixed place. The Vars from outside have to be read and written there, and so have
    those made by "out" steps: a caller may look at them after the run. Steps numbered in `memory.joined` need no call,
    if parts are made where `memory.arrays` has them. Where `spent` is a dict, `run` adds to it the seconds that each
    step took, by its number.
    """

    source: str

    def __init__(self, steps, memory, arguments, results, spent=None): ...

    def run(self, *arguments) -> list: ...

    def move(self, moved: dict) -> None: ...


USED: type[Backend] = NumpyBackend


def compile(steps, memory, arguments, results, spent=None) -> Backend:
    """The steps, ready to run, by the backend in use."""
    return USED(steps, memory, arguments, results, spent)
