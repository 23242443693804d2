"""Data to learn with: made on the spot, from scikit-learn, or from files."""

from nn.datasets.files import load_breast_cancer, load_diabetes, load_digits, load_idx, load_iris, load_wine
from nn.datasets.made import make_blobs, make_circles, make_moons, make_spirals, sine, xor

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
