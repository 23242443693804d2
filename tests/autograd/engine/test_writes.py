"""Bugs that have bitten engines of this kind: arrays that are written to, shared or swallowed."""

import numpy as np
import pytest

from autograd import Tensor, Value
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


def test_captured_index_arrays_are_copied():
    x = Tensor([1.0, 2.0, 3.0])
    index = np.array([0, 0])
    y = x[index].sum()
    index[...] = 2
    y.backward()
    assert x.grad.tolist() == [2, 0, 0]
