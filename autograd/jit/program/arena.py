"""One stretch of memory, given out in pieces and taken back."""

from __future__ import annotations

import numpy as np

ALIGNMENT = 64


class Arena:
    """Pieces are planned as (start, size) first; `memory()` makes the array that they are pieces of.

    >>> arena = Arena()
    >>> a, b = arena.take(100), arena.take(50)
    >>> a, b
    ((0, 128), (128, 64))
    >>> arena.give(a)
    >>> arena.take(64), arena.take(64), arena.size
    ((0, 64), (64, 64), 192)
    """

    def __init__(self):
        self.size = 0
        self.free: list[tuple[int, int]] = []  # (start, size), in order of start, no two adjacent

    def take(self, nbytes: int) -> tuple[int, int]:
        """The smallest free piece that fits, or one at the end."""
        size = max(-(-nbytes // ALIGNMENT), 1) * ALIGNMENT
        fitting = [piece for piece in self.free if piece[1] >= size]
        if fitting:
            start, found = min(fitting, key=lambda piece: piece[1])
        elif self.free and sum(self.free[-1]) == self.size:  # what is free at the end, made longer
            start, found = self.free[-1][0], self.size - self.free[-1][0]
            self.size = start + size
        else:
            start, found = self.size, 0
            self.size += size
        if found:
            self.free.remove((start, found))
            if found > size:
                self.give((start + size, found - size))
        return start, size

    def give(self, piece: tuple[int, int]) -> None:
        """Take a piece back."""
        joined: list[tuple[int, int]] = []
        for start, size in sorted([*self.free, piece]):
            if joined and sum(joined[-1]) == start:
                joined[-1] = (joined[-1][0], joined[-1][1] + size)
            else:
                joined.append((start, size))
        self.free = joined

    def memory(self) -> np.ndarray:
        raw = np.empty(self.size + ALIGNMENT, np.uint8)
        start = -raw.ctypes.data % ALIGNMENT
        return raw[start : start + self.size]
