"""Glassgrad's engine: derivatives of plain NumPy code that you can see through."""

from autograd.modes import detect_anomaly, no_grad
from autograd.tensor import Tensor

__all__ = ["Tensor", "detect_anomaly", "no_grad"]
