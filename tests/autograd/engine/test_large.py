"""Large arrays take roads of their own (pieces, memory used again): the numbers are those of small arrays."""

import numpy as np
import pytest

from autograd import Tensor, gradients
from autograd.engine import fast
from autograd.rules.table import ROWS, Elementwise

ROUND = fast.BLOCK  # elements of one piece
SIZE = 2 * ROUND + 17
LINES = [row for row in ROWS.values() if isinstance(row, Elementwise)]


def points(row, size, dtype=np.float64):
    rng = np.random.default_rng(len(row.name))
    return [rng.uniform(low, high, size).astype(dtype) for low, high in row.domain]


def gradients_of(row, arrays, weights):
    tensors = [Tensor(a) for a in arrays]
    return gradients(np.sum(row(*tensors) * weights), tensors)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("row", LINES, ids=lambda row: row.name)
def test_gradients_of_large_arrays_are_those_of_their_parts(row, dtype):
    arrays = points(row, SIZE, dtype)
    weights = np.random.default_rng(1).uniform(-1, 1, SIZE).astype(dtype)
    whole = gradients_of(row, arrays, weights)
    step = 1000
    for start in (0, ROUND - 500, 2 * ROUND - 500, SIZE - step):
        part = slice(start, start + step)
        small = gradients_of(row, [a[part] for a in arrays], weights[part])
        for a, b in zip(whole, small, strict=True):
            np.testing.assert_allclose(a[part], b, rtol=8 * np.finfo(dtype).eps, atol=np.finfo(dtype).eps)


@pytest.mark.parametrize("row", LINES, ids=lambda row: row.name)
def test_formulas_step_by_step(row):
    *arrays, g = (*points(row, SIZE), np.linspace(-1, 1, SIZE))
    saved = (*arrays, row.forward(*arrays))
    before = [a.copy() for a in (g, *saved)]
    for text, backward in zip(row.formulas, row.backwards, strict=True):
        for up in (g, np.float64(0.5)):
            found = fast.evaluate(f"g * ({text})", ("g", *row.arguments, "y"), (up, *saved))
            np.testing.assert_allclose(found, backward(up, *saved) + np.zeros(SIZE), rtol=4e-16, atol=1e-300)
    for a, b in zip((g, *saved), before, strict=True):
        assert np.array_equal(a, b), "an argument was written to"


@pytest.mark.parametrize(
    "arguments",
    [
        (np.float64(1.0), None, np.float64(2.0)),  # no array
        (np.ones(SIZE), np.ones((1, SIZE)), None),  # other shapes
        (np.ones(SIZE), np.ones(SIZE, np.float32), None),  # other dtypes
        (np.ones(SIZE), np.ones(2 * SIZE)[::2], None),  # not contiguous
        (np.ones(ROUND), np.ones(ROUND), None),  # small
    ],
)
def test_what_is_not_done_in_pieces(arguments):
    assert fast.evaluate("g * (2 * x)", ("g", "x", "y"), arguments) is None


def test_registers_are_used_again():
    x, y = np.random.default_rng(0).uniform(0.5, 2, (2, SIZE))
    text = "(x * x + y * y) / ((x + y) * (x - y + 3)) - exp(-x) * (1 / (y + sqrt(2)))"
    expected = (x * x + y * y) / ((x + y) * (x - y + 3)) - np.exp(-x) * (1 / (y + np.sqrt(2)))
    assert np.array_equal(fast.evaluate(text, ("x", "y"), (x, y)), expected)
    assert fast._compile(text, ("x", "y"))[1] == 3


def test_second_derivatives_of_large_arrays():
    x = Tensor(np.linspace(-1, 1, SIZE))
    (g,) = gradients(np.sum(np.tanh(x)), [x], create_graph=True)
    (h,) = gradients(np.sum(g), [x])
    t = np.tanh(np.linspace(-1, 1, SIZE))
    np.testing.assert_allclose(h, -2 * t * (1 - t * t), rtol=1e-12, atol=1e-15)
