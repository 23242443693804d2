"""The door: while anything is traced, every way to the array or the gradient of a Tensor leads past the tape.

The slots that hold them, `Tensor._array` and `Node._grad`, become properties for that time. In the thread that traces
they ask its tape, which shows a stand-in; other threads find what is there. So nobody else has to remember that a
Tensor from outside is not to be read as a constant. When nothing is traced the plain slots are back, and cost nothing.
A name is looked up in the same way, so that the tape can note who was asked for it.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager

from autograd.engine.apply import Handle
from autograd.engine.graph import Node
from autograd.engine.modes import observed_by, observer
from autograd.errors import LISTENERS
from autograd.jit.program.cell import ARRAY, GRADIENT, NAME
from autograd.jit.trace import hooks


def _property(slot, name):
    read, write, get, set_ = f"read_{name}", f"write_{name}", slot.__get__, slot.__set__

    def getter(self):
        tape = observer.get()
        return get(self) if tape is None else getattr(tape, read)(self, get)

    def setter(self, value):
        tape = observer.get()
        if tape is None or not getattr(tape, write)(self, value):
            set_(self, value)

    return property(getter, setter)


_SLOTS = [
    (Handle, "_array", ARRAY, _property(ARRAY, "array")),
    (Node, "_grad", GRADIENT, _property(GRADIENT, "grad")),
    (Node, "name", NAME, _property(NAME, "name")),
]
_lock = threading.Lock()
_tapes: list = []  # those of all threads; the properties hang as long as there is one


@contextmanager
def traced_on(tape):
    """Let what happens in this thread be put on the tape."""
    with _lock:
        if not _tapes:
            hooks.hang()
        _tapes.append(tape)
        LISTENERS.append(tape.hear)
        for kind, name, _, instead in _SLOTS:
            setattr(kind, name, instead)
    try:
        with observed_by(tape):
            yield
    finally:
        with _lock:
            _tapes.remove(tape)
            LISTENERS.remove(tape.hear)
            if not _tapes:
                hooks.take_down()
                for kind, name, slot, _ in _SLOTS:
                    setattr(kind, name, slot)
