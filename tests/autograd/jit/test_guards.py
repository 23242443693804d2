"""Guards: what counts as the same, and what a function can see."""

import math
import threading
import weakref
from contextvars import ContextVar

import numpy as np
import pytest
from equal import same as same_bits
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, jit
from autograd.errors import RecordingError
from autograd.jit.trace.exact import Key, same

X = np.array([1.0, -2.0, 0.5])

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.floats(width=16) | st.complex_numbers(max_magnitude=2)
    | st.sampled_from(["", "a", b"", b"a", 0.0, -0.0, 1, 1.0, True, np.float64(1), np.int64(1), range(3)]),
    lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=4)  # fmt: skip


def alike(a, b):
    """The same by another way: of one type, and written in the same way."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(alike, a, b))
    return type(a) is type(b) and repr(a) == repr(b)


@given(plain, plain)
def test_the_same_is_of_one_type_and_of_the_same_bits(a, b):
    assert same(a, b) == alike(a, b)
    assert same(a, a)
    assert (Key(a) == Key(b)) == alike(a, b)
    if alike(a, b):
        assert hash(Key(a)) == hash(Key(b))


def test_sets_and_objects():
    f, g = math.sin, math.cos
    assert same(frozenset([1, f]), frozenset([f, 1]))
    assert not same(frozenset([1]), frozenset([1.0]))
    assert not same(frozenset([f]), frozenset([g]))
    assert not same([1], [1])  # what can change is the same only as the very object
    assert Key(f) != Key(g)
    assert Key(f) == Key(f)


class Named:
    """Equal to all of its name."""

    def __init__(self, name, k):
        self.name, self.k = name, k

    def __eq__(self, other):
        return self.name == other.name

    def __hash__(self):
        return hash(self.name)


@pytest.mark.parametrize("static", [(), "model"])
def test_two_objects_that_are_equal_have_a_program_each(static):
    f = jit(lambda x, model: x * model.k, static=static)
    a, b = Named("same", 2.0), Named("same", 3.0)
    for _ in range(2):
        assert same_bits(f(X, a), X * 2)
        assert same_bits(f(X, b), X * 3)
    a.k = 5.0
    assert same_bits(f(X, a), X * 5)
    assert same_bits(f(X, b), X * 3)


def test_the_default_of_a_static_argument_may_change():
    def f(x, k=2):
        return x * k

    g = jit(f, static="k")
    assert same_bits(g(X), X * 2)
    f.__defaults__ = (3,)
    assert same_bits(g(X), X * 3)


def test_memory_seen_by_two_names():
    """A program that writes to an argument is not used where that is also something else."""
    w = np.ones(3)

    def f(x, y):
        before = y * 2
        x += 1
        return before + y * 2 + w

    def run(*arrays):
        return f(*arrays)

    g, a = jit(run), np.zeros(3)
    assert same_bits(g(a, X), X * 2 + X * 2 + 1)
    mine, other = np.arange(3.0), np.arange(3.0)
    for _ in range(3):
        assert same_bits(g(mine, mine), f(other, other))
        assert same_bits(mine, other)
    for _ in range(3):
        more = w + 1
        assert same_bits(g(w, X), X * 2 + X * 2 + more)
        assert same_bits(w, more)
        assert same_bits(g(np.zeros(3), X), X * 2 + X * 2 + more)


def test_other_ways_to_keep_something():
    local, variable, holder = threading.local(), ContextVar("variable"), Named("a", 2.0)
    local.k, reference = 2.0, weakref.ref(holder)
    variable.set(2.0)
    f = jit(lambda x: x * local.k * variable.get() * reference().k)
    assert same_bits(f(X), X * 8)
    local.k = 3.0
    assert same_bits(f(X), X * 3.0 * 2.0 * 2.0)
    variable.set(4.0)
    assert same_bits(f(X), X * 3.0 * 4.0 * 2.0)
    holder.k = 5.0
    assert same_bits(f(X), X * 3.0 * 4.0 * 5.0)


@pytest.mark.parametrize("make", [
    lambda: iter([1.0, 2.0, 3.0]), lambda: (k for k in (1.0, 2.0, 3.0)), lambda: iter({1.0: 0, 2.0: 0}),
    lambda: iter(range(1, 5)), lambda: iter((1.0, 2.0)), lambda: reversed([1.0, 2.0]),
], ids=["list", "generator", "dict", "range", "tuple", "reversed"])  # fmt: skip
def test_an_iterator_that_moves_on_is_refused(make):
    items = make()
    with pytest.raises(RecordingError, match=r"next\(\) of a .* from outside.*Take the next one outside"):
        jit(lambda x: x * next(items))(X)
    resting = make()
    f = jit(lambda x: (resting, x * 2)[1])
    assert same_bits(f(X), X * 2)
    assert same_bits(f(X), X * 2)


@pytest.mark.parametrize("write", [
    lambda w: w.fill(2.0), lambda w: w.__setitem__(0, 9.0), lambda w: np.add(w, 1, out=w), lambda w: w.sort(),
], ids=["fill", "setitem", "out", "sort"])  # fmt: skip
def test_a_plain_write_to_an_array_from_outside_is_refused(write):
    w = np.array([3.0, 2.0, 1.0])
    with pytest.raises(RecordingError, match="a write to an array from outside"):
        jit(lambda x: (write(w), x * w)[1])(X)


def test_a_tensor_is_watched_by_its_door_and_an_array_by_its_numbers():
    w, t = np.ones(3), Tensor(np.ones(3))
    f = jit(lambda x: x * w + t)
    for k in range(3):
        w[1], t.data = k, np.full(3, float(k))
        assert same_bits(f(X).data, X * w + t.data)


def test_attributes_of_objects_that_answer_for_themselves():
    class Table:
        def __getattr__(self, name):
            return {"k": 2.0}[name]  # a KeyError for all others

    table = Table()
    f = jit(lambda x: x * table.k)
    assert same_bits(f(X), X * 2)
    table.k = 3.0
    assert same_bits(f(X), X * 3)
