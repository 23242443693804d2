"""`.data`, `.grad` and `.name` as the user's code sees them while a tape records.

They are replaced for the time by properties on the class. The engine goes on seeing the numbers that are there; the
user's code gets Numbers, which remember where they came from, and what it writes is noted. Other threads see what they
always see, and when no recording runs in any thread the plain slots are back.
"""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager

from autograd.engine.modes import ACTIVE, value_observer
from autograd.scalar import backward as scalarwalk
from autograd.scalar import value
from autograd.scalar.value import METHODS, Value

SLOTS = {name: Value.__dict__[name] for name in ("data", "grad", "name")}
get_data, get_grad, get_name = (slot.__get__ for slot in SLOTS.values())
set_data, set_grad, set_name = (slot.__set__ for slot in SLOTS.values())
# The functions of the engine that see the numbers themselves: they make Values, go through a graph, or show it.
_ENGINE = [
    *METHODS.values(), Value.__init__, value._make, value._reflected, value._special,
    scalarwalk.accumulate, scalarwalk._walk, scalarwalk.gradients_of,
]  # fmt: skip
_PLAIN = frozenset(id(function.__code__) for function in _ENGINE)
_frame = sys._getframe


def _property(get, set_, name):
    def getter(self):
        if id(_frame(1).f_code) in _PLAIN or (tape := value_observer.get()) is None:
            return get(self)
        return getattr(tape, f"read_{name}")(self)

    def setter(self, x):
        if id(_frame(1).f_code) in _PLAIN or (tape := value_observer.get()) is None:
            set_(self, x)
        else:
            getattr(tape, f"write_{name}")(self, x)

    return property(getter, setter)


_PROPERTIES = {
    "data": _property(get_data, set_data, "data"),
    "grad": _property(get_grad, set_grad, "grad"),
    "name": _property(get_name, set_name, "name"),
}
_lock = threading.Lock()
_recordings: list[None] = []  # one for each recording that runs now, in any thread


def _show(attributes):
    for name, attribute in attributes.items():
        setattr(Value, name, attribute)


@contextmanager
def installed(tape):
    """Let Values tell `tape` what happens to them, in this thread."""
    with _lock:
        if not _recordings:
            _show(_PROPERTIES)
        _recordings.append(None)
    token = value_observer.set(tape)
    ACTIVE.append(None)
    try:
        yield
    finally:
        ACTIVE.pop()
        value_observer.reset(token)
        with _lock:
            _recordings.pop()
            if not _recordings:
                _show(SLOTS)
