"""What `jit` is made of: recording on a tape, planning, and the text of a program."""

__all__: list[str] = []
