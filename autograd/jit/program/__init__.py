"""The program made of a tape: steps, what is left of them, where arrays lie, and what runs them.

Read steps, passes, memory, backend, and numpy_backend for the text that runs; program holds them together.
"""

__all__: list[str] = []
