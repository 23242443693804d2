"""Errors that the traced function catches, and modes that make errors of numbers: never a program of the handler."""

import contextlib
import random
import threading
import warnings

import numpy as np
import pytest
from standin_check import check_equal, check_refused, compiled

from autograd import Tensor, Value, jit, primitive
from autograd.errors import RecordingError
from autograd.extend import shown_as

X = [np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([[1.0, 2.0], [2.0, 1.0]]), np.array([[3.0, 1.0], [1.0, 3.0]])]
SINGULAR = np.zeros((2, 2))

# What is tried, each with a handler that gives something else.
REFUSED = """
float(x[0, 0])
x[0, 0].item()
bool(x[0, 0] > 0)
str(x)
hash(x[0, 0])
{x[0, 0]: 1}
x[x > 0]
np.array(x)
np.unique(x)
int(np.sum(x))
x.tolist()
1 if np.sum(x) > 0 else 2
memoryview(x).nbytes if False else np.asarray(x)
np.array([x, x])
list(np.nditer(x))
np.fromiter((y for y in x[0]), float)
np.zeros(2).__setitem__(0, x[0, 0])
np.add(x, 1, out=np.zeros((2, 2)))
np.random.default_rng().random()
range(int(x[0, 0]))
"""

HANDLERS = {
    "TypeError": "try:\n        return x * 2, {text}\n    except TypeError:\n        return x * 3",
    "Exception": "try:\n        return x * 2, {text}\n    except Exception:\n        return x * 3",
    "bare": "try:\n        return x * 2, {text}\n    except:\n        return x * 3",
    "suppress": (
        "import contextlib\n    with contextlib.suppress(Exception):\n        return x * 2, {text}\n    return x * 3"
    ),
    "another error": (
        "try:\n        {text}\n    except Exception as e:\n        raise KeyError('mine') from e\n    return x"
    ),
    "finally": "y = x * 3\n    try:\n        {text}\n    finally:\n        return y",
}


@pytest.mark.parametrize("handler", HANDLERS)
@pytest.mark.parametrize("text", REFUSED.strip().splitlines())
def test_a_refusal_that_is_caught_refuses(text, handler):
    source = "def f(x):\n    " + HANDLERS[handler].replace("{text}", text)
    check_refused(source, [(x,) for x in X])


NUMBERS = [
    "float(k)",
    "int(k)",
    "bool(k)",
    "hash(k)",
    "str(k)",
    "[1, 2, 3][k]",
    "range(k)",
    "{k}",
    "f'{k}'",
    "np.array(k)",
]


@pytest.mark.parametrize("handler", ["TypeError", "Exception", "suppress", "finally"])
@pytest.mark.parametrize("text", NUMBERS)
def test_a_refusal_of_a_number_that_is_caught_refuses(text, handler):
    body = HANDLERS[handler].replace("{text}", text).replace("x *", "k *").replace("return x", "return k")
    check_refused(f"def f(k):\n    {body}", [(2,), (1,)])


# Errors that these numbers cause, and others do not: (what, numbers that cause it, numbers that do not).
DATA = {
    "cholesky": ("np.linalg.cholesky(x)", np.array([[1.0, 2.0], [2.0, 1.0]]), np.eye(2)),
    "inv": ("np.linalg.inv(x)", SINGULAR, np.eye(2)),
    "solve": ("np.linalg.solve(x, np.ones(2))", SINGULAR, np.eye(2)),
    "Tensor inv": ("np.linalg.inv(Tensor(x))", SINGULAR, np.eye(2)),
    "take": ("np.ones(3)[x.astype(int)[0, 0]] * x.astype(int).take([0])", np.full((2, 2), 7.0), np.eye(2)),
    "index": ("np.take(x, x[0].astype(int))", np.full((2, 2), 70.0), np.eye(2)),
    "inside errstate": ("np.log(x)", -np.eye(2), np.ones((2, 2))),
}


@pytest.mark.parametrize("name", DATA)
def test_an_error_of_the_numbers_that_is_caught_refuses(name):
    text, bad, good = DATA[name]
    body = f"try:\n        return {text}\n    except Exception:\n        return x * 3.0"
    if name == "inside errstate":
        body = f"with np.errstate(all='raise'):\n        {body.replace(chr(10), chr(10) + '    ')}"
        check_refused(f"def f(x):\n    {body}", [(good,), (bad,)])
    check_refused(f"def f(x):\n    {body}", [(bad,), (bad * 1.0,)])


