"""Random programs, indices and writes: the engine's gradients are those of finite differences."""

import numpy as np
from hypothesis import given

from autograd import Tensor, Value, check_grads, grad, gradients, testing


@given(testing.expressions(arguments=2))
def test_random_programs_agree_on_values_and_tensors(program):
    point = (0.3, -0.8)
    values, tensors = [Value(x) for x in point], [Tensor(x) for x in point]
    v, t = program(*values), program(*tensors)
    assert np.isclose(v.data, t.item())
    for a, b in zip(gradients(v, values), gradients(t, tensors), strict=True):
        assert np.isclose(a, float(b))
    check_grads(program, *point, order=1)
    assert np.isclose(grad(grad(program))(*values).data, grad(grad(program))(*point))


@given(testing.expressions(arguments=2))
def test_random_programs_on_arrays(program):
    x, y = np.array([[0.1, -0.4, 0.6]]), np.array([[0.2], [-0.3]])
    check_grads(program, x, y)


@given(testing.arrays((3, 4)), testing.indices((3, 4)))
def test_random_indices(x, index):
    def read(t):
        return t[index] * 2

    assert np.array_equal(read(Tensor(x)).data, read(x))
    (g,) = gradients(np.sum(Tensor(x)[index]) * 1.0, [Tensor(x)])
    t = Tensor(x)
    g = gradients(np.sum(t[index]), t)
    expected = np.zeros_like(x)
    np.add.at(expected, index, 1.0)
    assert np.array_equal(g, expected)


@given(testing.arrays((3, 4)), testing.indices((3, 4)))
def test_random_writes(x, index):
    value = np.float64(2.5)

    def write(a, v):
        a = a * 1.0
        a[index] = v * 3
        return a

    t, v = Tensor(x), Tensor(value)
    y = write(t, v)
    assert np.array_equal(y.data, write(x, value))
    if x[index].size:
        check_grads(write, x, value, order=1)
