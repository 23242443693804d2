"""Programs of Values: what a replay gives is what the function gives when it is called."""

import math
import random

import numpy as np
import pytest
from amount import examples, so_many
from hypothesis import given
from hypothesis import strategies as st
from value_programs import Recorded, compare, grads, same

from autograd import Value
from autograd.rules.table import ROWS, Elementwise
from autograd.testing.strategies import expressions

pytestmark = pytest.mark.usefixtures("way")


ROWS_OF_ONE_LINE = [row for row in ROWS.values() if isinstance(row, Elementwise)]
POINTS = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 1e300, -1e300, math.inf, -math.inf, math.nan]
NUMBERS = st.floats(-2, 2, allow_subnormal=False)


@given(expressions(arguments=3, max_leaves=12), st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=2, max_size=4))
def test_expressions_replay_as_they_compute(f, calls):
    compare(f, *calls)


@given(expressions(arguments=2, max_leaves=8), st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=3))
def test_backward_inside(f, calls):
    def function(x, y):
        out = f(x, y) * x
        out.backward()
        (out * 2 + y).backward(0.5)
        return out, x.grad, y.grad, out.grad, x.data * 2

    compare(function, *calls, backward=False)


@pytest.mark.parametrize("row", ROWS_OF_ONE_LINE, ids=lambda row: row.name)
def test_every_row_at_special_points(row):
    points = [(x,) for x in POINTS] if len(row.formulas) == 1 else [(x, y) for x in POINTS for y in POINTS]
    compare(row, *[(1.5, 0.25)[: len(row.formulas)], *points])


@pytest.mark.parametrize("row", [r for r in ROWS_OF_ONE_LINE if len(r.formulas) == 2], ids=lambda row: row.name)
def test_rows_with_a_constant_on_either_side(row):
    for c in (2.0, 0.5, 0.0, -3.0):
        compare(lambda x, c=c: row(x, c), *[(x,) for x in POINTS])
        compare(lambda x, c=c: row(c, x), *[(x,) for x in POINTS])


def test_zero_from_above_stays_zero():
    def f(x, y):
        return x.sqrt() * y + (x / y).log() * 0.0 + (1 / x) * 0

    compare(f, (1.0, 2.0), (0.0, 0.0), (0.0, 1.0), (math.inf, 0.0), (-1.0, 0.0))


def test_shared_nodes_and_long_sums():
    def f(*x):
        total = sum(x)
        again = sum(v * total for v in x) + total
        return again, sum([total, again, total, x[0], x[0]])

    compare(f, *[[random.Random(k).uniform(-1, 1) for _ in range(7)] for k in range(4)])


def test_a_sum_from_the_right_and_one_whose_parts_are_used():
    def f(x, y):
        acc = x * y
        for k in range(5):
            acc = y * k + acc
        parts = [x]
        for _ in range(5):
            parts.append(parts[-1] + y)
        return acc, parts[3], parts[-1]

    compare(f, (0.5, 2.0), (1.5, -1.0))


def test_a_chain_of_thousands_of_operations():
    def f(x, w):
        y = x
        for _ in range(so_many(1500, 5000)):
            y = y * w
            y = y + 0.001
        return y

    compare(f, (0.5, 0.999), (0.25, 1.0001))


def test_a_sum_of_thousands_of_numbers():
    n = so_many(3000, 10_000)
    compare(lambda x: (sum(x * k for k in range(n)), sum(x.data * k for k in range(n))), (0.5,), (0.25,))


def test_captured_values_are_read_at_each_replay():
    w = Value(2.0)
    f = Recorded(lambda x: w * x)
    assert f(Value(3.0)).data == 6.0
    w.data = 5
    x = Value(3.0)
    y = f(x)
    y.backward()
    assert (y.data, w.grad, x.grad) == (15.0, 3.0, 5.0)


