"""Plain arrays that the program reads where they are: nobody may write to them while it is made."""

from __future__ import annotations

from autograd.engine.writes import fingerprint
from autograd.errors import refuse


class Constants(dict):
    """By the id of an array: it, and what the program calls it."""

    def __init__(self):
        super().__init__()
        self.marks: dict[int, object] = {}  # their fingerprints

    def var(self, array, make):
        """What the program calls an array, by `make` where it is new."""
        known = self.get(id(array))
        if known is None:
            known = self[id(array)] = array, make()
            self.marks[id(array)] = fingerprint(array)
        elif self.marks[id(array)] != fingerprint(array):
            _refuse_changed()
        return known[1]

    def check(self) -> None:
        """Refuse writes since the program has used them: it would read what they are now at each place."""
        if any(self.marks[key] != fingerprint(array) for key, (array, _) in self.items()):
            _refuse_changed()


def _refuse_changed():
    raise refuse(
        "writing into a plain array that the program has used already",
        "Make a new one (a = a + 1), or one of the program, such as np.zeros_like(x)",
    )
