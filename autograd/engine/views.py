"""Writes in place to Tensors, such as `t[i] = v` and `t += v`: what shares memory with one, and what may be written to.

A write makes a new array, and the Tensor shows that. NumPy would write into memory that other Tensors may look at, so
these are out of date: to read one of them is refused.
"""

from __future__ import annotations

import numpy as np

from autograd.engine.modes import tracking
from autograd.engine.writes import is_unchanged, marks_of
from autograd.rules.arrays import array_of, is_stand_in


class Share:
    """Tensors that share memory: a count of writes, to notice those that have missed one."""

    __slots__ = ("version",)

    def __init__(self):
        self.version = 0

    def is_shown_by(self, tensor) -> bool:
        """Whether a Tensor shows all that has been written."""
        version = tensor._version
        return version == self.version if type(version) is int else version.is_shown(self.version)

    def check(self, tensor) -> None:
        """Refuse one that does not."""
        if not self.is_shown_by(tensor):
            raise RuntimeError(
                "this Tensor shares memory with one that was written to since, and NumPy would show the write here. "
                "Take the view again after the write, or .copy() it before"
            )


def share(view, source) -> None:
    """Let a Tensor that looks at the memory of another be out of date once that is written to, and the other way."""
    if source._share is None:
        source._share = Share()
        source._version = 0
    view._share = source._share
    view._version = source._share.version
    if type(array := array_of(view)) is np.ndarray:
        array.flags.writeable = False  # so that nothing is written to it but by the engine


def share_copy(view, source) -> None:
    """The same for a view that has memory of its own: then writes to the array itself would not show in it either."""
    share(view, source)
    array = array_of(source)
    marks = marks_of((array,), (source._node,), (0,))
    if marks is not None:
        view._version = _Copy(view._version, array, marks[0])


class _Copy:
    """The version of a view that was copied from an array which others may write to."""

    __slots__ = ("array", "mark", "version")

    def __init__(self, version, array, mark):
        self.version, self.array, self.mark = version, array, mark

    def is_shown(self, version) -> bool:
        return self.version == version and is_unchanged(self.array, self.mark)


def share_if_seen(view, y, args, raw):
    """The same for a Tensor that shows `y`, whichever argument it looks at, if any; gives the Tensor."""
    base = y.base
    for arg, x in zip(args, raw, strict=True):
        if base is not None and hasattr(arg, "_share") and (is_stand_in(x) or base is x or base is x.base):
            share(view, arg)
            break
    return view


def leave(tensor) -> None:
    """A Tensor is written to: what shares its memory is out of date, and it gets memory of its own."""
    share, array = tensor._share, array_of(tensor)
    share.version += 1
    tensor._share = None
    tensor._version = None if is_stand_in(array) else (share, share.version, _place(array))


def come_back(tensor, index, value) -> None:
    """`t[i] += v` writes to the view `t[i]`, then puts it where it was: `t` misses no write, since this is the one."""
    share, left = tensor._share, getattr(value, "_version", None)
    if type(left) is tuple and left[:2] == (share, share.version) and tensor._version == share.version - 1:
        tensor._share = None
        if _place(array_of(tensor)[index]) == left[2]:
            tensor._version = share.version
        tensor._share = share


def _place(array):
    """Where in memory the numbers of an array lie."""
    return array.__array_interface__["data"][0], array.strides, array.shape


# -- variables --------------------------------------------------------------------------------------------------------
def check_writable(tensor, by_operator) -> None:
    """Refuse a write in place that would lose a gradient in silence."""
    node = tensor._node
    if not tracking.get():
        if node.rule is not None:
            raise RuntimeError(
                "a write in place inside no_grad() to a Tensor computed outside would cut it off from what it was "
                "computed from. Write u = t + v, or write to t.detach()"
            )
    elif node.rule is None and (node.grad is not None or (by_operator and node.keeps_grad)):
        raise RuntimeError(
            "a write in place to a variable would turn it into a computed value, which has no gradient of its own. To "
            "update it, write t.data -= step (or use no_grad()); to compute with it, write u = t + v, or u = t.copy() "
            "first; to add up in a loop, start from a plain number, total = 0.0"
        )
