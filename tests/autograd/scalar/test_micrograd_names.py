"""The names by which programs for micrograd look inside a Value; `trace` and `draw_dot` are its notebook's."""

import numpy as np
import pytest

from autograd import Value
from autograd.rules.table import ROWS, Elementwise

graphviz = pytest.importorskip("graphviz", reason="drawing needs the extra 'viz'")


def trace(root):
    nodes, edges = set(), set()

    def build(v):
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)

    build(root)
    return nodes, edges


def draw_dot(root, format="svg", rankdir="LR"):
    assert rankdir in ["LR", "TB"]
    nodes, edges = trace(root)
    dot = graphviz.Digraph(format=format, graph_attr={"rankdir": rankdir})
    for n in nodes:
        dot.node(name=str(id(n)), label="{ %s | data %.4f | grad %.4f }" % (n.label, n.data, n.grad), shape="record")  # noqa: UP031  as it was written
        if n._op:
            dot.node(name=str(id(n)) + n._op, label=n._op)
            dot.edge(str(id(n)) + n._op, str(id(n)))
    for n1, n2 in edges:
        dot.edge(str(id(n1)), str(id(n2)) + n2._op)
    return dot


def test_micrograd_s_drawing_runs():
    x = Value(1.0)
    x.label = "x"
    assert x.name == "x"
    y = (x * 2 + 1).relu()
    y.backward()
    source = draw_dot(y).source
    # As micrograd draws it: the constants 2 and 1 are boxes with gradients too.
    boxes = [(1, 2, "x"), (2, 1, ""), (2, 1, ""), (1, 1, ""), (3, 1, ""), (3, 1, "")]
    for data, grad, label in boxes:
        text = f"{label} | data {data:.4f} | grad {grad:.4f} }}"
        assert source.count(text) == sum((d, g) == (data, grad) and label in name for d, g, name in boxes)
    assert source.count(" -> ") == 3 + 5
    assert all(f"label={sign}]" in source for sign in ('"*"', '"+"', "ReLU"))


def test_signs():
    a, b = Value(2.0), Value(3.0)
    pairs = [(a + b, "+"), (a * b, "*"), (a**2, "**2"), (a.relu(), "ReLU"), (a - b, "-"), (a / b, "/"), (-a, "-"),
             (a, ""), (a.tanh(), "tanh"), (a.exp(), "exp"), (1 / a, "/")]  # fmt: skip
    assert [value._op for value, _ in pairs] == [sign for _, sign in pairs]
    assert (a + b)._prev == {a, b}
    assert (a * a)._prev == {a}
    assert a._prev == set()
    assert a.label == ""


@pytest.mark.parametrize("rule", [r for r in ROWS.values() if isinstance(r, Elementwise) and len(r.formulas) == 2],
                         ids=lambda rule: rule.name)  # fmt: skip
def test_the_gradient_of_a_constant_is_that_of_a_variable_in_its_place(rule):
    method = getattr(Value, rule.name)
    a, b = 0.5, 0.25
    result, twin = method(Value(a), b), method(Value(a), other := Value(b))
    (result * 3.0).backward()
    (twin * 3.0).backward()
    (constant,) = result._prev - set(result.parents)
    assert constant.data == b
    assert constant.grad == pytest.approx(other.grad, nan_ok=True)


def test_before_backward_there_are_no_gradients():
    y = Value(2.0) * 3.0
    assert {child.grad for child in y._prev} == {None}
    with np.errstate(all="ignore"):
        y = Value(0.0) ** -1.0
        y.backward()
        assert len(y._prev) == 2
