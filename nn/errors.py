"""What nn raises and warns about. Each text says what came, what was wanted and what to do."""

from __future__ import annotations


class ModelWarning(UserWarning):
    """A likely mistake that does not stop training: said once, with the fix."""


class ShapeError(ValueError):
    """Data does not fit a layer; the text names the layer, what it got and what it expects."""
