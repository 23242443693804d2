"""How a Tensor behaves in Python where it is not arithmetic: printing, looping, and the exits from the graph.

The exits that would lose a gradient silently (`float(t)`, `np.asarray(t)`, `array[i] = t`) are refused,
with what to write.
"""

from __future__ import annotations

import numpy as np

from autograd.rules.arrays import array_of


class Refusals:
    """Mixed into Tensor."""

    __slots__ = ()

    def __array__(self, dtype=None, copy=None):
        raise TypeError(
            "a Tensor is not turned into a plain array silently, since its gradient would be lost: for the numbers "
            "write t.data or t.numpy(); to join Tensors np.stack([t, u]); to fill a Tensor make it Tensor(np.zeros(n)) "
            "and write t[i] = u; beside a Series, a DataFrame or a sparse matrix use s.to_numpy() or s.toarray()"
        )

    def __float__(self):
        raise TypeError("float() of a Tensor would lose its gradient; write t.item() for the number, or np.* functions")

    __int__ = __index__ = __complex__ = __float__

    def __bool__(self):
        return bool(array_of(self))

    def __len__(self):
        if not self.shape:
            raise TypeError("len() of a 0-d Tensor")
        return self.shape[0]

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __contains__(self, value):
        return bool((array_of(self) == array_of(value)).any())

    def __repr__(self):
        if self._share is not None and not self._share.is_shown_by(self):
            return f"<Tensor of {self.dtype} {self.shape}, out of date: its memory was written to since>"
        parts = [np.array2string(np.asarray(array_of(self)), prefix="Tensor(", separator=", ", threshold=50)]
        if self.dtype != np.float64:
            parts.append(f"dtype={self.dtype}")
        if self.name:
            parts.append(f"name={self.name!r}")
        if self._node.rule is not None:
            parts.append(f"from {self._node.rule.name}")
        return f"Tensor({', '.join(parts)})"

    def __format__(self, spec):
        return format(array_of(self).item(), spec) if spec else repr(self)
