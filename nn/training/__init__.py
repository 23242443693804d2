"""The training loop, taken apart: data, single steps, fit, evaluate, and the linter of common mistakes."""

__all__: list[str] = []
