"""Random numbers in a program: drawn from the same generator at each replay, so the stream is that of eager code."""

from __future__ import annotations

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
            if tape is None:
                raise RecordingError(
                    f"generator.{name} of a recording in another thread, or after it: draw in the function itself"
                )
            tape.streams.tell(self._generator)
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
    tape.streams.tell(generator)
    return TracedGenerator(generator)
