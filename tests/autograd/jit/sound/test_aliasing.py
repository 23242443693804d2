"""What a jitted function gives and writes to: the same objects, shared memory and types as in Python, or refused."""

import collections
import dataclasses

import numpy as np
import pytest
from standin_check import LETTERS, calls_of, check_equal, check_refused, pattern

from autograd import Tensor, jit
from autograd.errors import RecordingError

# See test_standins_questions.py: kinds of argument, what comes of it, the function of x.
RESULTS = """
aTVfisz = x
aTVfisz = x, x
aTVfisz = [x, (x, {"a": x})]
aTVfisz = (lambda y: (y, y))(x * 2)
aTVfisz = (lambda y: (y, [y], {"b": y}))(x * 2)
am = (lambda y: (y, y.copy()))(x * 2)
am = (lambda y: (y, np.array(1.0) * y))(x * 2)
am = x * 2, x * 2
am = np.tanh(x), np.tanh(x), np.tanh(x) * 1
am = (lambda y: (y, y * 1, y / 1, y - 0, y.copy(), +y))(np.exp(x))
am = (lambda y: (y, y.astype(float), y.astype(float, copy=False)))(np.exp(x))
am = (lambda y: (y, y[1:]))(np.tanh(x))
am = (lambda y: (y[1:], y[:1]))(np.tanh(x))
am = (lambda y: (y[::-1], y[::-1], y.T, y.reshape(-1)))(np.tanh(x))
am = (lambda y: (y[1:] * 2, y, y[:1].T, y.ravel()))(np.tanh(x))
m = (lambda y: (y[0], y[0], y[0][1:], y.T[0]))(np.tanh(x))
a = (lambda y: (y, np.sum(y), y[1:] + y[:-1]))(np.cumsum(x))
a = (lambda y: (y, y[:2]))(np.cumsum(x))
a = (lambda y: (y[1:], y[:2]))(np.sort(x))
am = x.T, x[1:], x[...], x.reshape(-1)
am = x[1:], x[1:], x[:1]
am = [x, x[1:], x.copy(), x * 1]
a = np.zeros_like(x), np.ones_like(x), np.zeros_like(x)
a = (lambda z: (z, z, z[1:]))(np.zeros_like(x))
a = np.zeros(3), np.ones(3), np.arange(3.0)
a = (lambda z: (z, z, [z]))(np.zeros(3))
a ! (lambda z: (z, z[1:]))(np.zeros(3))
a = np.sum(x), np.sum(x), x[0], np.max(x)
T = x.data, x
T = x * 2, (x * 2).data
T = x.detach(), x.copy(), x[1:]
T = (lambda y: (y, y.data))(x * 2)
aTVfisz = None, True, 1, 2.5, "text", b"bytes", 1j, ..., int, (), [], {}
aTVfisz = [x, None, "a", {"k": (1, 2.0, True)}]
afisz = (x > 1, x)
fi = x > 1, x + 1, x * 1.0, x // 1, x == x
fis = (x, x * 1, x + 0)
a = np.float32(2.0), np.int64(3), np.bool_(True), x.shape, x.dtype, x.ndim
a = frozenset([1, 2]), range(3), slice(1, 2), 3 + 4j
a = __import__("collections").namedtuple("P", "a b")(x, x * 2)._asdict()
a = np.sum(x).astype(np.float32), np.array(np.float64(1.0)) + 0 * x[0], np.sum(x, keepdims=True)
aTVfisz = {"a": x, "b": [x, x]}
a = __import__("copy").copy(x), __import__("copy").deepcopy(x), x
a = (lambda y: (__import__("copy").copy(y), y))(x * 2)
a = __import__("copy").deepcopy([x, x]), __import__("copy").copy([x, x])
T = __import__("copy").copy(x), __import__("copy").deepcopy(x)
a ! {1, 2}
a ! [x, {1, 2}]
a ! bytearray(3)
a ! __import__("collections").deque([x])
a ! __import__("collections").deque([1])
a ! (y for y in [x])
a ! iter([x])
a ! map(str, [1])
a ! object()
a ! lambda: x
a ! __import__("types").SimpleNamespace(a=x)
a ! __import__("collections").defaultdict(list, a=x)
a ! __import__("collections").Counter("ab")
a = np.array(["a", "b"])
a ! np.ma.masked_array([1.0, 2.0])
"""

