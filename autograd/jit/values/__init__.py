"""Programs of Values: registers sorted into levels and lowered to steps, or written as lines of Python floats.

Read tape, registers, levels, lowering, lines.
"""

__all__: list[str] = []
