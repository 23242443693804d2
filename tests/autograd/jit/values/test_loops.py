"""Programs of Values in training loops: gradients and updates inside, outside, and added up."""

import pytest
from value_programs import Recorded, compare, grads, network, same, train_outside

from autograd import Value

pytestmark = pytest.mark.usefixtures("way")


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
