"""Random numbers in a program: drawn from the same generator at each replay, so the stream is that of eager code."""

from __future__ import annotations

import random

import numpy as np

from autograd.errors import RecordingError
from autograd.jit.trace.standin import concrete
from autograd.jit.trace.tape import current

# Methods that can write into a buffer; others make their result afresh.
_WITH_OUT = frozenset({"random", "standard_normal", "standard_exponential"})


class TracedGenerator:
    """Stands for a `np.random.Generator` while a function is traced. `shown`: how the program names it."""

    __stands_in__ = True
    __class__ = property(lambda self: type(self._generator))

    def __init__(self, generator, shown=None):
        self._generator = generator
        self._shown = generator if shown is None else shown

    def __getattr__(self, name):
        method = getattr(self._generator, name)
        if not callable(method) or name in ("spawn", "shuffle"):
            raise RecordingError(
                f"generator.{name} while jit records: the program can repeat draws such as random() and normal(); "
                "do this outside the function"
            )

        def draw(*args, **kwargs):
            tape = current()
            into = name in _WITH_OUT and _into(args, kwargs)
            if into:
                size, dtype = into
                return tape.draw(self._shown, name, (None, dtype), {}, lambda: method(size=size, dtype=dtype), out=True)
            tape.effects = True  # such draws are not kept, so they could not be handed out again
            return tape.draw(self._shown, name, args, kwargs, lambda: method(*concrete(args), **concrete(kwargs)))

        return draw


def _into(args, kwargs):
    """(size, dtype) of a draw that can be written into a buffer, or None."""
    given = dict(zip(("size", "dtype", "out"), args, strict=False)) | kwargs
    if given.get("out") is not None or given.get("size") is None:
        return None
    return given["size"], given.get("dtype", np.float64)


def observed(owner, key):
    """The generator kept as an attribute, as the function being traced sees it."""
    generator = getattr(owner, key)
    tape = current()
    if tape is None or generator is None:
        return generator
    tape.watched.append((owner, key, generator))
    return TracedGenerator(generator)


class Streams:
    """Notices draws that a program would freeze: those of generators it was not told of."""

    def __init__(self, found):
        self.generators = [g for g in found if isinstance(g, np.random.Generator)]
        self.before = self._states()

    def _states(self):
        legacy = np.random.get_state(legacy=False)["state"]  # noqa: NPY002  read, to notice its use
        return [
            random.getstate(), (legacy["pos"], legacy["key"].tobytes()),
            *(repr(g.bit_generator.state) for g in self.generators),
        ]  # fmt: skip

    def check(self, told) -> None:
        now = self._states()
        for i, (before, after) in enumerate(zip(self.before, now, strict=True)):
            if before != after and not (i >= 2 and any(self.generators[i - 2] is g for g in told)):
                what = (
                    ("Python's random module", "np.random's global generator")[i]
                    if i < 2
                    else "a Generator from around it"
                )
                raise RecordingError(
                    f"the function draws from {what}, and the program would repeat the same numbers for ever. Pass a "
                    "np.random.Generator to the function as an argument, and draw from that"
                )
