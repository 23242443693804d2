"""Tracing: what a function does, put on a tape, and what it reads from outside."""

__all__: list[str] = []
