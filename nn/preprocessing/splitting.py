"""Data apart: a part for training and a part for testing, and batches."""

from __future__ import annotations

import math

import numpy as np

from nn.seeds import generator
from nn.settings import is_whole, whole


def train_test_split(*arrays, test_size=None, train_size=None, random_state=None, shuffle=True, stratify=None):
    """Each array in two: for training and for testing, the same rows in each. A quarter is for testing.

    >>> a, b, c, d = train_test_split(np.arange(10), np.arange(10) * 2, test_size=0.3, random_state=0)
    >>> len(a), len(b), (a * 2 == c).all().item()
    (7, 3, True)

    `stratify` (usually the labels) keeps the share of each class in both parts.
    """
    if not arrays:
        raise ValueError("train_test_split needs at least one array")
    counts = [_len(array) for array in arrays]
    if len(set(counts)) > 1:
        raise ValueError(f"the arrays have {counts} samples; wanted as many in each")
    n = counts[0]
    n_test, n_train = _sizes(n, test_size, train_size)
    rng = generator(random_state)
    if stratify is not None:
        if not shuffle:
            raise ValueError("stratify needs shuffle=True")
        train, test = _stratified(np.asarray(stratify), n, n_train, n_test, rng)
    else:
        order = rng.permutation(n) if shuffle else np.r_[n_train : n_train + n_test, :n_train]
        test, train = order[:n_test], order[n_test : n_test + n_train]
    return [part for array in arrays for part in (rows(array, train), rows(array, test))]


def batches(x, y=None, batch_size=32, shuffle=False, seed=None):
    """Batches of x, or of (x, y), one after another; the last may be shorter.

    >>> [len(b) for b in batches(np.arange(5), batch_size=2)]
    [2, 2, 1]

    For another order in each epoch, give `seed` a generator, which goes on where it stopped.
    """
    batch_size = whole("batch_size", batch_size)
    n = _len(x)
    if y is not None and _len(y) != n:
        raise ValueError(f"x has {n} samples and y has {_len(y)}; wanted as many")
    order = generator(seed).permutation(n) if shuffle else np.arange(n)
    return _batches(x, y, order, batch_size)  # apart, so that the checks run at the call


def _batches(x, y, order, size):
    for start in range(0, len(order), size):
        at = order[start : start + size]
        yield rows(x, at) if y is None else (rows(x, at), rows(y, at))


def rows(array, at):
    """The rows at some places, of an array, a list or a data frame."""
    if hasattr(array, "iloc"):
        return array.iloc[at]
    return array[at] if hasattr(array, "shape") else [array[i] for i in at.tolist()]


def _len(array):
    try:
        if isinstance(array, str | bytes | dict | set):
            raise TypeError
        return len(array)
    except TypeError as error:
        raise ValueError(f"wanted arrays or lists of samples; got {type(array).__name__} {array!r:.40}") from error


def _sizes(n, test_size, train_size):
    test = _size("test_size", test_size, n, math.ceil)
    train = _size("train_size", train_size, n, math.floor)
    if test is None and train is None:
        test = math.ceil(n * 0.25)
    test = n - train if test is None else test
    train = n - test if train is None else train
    if train + test > n:
        raise ValueError(f"train_size and test_size ask for {train} + {test} of {n} samples")
    if train < 1 or test < 1:
        raise ValueError(f"{n} samples leave {train} for training and {test} for testing; wanted at least 1 of each")
    return test, train


def _size(name, size, n, rounded):
    if size is None:
        return None
    if isinstance(size, float | np.floating) and 0 < size < 1:
        return int(rounded(size * n))
    if is_whole(size) and size < n:
        return int(size)
    raise ValueError(f"{name} is a share between 0 and 1, or a number of samples below {n}; got {size!r}")


def _stratified(labels, n, n_train, n_test, rng):
    labels = labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels
    if labels.shape != (n,):
        raise ValueError(f"stratify wants one label for each of {n} samples, got shape {labels.shape}")
    try:
        classes, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    except TypeError as error:
        raise ValueError(f"stratify mixes kinds of labels that cannot be sorted ({error})") from error
    if counts.min() < 2:
        raise ValueError(f"class {classes[counts.argmin()]!s} has one sample only; it cannot be in both parts")
    if min(n_test, n_train) < len(classes):
        raise ValueError(f"{len(classes)} classes do not fit into parts of {n_train} and {n_test} samples")
    of_train = _portions(counts, n_train)
    of_test = _portions(counts - of_train, n_test)
    train, test = [], []
    for k in range(len(classes)):
        members = rng.permutation(np.flatnonzero(codes == k))
        test.append(members[: of_test[k]])
        train.append(members[of_test[k] : of_test[k] + of_train[k]])
    return rng.permutation(np.concatenate(train)), rng.permutation(np.concatenate(test))


def _portions(counts, total):
    """How many to take of each class to have `total`, in proportion: rounded down, then up at the largest rests."""
    whole, rest = np.divmod(counts * total, counts.sum())
    whole[np.argsort(-rest, kind="stable")[: total - whole.sum()]] += 1
    return whole
