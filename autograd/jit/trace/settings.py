"""Settings: the plain attributes of the library's own objects, on which a program depends."""

from __future__ import annotations

from autograd.jit.trace.exact import is_plain
from autograd.jit.trace.tape import current
from autograd.jit.trace.things import attributes_of


def watch(thing) -> None:
    """Let the program depend on the settings of an object: its plain attributes, as they are now."""
    tape = current()
    if tape is None or id(thing) in tape.settings:
        return
    tape.settings.add(id(thing))
    own, unwatched = attributes_of(thing) or {}, getattr(thing, "unwatched", ())
    if tape.outside is not None:
        tape.outside.add([thing])
        tape.streams.look()
        for name in ("call", "update"):  # a method may be hidden by an attribute
            if hasattr(type(thing), name) and name not in own:
                tape.outside.guards.missing(own, name)
    settings = {
        name: value for name, value in own.items()
        if name not in unwatched
        and (is_plain(value) or isinstance(value, int | float | str) or _is_function(value))
    }  # fmt: skip
    settings |= {name: getattr(thing, name) for name in ("training", "trainable") if hasattr(thing, name)}
    tape.watched += [(thing, name, value) for name, value in settings.items()]


def _is_function(value) -> bool:
    return callable(value) and not hasattr(value, "_node")
