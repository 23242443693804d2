"""Every argument of every function that takes floats is differentiable, flat, or refused: never silently a constant."""

import inspect
import itertools
import re
import warnings

import numpy as np
import pytest

from autograd import Tensor, gradients
from autograd.rules.arrays import array_of
from autograd.rules.structural import Constant
from autograd.rules.table import FUNCTIONS, ROWS, Elementwise
from autograd.testing.samples import _NAME, sample_calls
from autograd.transforms.containers import leaves

X, W, M = np.array([0.5, -1.2, 2.3]), np.array([0.4, 1.7, -0.6]), np.array([[0.3, 1.3, 2.4], [3.1, 4.2, 5.6]])
Z = np.array([0.5 + 1.0j, -1.2 - 0.3j, 2.3])
# What constants are tried with: whatever of this NumPy takes. In those with 0 and 1 some meet where a step is.
CALLS = [(X,), (X, W), (X, 0.3), (0 * X, W), (M,), (Z,), (np.sort(X), W), (X, np.sort(W)), (X, 1), ([X, W],)]
CALLS += [([True, False, True], X), ([0, 2, 2],)]
# Whole numbers, types and names that NumPy reads as floats without meaning them.
NOT_NUMBERS = {"out", "dtype", "subok", "signature", "casting", "order", "like", "device"}
# NumPy hands a call over only where it sees a Tensor among certain arguments, so these never reach the table when the
# others are plain: the order of a norm is compared with 1, 2, ... and found equal.
UNSEEN = {("np.linalg.norm", "ord"), ("np.linalg.norm", 1), ("np.linalg.vector_norm", "ord")}


def floats(y):
    parts = leaves(list(y)) if isinstance(y, tuple | list) else [y]
    return [part for part in parts if np.asarray(array_of(part)).dtype.kind in "fc"]


def calls(row):
    """(function, arguments, keywords) of its samples, or for a constant what NumPy takes of CALLS."""
    function = row.covers[0]
    if isinstance(row, Elementwise):
        yield function, sample_calls(row)[1].arrays, {}
    elif isinstance(row, Constant):
        for args in CALLS:
            try:
                run(function, args, {})
            except Exception:
                continue
            yield function, args, {}
    else:
        for text, sample in zip(row.samples, sample_calls(row), strict=True):
            number, caught = itertools.count(), []

            def record(*args, caught=caught, **kwargs):
                caught.append((args, kwargs))
                return function(*args, **kwargs)

            names = {f"arg{i}": a for i, a in enumerate(sample.arrays)}
            with np.errstate(all="ignore"):
                eval(_NAME.sub(lambda _, n=number: f"arg{next(n)}", text), {"f": record, "np": np, **names})
            yield function, *caught[0]


def run(function, args, kwargs):
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*args, **kwargs)


def candidates(value):
    """Floats to try in place of an argument."""
    if value is None or value is np._NoValue or value is inspect.Parameter.empty or isinstance(value, bool):
        yield from (0.31, np.array([0.31, 0.62]), np.array([0.31, 0.62, 0.73]), np.array([0.11, 0.42, 0.53, 0.64]))
    elif isinstance(value, int | float):
        yield from (value + 0.25, float(value) + 1e-3)
    elif isinstance(value, np.ndarray | list | tuple):
        try:
            array = np.asarray(value)
        except ValueError:
            return
        if array.dtype.kind in "fc":
            yield array
        elif array.dtype.kind == "i":
            yield array + 0.25


def places(function, args, kwargs):
    """(name, candidate, what makes the call with it) for every argument and every keyword, given or not."""
    for i, value in enumerate(args):
        for c in candidates(value):
            yield i, c, lambda c, i=i: ((*args[:i], c, *args[i + 1 :]), kwargs)
        for k, part in enumerate(value) if isinstance(value, list | tuple) else ():
            for c in candidates(part) if isinstance(part, np.ndarray | float) else ():
                yield (
                    i,
                    c,
                    lambda c, i=i, k=k, v=value: (
                        (*args[:i], type(v)((*v[:k], c, *v[k + 1 :])), *args[i + 1 :]),
                        kwargs,
                    ),
                )
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except ValueError:
        parameters = []
    for i, p in enumerate(parameters):
        named = p.kind is p.KEYWORD_ONLY or (p.kind is p.POSITIONAL_OR_KEYWORD and i >= len(args))
        if named and p.name not in NOT_NUMBERS:
            for c in candidates(kwargs.get(p.name, p.default)):
                yield p.name, c, lambda c, key=p.name: (args, {**kwargs, key: c})


def slopes(function, make, c, along):
    """Central differences of every result that has floats; None where NumPy does not take floats here, nan at jumps."""
    h = 1e-6
    try:
        ys = [floats(run(function, *make(c + t * h * along))) for t in (1, -1, 3, -3, 0)]
    except Exception:
        return None
    if any([np.shape(part) for part in y] != [np.shape(part) for part in ys[0]] for y in ys):
        return None
    with np.errstate(all="ignore"):
        near = [np.subtract(a, b) / (2 * h) for a, b in zip(ys[0], ys[1], strict=True)]
        far = [np.subtract(a, b) / (6 * h) for a, b in zip(ys[2], ys[3], strict=True)]
        return [np.where(np.isclose(a, b, rtol=1e-2, atol=1e-4), a, np.nan) for a, b in zip(near, far, strict=True)]


