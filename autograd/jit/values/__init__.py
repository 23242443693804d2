"""Programs of Values: registers sorted into levels and lowered to steps, or written as lines of Python floats."""

__all__: list[str] = []
