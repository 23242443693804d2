"""Classes of bugs that have bitten engines of this kind, each with a test that fails on the wrong behaviour."""

import gc
import sys
import threading
import time
import tracemalloc
import weakref

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value, grad, gradients, hessian, no_grad
from autograd.errors import BackwardError, ChangedError


def chain(n, x):
    y = x
    for _ in range(n):
        y = y * 1.0
    return y


@pytest.mark.parametrize("variable", [Value, Tensor])
def test_long_chains_need_no_recursion(variable):
    x = variable(2.0)
    y = chain(100_000, x)
    y.backward()
    assert x.grad == 1
    assert len(repr(y)) < 100
    del y  # freeing is not recursive either


def test_a_million_values():
    x = Value(2.0)
    y = chain(1_000_000, x)
    y.backward()
    assert x.grad == 1.0


@pytest.mark.parametrize("variable", [Value, Tensor])
def test_a_node_used_twice_is_visited_once_and_after_its_uses(variable):
    x = variable(3.0)
    a = x * x
    b = a + x
    c = a * b
    (c + b).backward()
    assert x.grad == 4 * 27 + 3 * 9 + 2 * 3 + 1  # d(x^4 + x^3 + x^2 + x)


@pytest.mark.parametrize("variable", [Value, Tensor])
def test_two_to_the_forty_paths(variable):
    x = variable(1.0)
    y = x
    for _ in range(40):
        y = y + y
    started = time.perf_counter()
    y.backward()
    assert x.grad == 2**40
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("variable", [Value, Tensor])
@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (lambda x: x + x, 2.0),
        (lambda x: x - x, 0.0),
        (lambda x: x * x, 6.0),
        (lambda x: x / x, 0.0),
        (lambda x: x**x, 27 * (np.log(3) + 1)),
        (lambda x: np.maximum(x, x), 1.0),
        (lambda x: np.hypot(x, x), np.sqrt(2)),
    ],
)
def test_both_sides_of_a_binary_operation_are_the_same_node(variable, f, slope):
    x = variable(3.0)
    f(x).backward()
    assert np.isclose(float(np.asarray(x.grad)), slope)


def test_equal_constants_are_different_nodes():
    a, b = Value(3.0), Value(3.0)
    (a * 2 + b * 5).backward()
    assert (a.grad, b.grad) == (2.0, 5.0)
    assert len({a, b}) == 2


def test_leaf_gradients_are_not_shared():
    x, y = Tensor(np.ones(3)), Tensor(np.ones(3))
    seed = np.ones(3)
    (x + y).backward(seed)
    x.grad += 5
    assert y.grad.tolist() == [1, 1, 1]
    assert seed.tolist() == [1, 1, 1]
    assert x.grad.flags.writeable
    assert not np.shares_memory(x.grad, x.data)


def test_a_gradient_used_by_two_parents_is_not_added_to_in_place():
    x, y = Tensor(np.array([2.0])), Tensor(np.array([5.0]))
    z = x + y
    p = x / z
    p.backward(np.ones(1))
    assert np.allclose(x.grad, 5 / 49)
    assert np.allclose(y.grad, -2 / 49)


@pytest.mark.parametrize("variable", [Value, Tensor])
def test_a_second_backward_adds_to_variables_and_renews_the_rest(variable):
    x = variable(3.0)
    z = (x * x) * 1
    z.backward()
    z.backward()
    assert x.grad == 12


def test_a_write_to_a_captured_array_is_noticed():
    x = Tensor([1.0, 2.0])
    constant = np.array([3.0, 4.0])
    y = (x * constant).sum()
    constant[0] = 100
    with pytest.raises(ChangedError, match=r"multiply .*test_known_bugs.py:\d+"):
        y.backward()


@pytest.mark.parametrize("n", [3, 5000])
def test_a_shuffle_of_a_captured_array_is_noticed(n):
    constant = np.arange(float(n))
    y = (Tensor(np.ones(n)) * constant).sum()
    constant[:] = constant[::-1].copy()
    with pytest.raises(ChangedError):
        y.backward()


def test_a_write_to_a_variable_s_data_is_noticed():
    x = Tensor([1.0, 2.0])
    y = (x * x).sum()
    x.data[0] = 9
    with pytest.raises(ChangedError):
        y.backward()
    z = (x * x).sum()
    x.data -= 1
    with pytest.raises(ChangedError):
        z.backward()
    (x * x).sum().backward()
    assert x.grad.tolist() == [16, 2]


