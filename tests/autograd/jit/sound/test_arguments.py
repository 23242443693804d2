"""Arguments that do not vary within a program: told apart by identity and looked into; plain ones by type and bits."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from autograd import Tensor, jit


@dataclass(frozen=True)
class Config:
    k: object = 1.0

    def __hash__(self):
        return 1


@dataclass
class Loose:
    """Equal and hashed by its name, whatever else it holds."""

    name: str = "a"
    k: float = 1.0

    def __eq__(self, other):
        return self.name == other.name

    def __hash__(self):
        return hash(self.name)

    def __call__(self, x):
        return x * self.k


class Text(str):
    k = 1.0


def exact(c):
    """A number that tells every plain thing from those equal to it."""
    return {int: 1.0, float: 2.0, bool: 3.0, complex: 4.0, str: 5.0, type(None): 6.0}.get(type(c), 7.0) * (
        math.copysign(1.0, c) if isinstance(c, float) else 1.0
    )


def read(x, c):
    return x * exact(c)


def nested(x, c):
    while type(c) is tuple:
        c = c[-1]
    return x * exact(c)


PLAIN = [1, 1.0, True, 0, 0.0, -0.0, False, None, "1", 1 + 0j]


@pytest.mark.parametrize("wrap", [lambda c: c, lambda c: (c,), lambda c: (2, (c,)), lambda c: ("a", ((c,),))])
def test_static_arguments_by_type_and_bits(wrap):
    f, x = jit(nested, static="c"), np.ones(2)
    for _ in range(2):
        for c in PLAIN:
            assert f(x, wrap(c)).tolist() == nested(x, wrap(c)).tolist(), c
    assert f.recordings == len(PLAIN)


def test_texts_and_booleans_without_static():
    f, x = jit(read), np.ones(2)
    for _ in range(2):
        for c in (True, "1", None, 1 + 0j):
            assert f(x, c).tolist() == read(x, c).tolist()
    assert f.recordings == 4


@pytest.mark.parametrize("kind", [Config, Loose])
@pytest.mark.parametrize("static", [(), "c"])
def test_equal_objects_are_two(kind, static):
    f, x = jit(lambda x, c: x * c.k, static=static), np.ones(2)
    one, other = kind(k=2.0), kind(k=3.0)
    for _ in range(2):
        assert f(x, one).tolist() == [2.0, 2.0]
        assert f(x, other).tolist() == [3.0, 3.0]
    assert f.recordings == 2


@pytest.mark.parametrize("static", [(), "c"])
def test_two_and_two_as_a_float_in_equal_objects(static):
    f, x = jit(lambda x, c: x * exact(c.k), static=static), np.ones(2)
    for k in (2, 2.0, 2, True, 1):
        assert f(x, Config(k)).tolist() == (x * exact(k)).tolist()


@pytest.mark.parametrize("static", [(), "c"])
def test_the_attributes_of_an_argument_may_change(static):
    f, x, c = jit(lambda x, c: c(x) * 1.0, static=static), np.ones(2), Loose()
    for k in (1.0, 1.0, 2.0, 3.0, 3.0):
        c.k = k
        assert f(x, c).tolist() == [k, k]
    assert f.recordings == 3


def test_models_that_are_equal_by_name():
    class Model(Loose):
        def __init__(self, w):
            super().__init__()
            self.w = Tensor(w)

        def __call__(self, x):
            return np.sum(self.w * x)

        __hash__ = Loose.__hash__

    f, x, one, other = jit(lambda x, m: m(x)), np.ones(2), Model([1.0, 2.0]), Model([10.0, 20.0])
    for _ in range(2):
        assert f(x, one).item() == 3.0
        assert f(x, other).item() == 30.0


def test_bound_methods_and_functions_as_arguments():
    f, x, c = jit(lambda x, g: g(x) * 1.0), np.ones(2), Loose(k=2.0)
    for _ in range(3):
        assert f(x, c.__call__).tolist() == [2.0, 2.0]
        assert f(x, np.tanh).tolist() == np.tanh(x).tolist()
    assert f.recordings == 2


def test_objects_without_a_hash():
    @dataclass
    class Plain:
        k: float

    f, x, c = jit(lambda x, c: x * c.k), np.ones(2), Plain(2.0)
    assert f(x, c).tolist() == f(x, c).tolist() == [2.0, 2.0]
    c.k = 3.0
    assert f(x, c).tolist() == [3.0, 3.0]
    with pytest.raises(TypeError, match="hash"):
        jit(lambda x: x)({1, 2})


def test_a_text_of_a_class_of_its_own():
    f, x, c = jit(lambda x, c: x * c.k), np.ones(2), Text("a")
    for k in (1.0, 2.0):
        c.k = k
        assert f(x, c).tolist() == [k, k]


def test_static_defaults_are_looked_at_again():
    def power(x, n=2):
        return x**n

    f, x = jit(power, static="n"), np.array([3.0])
    assert f(x) == f(x) == 9.0
    power.__defaults__ = (3,)
    assert f(x) == 27.0
    power.__defaults__ = (2,)
    assert f(x) == 9.0


def added(x, k):
    x += 1
    return x * k


def kept(x, k):
    before = k.copy()
    x += 1
    return before * 2


@pytest.mark.parametrize("added", [added, kept])
def test_an_argument_that_is_written_to_and_shares_memory_with_another(added):
    f = jit(added)
    for shared in (False, True, False, True):
        a = np.arange(4.0)
        mine, other = a[:3], (a if shared else np.arange(4.0))[1:]
        b = np.arange(4.0)
        his, his_other = b[:3], (b if shared else np.arange(4.0))[1:]
        assert f(mine, other).tolist() == added(his, his_other).tolist()
        assert a.tolist() == b.tolist()


def test_an_argument_that_is_the_array_from_outside():
    def make():
        w = np.arange(3.0)

        def g(x):
            before = w * 1
            x += 1
            return x * w + before

        return w, g

    (w, g), (v, h) = make(), make()
    f = jit(g)
    for given in ("own", "other", "own", "other", "view", "own"):
        mine, his = (np.ones(3), np.ones(3)) if given == "other" else (w, v) if given == "own" else (w[::-1], v[::-1])
        assert f(mine).tolist() == h(his).tolist(), given
        assert w.tolist() == v.tolist()


def test_a_key_keeps_no_more_than_its_programs():
    f = jit(lambda x, c: x * c.k, limit=2)
    for k in range(5):
        f(np.ones(1), Loose(k=float(k)))
    assert len(f.programs) == 2
