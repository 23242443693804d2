"""`jit`: trace what a function does, once for each kind of arguments, and replay it as a flat program.

`trace` puts its calls on a tape, `program` makes steps of them that a backend runs, `values` does so for Values. Start
here, then read entry.
"""

from __future__ import annotations

import functools
import inspect
import threading
import time
import warnings
from collections import OrderedDict
from contextlib import nullcontext

import numpy as np

from autograd.engine.modes import ACTIVE, anomaly, keeping, observer, tracking, value_observer
from autograd.errors import RecordingError, ReplayError
from autograd.jit.comparing import compared, stepwise
from autograd.jit.entry import NUMBERS, hashable, lift, sign, trace_call
from autograd.jit.program.program import Abort, Program, Stale
from autograd.rules.arrays import array_of
from autograd.transforms.containers import tree_map

__all__ = ["Jitted", "jit"]

# Part of another trace, or somebody wants to see each step: the function runs as it is.
_EACH_STEP = (observer, value_observer, anomaly, keeping, stepwise)

_LATER = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
LIMIT = 16  # programs that a function keeps; the one not used for longest makes room


def jit(function=None, *, static=(), limit=LIMIT, check=True):
    """`function`, recorded as a program at its first call, and replayed from then on: no Python between NumPy's calls.

    Forward, backward, the optimizer's update: everything it computes from its arguments (arrays, numbers, Tensors,
    Values, and containers of them) and from Tensors, models and optimizers around it is part of the program. There is
    a program for each shape, dtype and structure, and for each value of other arguments and of those named in `static`.

    >>> import numpy as np
    >>> from autograd import grad
    >>> slope = jit(grad(lambda x: np.sum(x**3)))
    >>> slope(np.array([1.0, 2.0])), slope(np.array([3.0, 4.0]))
    (array([ 3., 12.]), array([27., 48.]))

    What Python decides while recording stays decided, so `if x > 0`, `float(x)` or `x.item()` on what is computed is
    refused with what to write. Printing and other side effects of Python happen while recording, and when a replay is
    compared with Python: the first one, and whenever the number of calls is a power of two. What is not the same, to
    the last bit, is a `ReplayError`; `check=False` compares nothing.
    """
    if function is None:
        return lambda function: Jitted(function, static, limit, check=check)
    return Jitted(function, static, limit, check=check)


