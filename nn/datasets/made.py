"""Small sets of points, made on the spot: two moons, circles, blobs, spirals, XOR, a sine."""

from __future__ import annotations

import numbers

import numpy as np

from nn.seeds import generator
from nn.settings import whole


def make_moons(n_samples=100, *, shuffle=True, noise=None, random_state=None):
    """Two half circles, one inside the other: points (n, 2) and their class 0 or 1. As scikit-learn's.

    >>> X, y = make_moons(200, noise=0.1, random_state=0)
    >>> X.shape, np.bincount(y).tolist()
    ((200, 2), [100, 100])
    """
    outer, inner = _halves(n_samples)
    a, b = np.linspace(0, np.pi, outer), np.linspace(0, np.pi, inner)
    X = np.concatenate([np.stack([np.cos(a), np.sin(a)], 1), np.stack([1 - np.cos(b), 0.5 - np.sin(b)], 1)])
    y = np.repeat([0, 1], [outer, inner])
    return _finish(X, y, shuffle, noise, random_state)


def make_circles(n_samples=100, *, shuffle=True, noise=None, random_state=None, factor=0.8):
    """A circle around another: points (n, 2) and their class, 0 outside and 1 inside. As scikit-learn's."""
    if not isinstance(factor, numbers.Real) or not 0 <= factor < 1:
        raise ValueError(f"factor is the size of the inner circle, from 0 to below 1; got {factor!r}")
    outer, inner = _halves(n_samples)
    a, b = (np.linspace(0, 2 * np.pi, n, endpoint=False) for n in (outer, inner))
    X = np.concatenate([np.stack([np.cos(a), np.sin(a)], 1), factor * np.stack([np.cos(b), np.sin(b)], 1)])
    y = np.repeat([0, 1], [outer, inner])
    return _finish(X, y, shuffle, noise, random_state)


def make_blobs(n_samples=100, n_features=2, *, centers=None, cluster_std=1.0, center_box=(-10.0, 10.0), shuffle=True,
               random_state=None, return_centers=False):  # fmt: skip
    """Clouds of normal points around some centers (3 unless said otherwise): points and the number of their cloud.

    `n_samples` is a number in all, or a list with the number in each cloud.

    >>> X, y = make_blobs([5, 10], centers=[[0, 0], [8, 8]], random_state=0)
    >>> X.shape, np.bincount(y).tolist()
    ((15, 2), [5, 10])
    """
    rng = generator(random_state)
    each = None
    if isinstance(n_samples, tuple | list | np.ndarray):
        each = [_samples(n) for n in _several("n_samples", n_samples)]
    else:
        n_samples = _samples(n_samples)
    if centers is None:
        centers = 3 if each is None else len(each)
    if not isinstance(centers, tuple | list | np.ndarray):
        shape = whole("centers", centers), whole("n_features", n_features)
        low, high = _several("center_box", center_box)
        if not (np.isfinite([low, high]).all() and low <= high):
            raise ValueError(f"center_box is a low and a high number; got {center_box!r}")
        centers = rng.uniform(low, high, shape)
    centers = np.asarray(centers, dtype=np.float64)
    if centers.ndim != 2 or 0 in centers.shape or not np.isfinite(centers).all():
        raise ValueError(f"centers is a number of clouds, or a table of places; got shape {centers.shape}")
    k = len(centers)
    spread = np.asarray(cluster_std, dtype=np.float64)
    if spread.shape not in ((), (k,)) or not np.isfinite(spread).all() or (spread < 0).any():
        raise ValueError(f"cluster_std is one number, 0 or more, or {k} of them; got {cluster_std!r}")
    if each is None:
        n = _samples(n_samples)
        each = [n // k + (i < n % k) for i in range(k)]
    elif len(each) != k:
        raise ValueError(f"n_samples has {len(each)} numbers for {k} centers; wanted as many")
    y = np.repeat(np.arange(k), each)
    X = centers[y] + np.broadcast_to(spread, k)[y][:, None] * rng.standard_normal((len(y), centers.shape[1]))
    order = rng.permutation(len(y)) if shuffle else slice(None)
    return (X[order], y[order], centers) if return_centers else (X[order], y[order])


def make_spirals(n_samples=100, *, classes=2, turns=1.5, noise=None, shuffle=True, random_state=None):
    """Arms of a spiral, one for each class: points (n, 2) and the number of their arm.

    >>> X, y = make_spirals(90, classes=3, random_state=0)
    >>> X.shape, np.bincount(y).tolist()
    ((90, 2), [30, 30, 30])
    """
    n, classes = _samples(n_samples), whole("classes", classes)
    if not isinstance(turns, numbers.Real) or not np.isfinite(turns):
        raise ValueError(f"turns is how often an arm goes round; got {turns!r}")
    y = np.arange(n) % classes
    t = np.sqrt((np.arange(n) // classes + 1) / -(-n // classes))
    angle = 2 * np.pi * (turns * t + y / classes)
    return _finish(np.stack([t * np.cos(angle), t * np.sin(angle)], 1), y, shuffle, noise, random_state)


def xor():
    """The four points of exclusive or, which no single neuron can learn.

    >>> X, y = xor()
    >>> y.tolist()
    [0, 1, 1, 0]
    """
    return np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])


def sine(n_samples=200, *, noise=None, random_state=None, low=-np.pi, high=np.pi):
    """Numbers x (n, 1) and y = sin(x): the smallest regression.

    >>> x, y = sine(5)
    >>> y.ravel().round(3) + 0
    array([ 0., -1.,  0.,  1.,  0.])
    """
    if not (np.isfinite([low, high]).all() and low < high):
        raise ValueError(f"x goes from a low to a high number; got {low!r} and {high!r}")
    x = np.linspace(low, high, _samples(n_samples))[:, None]
    return x, _noisy(np.sin(x), noise, generator(random_state))


def _samples(n):
    return whole("n_samples", n)


def _several(name, values):
    if not isinstance(values, tuple | list | np.ndarray) or not len(values):
        raise ValueError(f"{name} has several numbers; got {values!r}")
    return values


def _halves(n):
    if isinstance(n, tuple):
        if len(n) != 2:
            raise ValueError(f"n_samples is a whole number, or (outer, inner); got {n!r}")
        return _samples(n[0]), _samples(n[1])
    n = _samples(n)
    return n // 2, n - n // 2


def _finish(X, y, shuffle, noise, random_state):
    rng = generator(random_state)
    if shuffle:
        order = rng.permutation(len(X))
        X, y = X[order], y[order]
    return _noisy(X, noise, rng), y


def _noisy(values, noise, rng):
    if noise is None:
        return values
    if not isinstance(noise, numbers.Real) or not 0 <= noise < np.inf:
        raise ValueError(f"noise is a standard deviation, 0 or more; got {noise!r}")
    return values + rng.normal(0, noise, values.shape)
