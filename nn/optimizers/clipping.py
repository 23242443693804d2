"""Gradient clipping: three small functions on lists of arrays."""

from __future__ import annotations

import numpy as np


def clip_by_value(gradients, limit: float):
    """Each element limited to [-limit, limit].

    >>> clip_by_value([np.array([-3.0, 0.5])], 1.0)
    [array([-1. ,  0.5])]
    """
    return [np.clip(g, -limit, limit) for g in gradients]


def clip_by_norm(gradients, limit: float):
    """Each array scaled down to length `limit` where it is longer."""
    return [g * _scale(np.sqrt(np.vdot(g, g)), limit) for g in gradients]


def clip_by_global_norm(gradients, limit: float):
    """All arrays scaled down together where, taken as one vector, they are longer than `limit`.

    >>> clip_by_global_norm([np.array([3.0]), np.array([4.0])], 1.0)
    [array([0.6]), array([0.8])]
    """
    scale = _scale(global_norm(gradients), limit)
    return [g * scale for g in gradients]


def global_norm(gradients) -> float:
    """The length of all arrays taken as one vector."""
    return np.sqrt(sum(np.vdot(g, g).astype(np.float64) for g in gradients))


def shrink(gradients, norm, limit) -> None:
    """Multiply in place by limit / norm, where the norm is above the limit."""
    scale = limit / np.maximum(norm, limit)
    for g in gradients:
        g *= scale.astype(g.dtype)


def _scale(norm, limit) -> float:
    return float(limit / norm) if norm > limit else 1.0
