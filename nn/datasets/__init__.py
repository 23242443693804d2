"""Data to learn with: made on the spot, from scikit-learn, or from files."""

from nn.datasets.idx import load_idx
from nn.datasets.made import make_blobs, make_circles, make_moons, make_spirals, sine, xor
from nn.datasets.real import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine

__all__ = [
    "load_breast_cancer",
    "load_diabetes",
    "load_digits",
    "load_idx",
    "load_iris",
    "load_wine",
    "make_blobs",
    "make_circles",
    "make_moons",
    "make_spirals",
    "sine",
    "xor",
]
