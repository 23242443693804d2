"""Every row of the table under jit: a replay gives the bits of eager code, for values and derivatives of two orders."""

import numpy as np
import pytest
from amount import some

from autograd import Tensor, gradients, jit, testing
from autograd.errors import RecordingError
from autograd.rules.arrays import array_of
from autograd.rules.table import ROWS, Elementwise
from autograd.transforms.containers import leaves

SAMPLED = [row for row in ROWS.values() if row.samples or isinstance(row, Elementwise)]
SAMPLES = [sample for row in SAMPLED for sample in some(testing.sample_calls(row), 3)]


SHAPED = (
    "np.unique",
    "u3, weights=p3",
    "np.trim_zeros",
    "np.histogram(x",
    "np.histogram_bin",
    "np.histogram2d",
    "np.histogramdd",
)  # how many numbers there are, decides


def results(y):
    return leaves(list(y)) if isinstance(y, tuple | list) else [y]


def both_orders(sample):
    """The results, the gradient of a weighted sum of them, and the gradient of a weighted sum of that."""

    def total(ys):
        parts = [np.sum(np.real(y) * np.cos(np.arange(y.size)).reshape(y.shape)) for y in ys if isinstance(y, Tensor)]
        return sum(parts[1:], parts[0]) if parts else None

    def run(*arrays):
        tensors = [Tensor(a) for a in arrays]
        ys = [y for y in results(sample.call(*tensors)) if isinstance(y, Tensor)]
        first = total(ys)
        if first is None:
            return ys
        slopes = gradients(first, tensors, create_graph=True)
        second = total(slopes)
        return ys, slopes, gradients(second, tensors) if isinstance(second, Tensor) and not second.is_leaf else None

    return run


def raw(x):
    return np.asarray(array_of(x))


@pytest.mark.parametrize("sample", SAMPLES, ids=repr)
def test_a_replay_equals_eager(sample):
    eager, recorded = both_orders(sample), jit(both_orders(sample))
    if any(name in sample.text for name in SHAPED):
        with pytest.raises(RecordingError, match="depend"):
            recorded(*sample.arrays)
        return
    inputs = [sample.arrays, *([np.asarray(a * s) for a in sample.arrays] for s in (0.95, 1.01)), sample.arrays]
    with np.errstate(all="ignore"):
        for arrays in inputs:
            wanted, found = leaves(eager(*arrays)), leaves(recorded(*arrays))
            assert len(wanted) == len(found)
            for a, b in zip(wanted, found, strict=True):
                a, b = raw(a), raw(b)
                assert a.shape == b.shape
                assert a.dtype == b.dtype
                assert np.array_equal(a, b, equal_nan=True) or np.allclose(a, b, rtol=1e-13, atol=0, equal_nan=True)
    assert len(recorded.programs) == 1


@pytest.mark.parametrize("sample", SAMPLES, ids=repr)
def test_plain_arrays(sample):
    """NumPy's function on the arrays of the call themselves, also where it is given one of them twice."""
    one_array = {array.shape: array for array in sample.arrays}
    for arrays in (sample.arrays, tuple(one_array[array.shape] for array in sample.arrays)):
        recorded = jit(sample.call)
        with np.errstate(all="ignore"):
            try:
                wanted = results(sample.call(*(a.copy() for a in arrays)))
            except ValueError:  # singular, or bins that do not rise
                continue
            try:
                found = [results(recorded(*arrays)) for _ in range(2)]
            except RecordingError:
                continue
        for ys in found:
            assert len(ys) == len(wanted)
            for a, b in zip(ys, wanted, strict=True):
                np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-13, atol=1e-15)
