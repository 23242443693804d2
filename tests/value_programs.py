"""Programs of Values as small as they get, to compare with the function itself."""

import random

import numpy as np

from autograd import Value
from autograd.jit.program.number import Number
from autograd.jit.values.tape import ValueTape
from autograd.transforms.containers import leaves, rebuild


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


def same(a, b, tolerance=1e-10):  # a function may turn one unit in the last place into hundreds
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
