"""What jit refuses, with what to write instead."""

import queue
import random

import numpy as np
import pytest
from equal import same

from autograd import (
    Tensor,
    jit,
)
from autograd.errors import RecordingError

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("draw", [lambda: np.random.rand(3), random.random, lambda: RNG.random(3)])  # noqa: NPY002  refused
def test_draws_that_a_program_would_freeze_are_refused(draw):
    with pytest.raises(RecordingError, match="as an argument"):
        jit(lambda x: x + draw())(np.ones(3))


def branch(x):
    return x * 2 if x.sum() > 0 else x


REFUSED = {
    "if": branch,
    "while": lambda x: [None for _ in iter(lambda: bool(np.all(x > 0)), True)],
    "float": lambda x: x * float(x[0]),
    "int": lambda x: x * int(x[0]),
    "item": lambda x: x * x[0].item(),
    "tolist": lambda x: np.array(x.tolist()),
    "asarray": lambda x: np.asarray(x) * 2,
    "format": lambda x: f"{x[0]:.3f}",
    "mask": lambda x: x[x > 0],
    "nonzero": lambda x: x[np.nonzero(x)],
    "contains": lambda x: 1.0 in x,
    "allclose": lambda x: np.allclose(x, 0),
    "into a plain array": lambda x: np.add(x, 1, out=np.zeros(3)),
    "item of a plain array": lambda x: np.zeros(3).__setitem__(0, x[0]),
    "Tensor as a bool": lambda x: 1 if np.sum(Tensor(x)) else 2,
    "Tensor.item": lambda x: np.sum(Tensor(x)).item(),
    "Tensor.tolist": lambda x: Tensor(x).tolist(),
    "shape": lambda x: np.zeros(np.sum(x).astype(int)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_needs_the_numbers_is_refused(name):
    f = jit(REFUSED[name])
    for _ in range(2):
        with pytest.raises((RecordingError, ValueError)) as caught:
            f(np.array([1.0, 2.0, 3.0]))
        assert isinstance(caught.value, RecordingError) or isinstance(caught.value.__cause__, RecordingError)
    assert not f.programs


NUMBERS = {
    "if": lambda n: 1 if n > 2 else 0,
    "range": lambda n: [None for _ in range(n)],
    "index": lambda n: [1, 2, 3][n],
    "shape": lambda n: np.zeros(n) + 1,
    "float": lambda n: float(n) + 1,
    "format": lambda n: f"{n}",
    "slice": lambda n: Tensor(np.ones(5)).data[:n],
}


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_that_decide_are_refused_unless_static(name):
    with pytest.raises(RecordingError, match="static="):
        jit(NUMBERS[name])(2)
    f = jit(NUMBERS[name], static="n")
    assert same(f(2), NUMBERS[name](2))


def test_a_recorded_array_that_escapes_where_nobody_looks_is_refused_later():
    kept = queue.SimpleQueue()

    @jit(check=False)
    def f(x):
        kept.put(x * 2)
        return x

    f(np.ones(2))
    with pytest.raises(RecordingError, match="returned"):
        kept.get() + 1


def test_a_failed_recording_leaves_everything_as_it_was():
    w = Tensor([1.0, 2.0])

    @jit
    def f(x):
        y = np.sum(w * x)
        y.backward()
        return y.item()

    before = w.data
    with pytest.raises(RecordingError):
        f(np.ones(2))
    assert w.grad is None
    assert w.data is before
    assert same(np.sum(w * 2).item(), 6.0)


def test_errors_of_the_function_come_through():
    with pytest.raises(ValueError, match="shapes"):
        jit(lambda x, y: x + y)(np.ones(2), np.ones(3))
    with pytest.raises(TypeError, match="takes a function"):
        jit(3)
    with pytest.raises(TypeError, match="no parameter 'n'"):
        jit(lambda x: x, static="n")
    with pytest.raises(TypeError, match="hash"):
        jit(lambda x: x)({1, 2})
    with pytest.raises(TypeError, match="dtype"):
        jit(lambda x: x)(np.array(["a"]))


def test_an_error_while_recording_leaves_everything_as_it_was():
    x = np.ones(3)

    def f(x):
        x += 1
        return float(np.sum(x))

    with pytest.raises(RecordingError):
        jit(f)(x)
    assert x.tolist() == [1, 1, 1]
