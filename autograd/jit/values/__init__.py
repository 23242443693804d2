"""Programs of Values: registers sorted into levels, or written as lines of Python floats."""

__all__: list[str] = []
