"""What a program of Values gives back takes part in more: gradients go on through it."""

import pytest
from value_programs import Recorded, grads, same

import viz
from autograd import Value, no_grad

pytestmark = pytest.mark.usefixtures("way")


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
