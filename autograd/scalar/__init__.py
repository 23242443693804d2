"""Value: the same idea on single numbers. Read value, methods, backward."""

__all__: list[str] = []
