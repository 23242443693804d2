"""Each flag is raised by a graph made to have just that fault, and a healthy one raises none; gradients explained."""

import numpy as np
import pytest
from graphs import graphs
from hypothesis import given

import nn
import viz
from autograd import Value
from nn import layers as L
from viz.explaining import largest_paths

X = np.random.default_rng(0).normal(0, 1, (16, 3))


def run(model, x=X, times=1):
    with viz.keep_values(), np.errstate(all="ignore"):
        loss = np.mean(np.square(model(x)))
    for _ in range(times):
        loss.backward()
    return loss, model


def deep(activation, depth, **settings):
    return nn.Sequential([*[L.Dense(6, activation=activation, **settings) for _ in range(depth)], L.Dense(1)], seed=0)


class Unused(nn.Model):
    def __init__(self):
        super().__init__()
        self.a, self.b = L.Dense(1), nn.Parameter(np.ones(2))

    def call(self, x):
        return self.a(x)


constant = nn.initializers.Constant
FAULTS = {
    "dead": lambda: run(deep("relu", 1, bias_initializer=constant(-50.0))),
    "saturated": lambda: run(deep("tanh", 1, bias_initializer=constant(30.0))),
    "vanishing": lambda: run(deep("sigmoid", 12)),
    "exploding": lambda: run(deep("relu", 6, kernel_initializer=nn.initializers.RandomNormal(0, 5, seed=0))),
    "nan": lambda: run(nn.Sequential([L.Dense(3), L.Lambda(lambda x: np.log(x * 0.0))], seed=0)),
    "unused": lambda: run(Unused()),
    "not zeroed": lambda: run(deep("tanh", 1), times=3),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_each_fault_is_flagged_and_no_other(kind):
    found = viz.health(*FAULTS[kind]())
    assert kind in {flag.kind for flag in found}
    allowed = {"dead", "saturated", "nan", "vanishing"} if kind in ("saturated", "nan") else {kind}
    assert {flag.kind for flag in found} <= allowed
    assert all(flag.text and flag.place and str(flag).startswith(f"[{flag.kind}] ") for flag in found)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "gelu"])
def test_a_healthy_network_has_no_flags(activation):
    assert viz.health(*run(deep(activation, 2))) == []
    mlp = nn.MLP(3, [4, 1], activation="tanh", seed=0)
    loss = sum((mlp(row) - 1.0) ** 2 for row in X[:4])
    loss.backward()
    assert viz.health(loss, mlp) == []


def test_one_sample_says_little():
    mlp = nn.MLP(2, [16, 16, 1], seed=0)
    loss = (mlp([1.0, -1.0]) - 1.0) ** 2
    loss.backward()
    assert viz.health(loss, mlp) == []


def test_faults_of_values():
    mlp = nn.MLP(3, [4, 1], seed=0)
    for neuron in mlp.layers[0].neurons:
        neuron.b.data = -100.0
    loss = sum((mlp(row) - 1.0) ** 2 for row in X[:4])
    loss.backward()
    assert [flag.place for flag in viz.health(loss, mlp)] == [f"layer0.neuron{i}" for i in range(4)]
    loss.backward()
    assert "not zeroed" in {flag.kind for flag in viz.health(loss, mlp)}
    with np.errstate(all="ignore"):
        y = Value(0.0, name="x").log() * 2.0
    y.backward()
    flags = viz.health(y)
    assert flags[0].kind == "nan"
    assert "of log is the first nan or inf going forward" in flags[0].text


@given(graphs())
def test_the_largest_paths_are_the_largest(graph):
    _, y = graph
    shot = viz.snapshot(y)
    outgoing = shot.outgoing()

    def every(number):
        if number == shot.output:
            return [1.0]
        return [e.local * rest for e in outgoing[number] if e.local is not None for rest in every(e.target)][:3000]

    for node in shot.nodes:
        if node.kind == "constant":
            continue
        all_paths = sorted((abs(p) for p in every(node.id)), reverse=True)
        found = [abs(p) for p, _ in largest_paths(shot, node.id, 3)]
        if len(all_paths) < 2000:
            assert found == pytest.approx(all_paths[:3])


def test_explained():
    a, b = Value(2.0, name="a"), Value(1.0)
    y = a * a
    assert "call backward() first" in viz.explain(a, y)
    y.backward()
    assert viz.explain(a, y).splitlines()[0] == "a: value 2, gradient 4"
    assert "It is the output" in viz.explain(y, y)
    with pytest.raises(ValueError, match="does not depend on that node"):
        viz.explain(b, y)
    mlp = nn.MLP(2, [3, 1], seed=0)
    loss = (mlp([1.0, 2.0]) - 1.0) ** 2
    loss.backward()
    weight = mlp.layers[0].neurons[1].w[0]
    assert viz.explain(weight, loss, mlp).startswith("layer0.neuron1.w[0]: value ")
