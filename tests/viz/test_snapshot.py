"""The snapshot: what is in it, that it stays as it was, and the tree."""

import numpy as np
import pytest
from amount import so_many
from graphs import graphs
from hypothesis import given

import nn
import viz
from autograd import Tensor, Value
from viz.snapshot import Numbers, Snapshot


@given(graphs())
def test_contributions_add_up_to_the_gradients(graph):
    _, y = graph
    shot = viz.snapshot(y)
    outgoing = shot.outgoing()
    for node in shot.nodes:
        if node.kind != "constant" and node.id != shot.output:
            total = sum(edge.contribution for edge in outgoing[node.id])
            assert total == pytest.approx(node.grad, rel=1e-12, abs=1e-12)
    for edge in shot.edges:
        if edge.local is not None:
            assert edge.contribution == pytest.approx(shot.nodes[edge.target].grad * edge.local)


@given(graphs())
def test_orders(graph):
    _, y = graph
    shot = viz.snapshot(y)
    assert [node.id for node in shot.nodes] == list(range(len(shot.nodes)))
    assert all(edge.source < edge.target for edge in shot.edges)
    order = shot.backward_order()
    assert order[0] == shot.output
    place = {number: i for i, number in enumerate(order)}
    assert all(place[e.target] < place[e.source] for e in shot.edges if shot.nodes[e.source].kind != "constant")


@given(graphs())
def test_json_there_and_back(graph):
    shot = viz.snapshot(graph[1])
    assert Snapshot.from_json(shot.to_json()) == shot


def test_nan_and_inf_survive_json():
    x = Value(0.0)
    with np.errstate(all="ignore"):
        y = x.log() * Value(np.nan)
    y.backward()
    shot = viz.snapshot(y)
    assert repr(Snapshot.from_json(shot.to_json())) == repr(shot)
    with pytest.raises(ValueError, match="wanted a snapshot of version 2"):
        Snapshot.from_json('{"version": 99}')


def test_not_computed_is_not_zero():
    a, b = Value(1.0), Value(2.0)
    y = a * b
    assert [node.grad for node in viz.snapshot(y).nodes] == [None, None, None]
    (y * 0.0).backward()
    assert [node.grad for node in viz.snapshot(y).nodes] == [0.0, 0.0, 0.0]


def test_the_same_argument_twice_has_two_edges():
    x = Value(3.0)
    y = x * x
    y.backward()
    edges = viz.snapshot(y).edges
    assert [(e.source, e.target, e.slot, e.local, e.contribution) for e in edges] == [
        (0, 1, 0, 3.0, 3.0),
        (0, 1, 1, 3.0, 3.0),
    ]


def test_a_later_step_does_not_falsify_an_old_picture():
    x = Value(3.0)
    y = x * x
    y.backward()
    shot = viz.snapshot(y)
    x.data, x.grad = 5.0, 0.0
    assert shot.nodes[0].value == 3.0
    assert shot.nodes[0].grad == 6.0
    t = Tensor([1.0, 2.0])
    with viz.keep_values():
        z = np.sum(t * t)
    z.backward()
    shot = viz.snapshot(z)
    t.data -= 1.0
    assert shot.nodes[0].value.elements == (1.0, 2.0)


def test_kinds_names_and_modules():
    model = nn.MLP(2, [2, 1], seed=0)
    x = [Value(1.0, name="x0"), Value(2.0)]
    loss = (model(x) - 1.0) ** 2
    loss.backward()
    shot = viz.snapshot(loss, model)
    named = {node.name: node for node in shot.nodes if node.name}
    assert named["layer0.neuron1.w[0]"].kind == "parameter"
    assert named["layer0.neuron1.w[0]"].module == "layer0.neuron1"
    assert named["x0"].kind == "input"
    assert shot.nodes[shot.output].kind == "output"
    assert shot.nodes[shot.output].module == ""
    assert sum(node.kind == "constant" for node in shot.nodes) == 2
    counts = {}
    for node in shot.nodes:
        counts[node.module] = counts.get(node.module, 0) + 1
    # Three parameters, two products, two sums and a relu in each neuron; the last has no relu of its own.
    assert counts["layer0.neuron0"] == counts["layer0.neuron1"] == 8
    assert counts["layer1.neuron0"] == 7


def test_a_very_long_chain():
    y = x = Value(1.0)
    n = so_many(30_000, 100_000)
    for _ in range(n):
        y = y + x
    y.backward()
    shot = viz.snapshot(y)
    assert len(shot.nodes) == n + 1
    assert shot.nodes[0].grad == n + 1.0


def test_tensors_with_and_without_kept_values():
    def run():
        w = Tensor(np.ones((3, 2)), name="w")
        return np.sum(np.tanh(np.ones((4, 3)) @ w) + 1.0)

    loss = run()
    loss.backward()
    shot = viz.snapshot(loss)
    by_op = {node.op: node for node in shot.nodes}
    assert by_op["tanh"].value.shape == (4, 2)  # the engine keeps it for its own use
    assert by_op["add"].value is None
    assert by_op["tanh"].grad.most == 1.0
    with viz.keep_values():
        loss = run()
    loss.backward()
    by_op = {node.op: node for node in viz.snapshot(loss).nodes}
    assert by_op["add"].value.mean == pytest.approx(1 + np.tanh(3))
    assert by_op["matmul"].value.most == 3.0
    outgoing = viz.snapshot(loss).outgoing()
    assert outgoing[0][0].contribution.shape == (3, 2)


def test_source_lines_on_request():
    x = Value(2.0)
    assert [node.line for node in viz.snapshot(x * 3.0).nodes] == [None] * 3
    with viz.keep_values():
        y = x * 3.0
    assert viz.snapshot(y).nodes[-1].line.endswith("y = x * 3.0")


def test_large_arrays_are_thinned_out():
    numbers = Numbers.of(np.arange(100_000.0))
    assert len(numbers.elements) <= 4096
    assert numbers.most == 99_999
    assert Numbers.of(np.array([np.nan, np.inf, 1.0])).nan == 1
    assert Numbers.of(np.zeros((0, 3))).elements == ()


def test_trees():
    a = Value(2.0, name="a|<b>")
    y = (a * 3.0).exp()
    y.backward()
    assert viz.tree(y, ascii=True).splitlines()[1].startswith("`- *")
    assert "a|<b>" in viz.tree(y)
    x = Value(1e-7)
    (x * 1e-3).backward()
    assert "value 1e-7" in viz.tree(x * 1e-3)
    long = x
    for _ in range(1000):
        long = long + x
    assert "more nodes; raise limit=" in viz.tree(long)
    assert len(viz.tree(long, limit=10).splitlines()) == 11


@pytest.mark.parametrize("bad", [3.0, "x", None, np.ones(2)])
def test_what_has_no_graph(bad):
    with pytest.raises(TypeError, match="wanted a Value, a Tensor or a Snapshot"):
        viz.snapshot(bad)
    with pytest.raises(TypeError, match="model= is a Module"):
        viz.snapshot(Value(1.0), model="net")
