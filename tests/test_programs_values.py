"""Programs of Values: what a replay gives is what the function gives when it is called."""

import gc
import math
import random
import threading
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import viz
from autograd import Value, detect_anomaly, gradients, no_grad, stop_gradient, value_and_grad
from autograd.errors import RecordingError
from autograd.jit.program.number import Number
from autograd.jit.values.levels import Levels
from autograd.jit.values.tape import ValueTape
from autograd.rules.table import ROWS, Elementwise
from autograd.testing.strategies import expressions
from autograd.transforms.containers import leaves, rebuild

ROWS_OF_ONE_LINE = [row for row in ROWS.values() if isinstance(row, Elementwise)]
POINTS = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 1e300, -1e300, math.inf, -math.inf, math.nan]
NUMBERS = st.floats(-2, 2, allow_subnormal=False)


@pytest.fixture(autouse=True, params=["levels", "lines"])
def way(request, monkeypatch):
    """Every test twice: computed by NumPy in levels, and as lines of Python, whatever would be quicker."""
    monkeypatch.setattr(Levels, "is_narrow", lambda self: request.param == "lines")
    return request.param


class Recorded:
    """The smallest jit: records the first call, replays the others."""

    def __init__(self, function):
        self.function, self.program = function, None

    def __call__(self, *args):
        flat = leaves(args)
        values = [x for x in flat if isinstance(x, Value)]
        plain = [x for x in flat if not isinstance(x, Value)]
        if self.program is not None and self.program.misfit(values) is None:
            return self.program.replay(values, plain)
        stand_ins = [x if isinstance(x, Value) else Number(x) for x in flat]
        numbers = [x for x in stand_ins if isinstance(x, Number)]
        with ValueTape(numbers, values) as tape:
            result = self.function(*rebuild(list(args), stand_ins))
        self.program = tape.program(result)
        return tape.plain(result)


def same(a, b, tolerance=1e-12):
    """Whether two nested results agree to round-off; None and nan agree with themselves."""
    a, b = ([x.data if isinstance(x, Value) else x for x in leaves(t)] for t in (a, b))
    assert len(a) == len(b)
    for x, y in zip(a, b, strict=True):
        if x is None or y is None:
            assert x is y
        else:
            np.testing.assert_allclose(x, y, rtol=tolerance, atol=tolerance * 1e-3)
    return True


def grads(values):
    return [v.grad for v in values]


def compare(function, *calls, backward=True, choices=False):
    """Call a function eagerly and as a program with the same numbers, and compare results and gradients.

    With `choices`, a gradient of 0 may be None in eager mode, where a branch not taken is not in the graph.
    """
    program = Recorded(function)
    for call in calls:
        ours, theirs = ([Value(x) for x in call] for _ in range(2))
        y, z = program(*ours), function(*theirs)
        assert same(y, z)
        if backward:
            for result in (y, z):
                for out in leaves(result):
                    if isinstance(out, Value):
                        out.backward()
        ours, theirs = ([v.grad or (0.0 if choices else v.grad) for v in x] for x in (ours, theirs))
        assert same(ours, theirs)
    return program


# -- one sample -----------------------------------------------------------------------------------------------------
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


def test_a_chain_of_ten_thousand_operations():
    def f(x, w):
        y = x
        for _ in range(5000):
            y = y * w
            y = y + 0.001
        return y

    compare(f, (0.5, 0.999), (0.25, 1.0001))


def test_a_sum_of_ten_thousand_numbers():
    compare(lambda x: (sum(x * k for k in range(10000)), sum(x.data * k for k in range(10000))), (0.5,), (0.25,))


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


