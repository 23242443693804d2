"""Gradients held against finite differences, and a complex step where there can be one. Begin with check."""

__all__: list[str] = []