def test_new_data_leaves_what_was_recorded_alone():
    x = Tensor([1.0, 2.0])
    y = (x * x).sum()
    x.data = np.array([5.0, 6.0])
    y.backward()
    assert x.grad.tolist() == [2, 4]
    with pytest.raises(ValueError, match="shape"):
        x.data = np.zeros(3)


def test_the_data_of_a_result_cannot_be_written_to():
    y = Tensor([1.0, 2.0]) * 2
    with pytest.raises(ValueError, match="read-only"):
        y.data[0] = 1


def test_the_source_array_is_copied():
    source = np.array([1.0, 2.0])
    x = Tensor(source)
    y = (x * x).sum()
    source[0] = 50
    y.backward()
    assert x.grad.tolist() == [2, 4]


def test_a_view_taken_before_a_write_is_refused():
    t = Tensor(np.zeros(3)) * 1
    view = t[:2]
    t[0] = 5.0
    with pytest.raises(RuntimeError, match="shares memory"):
        view * 1
    assert t.data.tolist() == [5, 0, 0]


def test_a_write_to_a_view_makes_the_base_refuse():
    t = Tensor(np.zeros(3)) * 1
    view = t[:2]
    view[0] = 5.0
    with pytest.raises(RuntimeError, match="shares memory"):
        t * 1


def test_an_array_does_not_swallow_a_tensor():
    x = Tensor([1.0, 2.0])
    array = np.zeros(2)
    for write in (
        lambda: np.array([x, x]),
        lambda: np.asarray(x),
        lambda: array.__setitem__(slice(None), x),
        lambda: np.array([Value(1.0), Value(2.0)]),
    ):
        with pytest.raises(TypeError, match=r"np\.stack|list"):
            write()


def test_filling_a_tensor_is_differentiable():
    a = Tensor([1.0, 2.0])
    b = Tensor(np.zeros(3))
    b[:2] = a * 3
    b[2] = a[0]
    (b * np.array([1.0, 10.0, 100.0])).sum().backward()
    assert a.grad.tolist() == [103, 30]


def test_repeated_indices_add():
    x = Tensor([1.0, 2.0, 3.0])
    x[[0, 0, 2]].sum().backward()
    assert x.grad.tolist() == [2, 0, 1]


def test_gradients_have_the_variable_s_shape():
    x = Tensor(np.ones((1, 1)))
    b = Tensor(np.ones((3, 1)))
    ((x + b) * np.ones((2, 3, 4))).sum().backward()
    assert x.grad.shape == (1, 1)
    assert x.grad.item() == 24
    assert b.grad.shape == (3, 1)
    assert b.grad.ravel().tolist() == [8, 8, 8]


def test_a_rule_that_forgets_to_sum_is_refused():
    @autograd.primitive
    def wrong_broadcast(x):
        return x + np.zeros((2, 3))

    @wrong_broadcast.vjp("x")
    def _(g):
        return g

    with pytest.raises(BackwardError, match="wrong_broadcast gave a gradient of shape"):
        wrong_broadcast(Tensor(np.ones(3))).sum().backward()


@pytest.mark.parametrize("variable", [Value, Tensor])
def test_powers_at_zero(variable):
    x = variable(0.0)
    y = x**0
    y.backward()
    assert (y.item(), x.grad) == (1, 0)
    x = variable(0.0)
    (x**2).backward()
    assert x.grad == 0
    x, p = variable(0.0), variable(2.0)
    (x**p).backward()
    assert (x.grad, p.grad) == (0, 0)
    assert (variable(-1.5) ** 2).item() == 2.25


def test_ties_share_and_kinks_are_flat():
    for f, slope in [
        (lambda x: np.maximum(x, 0.0), 0.5),
        (lambda x: x.relu(), 0.0),
        (abs, 0.0),
    ]:
        for variable in (Value, Tensor):
            x = variable(0.0)
            f(x).backward()
            assert x.grad == slope
    x = Tensor([1.0, 3.0, 3.0])
    x.max().backward()
    assert x.grad.tolist() == [0, 0.5, 0.5]


def test_the_branch_not_taken_leaks_no_nan():
    with np.errstate(all="ignore"):
        x = Tensor([-1.0, 0.0, 4.0])
        np.where(x > 0, np.sqrt(x), 0.0).sum().backward()
        assert x.grad.tolist() == [0, 0, 0.25]
        x = Tensor([0.0, 2.0])
        np.where(x > 0, np.log(x) + 1 / x, x).sum().backward()
        assert x.grad.tolist() == [1, 0.25]
        assert grad(grad(lambda x: np.where(x > 0, np.sqrt(x), x * x)))(-1.0) == 2