@pytest.mark.parametrize("text", ["1 / k", "7 // k", "7 % k", "k ** -1", "1.0 / (k * 2)", "divmod(3, k)"])
def test_an_error_of_a_number_that_is_caught_refuses(text):
    source = f"def f(k):\n    try:\n        return {text}\n    except ZeroDivisionError:\n        return 0.5"
    check_refused(source, [(0,), (0,)])
    recorded = jit(compiled(source))
    assert recorded(2) == compiled(source)(2)
    with pytest.raises(ZeroDivisionError):  # loud, where Python would go on: the handler is not in the program
        recorded(0)


def test_an_error_of_the_numbers_that_is_not_caught_is_that_error():
    with pytest.raises(np.linalg.LinAlgError):
        jit(np.linalg.inv)(SINGULAR)
    with pytest.raises(ZeroDivisionError):
        jit(lambda k: 1 / k)(0)
    inverse = jit(np.linalg.inv)
    inverse(np.eye(2))
    with pytest.raises(np.linalg.LinAlgError):
        inverse(SINGULAR)


SHAPES = {
    "shapes": "try:\n        return x @ np.ones(3)\n    except ValueError:\n        return x * 3",
    "broadcast": "try:\n        return x + np.ones(3)\n    except ValueError:\n        return x * 3",
    "reshape": "try:\n        return x.reshape(3)\n    except ValueError:\n        return x.reshape(4)",
    "axis": "try:\n        return np.sum(x, axis=2)\n    except np.exceptions.AxisError:\n        return np.sum(x)",
    "index": "try:\n        return x[5]\n    except IndexError:\n        return x[0]",
    "attribute": "try:\n        return x.nonsense\n    except AttributeError:\n        return x * 2",
    "type": "try:\n        return x + 'a'\n    except TypeError:\n        return x * 2",
    "unpack": "try:\n        a, b, c = x\n    except ValueError:\n        a, b = x\n    return a * b",
    "own": "try:\n        raise KeyError('k')\n    except KeyError:\n        return x * 2",
    "iterate": "try:\n        return [y for y in np.sum(x)]\n    except TypeError:\n        return x * 2",
}


@pytest.mark.parametrize("name", SHAPES)
def test_an_error_that_shapes_decide_may_be_caught(name):
    check_equal(f"def f(x):\n    {SHAPES[name]}", [(x,) for x in X])


MODES = {
    "raise": "with np.errstate(all='raise'):\n        return np.log(x)",
    "divide": "with np.errstate(divide='raise'):\n        return 1 / x",
    "call": "with np.errstate(all='call', call=print):\n        return 1 / x",
    "decorated": "return np.errstate(invalid='raise')(lambda: np.sqrt(x))()",
    "warnings": (
        "import warnings\n    with warnings.catch_warnings():\n        warnings.simplefilter('error')\n"
        "        return np.log(x)"
    ),
    "recorded": (
        "import warnings\n    with warnings.catch_warnings(record=True) as w:\n        y = np.log(x)\n"
        "    return y if w else x"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MODES)
def test_modes_that_make_errors_of_numbers_are_refused_inside(name):
    check_refused(f"def f(x):\n    {MODES[name]}", [(np.ones(3),), (np.full(3, 2.0),)])


def test_modes_around_a_call_hold_for_replays_too():
    recorded = jit(np.log)
    recorded(np.ones(3))
    with np.errstate(all="raise"), pytest.raises(FloatingPointError):
        recorded(np.zeros(3))
    with np.errstate(all="ignore"):
        assert recorded(np.zeros(3))[0] == -np.inf
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning):
            recorded(np.zeros(3))


def test_modes_that_ignore_may_be_inside():
    check_equal(
        "def f(x):\n    with np.errstate(all='ignore'):\n        return np.exp(x)", [(np.ones(3),), (np.zeros(3),)]
    )


# -- what a failed recording leaves ------------------------------------------------------------------------------------
def test_a_refusal_leaves_arguments_generators_and_names_as_they_were():
    source = """
def f(x, rng, d):
    x += 1
    rng.random(3)
    rng.normal()
    kind = type(x)
    return float(np.sum(x))
"""
    f = compiled(source)
    x, rng, d = np.ones(3), np.random.default_rng(0), {"a": np.ones(2)}
    before, names = rng.bit_generator.state, dict(f.__globals__)
    state = random.getstate()
    for _ in range(2):
        with pytest.raises(RecordingError):
            jit(f)(x, rng, d)
    assert x.tolist() == [1, 1, 1]
    assert rng.bit_generator.state == before
    assert f.__globals__ == names
    assert "type" not in f.__globals__
    assert random.getstate() == state


