"""The program made of a tape: steps, what is left of them, where arrays lie, and the text that runs."""

__all__: list[str] = []