def test_second_derivatives_where_the_gradient_from_above_is_zero():
    # The mask for singular derivatives must not swallow a second derivative: d2/dx2 (x-1)^2 = 2 at x = 1.
    assert grad(grad(lambda x: (x - 1) ** 2))(1.0) == 2


def test_integers_are_refused_as_variables():
    with pytest.raises(TypeError, match="astype"):
        Tensor(np.array([1, 2]))
    assert Tensor([1, 2]).dtype == np.float64
    with pytest.raises(TypeError, match="astype"):
        grad(lambda x: np.sum(x * x))(np.array([1, 2]))


def test_float32_stays():
    x = Tensor(np.ones(3, np.float32))
    y = ((x * 2 + 1) / 3 - 0.5) ** 2
    y = np.tanh(y) * np.maximum(y, 0.1)
    assert y.dtype == np.float32
    y.sum().backward()
    assert x.grad.dtype == np.float32
    assert sum([x[0], x[1]]).dtype == np.float32


def test_a_dropped_graph_is_freed_at_once():
    gc.collect()
    gc.disable()
    try:
        x = Tensor(np.ones(1000))
        y = np.tanh(x * x).sum()
        dropped = weakref.ref(y)
        del y
        assert dropped() is None
        before = len(gc.get_objects())
        for _ in range(100):
            y = np.tanh(x * x).sum()
            y.backward()
        assert len(gc.get_objects()) - before < 50
        v = Value(1.0)
        before = len(gc.get_objects())
        for _ in range(100):
            z = (v * v).tanh()
            z.backward()
        assert len(gc.get_objects()) - before < 50
    finally:
        gc.enable()


def test_a_thousand_steps_do_not_grow_memory():
    w = Tensor(np.ones((20, 20)))

    def step():
        w.grad = None
        loss = np.tanh(w @ w).sum()
        loss.backward()
        w.data -= 0.001 * w.grad

    for _ in range(20):
        step()
    gc.disable()
    tracemalloc.start()
    try:
        for _ in range(100):
            step()
        first = tracemalloc.get_traced_memory()[0]
        for _ in range(1000):
            step()
        assert tracemalloc.get_traced_memory()[0] - first < 20_000
    finally:
        tracemalloc.stop()
        gc.enable()


def test_modes_do_not_leak_between_threads_or_out_of_errors():
    seen = []
    with no_grad():
        thread = threading.Thread(target=lambda: seen.append((Tensor(1.0) * 2).is_leaf))
        thread.start()
        thread.join()
    assert seen == [False]
    with pytest.raises(ZeroDivisionError), no_grad():
        raise ZeroDivisionError
    assert not (Tensor(1.0) * 2).is_leaf


def test_backward_is_linear_in_the_graph():
    def seconds(n):
        x = Tensor(1.0)
        y = chain(n, x)
        best = 1e9
        for _ in range(3):
            started = time.perf_counter()
            y.backward()
            best = min(best, time.perf_counter() - started)
        return best

    assert seconds(30_000) < 45 * seconds(3_000)


def test_second_order_through_everything():
    x = np.array([0.5, 1.5])
    h = hessian(lambda x: np.sum(np.exp(x) * x[::-1]) + np.prod(np.sin(x) @ np.cos(x)))(x)
    assert np.allclose(h, h.T)


def test_captured_index_arrays_are_copied():
    x = Tensor([1.0, 2.0, 3.0])
    index = np.array([0, 0])
    y = x[index].sum()
    index[...] = 2
    y.backward()
    assert x.grad.tolist() == [2, 0, 0]


def test_the_global_generators_are_left_alone():
    state = np.random.get_state()[1].tolist()  # noqa: NPY002 (the legacy state is what must not change)
    autograd.grad(lambda x: np.sum(np.tanh(x)))(np.ones(3))
    assert np.random.get_state()[1].tolist() == state  # noqa: NPY002 (as above)


def test_gradients_are_the_same_on_every_run():
    rng = np.random.default_rng(0)
    w, x = Tensor(rng.normal(size=(5, 5))), rng.normal(size=(7, 5))

    def run():
        y = x @ w
        return gradients((np.tanh(y) * y + y @ w).sum(), w).tobytes()

    assert len({run() for _ in range(5)}) == 1


def test_a_deep_graph_keeps_the_default_recursion_limit():
    assert sys.getrecursionlimit() <= 5000
