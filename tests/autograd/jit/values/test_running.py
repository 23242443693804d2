"""Programs of Values at work: batches, threads, memory, and how they are listed."""

import gc
import math
import threading
import tracemalloc

import numpy as np
import pytest
from value_programs import Recorded, network, same, train_outside

from autograd import Value

pytestmark = pytest.mark.usefixtures("way")


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
