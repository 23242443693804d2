"""Real data: small sets through scikit-learn (extra `datasets`), and files in the format of MNIST."""

from __future__ import annotations

import gzip
import math
from pathlib import Path

import numpy as np

KINDS = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
LARGEST = 1 << 32  # bytes


def _from_sklearn(name):
    def load(*, return_X_y=True, **settings):
        try:
            from sklearn import datasets
        except ImportError as error:
            raise ImportError(f"load_{name} needs scikit-learn: pip install 'glassgrad[datasets]'") from error
        return getattr(datasets, f"load_{name}")(return_X_y=return_X_y, **settings)

    load.__name__ = load.__qualname__ = f"load_{name}"
    load.__doc__ = f"The {name.replace('_', ' ')} data of scikit-learn, as (X, y)."
    return load


load_iris = _from_sklearn("iris")
load_digits = _from_sklearn("digits")
load_wine = _from_sklearn("wine")
load_breast_cancer = _from_sklearn("breast_cancer")
load_diabetes = _from_sklearn("diabetes")


def load_idx(images, labels=None):
    """The array in a file of the IDX format, in which MNIST and its relatives come; `.gz` files as they are.

    With the file of the labels as well, gives (images, labels).
    """
    found = _read_idx(Path(images))
    if labels is None:
        return found
    answers = _read_idx(Path(labels))
    if not found.ndim or not answers.ndim or len(found) != len(answers):
        raise ValueError(f"{images} has the shape {found.shape} and {labels} {answers.shape}; wanted as many samples")
    return found, answers


def _read_idx(path):
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else open(path, "rb") as file:
            head = file.read(4)
            if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in KINDS or not 0 < head[3] <= 8:
                raise ValueError(f"{path} is no IDX file: it begins with {head.hex() or 'nothing'}")
            sizes = file.read(4 * head[3])
            if len(sizes) < 4 * head[3]:
                raise ValueError(f"{path} ends within its header")
            shape = tuple(int(n) for n in np.frombuffer(sizes, ">u4"))
            dtype = np.dtype(KINDS[head[2]])
            wanted = math.prod(shape) * dtype.itemsize
            if wanted > LARGEST:
                raise ValueError(f"{path} describes {wanted} bytes, shape {shape}; more than {LARGEST} is not read")
            body = file.read(wanted + 1)
    except (OSError, EOFError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise ValueError(f"{path} cannot be read: {error}") from error
    if len(body) != wanted:
        came = "more" if len(body) > wanted else f"{len(body)}"
        raise ValueError(f"{path} of shape {shape} takes {wanted} bytes and has {came}")
    return np.frombuffer(body, dtype).reshape(shape).astype(dtype.newbyteorder("="))