# -- what comes back takes part in more ------------------------------------------------------------------------------
def test_results_go_on_in_the_graph():
    w = Value(2.0)

    def f(x):
        h = (x * w).tanh()
        return h, h * x

    program = Recorded(f)
    program(Value(0.1))

    def more(function):
        w.grad = None
        z = Value(0.3)
        inner = z * z  # the argument is itself a result
        a, b = function(inner)
        c, d = function(b + 1)  # and so is this one, of the same program: its buffers are used again
        total = a * b + (c - d) * a - c * 2
        total.backward()
        return total.data, z.grad, w.grad, inner.grad

    assert same(more(program), more(f))


def test_only_what_a_result_depends_on_gets_a_gradient():
    program = Recorded(lambda x, y: (x * 2, y * 3))
    for _ in range(2):
        x, y = Value(1.0), Value(1.0)
        program(x, y)[0].backward()
        assert (x.grad, y.grad) == (2.0, None)


def test_opposite_outputs_cancel_only_where_they_meet():
    program = Recorded(lambda x, y: (x * y, x * 3))
    program(Value(1.0), Value(1.0))
    x, y = Value(2.0), Value(5.0)
    a, b = program(x, y)
    (a - b).backward()
    assert (x.grad, y.grad) == (2.0, 2.0)
    (a - b).backward()
    assert (x.grad, y.grad) == (4.0, 4.0)


def test_what_is_returned_gets_gradients_from_one_another():
    def f(x):
        c = Value(3.0)
        h = x * c
        y = h * h
        return y, (h, c)

    program = Recorded(f)
    program(Value(1.0))
    for function in (f, program):
        x = Value(2.0)
        y, (h, c) = function(x)
        (y * 2 + h * c).backward()
        assert [y.grad, h.grad, c.grad, x.grad] == [2.0, 27.0, 60.0, 81.0]
        assert (h.is_leaf, c.is_leaf) == (False, True)
        del h, c
        y.backward()
        assert x.grad == 81.0 + 36.0


def test_a_result_remembers_its_own_numbers():
    program = Recorded(lambda x: x * x * x)
    program(Value(1.0))
    xs = [Value(float(k)) for k in range(5)]
    ys = [program(x) for x in xs]
    for y in ys:
        y.backward()
    assert grads(xs) == [3.0 * k * k for k in range(5)]
    assert sum(ys).op == "add"


def test_pictures_show_a_result_as_an_input(tmp_path):
    program = Recorded(lambda x: x.clip(0, 1).tanh())
    first = program(Value(0.5))
    y = program(Value(0.0)) * 3
    for out in (first, y):
        out.backward()
        viz.explore(out, tmp_path / "graph.html")
    lines = [line.split()[1:] for line in viz.tree(y).splitlines()[1:]]
    assert lines == [["input", "value", "0", "grad", "3"], ["constant", "value", "3"]]


def test_no_second_derivative_of_a_result():
    program = Recorded(lambda x: x * x)
    program(Value(1.0))
    y = program(Value(2.0))
    with pytest.raises(TypeError, match="without jit"):
        y.backward(create_graph=True)


def test_without_a_graph_under_no_grad():
    program = Recorded(lambda x: x * x)
    program(Value(1.0))
    with no_grad():
        assert program(Value(2.0)).is_leaf


# -- loops -----------------------------------------------------------------------------------------------------------
def network(seed=1):
    rng = random.Random(seed)
    points = [(rng.uniform(-1, 1), rng.uniform(-1, 1)) for _ in range(12)]
    labels = np.array([1 if x * y > 0 else -1 for x, y in points])
    sizes = [(2, 5), (5, 4), (4, 1)]
    layers = [[([Value(rng.uniform(-1, 1)) for _ in range(n)], Value(0)) for _ in range(m)] for n, m in sizes]
    parameters = [p for layer in layers for w, b in layer for p in [*w, b]]

    def model(x):
        for k, layer in enumerate(layers):
            x = [sum((wi * xi for wi, xi in zip(w, x, strict=True)), b) for w, b in layer]
            x = [v.relu() for v in x] if k < 2 else x
        return x[0]

    def loss():
        inputs = [list(map(Value, row)) for row in points]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(labels, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        reg_loss = 1e-4 * sum(p * p for p in parameters)
        total_loss = data_loss + reg_loss
        accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(labels, scores, strict=True)]
        return total_loss, sum(accuracy) / len(accuracy)

    return loss, parameters


