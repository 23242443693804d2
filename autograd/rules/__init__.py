"""The table of rules: importing this package fills it, one file for each subject."""

from autograd.rules import constants, elementwise, indexing, linalg, reductions, shape

__all__ = ["constants", "elementwise", "indexing", "linalg", "reductions", "shape"]
