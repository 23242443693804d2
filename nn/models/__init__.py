"""Models: layers put together, trained with compile and fit, saved and loaded."""

from nn.files import load_model
from nn.models.base import Model
from nn.models.functional import Functional
from nn.models.sequential import Sequential

__all__ = ["Functional", "Model", "Sequential", "load_model"]
