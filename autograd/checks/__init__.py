"""Gradients held against finite differences, and a complex step where there can be one. All is in check."""

__all__: list[str] = []