def train_outside(loss, parameters, steps=20):
    seen = []
    for k in range(steps):
        total, accuracy = loss()
        for p in parameters:
            p.grad = 0
        total.backward()
        rate = 1.0 - 0.9 * k / 100
        for p in parameters:
            p.data -= rate * p.grad
        seen.append((total.data, accuracy))
    return seen


def test_micrograd_s_loss_in_its_loop():
    (eager, a), (jitted, b) = network(), network()
    assert same(train_outside(eager, a), train_outside(Recorded(jitted), b), 1e-9)
    assert same([p.data for p in a], [p.data for p in b], 1e-9)
    assert same(grads(a), grads(b), 1e-9)


@pytest.mark.parametrize("zero", [0, 0.0, None])
def test_the_whole_step_inside(zero):
    def stepper(loss, parameters):
        def step(rate):
            total, accuracy = loss()
            for p in parameters:
                p.grad = zero
            total.backward()
            for p in parameters:
                p.data -= rate * p.grad
            return total, accuracy

        return step

    (eager, a), (jitted, b) = network(), network()
    first, second = stepper(eager, a), Recorded(stepper(jitted, b))
    for k in range(20):
        rate = 1.0 - 0.9 * k / 100
        assert same(first(rate), second(rate), 1e-9)
    assert same([p.data for p in a], [p.data for p in b], 1e-9)
    assert same(grads(a), grads(b), 1e-9)


def test_several_steps_with_momentum_inside():
    def stepper():
        w, memory = Value(2.0), Value(0.0)

        def steps(rate):
            for _ in range(3):
                loss = (w - 1) ** 2
                w.grad = 0.0
                loss.backward()
                memory.data = 0.9 * memory.data + w.grad
                w.data -= rate * memory.data / (abs(memory.data) ** 0.5 + 1e-8)
            return loss, w.data, w.grad

        return steps

    first, second = stepper(), Recorded(stepper())
    for k in range(20):
        assert same(first(0.1 / (k + 1)), second(0.1 / (k + 1)))


def test_gradients_accumulate_inside_and_out():
    def make():
        w = Value(3.0)

        def f(x):
            (w * x).backward()
            (w * w * x).backward(2.0)
            return w.grad

        return f, w

    (f, a), (g, b) = make(), make()
    program = Recorded(g)
    for x in (1.0, 2.0, -1.0):
        assert same(f(Value(x)), program(Value(x)))
        a.data += 1
        b.data += 1
        assert a.grad == b.grad
    a.grad = b.grad = None
    assert same(f(Value(1.0)), program(Value(1.0)))


def test_writes_between_operations():
    def f(x, n):
        y = x * 2
        x.data = x.data + n
        z = x * y  # the new number, and the old result
        y.data = 10.0
        out = y * x + z
        out.backward()
        return out, x.grad, y.grad

    program = Recorded(f)
    for a, n in ((1.0, 2.0), (3.0, 0.5), (-1.0, 4.0)):
        x, y = Value(a), Value(a)
        assert same(f(x, n), program(y, n))
        assert (x.data, x.grad) == (y.data, y.grad)


def test_a_sum_of_a_number_that_was_written():
    def f(x, y):
        x.data = x.data * 0.5 + 1  # a sum, but not one that gradients go through
        return x + y

    compare(f, (1.0, 2.0), (3.0, 0.5))