BODIES = {
    "write to a copy": "y = {copy}\n    y += 1\n    return x, y",
    "write to a result": "y = x * 2\n    z = y[1:]\n    z += 1\n    return y, z",
    "write to two": "y = np.tanh(x)\n    z = np.tanh(x)\n    z[0] = 5\n    return y, z",
    "write to the argument": "x += 1\n    return x",
    "write to the argument, view": "x[1:] *= 2\n    return x, x[1:]",
    "write to the argument, nothing back": "x[0] = 7",
    "write, and a copy from before": "y = x.copy()\n    x *= 2\n    return x, y, y * 1",
    "swap": "y = x * 2\n    z = x * 3\n    y, z = z, y\n    return [z, y, z]",
    "write after a view": "y = x * 1\n    v = y[::-1]\n    y[0] = 9\n    return v, y, v.copy()",
    "list built": "out = []\n    for i in range(3):\n        out.append(x * i)\n    return out, out[0], out[-1]",
    "the same list twice": "out = [x * 2]\n    return out, out",
    "the same dict in a list": "d = {'a': x * 2}\n    return [d, d, {'a': d}]",
    "accumulate": "y = np.zeros_like(x)\n    for i in range(3):\n        y += x * i\n    return y",
    "augmented name": "y = x\n    y = y + 1\n    return x, y",
    "augmented in place": "y = x\n    y += 1\n    return x, y",
}

ARGUMENTS = {  # (what comes of it, the body of f(x, d))
    "given back": ("=", "return d"),
    "given back inside": ("=", "return [d, {'in': d}, d]"),
    "a part of it": ("=", "return d['list'], d['a'], d['list'][0]"),
    "read": ("=", "return x * d['a'] + d['list'][0]"),
    "a copy of it": ("=", "return dict(d), list(d['list']), d.copy()"),
    "item set": ("!", "d['new'] = x * 2\n    return x"),
    "item set, known": ("!", "d['a'] = x * 2"),
    "item set, plain": ("!", "d['new'] = 3\n    return x"),
    "item deleted": ("!", "del d['a']\n    return x"),
    "popped": ("!", "return d.pop('a')"),
    "updated": ("!", "d.update(b=x)\n    return x"),
    "setdefault": ("!", "return d.setdefault('zz', x)"),
    "setdefault, known": ("=", "return d.setdefault('a', x)"),
    "list appended": ("!", "d['list'].append(x)\n    return x"),
    "list item set": ("!", "d['list'][0] = x\n    return x"),
    "list cleared": ("!", "d['list'].clear()\n    return x"),
    "list reversed": ("!", "d['list'].reverse()\n    return x"),
    "list extended": ("!", "d['list'] += [x]\n    return x"),
    "written and put back": ("=", "d['zz'] = 1\n    del d['zz']\n    return x * 2"),
    "array in it": ("=", "d['a'] += 1\n    return x"),
    "array in the list": ("=", "d['list'][0][1:] = 5\n    return x, d['list'][0]"),
}

ROWS = [line.split(maxsplit=2) for line in RESULTS.strip().splitlines()]


@pytest.mark.parametrize(("kind", "what", "text"), [(LETTERS[k], what, text) for ks, what, text in ROWS for k in ks])
def test_results(kind, what, text):
    if what == "=":
        check_equal(text, calls_of(kind), close=kind == "Value")
    else:
        check_refused(text, calls_of(kind))


@pytest.mark.parametrize("kind", ["array", "matrix"])
@pytest.mark.parametrize("name", BODIES)
def test_bodies(name, kind):
    check_equal("def f(x):\n    " + BODIES[name].replace("{copy}", "x.copy()"), calls_of(kind))
    if "{copy}" in BODIES[name]:
        for copy in ("__import__('copy').copy(x)", "__import__('copy').deepcopy(x)", "+x"):
            check_equal("def f(x):\n    " + BODIES[name].replace("{copy}", copy), calls_of(kind))


