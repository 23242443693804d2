"""Value: the same idea on single numbers, with methods compiled from the rows. Read value, methods, backward."""

__all__: list[str] = []