def test_the_structure_of_the_result():
    w = Value(1.0)

    def f(x, n):
        y = x * n
        return {"y": y, "again": (y, [w, x]), "n": n, "more": n > 2, "what": "text", "none": None, "half": n / 2}

    program = Recorded(f)
    program(Value(1.0), 3)
    x = Value(4.0)
    out = program(x, 1)
    assert out["y"] is out["again"][0]
    assert out["again"][1] == [w, x]
    assert out["again"][1][1] is x
    assert (out["y"].data, out["n"], out["more"], out["what"], out["none"], out["half"]) == (
        4,
        1,
        False,
        "text",
        None,
        0.5,
    )
    assert type(out["n"]) is int
    assert type(out["more"]) is bool


@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: Value(3.0),
        lambda x, y: Value(3.0) * 2,
        lambda x, y: (x, y),
        lambda x, y: (x.backward(), x.grad),
        lambda x, y: (Value(1.0).backward(), x * 1),
        lambda x, y: (x.data, y.data * 2 + 1),
        lambda x, y: ((x * 0).backward(), x.grad, y.grad),
        lambda x, y: ((x * y).backward(x.data), (x * y).backward(y.data * 2), x.grad + y.grad),
        lambda x, y: ((x + x + x + x).backward(), (x + y + x).backward(), x.grad, y.grad),
        lambda x, y: (x - x, y / y, x**2, 2**x, x % y, -x, +y, abs(x), 1 / y),
        lambda x, y: [],
    ],
)
def test_small_functions(function):
    compare(function, (1.0, 2.0), (-3.0, 0.5), (0.0, -1.0))


@examples(15, 150)
@given(st.integers(0, 10**6))
def test_random_graphs(seed):
    def f(*x):
        rng = random.Random(seed)
        nodes = list(x)
        for _ in range(60):
            a, b = rng.choice(nodes), rng.choice(nodes)
            op = rng.choice("+-*tsr/wc")
            nodes.append(
                a + b if op == "+" else a - b if op == "-" else a * b * 0.5 if op == "*" else a.tanh() if op == "t"
                else a.sin() if op == "s" else a.relu() + b if op == "r" else a / (b * b + 1) if op == "/"
                else np.where(a > b, a, b * 0.5) if op == "w" else a.clip(-0.5, 0.5) + b
            )  # fmt: skip
        sum(nodes[-5:]).backward()
        return nodes[-3:]

    compare(f, *[[random.Random(seed + k).uniform(-1, 1) for _ in range(4)] for k in range(3)], choices=True)


@examples(25, 250)
@given(st.integers(0, 10**6))
def test_random_functions_that_read_write_and_go_back(seed):
    def f(*x):
        rng = random.Random(seed)
        nodes, kept = list(x), []
        for _ in range(rng.randrange(2, 25)):
            a, b, what = rng.choice(nodes), rng.choice(nodes), rng.random()
            if what < 0.4:
                nodes.append(rng.choice([Value.tanh, Value.sin, Value.relu, Value.sigmoid])(a) + b * rng.choice(x))
            elif what < 0.6:
                nodes.append(sum(rng.choice(nodes) for _ in range(rng.randrange(2, 6))) / 3)
            elif what < 0.7:
                rng.choice(nodes).backward(rng.choice([1.0, 0.0, 2.0]))
            elif what < 0.8:
                kept += [a.data, 0 if b.grad is None else b.grad]
            elif what < 0.85:
                rng.choice(x).grad = rng.choice([0, 0.5, None])
            elif what < 0.9:
                a.data = b.data * 0.5 + 0.25
            elif kept:
                nodes.append(a * rng.choice(kept) if rng.random() < 0.5 else Value(rng.choice(kept)) * a)
        return nodes[-2:], kept

    program = Recorded(f)
    for k in range(3):
        numbers = [random.Random(seed + k).uniform(-1, 1) for _ in range(3)]
        ours, theirs = [Value(x) for x in numbers], [Value(x) for x in numbers]
        y, z = program(*ours), f(*theirs)
        for out, args in ((y, ours), (z, theirs)):
            out[0][-1].backward(0.5)
            out[0][0].backward()
            args += [v for v in out[0] if not any(v is u for u in args)]
        assert same(y, z, 1e-9)
        assert same([v.data for v in ours], [v.data for v in theirs], 1e-9)
        assert same(grads(ours), grads(theirs), 1e-9)
