"""Data in parts: training and test, batches."""

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from nn import preprocessing as P


@given(n=st.integers(4, 60), share=st.floats(0.1, 0.9), seed=st.integers(0, 99))
def test_splits_are_parts(n, share, seed):
    assume(1 <= np.ceil(n * share) < n)
    x, y = np.arange(n), [f"s{i}" for i in range(n)]
    a, b, c, d = P.train_test_split(x, y, test_size=share, random_state=seed)
    assert sorted([*a, *b]) == list(range(n))
    assert c == [f"s{i}" for i in a]
    assert len(b) == len(d) == np.ceil(n * share)


@given(
    counts=st.lists(st.integers(2, 30), min_size=1, max_size=5),
    test=st.integers(1, 60),
    train=st.none() | st.integers(1, 60),
    seed=st.integers(0, 99),
)
def test_splits_keep_the_share_of_classes(counts, test, train, seed):
    n, k = sum(counts), len(counts)
    y = np.repeat(np.arange(k), counts)
    most = n - test if train is None else train
    assume(min(test, most) >= k and test + most <= n)
    a, b = P.train_test_split(np.arange(n), test_size=test, train_size=train, random_state=seed, stratify=y)
    assert (len(a), len(b)) == (most, test)
    assert len({*a.tolist(), *b.tolist()}) == most + test  # no row twice, none lost
    assert (np.abs(np.bincount(y[a], minlength=k) - most * np.array(counts) / n) < 1).all()


def test_splits_as_scikit_learn_makes_them():
    for counts, sizes, wanted in [
        ([80, 20], {}, ([60, 15], [20, 5])),
        ([2, 2, 2, 2, 2, 90], {"test_size": 6}, ([2, 2, 2, 2, 2, 84], [0, 0, 0, 0, 0, 6])),
        ([50, 30, 20], {"test_size": 10, "train_size": 30}, ([15, 9, 6], [5, 3, 2])),
        ([7, 11, 13], {"test_size": 0.3}, ([5, 7, 9], [2, 4, 4])),
    ]:
        y = np.repeat(np.arange(len(counts)), counts)
        for labels in (y, y[:, None], [f"class {label}" for label in y]):
            parts = P.train_test_split(y, random_state=0, stratify=labels, **sizes)
            assert tuple(np.bincount(part, minlength=len(counts)).tolist() for part in parts) == wanted
    first, last = P.train_test_split(np.arange(10), test_size=3, shuffle=False)
    assert (first.tolist(), last.tolist()) == (list(range(7)), [7, 8, 9])
    first, last = P.train_test_split(range(10), test_size=np.float32(0.25), train_size=4, shuffle=False)
    assert (first, last) == ([0, 1, 2, 3], [4, 5, 6])
    assert [len(part) for part in P.train_test_split(np.arange(10), train_size=0.35)] == [3, 7]
    ragged = P.train_test_split([[1], [1, 2], []], test_size=1, shuffle=False)
    assert ragged == [[[1], [1, 2]], [[]]]


@given(n=st.integers(0, 20), size=st.integers(1, 8), seed=st.integers(0, 9))
def test_batches_are_parts(n, size, seed):
    x = np.arange(n)
    assert [b.tolist() for b in P.batches(x, batch_size=size)] == [x[i : i + size].tolist() for i in range(0, n, size)]
    pairs = list(P.batches(x, (-x).tolist(), batch_size=np.int64(size), shuffle=True, seed=seed))
    assert all((a == -np.array(b)).all() for a, b in pairs)
    assert sorted(i for a, _ in pairs for i in a.tolist()) == x.tolist()


def test_batches_come_in_another_order_each_epoch():
    rng = np.random.default_rng(0)
    first, second = (np.concatenate(list(P.batches(np.arange(50), shuffle=True, seed=rng))) for _ in range(2))
    assert first.tolist() != second.tolist()
