"""A place outside that a program reads and writes."""

from __future__ import annotations

import numpy as np


class Cell:
    """A place outside that holds an array: an attribute or an item. Swapped for a stand-in while recording."""

    __slots__ = ("argument", "assigned", "first", "is_item", "key", "last", "node", "owner", "seen", "var")

    def __init__(self, owner, key):
        self.owner = owner
        self.key = key
        self.is_item = isinstance(owner, dict | list)
        self.var = None  # what the program calls the array found there at the start; None if there was none
        self.first = self.last = None
        self.assigned = self.seen = False  # whether it was set, and whether it was looked at before that
        self.argument = None  # the number of the argument it belongs to, if it belongs to one
        self.node = getattr(owner, "_node", None) if key == "_array" else None

    def get(self):
        return self.owner[self.key] if self.is_item else getattr(self.owner, self.key)

    def set(self, value, owner=None):
        if self.is_item:
            self.owner[self.key] = value
        else:
            setattr(self.owner if owner is None else owner, self.key, value)

    def commit(self, value, owner=None):
        """Leave what a run computed: a Tensor learns that its array was written to."""
        if isinstance(value, np.generic):
            value = np.array(value)
        if self.node is None:
            self.set(value, owner)
        else:
            (self.owner if owner is None else owner).rebase(value)

    @property
    def replaced(self) -> bool:
        """Whether the function left something else than it found, other than by writing into it."""
        return self.last.ref is not self.var if hasattr(self.last, "__traced__") else self.last is not self.first

    @property
    def written(self) -> bool:
        """Whether the function wrote into the array of a Tensor."""
        return self.node is not None and self.var is not None and self.var.writes > 0
