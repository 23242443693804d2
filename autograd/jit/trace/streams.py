"""Random numbers around a traced function: a source that moves though the program was not told of it is refused."""

from __future__ import annotations

import functools
import random
import types

import numpy as np

from autograd.errors import RecordingError

SHARED = random._inst  # behind the functions of the random module


def is_source(x) -> bool:
    """Whether random numbers come from it."""
    return isinstance(x, random.Random | _numpys())


@functools.cache
def _numpys():
    # Asked for late, since it takes NumPy a while to import them.
    return np.random.Generator | np.random.RandomState | np.random.BitGenerator | np.random.SeedSequence


class Streams:
    """Notices draws that a program would freeze: those of generators it was not told of.

    Where the tracing comes to nothing all draw again what they have drawn.
    """

    def __init__(self, things):
        self.things = things  # what is found outside; there may be more of it later
        self.looked = 0
        self.known: dict[int, _Stream] = {}
        self.told: set[int] = set()
        for source in (SHARED, np.random.mtrand._rand):
            self._add(source)
        self.look()

    def look(self) -> None:
        """Find the generators among the things outside that were not there before."""
        for thing in self.things[self.looked :]:
            self._add(thing)
            if isinstance(thing, types.MethodType | types.BuiltinFunctionType):
                self._add(thing.__self__)
        self.looked = len(self.things)

    def _add(self, thing):
        if is_source(thing) and id(thing) not in self.known:
            self.known[id(thing)] = _Stream(thing)

    def tell(self, generator) -> None:
        """The program draws from this one too."""
        self._add(generator)
        self.told.add(id(generator))

    def check(self) -> None:
        told = [stream.memory for key, stream in self.known.items() if key in self.told]
        for stream in self.known.values():
            if stream.memory not in told and stream.has_moved():
                raise RecordingError(
                    f"the function draws from {stream.name}, and the program would repeat the same numbers for ever. "
                    "Pass a np.random.Generator to the function as an argument, and draw from that"
                )

    def undo(self, told=True) -> None:
        """Put them back where they were; `told`: also those that the program draws from."""
        for key, stream in self.known.items():
            if (told or key not in self.told) and stream.has_moved():
                stream.restore()


class _Stream:
    """A source of random numbers, and where it was."""

    def __init__(self, source):
        self.source = source
        self.memory = id(getattr(source, "bit_generator", source))  # what two generators may share
        self.before = self._state()
        self.name = f"a {type(source).__name__} from around it"
        if source is SHARED:
            self.name = "Python's random module"
        elif source is np.random.mtrand._rand:
            self.name = "np.random's global generator"

    def _state(self):
        source = self.source
        if isinstance(source, np.random.SeedSequence):
            return source.n_children_spawned
        if isinstance(source, np.random.RandomState):
            return source.get_state(legacy=False)
        if isinstance(source, random.Random):
            return None if isinstance(source, random.SystemRandom) else source.getstate()
        return getattr(source, "bit_generator", source).state

    def has_moved(self) -> bool:
        return _bits(self._state()) != _bits(self.before)

    def restore(self) -> None:
        if isinstance(self.source, np.random.RandomState):
            self.source.set_state(self.before)
        elif isinstance(self.source, random.Random):
            self.source.setstate(self.before)
        elif not isinstance(self.source, np.random.SeedSequence):
            getattr(self.source, "bit_generator", self.source).state = self.before


def _bits(state):
    """A state to compare: arrays as bytes."""
    if isinstance(state, dict):
        return {key: _bits(value) for key, value in state.items()}
    return state.tobytes() if isinstance(state, np.ndarray) else state
