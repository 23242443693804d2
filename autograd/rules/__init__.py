"""The table of rules: importing this package fills it, one file for each subject."""

from autograd.rules import (
    constants,
    elementwise,
    extremes,
    indexing,
    linalg,
    nans,
    numeric,
    rearranging,
    reductions,
    scans,
    selection,
    shape,
    statistics,
)

__all__ = [
    "constants",
    "elementwise",
    "extremes",
    "indexing",
    "linalg",
    "nans",
    "numeric",
    "rearranging",
    "reductions",
    "scans",
    "selection",
    "shape",
    "statistics",
]
