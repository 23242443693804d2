"""Functions of Python and NumPy that a traced function must not call unseen, or that would not take what it has.

While anything is traced they stand in their modules under their own names, and find out whether the thread that calls
them is one that traces; to any other they are what they always are. Random numbers of the system and threads are
refused, `math.sqrt(k)` and `np.full(3, k)` of a number of the recording go on the tape.
"""

from __future__ import annotations

import functools
import math
import os
import random
import sys
import threading

import numpy as np

from autograd.engine.modes import observer, observing_values
from autograd.errors import RecordingError
from autograd.jit.program.number import Number, made
from autograd.jit.trace.standin import StandIn
from autograd.rules.arrays import as_array

_DRAW = "Pass a np.random.Generator to the function as an argument, and draw from that, or give a seed"
_THREAD = "Let the function compute it itself, or start the threads outside"


def _refused(plain, what, instead, when=lambda args: True):
    @functools.wraps(plain)
    def instead_of(*args, **kwargs):
        if observer.get() is not None and when(args):
            raise RecordingError(f"{what} while jit records: the program could not do that again. {instead}")
        return plain(*args, **kwargs)

    return instead_of


def _of_numbers(plain):
    """A function of the math module, which takes Numbers too."""

    @functools.wraps(plain)
    def function(*args, **kwargs):
        if any(type(x) is Number for x in args) and not kwargs and _is_traced():
            return made(plain, *args)
        return plain(*args, **kwargs)

    return function


def _full(plain):
    @functools.wraps(plain)
    def full(shape, fill_value, dtype=None, order="C", **kwargs):
        taken = type(fill_value) is Number or isinstance(fill_value, StandIn)
        if not taken or observer.get() is None or order != "C" or any(x is not None for x in kwargs.values()):
            return plain(shape, fill_value, dtype, order, **kwargs)
        return np.broadcast_to(as_array(fill_value, dtype and np.dtype(dtype)), shape).copy()

    return full


def _is_traced() -> bool:
    return observer.get() is not None or observing_values() is not None


def _is_unseeded(args) -> bool:
    return len(args) < 2 or args[1] is None


def _hooks():
    """(where, name, what stands there meanwhile)"""
    random_bytes = "random numbers of the system (os.urandom; secrets, uuid and a generator without a seed use it)"
    yield os, "urandom", _refused(os.urandom, random_bytes, _DRAW)
    yield random, "_urandom", _refused(random._urandom, random_bytes, _DRAW)
    yield random.Random, "seed", _refused(random.Random.seed, "random.Random without a seed", _DRAW, _is_unseeded)
    yield threading.Thread, "start", _refused(threading.Thread.start, "starting a thread", _THREAD)
    yield np, "full", _full(np.full)
    for name, function in vars(math).items():
        if callable(function) and not name.startswith("_"):
            yield math, name, _of_numbers(function)


_HOOKS = [(owner, name, vars(owner)[name], instead) for owner, name, instead in list(_hooks())]
_LATER = [  # where the modules have been imported: (module, class or None, name, words)
    ("uuid", None, "uuid1", "uuid.uuid1", _DRAW),
    ("concurrent.futures.thread", "ThreadPoolExecutor", "submit", "work in other threads", _THREAD),
    ("concurrent.futures.process", "ProcessPoolExecutor", "submit", "work in other processes", _THREAD),
]


def hang() -> None:
    """Let them stand there; call it when the first tracing begins."""
    for item in list(_LATER):
        module, kind, name, what, instead = item
        if module in sys.modules:
            _LATER.remove(item)
            owner = getattr(sys.modules[module], kind) if kind else sys.modules[module]
            _HOOKS.append((owner, name, vars(owner)[name], _refused(vars(owner)[name], what, instead)))
    for owner, name, _, instead in _HOOKS:
        setattr(owner, name, instead)


def take_down() -> None:
    """Leave what was there; call it when the last tracing has ended."""
    for owner, name, plain, _ in _HOOKS:
        setattr(owner, name, plain)


__all__ = ["hang", "take_down"]
