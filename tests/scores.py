"""Targets, predictions and weights that several tests of metrics use."""

import numpy as np

Y = np.array([0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 1])
P = np.array([0.76, 0.79, 0.13, 0.45, 0.37, 0.93, 0.64, 0.82, 0.44, 0.23, 0.55, 0.06])
W = np.array([1.7, 1.4, 1.6, 1.0, 2.0, 1.8, 1.7, 0.8, 1.2, 0.6, 0.7, 1.5])
LABELS = np.array([2, 2, 1, 2, 1, 0, 2, 1, 0, 1, 2, 0])
SAID = np.array([1, 0, 2, 1, 0, 0, 1, 2, 2, 1, 0, 2])
NAN = np.array([0.2, np.nan, 0.7])


def close(a, b):
    assert np.shape(a) == np.shape(b)
    assert np.allclose(a, b, rtol=1e-9, atol=1e-9)
