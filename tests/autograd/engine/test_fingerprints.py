"""Whatever is written to an array of constants changes its fingerprint, also where only the order changes."""

import numpy as np
import pytest
from amount import examples, so_many
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor
from autograd.engine.writes import _PRIMES, _SMALL, fingerprint
from autograd.errors import ChangedError

LENGTHS = sorted({1, 7, 64, 1000, *(k * p for pair in _PRIMES[:2] for p in pair for k in (1, 2, 3))})
DTYPES = (np.float64, np.float32, np.int64, np.int8)


def rows(data, length, dtype):
    """At least two rows of this length, no two alike, and more bytes than are hashed as they are."""
    size = np.dtype(dtype).itemsize
    n = data.draw(st.integers(2, 40)) + -(-_SMALL // (length * size))
    kind = data.draw(st.sampled_from(["numbers", "one-hot", "signs"]))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    if kind == "one-hot":
        return np.eye(length, dtype=dtype)[rng.integers(0, length, n)] if length < 5000 else np.eye(n, length, 0, dtype)
    if kind == "signs":
        return rng.choice([-1, 1], (n, length)).astype(dtype)
    return (rng.standard_normal((n, length)) * 30).astype(dtype)


CHANGES = {
    "swap of two": lambda a, i, j: a.__setitem__([i, j], a[[j, i]]),
    "turned round": lambda a, i, j: a.__setitem__(slice(None), a[::-1].copy()),
    "rolled": lambda a, i, j: a.__setitem__(slice(None), np.roll(a, i + 1, axis=0)),
    "columns rolled": lambda a, i, j: a.__setitem__(slice(None), np.roll(a, i + 1, axis=1)),
    "sorted": lambda a, i, j: a.sort(axis=0),
    "shuffled": lambda a, i, j: np.random.default_rng(i).shuffle(a),
    "all of it shuffled": lambda a, i, j: np.random.default_rng(i).shuffle(a.reshape(-1)),
    "other signs": lambda a, i, j: np.negative(a, out=a),
    "other signs of a row": lambda a, i, j: np.negative(a[i], out=a[i]),
    "other signs of a column": lambda a, i, j: np.negative(a[:, 0], out=a[:, 0]),
    "twice": lambda a, i, j: np.multiply(a, 2, out=a),
    "one number": lambda a, i, j: a.__setitem__((i, 0), a[i, 0] + 1),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("length", LENGTHS)
@examples(2, 12)
@given(data=st.data())
def test_a_change_of_rows_is_noticed(length, change, data):
    a = rows(data, length, data.draw(st.sampled_from(DTYPES)))
    i = data.draw(st.integers(0, len(a) - 2))
    j = data.draw(st.integers(i + 1, len(a) - 1))
    before, mark = a.tobytes(), fingerprint(a)
    CHANGES[change](a, i, j)
    assert (fingerprint(a) == mark) == (a.tobytes() == before)


@pytest.mark.parametrize("n", [509, 521, 1042, 2036])
def test_no_shift_of_a_unit_matrix_goes_unnoticed(n):
    unit = np.eye(n, 509)
    mark = fingerprint(unit)
    shifts = range(1, n, so_many(7, 1))
    assert not [k for k in shifts if n != 509 * k and fingerprint(np.roll(unit, k, axis=0)) == mark]


def test_every_pair_of_words_can_be_told_apart():
    for (p, q, _), largest in zip(_PRIMES, (2e6, 134e6, 34e9), strict=True):
        assert all(p % k and q % k for k in range(2, int(q**0.5) + 1))
        assert p * q * 8 > largest


def test_rows_of_as_many_words_as_there_once_were_sums():
    x, constant = Tensor(np.ones((8, 509))), np.random.default_rng(0).normal(size=(8, 509))
    y = (x * constant).sum()
    constant[[0, 1]] = constant[[1, 0]]
    with pytest.raises(ChangedError, match="written to after"):
        y.backward()
