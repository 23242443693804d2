"""Which class each sample belongs to, for pictures in which a class has one colour wherever it is met."""

from __future__ import annotations

import numpy as np


def classes_of(y, outputs: int = 1) -> tuple[np.ndarray, list[str]]:
    """The number of each sample's class, which is that of its colour, and the names of the classes by number.

    A model of several outputs calls its classes 0, 1, 2 ...; one of a single output has two, of which the second is
    above the line. Labels may be numbers, one-hot rows or texts.

    >>> classes_of([2, 0, 2], outputs=3)
    (array([2, 0, 2]), ['0', '1', '2'])
    >>> classes_of([-1.0, 1.0])
    (array([0, 1]), ['-1', '1'])
    >>> classes_of(["cat", "ant"])
    (array([1, 0]), ['ant', 'cat'])
    """
    y = np.asarray(y)
    if y.ndim > 1 and y.shape[1] > 1:
        return y.argmax(axis=1), [str(i) for i in range(y.shape[1])]
    y = y.reshape(-1)
    known, places = np.unique(y, return_inverse=True)
    most = max(outputs, 2)
    if known.dtype.kind in "biuf" and np.isin(known, np.arange(most)).all():
        return y.astype(int), [str(i) for i in range(most)]
    if known.dtype.kind in "if" and outputs == 1 and np.isin(known, [-1, 1]).all():
        return (y > 0).astype(int), ["-1", "1"]
    return places.reshape(-1), [str(name) if known.dtype.kind != "f" else f"{name:g}" for name in known]