class Jitted:
    """A function under `jit`. `program(*args)` shows the program for some arguments, `programs` all there are.

    For libraries: each tracing runs inside `around()`, a context manager that may refuse what cannot be repeated and
    put back what a failed one has changed. `plain`: Tensors among the results come back as arrays. `check`: replays
    are compared with Python now and then; `compare_next()` has the next one of each program compared.
    """

    def __init__(self, function, static=(), limit=LIMIT, around=nullcontext, plain=False, check=True):
        if not callable(function):
            raise TypeError(f"jit takes a function; got {type(function).__name__} {function!r:.60}")
        if getattr(getattr(function, "__code__", None), "co_flags", 0) & _LATER:
            raise RecordingError(
                f"jit of {function.__name__}, which only begins when it is called: it has a yield, or is async. Let "
                "jit record a function that returns, and loop around that"
            )
        functools.update_wrapper(self, function)
        self.function = function
        self.static = (static,) if isinstance(static, str) else tuple(static)
        self.limit = limit
        self.around = around
        self.plain = plain
        self.check = check
        self.entries: OrderedDict = OrderedDict()
        self.lock = threading.RLock()
        self.recordings = 0
        self.seconds = 0.0  # that went into comparing
        if self.static:
            self._read_signature()
            unknown = set(self.static) - set(self.parameters.parameters)
            if unknown:
                raise TypeError(f"jit: {self.__name__} has no parameter {min(unknown)!r} to be static")

    def __get__(self, owner, kind=None):
        return self if owner is None else functools.partial(self, owner)

    def __call__(self, *args, **kwargs):
        if ACTIVE and any(mode.get() for mode in _EACH_STEP):
            return self.function(*args, **kwargs)
        args, kwargs, key, arguments = self._signature(args, kwargs)
        entry = self.entries.get(key)
        if entry is None or not entry.fits(arguments):
            return self._trace(key, args, kwargs, careful=entry is not None and entry.careful)
        if len(self.entries) > 1:
            self._used(key)
        try:
            if entry.due == entry.program.replays:
                return self._compared(key, entry, arguments, args, kwargs)
            return entry.replay(arguments, args, kwargs)
        except Abort as abort:
            served = entry.program.drawn(abort.args[0])
            return self._trace(key, args, kwargs, careful=True, served=served)
        except Stale:
            return self._trace(key, args, kwargs, careful=entry.careful)

    @property
    def programs(self) -> list[Program]:
        """The programs recorded so far, the one used last at the end."""
        return [entry.program for entry in self.entries.values()]

    def program(self, *args, **kwargs) -> Program:
        """The program for these arguments: the one there is, or else recorded by calling the function."""
        args, kwargs, key, arguments = self._signature(args, kwargs)
        entry = self.entries.get(key)
        if entry is None or not entry.fits(arguments):
            self(*args, **kwargs)
            entry = self.entries[key]
        entry.program.example = arguments
        return entry.program

    # -- what tells one program from another ------------------------------------------------------------------------
    def _signature(self, args, kwargs):
        """The arguments, a key for their kinds, and those that vary from call to call, flat."""
        key, arguments = [tracking.get()], []
        if self.static:
            if self.defaults is not getattr(self.function, "__defaults__", None):
                self._read_signature()
            bound = self.parameters.bind(*args, **kwargs)
            bound.apply_defaults()
            for name, value in bound.arguments.items():
                if name in self.static:
                    key.append((name, type(value), hashable(value, name)))
                else:
                    sign(value, key, arguments)
            args, kwargs = bound.args, bound.kwargs
            return args, kwargs, self._with_repeats(key, arguments), arguments
        plain = not kwargs
        for x in args:
            if type(x) is np.ndarray and (dtype := x.dtype).kind in NUMBERS:  # what `sign` does, for the commonest
                key.append((x.shape, dtype, x.strides))
                arguments.append(x)
            elif x is None:
                key.append(None)
            else:
                plain = False
                sign(x, key, arguments)
        if plain:
            if len(arguments) > 1:
                return args, kwargs, self._with_repeats(key, arguments), arguments
            return args, kwargs, tuple(key), arguments
        for name, x in kwargs.items():
            key.append(name)
            sign(x, key, arguments)
        return args, kwargs, self._with_repeats(key, arguments), arguments

    def _read_signature(self):
        self.parameters = inspect.signature(self.function)
        self.defaults = getattr(self.function, "__defaults__", None)

    @staticmethod
    def _with_repeats(key, arguments):
        """The key, with which arrays and Tensors are one and the same."""
        if len(set(map(id, arguments))) < len(arguments):
            things = [id(x) for x in arguments if type(x) is not float and type(x) is not int]  # those Python shares
            if len(set(things)) < len(things):
                key.append(tuple(map(things.index, things)))
        return tuple(key)

    def _used(self, key):
        with self.lock:
            if key in self.entries:
                self.entries.move_to_end(key)

    def _trace(self, key, args, kwargs, careful, served=()):
        with self.lock:
            self.recordings += 1
            self.entries.pop(key, None)
            with self.around():
                entry, result = trace_call(self.function, self._lift, args, kwargs, careful, served)
            entry.plain = self.plain
            entry.due = 0 if self.check and entry.repeatable else -1
            self.entries[key] = entry
            while len(self.entries) > self.limit:
                self.entries.popitem(last=False)
            if self.recordings in (4 * self.limit, 64 * self.limit):
                warnings.warn(
                    f"{self.__name__} has been recorded {self.recordings} times, since shapes, other arguments or what "
                    "it uses from outside keep changing; recording costs several calls. Pad to few shapes, pass what "
                    "changes as an array or a float, or leave jit away",
                    stacklevel=4,
                )
            return tree_map(array_of, result) if self.plain else result

    def _compared(self, key, entry, arguments, args, kwargs):
        """A replay that is compared with Python: of the calls (one more than replays) numbers 2, 4, 8, ..."""
        entry.due = max(2 ** (entry.program.replays + 2).bit_length() - 2, 0)
        start = time.perf_counter()
        try:
            return compared(self, entry, arguments, args, kwargs)
        except ReplayError:
            self.entries.pop(key, None)
            raise
        finally:
            self.seconds += time.perf_counter() - start

    def retraced(self, args, kwargs):
        """An entry traced anew, which is not kept."""
        return trace_call(self.function, self._lift, args, kwargs, True, ())[0]

    def compare_next(self) -> None:
        """Let the next replay of each program be compared with Python; with `check` off, none any more."""
        for entry in self.entries.values():
            entry.due = entry.program.replays if self.check and entry.repeatable else -1

    def _lift(self, tape, args, kwargs):
        """The arguments with stand-ins for those that vary."""
        if self.static:
            bound = self.parameters.bind(*args, **kwargs)
            for name, value in bound.arguments.items():
                if name in self.static:
                    tape.objects.append(value)
                else:
                    bound.arguments[name] = lift(tape, value)
            return bound.args, bound.kwargs
        return [lift(tape, x) for x in args], {name: lift(tape, x) for name, x in kwargs.items()}

    def __repr__(self):
        count = len(self.entries)
        return f"<jit of {self.__name__}, {count} program{'s' * (count != 1)}>"
