"""The seam of jit: a second backend, which does one step after the other, gives what NumPy's text gives, bit by bit."""

import numpy as np
import pytest

import nn
from autograd import Tensor, Value, grad, jit
from autograd.engine.nan import has_nan, heard, quiet
from autograd.jit.program import backend
from autograd.jit.program.number import Number
from autograd.jit.program.steps import Abort, Var


class Interpreter:
    """The smallest backend: no text, and no memory but what has to be found afterwards."""

    source = "step by step"

    def __init__(self, steps, memory, arguments, results, spent=None):
        self.steps, self.memory, self.arguments, self.results = steps, memory, arguments, results
        for step in steps:
            if step.kind == "fill" and step.args[0] is not None:
                memory.arrays[step.outs[0]].fill(step.args[0])

    def move(self, moved):
        return True  # `memory.arrays` is looked at anew in each run

    def run(self, *arguments):
        self.given, self.known = arguments, dict(self.memory.arrays)
        self.known.update((var, x) for var, x in zip(self.arguments, arguments, strict=True) if var is not None)
        for number, step in enumerate(self.steps):
            with quiet() if step.quiet else np.errstate():
                self.step(number, step)
        return [np.copy(x) if type(x) is np.ndarray else x for x in map(self.value, self.results)]

    def step(self, number, step):
        if step.kind == "listen":
            self.known[step.args[0]] = heard.last
        elif step.kind == "guard":
            listened, masked, gradients = step.args
            if (masked or heard.last is not self.known[listened]) and any(has_nan(self.value(g)) for g in gradients):
                raise Abort(number)
        elif step.kind == "fill":
            if step.outs[0].writes and step.args[0] is not None:
                self.known[step.outs[0]].fill(step.args[0])
        elif number not in self.memory.joined:
            self.call(step)

    def call(self, step):
        args, named = list(map(self.value, step.args)), {k: self.value(x) for k, x in step.kwargs.items()}
        if step.kind == "draw":
            out = {"out": self.known[step.outs[0]]} if step.function == "out" else {}
            y = getattr(args[0], args[1])(*args[2:], **(out or named))
        elif step.kind == "into":
            y = step.function(*args, **named, out=self.known[step.outs[0]])
        else:
            y = step.function(*args, **named)
        if step.kind in ("calls", "host"):
            self.known.update((_key(out), part) for out, part in zip(step.outs, y, strict=True))
        elif step.kind in ("out", "call", "view") or (step.kind == "draw" and step.function is None):
            out = step.outs[0]
            if step.kind == "out" and out in self.known and out in self.memory.arrays:
                np.copyto(self.known[out], y, "unsafe")
            else:
                self.known[_key(out)] = y

    def value(self, x):
        if type(x) is Var:
            return self.known[x]
        if type(x) is Number:
            if id(x) in self.known:
                return self.known[id(x)]
            return self.given[x.operands[2]] if x.op is None else x.op(*map(self.value, x.operands))
        if type(x) is tuple or type(x) is list:
            return type(x)(map(self.value, x))
        return {key: self.value(part) for key, part in x.items()} if type(x) is dict else x


def _key(x):
    return id(x) if type(x) is Number else x


def loss(w, x):
    return np.sum(np.tanh(x @ w) ** 2) / np.max(np.abs(x)) + np.mean(np.where(x > 0, np.sqrt(x), 0.0))


@np.errstate(invalid="ignore")
def gradient():
    slope = jit(grad(loss))
    return [slope(w, x) for w, x in (np.random.default_rng(k).normal(size=(2, 5, 5)) for k in range(4))]


def step():
    w, rng = Tensor(np.ones((3, 2)), name="w"), np.random.default_rng(1)

    @jit
    def update(x, rate):
        y = np.mean((x * (rng_of(x) > 0.5) @ w) ** 2)
        w.grad = None
        y.backward()
        w.data -= rate**2 * w.grad
        return y

    def rng_of(x):
        return np.cos(x * 7)

    return [x for k in range(4) for x in (update(rng.normal(size=(4, 3)), 0.1 + k).data, w.data.copy(), w.grad)]


def draws():
    f = jit(lambda x, rng: x * rng.random(x.shape) + rng.normal(size=3))
    rng = np.random.default_rng(2)
    return [f(np.ones((2, 3)), rng) for _ in range(3)]


def training():
    model = nn.Sequential([nn.layers.Dense(4, activation="relu"), nn.layers.Dropout(0.2), nn.layers.Dense(1)], seed=0)
    model.compile("adam", "mse")
    x = np.random.default_rng(0).normal(size=(20, 3))
    history = model.fit(x, x[:, :1], batch_size=8, epochs=3, verbose=0).history
    return [*history["loss"], *(p.data for p in model.parameters())]


def values():
    a = Value(0.5)
    f = jit(lambda *x: [(v * a).tanh() + v for v in x])
    found = []
    for k in range(3):
        a.grad, xs = None, [Value(0.1 * i + k) for i in range(30)]
        sum(f(*xs)).backward()
        found += [a.grad, *(x.grad for x in xs)]
    return found


@pytest.mark.parametrize("case", [gradient, step, draws, training, values], ids=lambda case: case.__name__)
def test_a_second_backend_gives_the_same_bits(case, monkeypatch):
    first = case()
    monkeypatch.setattr(backend, "USED", Interpreter)
    runs = []
    monkeypatch.setattr(Interpreter, "run", lambda *args, run=Interpreter.run: runs.append(None) or run(*args))
    for x, y in zip(first, case(), strict=True):
        assert np.array_equal(x, y, equal_nan=True)
    assert runs