def tree(seed):
    rng = np.random.default_rng(seed)
    return {"a": rng.random(3), "list": [rng.random(3), 2.0]}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_containers_given(name):
    what, body = ARGUMENTS[name]
    source = f"def f(x, d):\n    {body}"
    calls = [(np.arange(3.0) + i, tree(i)) for i in range(3)]
    (check_equal if what == "=" else check_refused)(source, calls)


Point = collections.namedtuple("Point", "a b")


def test_named_tuples_keep_their_kind():
    def f(x):
        return Point(x * 2, [Point(x, 1)])

    recorded = jit(f)
    for x in (np.ones(2), np.arange(2.0)):
        found, wanted = recorded(x), f(x)
        assert type(found) is Point
        assert type(found.b[0]) is Point
        assert found.b[0].a is x
        assert found.a.tolist() == wanted.a.tolist()


@dataclasses.dataclass
class Pair:
    a: object
    b: object


def test_data_classes_are_refused_in_words():
    with pytest.raises(RecordingError, match=r"Pair.*tuple"):
        jit(lambda x: Pair(x, x * 2))(np.ones(2))


def generates(x):
    yield x * 2


async def awaits(x):
    return x * 2


async def generates_later(x):
    yield x * 2


@pytest.mark.parametrize("function", [generates, awaits, generates_later])
def test_functions_that_do_not_run_when_called(function):
    with pytest.raises(RecordingError, match=r"yield.*async"):
        jit(function)(np.ones(2))


def test_what_was_there_comes_back_itself():
    w, t, names = np.ones(3), Tensor([1.0, 2.0]), {"a", "b"}

    class Thing:
        pass

    thing = Thing()
    recorded = jit(lambda x: (w, t, names, thing, Thing, x * 2))
    for x in (np.ones(2), np.arange(2.0)):
        found = recorded(x)
        assert found[0] is w
        assert found[1] is t
        assert found[2] is names
        assert found[3] is thing
        assert found[4] is Thing


def test_a_write_to_a_result_reaches_nothing_else():
    """Results of a replay are the caller's: what he writes to them no later replay sees."""

    def f(x):
        y = np.tanh(x)
        z = np.zeros(2)
        return y, y[:1], np.tanh(x), z, np.ones(3)

    recorded = jit(f)
    x = np.array([0.5, -0.5])
    for _ in range(4):
        found, wanted = recorded(x), f(x)
        assert pattern(found, [x]) == pattern(wanted, [x])
        for a, b in zip(found, wanted, strict=True):
            assert a.tolist() == b.tolist()
        for a in found:
            a[...] = 77.0


def test_one_array_given_twice_is_one():
    def f(x, y, z):
        x += 1
        return x is y, x is z, x + y, y, z * 1, np.shares_memory(x, y[1:])

    recorded = jit(lambda x, y, z: (x is y, x is z, (x is y) * x + y, [y, x], z * 1))
    for _ in range(2):
        for a, b, c in ((0, 0, 1), (0, 1, 0), (0, 1, 2), (0, 0, 0), (0, 1, 1)):
            arrays = [np.arange(3.0) + i for i in range(3)]
            args = arrays[a], arrays[b], arrays[c]
            x, y, z = args
            found = recorded(*args)
            assert found[:2] == (x is y, x is z)
            assert found[2].tolist() == ((x is y) * x + y).tolist()
            assert found[3][0] is y
            assert found[3][1] is x
    mine, theirs = np.arange(3.0), np.arange(3.0)
    written = jit(f)
    for _ in range(3):
        found, wanted = written(mine, mine, mine), f(theirs, theirs, theirs)
        assert found[:2] == wanted[:2]
        assert [part.tolist() for part in found[2:5]] == [part.tolist() for part in wanted[2:5]]
        assert found[3] is mine
