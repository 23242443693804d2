"""What `jit` records, and how it is replayed."""

__all__: list[str] = []
