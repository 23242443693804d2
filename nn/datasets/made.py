"""Small sets of points, made on the spot: two moons, circles, blobs, spirals, XOR, a sine."""

from __future__ import annotations

import numbers

import numpy as np

from nn.seeds import generator


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
    if not 0 <= factor < 1:
        raise ValueError(f"factor is the size of the inner circle, from 0 to below 1; got {factor!r}")
    outer, inner = _halves(n_samples)
    a, b = (np.linspace(0, 2 * np.pi, n, endpoint=False) for n in (outer, inner))
    X = np.concatenate([np.stack([np.cos(a), np.sin(a)], 1), factor * np.stack([np.cos(b), np.sin(b)], 1)])
    y = np.repeat([0, 1], [outer, inner])
    return _finish(X, y, shuffle, noise, random_state)


def make_blobs(n_samples=100, n_features=2, *, centers=None, cluster_std=1.0, center_box=(-10.0, 10.0), shuffle=True,
               random_state=None):  # fmt: skip
    """Clouds of normal points around some centers (3 unless said otherwise): points and the number of their cloud."""
    rng = generator(random_state)
    centers = 3 if centers is None else centers
    if isinstance(centers, numbers.Integral):
        if centers < 1:
            raise ValueError(f"centers is a number of clouds, 1 or more, or their places; got {centers!r}")
        centers = rng.uniform(*center_box, (int(centers), n_features))
    centers = np.asarray(centers, dtype=np.float64)
    k = len(centers)
    spread = np.broadcast_to(np.asarray(cluster_std, dtype=np.float64), (k,))
    counts = [_samples(n_samples) // k + (i < n_samples % k) for i in range(k)]
    y = np.repeat(np.arange(k), counts)
    X = centers[y] + spread[y][:, None] * rng.standard_normal((len(y), centers.shape[1]))
    order = rng.permutation(len(y)) if shuffle else slice(None)
    return X[order], y[order]


def make_spirals(n_samples=100, *, classes=2, turns=1.5, noise=None, shuffle=True, random_state=None):
    """Arms of a spiral, one for each class: points (n, 2) and the number of their arm."""
    n = _samples(n_samples)
    y = np.arange(n) % classes
    t = np.sqrt((np.arange(n) // classes + 1) / max(-(-n // classes), 1))
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
    """Numbers x (n, 1) and y = sin(x): the smallest regression."""
    x = np.linspace(low, high, _samples(n_samples))
    y = np.sin(x)
    if noise:
        y = y + generator(random_state).normal(0, noise, len(x))
    return x[:, None], y[:, None]


def _samples(n):
    if not isinstance(n, numbers.Integral) or n < 1:
        raise ValueError(f"n_samples is a whole number, 1 or more; got {n!r}")
    return int(n)


def _halves(n):
    if isinstance(n, tuple) and len(n) == 2:
        return _samples(n[0]), _samples(n[1])
    n = _samples(n)
    return n // 2, n - n // 2


def _finish(X, y, shuffle, noise, random_state):
    if noise is not None and not noise >= 0:
        raise ValueError(f"noise is a standard deviation, 0 or more; got {noise!r}")
    rng = generator(random_state)
    if shuffle:
        order = rng.permutation(len(X))
        X, y = X[order], y[order]
    return (X + rng.normal(0, noise, X.shape) if noise else X), y