def as_tensors(args, kwargs):
    """The same call with every array of floats a Tensor."""

    def lift(x):
        return Tensor(x) if isinstance(x, np.ndarray) and x.dtype.kind in "fc" else x

    args = [type(a)(map(lift, a)) if type(a) in (list, tuple) else lift(a) for a in args]
    return tuple(args), {key: lift(value) for key, value in kwargs.items()}


def silent(function, name, make, c, along, expected, mixed):
    """What is wrong with the gradient for this argument, if anything."""
    t = Tensor(c)
    call = make(t) if mixed else as_tensors(*make(t))
    try:
        ys = floats(run(function, *call))
    except (TypeError, ValueError, RuntimeError, np.linalg.LinAlgError):  # the third where NumPy would write to it
        return None  # refused
    if len(ys) != len(expected):
        return f"{len(ys)} results instead of {len(expected)}"
    weights = np.random.default_rng(1)
    for k, (y, slope) in enumerate(zip(ys, expected, strict=True)):
        w = weights.standard_normal(np.shape(slope))
        wanted = float(np.sum(np.real(slope) * w))
        if not np.isfinite(slope).all():
            continue
        if not isinstance(y, Tensor):
            if np.max(np.abs(slope), initial=0) > 1e-4:
                return f"result {k} is a constant, but its slope is {wanted:.4g}"
            continue
        with np.errstate(all="ignore"):
            g = gradients(np.sum(np.real(y) * w), t)
        found = float(np.sum(np.real(np.conj(g) * along)))
        if abs(found - wanted) > 1e-4 * max(1, abs(wanted)):
            return f"result {k} has slope {wanted:.6g}, and {found:.6g} by the rules"
    return None


def looked_at(row):
    """(what was tried, whether the slope was not 0, what is wrong) for each argument of each call."""
    for function, args, kwargs in calls(row):
        for name, c, make in places(function, args, kwargs):
            along = np.random.default_rng(0).standard_normal(np.shape(c))
            expected = slopes(function, make, c, along)
            if expected is None:
                continue
            moves = any(np.any(slope) for slope in expected)
            yield name, moves, silent(function, name, make, c, along, expected, mixed=False)
            if (row.name, name) not in UNSEEN:
                yield name, moves, silent(function, name, make, c, along, expected, mixed=True)


@pytest.mark.parametrize("row", [row for row in ROWS.values() if row.covers], ids=lambda row: row.name)
def test_no_argument_is_a_constant_in_silence(row):
    if row.name == "np.empty_like":
        return  # it gives what lies in memory
    wrong = [f"argument {name!r}: {what}" for name, _, what in looked_at(row) if what]
    assert not wrong, f"{row.name}: {sorted(set(wrong))}"


def test_the_search_finds_what_it_should():
    assert {name for name, moves, _ in looked_at(FUNCTIONS[np.histogram]) if moves} >= {0, 1, "weights", "range"}
    assert {name for name, moves, _ in looked_at(FUNCTIONS[np.var]) if moves} >= {0, "mean", "ddof"}
    tried = [row for row in ROWS.values() if isinstance(row, Constant) and any(True for _ in looked_at(row))]
    assert len(tried) > 30


@pytest.mark.parametrize("function", [np.nanmax, np.bincount, np.histogram, np.heaviside], ids=lambda f: f.__name__)
def test_the_search_finds_a_constant_that_is_none(function, monkeypatch):
    monkeypatch.setitem(FUNCTIONS, function, FUNCTIONS[function])
    constant = Constant(function, "of this test")
    try:
        assert FUNCTIONS[function] is constant
        assert any(what for *_, what in looked_at(constant))
    finally:
        del ROWS["of this test (alias)"]


def test_the_second_argument_of_a_step_where_it_is_the_result():
    b = Tensor(np.array([0.5, 0.5, 0.5]))
    np.heaviside(np.array([0.0, 1.0, -1.0]), b).sum().backward()
    assert b.grad.tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    "call",
    [
        lambda w: np.bincount([0, 2, 2], weights=w)[2],
        lambda w: np.histogram([0.1, 0.6, 0.9], 2, weights=w)[0][1],
        lambda w: np.histogram([0.1, 0.6, 0.9], [0.0, 0.5, 0.9], weights=w)[0][1],
        lambda w: np.histogram2d([0.1, 0.6, 0.9], [0.1, 0.6, 0.9], 2, weights=w)[0][1, 1],
    ],
)
def test_the_sum_of_weights_in_a_bin(call):
    w = Tensor([1.0, 2.0, 3.0])
    y = call(w)
    y.backward()
    assert y.item() == 5
    assert w.grad.tolist() == [0, 1, 1]


def test_messages_say_what_to_pass():
    with pytest.raises(TypeError, match=re.escape("np.quantile takes q= as a constant")):
        np.quantile(Tensor(X), Tensor(0.3))
