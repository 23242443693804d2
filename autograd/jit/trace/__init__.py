"""Tracing: what a function does, put on a tape, and what it reads from outside. Read tracer, tape, door, guards."""

__all__: list[str] = []