# -- choices --------------------------------------------------------------------------------------------------------
def test_clip_and_where_take_the_other_branch():
    def f(x, y):
        a = x.clip(-1, 1) + y.clip(min=0.5) + np.clip(x, y, None)
        b = np.where(x > y, x * x, y) + np.where(x.data > 0, 1.0, y) + np.where(x, y, 3.0)
        return a, b

    points = [0.0, 0.25, 2.0, -2.0, -1.0, 1.0]
    for first in (0.3, -3.0):
        program = Recorded(f)
        program(Value(first), Value(0.1))
        for a in points:
            for b in points:
                ours, theirs = [Value(a), Value(b)], [Value(a), Value(b)]
                for function, args in ((program, ours), (f, theirs)):
                    sum(function(*args)).backward()
                assert same([v.grad or 0.0 for v in ours], [v.grad or 0.0 for v in theirs])
                assert same(program(*ours), f(*theirs))


def test_the_branch_not_taken_gets_no_nan():
    compare(lambda x: np.where(x > 0, x.log(), 0.0) + np.where(x > 0, x.sqrt(), x), (1.0,), (0.0,), (-1.0,), (2.0,))


def test_flat_functions_and_comparisons_give_numbers():
    def f(x, y):
        return (x > y, x == y, x <= 1, x // 2, 5 // y, round(x, 1), round(x), np.sign(x), np.floor(y), x.item() + 1)

    compare(f, (1.25, 2.0), (2.5, 2.5), (-1.7, 0.3))


def test_division_by_zero_raises_as_python_does():
    program = Recorded(lambda x, n: x.data / n)
    program(Value(1.0), 2.0)
    with pytest.raises(ZeroDivisionError):
        program(Value(1.0), 0.0)
    assert program(Value(3.0), 2.0) == 1.5


def test_numpy_s_numbers_and_functions_beside_numbers():
    two = np.float64(2)

    def f(x, n):
        right = np.bool_(True) == (x.data > 0), np.int64(3) * x.data, two * n, n * two, two - x.data
        return right, np.sqrt(x.data * x.data + n), np.exp(n), np.sign(x), np.multiply(x.data, x), np.add(n, x)

    compare(lambda x: f(x, 2.0), (1.0,), (-3.0,))
    program = Recorded(f)
    for a, n in ((1.0, 2.0), (-3.0, 0.5)):
        assert same(program(Value(a), n), f(Value(a), n))


def test_numbers_beside_values_and_in_them():
    def f(x, n):
        made = Value(n * 2)
        y = n * x + x**n + made * (x.data + n) + n - x
        return y, stop_gradient(x) * x, x.detach() * n, 2 * n

    program = Recorded(f)
    for a, n in ((1.0, 2.0), (3.0, 0.5), (0.5, -1.0)):
        x, y = Value(a), Value(a)
        assert same(f(x, n), program(y, n))
        for function, v in ((f, x), (program, y)):
            sum(function(v, n)[:3]).backward()
        assert same(x.grad, y.grad)


def test_no_grad_inside():
    def f(x):
        with no_grad():
            c = x * x
        return c * x, c

    compare(lambda x: f(x)[0], (2.0,), (3.0,))
    program = Recorded(f)
    program(Value(1.0))
    assert program(Value(2.0))[1].is_leaf


def test_gradients_inside():
    def f(x, y):
        gx, gy = gradients(x * x * y, [x, y])
        return gx * x, gy, x.grad

    compare(f, (2.0, 3.0), (1.0, -1.0))


def test_inner_nodes_show_their_gradients():
    def f(x):
        h = x * x
        y = h.tanh()
        y.backward()
        return h, h.grad, y

    program = Recorded(f)
    for a in (0.5, 0.25):
        h, y = program(Value(a))[::2]
        expected = f(Value(a))
        assert same([h.grad, y.grad], [expected[0].grad, expected[2].grad])


# -- refusals -------------------------------------------------------------------------------------------------------
def refused(function, match, *args):
    with pytest.raises(RecordingError, match=match):
        Recorded(function)(*args or (Value(1.0),))
    assert type(Value(1.0).data) is float  # the plain slots are back


def test_if_on_a_value():
    refused(lambda x: x if x > 0 else -x, "np.where")


def test_bool_of_a_value():
    refused(bool, "np.where")


def test_max_of_values():
    refused(lambda x: max(x, x * 2), "max")


def test_float_of_a_value():
    refused(lambda x: float(x.data), "np.exp")


def test_float_of_the_value_itself():
    with pytest.raises(TypeError, match=r"v\.data"):
        Recorded(float)(Value(1.0))


def test_a_loop_over_a_number():
    refused(lambda n: list(range(n)), "static", 3)


def test_printing_a_number():
    refused(lambda x: f"{x.data:.2f}", "print it outside")


def test_second_derivatives():
    refused(lambda x: (x * x).backward(create_graph=True), "second derivatives")
    refused(value_and_grad(lambda v: v * v), "second derivatives")
    refused(lambda x: gradients(x * x, x, create_graph=True), "second derivatives")


def test_backward_into_a_graph_from_outside():
    w = Value(2.0)
    h = w * w
    refused(lambda x: (h * x).backward(), "before the call")
    refused(lambda x: h.backward(), "before the call")


def test_a_value_computed_by_another_thread_meanwhile():
    def f(x):
        found = []
        thread = threading.Thread(target=lambda: found.append(Value(2.0) * 3))
        thread.start()
        thread.join()
        return x * found[0]

    refused(f, "in the function itself")


def test_anomalies_inside():
    def f(x):
        with detect_anomaly():
            return x * x

    refused(f, "without jit")


def test_numbers_of_another_recording():
    kept = []
    with ValueTape() as tape:
        kept.append(Value(1.0) * Value(2.0))
        kept.append(kept[0].data)
    stranger = Number(2.0, None, ("elsewhere",))
    refused(lambda x: x * stranger, "another recording")
    with pytest.raises(RecordingError, match="after it returned"):
        Value(stranger)
    assert tape.used


def test_arrays_among_values():
    refused(lambda x: setattr(x, "data", np.ones(3)), "one real number")


def test_an_integer_too_large():
    refused(lambda x, n: x * (n * 3), "2\\*\\*53", Value(1.0), 2**53)


def test_programs_that_do_not_fit_say_so():
    program = Recorded(lambda x, y: x * y)
    x = Value(2.0)
    program(x, Value(3.0))
    assert program.program.misfit([x, x]) is not None
    with pytest.raises(RecordingError, match="record the function again"):
        program.program.replay([x, x])
    y = program(x, x)
    y.backward()
    assert x.grad == 4.0


def test_a_gradient_that_was_none_is_guarded():
    def f(x):
        if x.grad is None:
            return x * 2
        return x * x.grad

    program = Recorded(f)
    x = Value(3.0)
    assert program(x).data == 6.0
    x.grad = 5.0
    assert program(x).data == 15.0
    x.grad = 7.0
    assert program(x).data == 21.0


def test_an_argument_that_is_also_captured():
    w = Value(2.0)
    program = Recorded(lambda x: x * w)
    program(Value(1.0))
    y = program(w)
    y.backward()
    assert (y.data, w.grad) == (4.0, 4.0)


def test_backward_inside_on_an_argument_that_is_a_result():
    program = Recorded(lambda x: (x * 2).backward())
    program(Value(1.0))
    with pytest.raises(RecordingError, match="before the call"):
        program(Value(1.0) * 2)


# -- batches ---------------------------------------------------------------------------------------------------------
def test_ten_thousand_samples_at_once():
    w = Value(0.7)

    def f(x, n):
        h = (x * w + n).tanh()
        h.backward()
        return h * x, h.data > 0, x.grad, np.where(x > 0, x, n)

    program = Recorded(f)
    program(Value(0.5), 1.0)
    rng = np.random.default_rng(1)
    xs, ns = rng.normal(size=10000), rng.normal(size=10000)
    w.grad = None
    out = program.program.over([xs], [ns])
    assert w.grad is None
    assert out[1].dtype == bool
    for k in range(0, 10000, 500):
        assert same([column[k] for column in out], f(Value(xs[k]), float(ns[k])))


def test_a_batch_in_parts_and_its_gradients(monkeypatch):
    from autograd.jit.values import lowering

    monkeypatch.setattr(lowering, "CHUNK", 100)
    w = Value(0.7)

    def f(x, y):
        return (x * w).sin() * y

    program = Recorded(f)
    program(Value(1.0), Value(2.0))
    xs = np.linspace(-1, 1, 57)
    result, (dx, dy), captured = program.program.over([xs, 2.0], gradients=True)
    for k in range(57):
        x, y = Value(xs[k]), Value(2.0)
        w.grad = None
        z = f(x, y)
        z.backward()
        assert same([result[k], dx[k], dy[k], captured[w][k]], [z.data, x.grad, y.grad, w.grad])
    assert program.program.over([np.zeros(0), 2.0]).shape == (0,)


# -- threads, memory, listing ------------------------------------------------------------------------------------------
def test_threads_replay_one_program_and_see_plain_numbers():
    program = Recorded(lambda x: (x * x).tanh() * x)
    program(Value(1.0))
    wrong = []

    def work(k):
        for i in range(200):
            a = k + i / 200
            x, y = Value(a), Value(a)
            z = program(x)
            if i % 3 == 0:
                Recorded(lambda v: v * v.data)(Value(1.0))  # other recordings begin and end meanwhile
            z.backward()
            e = (y * y).tanh() * y
            e.backward()
            if not (type(x.data) is float and math.isclose(z.data, e.data) and math.isclose(x.grad, y.grad)):
                wrong.append((a, x.grad, y.grad))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


def test_another_thread_is_not_recorded():
    seen = []

    def f(x):
        y = Value(3.0)

        def work():
            seen.append((y.data, (y * 2).data))

        t = threading.Thread(target=work)
        t.start()
        t.join()
        return x * 2

    Recorded(f)(Value(1.0))
    assert seen == [(3.0, 6.0)]


def test_a_thousand_replays_keep_nothing(way):
    loss, parameters = network()
    program = Recorded(loss)
    train_outside(program, parameters, 3)
    gc.collect()
    tracemalloc.start()
    train_outside(program, parameters, 10)
    before = tracemalloc.get_traced_memory()[0]
    train_outside(program, parameters, 1000 if way == "levels" else 30)  # tracing each float takes its time
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after - before < 200_000  # the list of losses itself takes most of it


def test_a_recording_within_a_recording():
    inner = Recorded(lambda x: x * x)
    inner(Value(1.0))
    refused(lambda x: inner(x) * x, "call its function there")
    assert Recorded(lambda x: Recorded(lambda: 4.0)() * x)(Value(2.0)).data == 8.0


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


def test_an_error_while_recording_restores_the_slots():
    with pytest.raises(ValueError, match="mine"):
        Recorded(lambda x: (_ for _ in ()).throw(ValueError("mine")))(Value(1.0))
    assert type(Value(1.0).data) is float
    assert Value.__dict__["data"].__class__.__name__ == "member_descriptor"


def test_the_listing():
    loss, _ = network()
    program = Recorded(loss)
    program()
    rows = program.program.rows()
    assert [row[:3] for row in rows][:2] == [("multiply", 12 * 10 + 44, 1), ("sum of 3", 12 * 5, 2)]
    assert sum(size for *_, size in rows) < program.program.nbytes


def test_narrow_programs_become_lines(monkeypatch):
    monkeypatch.undo()
    narrow, wide = Recorded(lambda x: (x * 2 + 1).tanh()), Recorded(lambda *x: [v * 2 for v in x])
    narrow(Value(1.0))
    wide(*map(Value, range(100)))
    assert wide.program.lines is None
    assert narrow.program.lines.source.splitlines()[1:4] == ["    v0, = given", "    v1 = 2.0", "    v2 = v0 * v1"]


@settings(max_examples=15)
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


@settings(max_examples=25)
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
