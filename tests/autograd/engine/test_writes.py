"""Bugs that have bitten engines of this kind: arrays that are written to, shared or swallowed."""

import operator

import numpy as np
import pytest

from autograd import Tensor, Value, grad, jacobian, jvp, no_grad, vjp
from autograd.errors import ChangedError


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


def test_a_write_to_a_captured_array_is_noticed():
    x = Tensor([1.0, 2.0])
    constant = np.array([3.0, 4.0])
    y = (x * constant).sum()
    constant[0] = 100
    with pytest.raises(ChangedError, match=r"multiply .*test_writes.py:\d+"):
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


@pytest.mark.parametrize("index", [0, -1, slice(0, 2), [0, 2], np.array([True, False, True]), ...], ids=repr)
@pytest.mark.parametrize("times", [1, 3])
def test_a_variable_that_was_written_to_has_the_gradient_of_what_it_shows(index, times):
    t, v = Tensor([1.0, 2.0, 3.0]), Tensor(4.0)
    for _ in range(times):
        t[index] = v
    shown = t.data.copy()
    for _ in range(2):
        (t * t).sum().backward()
        assert t.grad.tolist() == (2 * shown).tolist()
    written = np.zeros(3)
    written[index] = 1
    assert v.grad == 2 * 8 * written.sum()
    u = Tensor([1.0, 2.0]) * 2
    u[0] = v
    u.sum().backward()
    assert u.grad is None  # a result all along


def test_captured_index_arrays_are_copied():
    x = Tensor([1.0, 2.0, 3.0])
    index = np.array([0, 0])
    y = x[index].sum()
    index[...] = 2
    y.backward()
    assert x.grad.tolist() == [2, 0, 0]


OPERATORS = [
    name for name in dir(operator) if hasattr(operator, name[1:]) and hasattr(Tensor, f"__{name}__") and name[0] == "i"
]


def test_tensors_have_the_operators_in_place_that_arrays_have():
    missing = {f"__{n}__" for n in "iadd isub imul itruediv ifloordiv imod ipow imatmul".split()} - {*dir(Tensor)}
    assert not missing
    assert len(OPERATORS) == 8


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("has_gradient", [False, True])
def test_a_variable_is_not_turned_into_a_result_in_silence(name, has_gradient):
    x = before = Tensor(np.full((2, 2), 3.0))
    if has_gradient:
        np.sum(x * x).backward()
    with pytest.raises(RuntimeError, match=r"write t\.data -= step"):
        getattr(operator, name)(x, np.full((2, 2), 2.0))
    assert x is before
    assert x.is_leaf
    assert x.tolist() == [[3, 3], [3, 3]]


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("has_gradient", [False, True])
def test_without_a_graph_it_is_updated_in_place(name, has_gradient):
    x, array = Tensor(np.full((2, 2), 3.0)), np.full((2, 2), 3.0)
    if has_gradient:
        np.sum(x * x).backward()
    with no_grad():
        updated = getattr(operator, name)(x, np.full((2, 2), 2.0))
    assert updated is x
    assert x.is_leaf
    if name != "imatmul" or np.lib.NumpyVersion(np.__version__) >= "1.25.0":
        assert x.data.tolist() == getattr(operator, name)(array, np.full((2, 2), 2.0)).tolist()
    assert (x.grad is not None) == has_gradient


@pytest.mark.parametrize("name", OPERATORS)
def test_a_result_is_written_to_and_differentiated(name):
    x = Tensor(np.full((2, 2), 3.0))
    y = alias = x * 2.0
    if name == "ifloordiv":
        with pytest.raises(TypeError, match="u = t // v"):
            y //= 2.0
        return
    other = np.array([[1.0, 2.0], [3.0, 4.0]])
    y = getattr(operator, name)(y, other)
    assert y is alias
    y.sum().backward()
    plain = getattr(operator, name[1:])
    assert np.allclose(x.grad, grad(lambda x: np.sum(plain(x * 2.0, other)))(x.numpy()))


def test_a_result_is_not_cut_off_from_its_graph_in_silence():
    x = Tensor([1.0, 2.0])
    y = x * 2
    with no_grad(), pytest.raises(RuntimeError, match="cut it off"):
        y += 1
    with no_grad():
        z = x * 2
        z += 1  # made without a graph, so nothing is lost
    assert z.data.tolist() == [3, 5]
    y.sum().backward()
    assert x.grad.tolist() == [2, 2]


def test_complex_numbers_are_not_written_into_real_ones():
    y = Tensor([1.0, 2.0]) * 1
    with pytest.raises(TypeError, match="real part"):
        y += 1j


TRANSFORMS = {
    "grad": grad,
    "jvp": lambda f: lambda x: jvp(f, (x,), (np.eye(3)[1],))[1],
    "vjp": lambda f: lambda x: vjp(f, x)[1](1.0)[0],
    "jacobian": lambda f: lambda x: jacobian(f)(np.asarray(getattr(x, "data", x))),
}


@pytest.mark.parametrize("transform", TRANSFORMS.values(), ids=TRANSFORMS)
@pytest.mark.parametrize("nested", [False, True])
def test_a_function_may_write_to_its_argument(transform, nested):
    def writes(x):
        x *= 2
        x[0] = x[1]
        x[1:] += 1
        return np.sum(x**2)

    def plain(x):
        return (2 * x[1]) ** 2 + (2 * x[1] + 1) ** 2 + (2 * x[2] + 1) ** 2

    given = np.array([1.0, 2.0, 3.0])
    found, wanted = (transform(f)(Tensor(given) if nested else given) for f in (writes, plain))
    assert np.allclose(getattr(found, "data", found), getattr(wanted, "data", wanted))
    assert given.tolist() == [1, 2, 3]


def test_a_sum_starts_from_a_number():
    x = Tensor([1.0, 2.0])
    total = 0.0
    for part in x:
        total += part
    total += total
    total.backward()
    assert x.grad.tolist() == [2, 2]


def test_a_value_s_name_is_given_to_the_result():
    v = first = Value(2.0)
    v += 1.0  # as in micrograd: Python gives the name to a new Value, and nothing is written to
    assert v is not first
    assert first.data == 2
    (v * v).backward()
    assert (first.grad, v.grad) == (6, 6)
