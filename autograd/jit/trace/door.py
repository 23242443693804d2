"""The door: while anything is traced, every way to the array or the gradient of a Tensor leads past the tape.

The slots that hold them, `Tensor._array` and `Node._grad`, become properties for that time. In the thread that traces
they ask its tape, which shows a stand-in; other threads find what is there. So nobody else has to remember that a
Tensor from outside is not to be read as a constant. When nothing is traced the plain slots are back, and cost nothing.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager

from autograd.engine.apply import Handle
from autograd.engine.graph import Node
from autograd.engine.modes import observed_by, observer
from autograd.jit.program.cell import ARRAY, GRADIENT


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


class Swap:
    """Attributes of classes that are others for as long as anybody, in any thread, asks for them."""

    def __init__(self, swapped):
        self.swapped = swapped  # (class, name) -> the attribute instead
        self.plain = {place: place[0].__dict__[place[1]] for place in swapped}
        self.lock = threading.Lock()
        self.count = 0

    @contextmanager
    def __call__(self):
        self._change(1)
        try:
            yield
        finally:
            self._change(-1)

    def _change(self, by):
        with self.lock:
            before, self.count = self.count, self.count + by
            if not before or not self.count:
                for (kind, name), attribute in (self.swapped if self.count else self.plain).items():
                    setattr(kind, name, attribute)


_slots = Swap({(Handle, "_array"): _property(ARRAY, "array"), (Node, "_grad"): _property(GRADIENT, "grad")})


@contextmanager
def traced_on(tape):
    """Let what happens in this thread be put on the tape."""
    with _slots(), observed_by(tape):
        yield
