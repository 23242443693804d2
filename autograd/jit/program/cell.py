"""A place outside that a program reads and writes: a Tensor's array, a gradient, an attribute or an item."""

from __future__ import annotations

from weakref import ref

import numpy as np

from autograd.engine.apply import Handle
from autograd.engine.graph import Node
from autograd.engine.writes import Lent

# The slots themselves, which stay what they are while `jit.trace.door` hangs properties in their places.
ARRAY, GRADIENT, NAME = Handle.__dict__["_array"], Node.__dict__["_grad"], Node.__dict__["name"]


class Cell:
    """While a function is traced, `now` is what it finds there: a stand-in, or what it has put there since.

    A Tensor's array and a gradient are left alone meanwhile, so that other threads see what is there; the door leads
    the traced function to `now`. An attribute or an item is swapped for it, and put back at the end.
    """

    def __init__(self, owner, key):
        self.owner = owner
        self.key = key
        self.is_item = isinstance(owner, dict | list)
        self.var = None  # what the program calls the array found there at the start; None if there was none
        self.assigned = self.seen = False  # whether it was set, and whether it was looked at before that
        self.argument = None  # the number of the argument it belongs to, if it belongs to one
        self.node = owner._node if key == "_array" else None
        self.seal = None if self.node is None else (self.node.seal, self.node.seal and self.node.seal.mark)
        self.first = self._now = self.get()
        self.last = None

    @property
    def now(self):
        return self._now if self.is_slot else self.get()

    @now.setter
    def now(self, value):
        self._now = value
        if not self.is_slot:
            self.set(value)

    @property
    def is_slot(self) -> bool:
        """Whether it is one of the two slots that the door guards."""
        return self.node is not None or type(self.owner) is Node

    def get(self):
        """What really is there."""
        return self.at(self.owner)

    def at(self, owner):
        """What is in this place of `owner`, which may be another one of its kind."""
        if self.node is not None:
            return ARRAY.__get__(owner)
        if type(owner) is Node:
            g = GRADIENT.__get__(owner)
            if type(g) is Lent:
                g = g.array.copy()
                GRADIENT.__set__(owner, g)
            return g() if type(g) is ref else g
        return owner[self.key] if self.is_item else getattr(owner, self.key)

    @property
    def name(self) -> str:
        """For errors: "the gradient of kernel", "momentum of a dict"."""
        of = getattr(self.owner if self.node is None else self.node, "name", None) or f"a {type(self.owner).__name__}"
        if type(self.owner) is Node:
            of = self.owner.name or f"a Tensor {self.owner.shape}"
        return f"{'the array' if self.node is not None else f'.{self.key}'} of {of}"

    def set(self, value, owner=None):
        if self.is_item:
            self.owner[self.key] = value
        else:
            setattr(self.owner if owner is None else owner, self.key, value)

    def end(self) -> None:
        """The tracing is over: what was there at the start is there again."""
        self.last = self.now
        if not self.is_slot:
            self.set(self.first)
        elif self.node is not None:
            self.node.seal, mark = self.seal
            if self.node.seal is not None:
                self.node.seal.mark = mark

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