def test_names_are_put_back_after_a_recording_and_own_ones_stay():
    f = compiled("def f(x):\n    return x * 2 if type(x) is np.ndarray else x")
    assert jit(f)(np.ones(2)).tolist() == [2, 2]
    assert "type" not in f.__globals__
    own = compiled("def f(x):\n    return x * type(x)\ndef type(x):\n    return 3.0")
    assert jit(own)(np.ones(2)).tolist() == [3, 3]
    assert own.__globals__["type"](1) == 3.0


# -- threads -----------------------------------------------------------------------------------------------------------
def test_a_stand_in_in_another_thread_is_refused():
    jobs, done = [], threading.Event()

    def worker():
        while not done.wait(0.001):
            while jobs:
                x, out = jobs.pop()
                try:
                    out.append(np.tanh(x))
                except Exception as error:
                    out.append(error)

    thread = threading.Thread(target=worker)
    thread.start()

    def f(x):
        out = []
        jobs.append((x, out))
        while not out:
            pass
        if isinstance(out[0], Exception):
            raise out[0]
        return out[0] * 2

    try:
        with pytest.raises(RecordingError, match="thread"):
            jit(f)(np.ones(2))
    finally:
        done.set()
        thread.join()


def test_another_thread_uses_the_same_tensor_while_one_traces():
    w = Tensor([1.0, 2.0])
    found, go, gone = [], threading.Event(), threading.Event()

    def other():
        go.wait(5)
        y = np.sum(np.tanh(w) * w)
        y.backward()
        found.append((y.item(), w.grad.tolist(), type(w.data), type(w), isinstance(w.data, np.ndarray), f"{w.data}"))
        gone.set()

    thread = threading.Thread(target=other)
    thread.start()

    def f(x):
        y = w * x
        go.set()
        gone.wait(5)
        return np.sum(y)

    recorded = jit(f)
    assert recorded(np.ones(2)).item() == 3.0
    thread.join()
    assert found[0][2:] == (np.ndarray, Tensor, True, "[1. 2.]")
    assert recorded(np.ones(2)).item() == 3.0


# -- words -------------------------------------------------------------------------------------------------------------
WORDS = {
    "Value and array": (lambda v, x: v * x, (Value(2.0), np.ones(2)), "Value"),
    "Value and number of NumPy": (lambda v, x: v * np.sum(x), (Value(2.0), np.ones(2)), "Value"),
    "number of a Value and array": (lambda v, x: (v * 2).data * x, (Value(2.0), np.ones(2)), "Value"),
    "filling": (lambda x: np.zeros(2).__setitem__(0, x[0]), (np.ones(2),), r"np\.stack"),
    "fromiter": (lambda x: np.fromiter((y for y in x), float), (np.ones(2),), "outside"),
    "memoryview": (memoryview, (np.ones(2),), "outside"),
    "nditer": (lambda x: list(np.nditer(x)), (np.ones(2),), "outside"),
    "array of numbers": (lambda k: np.array([k, 1.0]), (2.0,), r"np\.stack"),
}


@pytest.mark.parametrize("name", WORDS)
def test_words(name):
    function, args, words = WORDS[name]
    with pytest.raises(RecordingError, match=words):
        jit(function)(*args)


def test_shown_as_wants_a_tensor():
    with pytest.raises(TypeError, match="Tensor"):
        shown_as(Tensor, 3.0)


def test_another_shape_at_a_replay_is_an_error_in_words():
    ends = jit(np.repeat)
    ends(np.ones(3), np.array([1, 2, 0]))
    with pytest.raises(RecordingError, match="shape"):
        ends(np.ones(3), np.array([1, 1, 2]))


def test_a_row_that_looks_at_numbers_and_gives_a_view_owns_its_result():
    @primitive
    def rest(x):
        float(np.sum(x))
        return x[1:]

    @rest.vjp("x")
    def _(g, x):
        return np.concatenate([np.zeros(1), g]) * (1 if float(x[0]) == x[0] else 2)

    def f(x):
        t = Tensor(x)
        y = rest(np.tanh(t) * 2.0)
        z = np.exp(np.tanh(t) * 3.0) * np.sum(y)
        np.sum(z).backward()
        return y, z, t.grad

    recorded = jit(f)
    for seed in range(4):
        x = np.random.default_rng(seed).standard_normal(2000)
        for a, b in zip(f(x), recorded(x), strict=True):
            assert np.array_equal(getattr(a, "data", a), getattr(b, "data", b))


def test_suppress_of_what_is_no_refusal():
    def f(x):
        with contextlib.suppress(KeyError):
            raise KeyError
        return x + 1

    assert jit(f)(np.ones(2)).tolist() == [2, 2]
