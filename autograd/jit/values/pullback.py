"""The backward pass of a layout, level by level.

A number's gradient is the sum of what its users send back. Each use has a place: that of the user's own gradient where
the derivative is 1, else a place for gradient times derivative. So a level's gradients are one gathering of places and
one sum over them, in the order in which the eager walk adds them, and one product for each operand.
"""

from __future__ import annotations

import numpy as np

NOTHING = 0  # a place that holds 0


class Pullback:
    """Where everything is in a backward pass from the numbers at `roots` to those at `targets`."""

    def __init__(self, layout, roots, targets):
        self.roots, targets = np.asarray(roots), np.asarray(targets)
        groups = [group for group in layout.groups if hasattr(group, "parents")]  # no other lets gradients through
        active = _active(layout.size, groups, self.roots, targets)
        where = np.zeros(layout.size + 1, np.intp)  # the place of a number's gradient
        self.blocks = []  # (start, stop, group or None for the sources), newest first
        at = 1 + len(self.roots)
        mine = [(np.arange(group.start, group.stop), group) for group in reversed(groups)]
        for numbers, group in [*mine, (np.flatnonzero(active[: len(layout.initial)]), None)]:
            if active[numbers].any():
                where[numbers] = np.arange(at, at + len(numbers))
                self.blocks.append((at, at + len(numbers), group))
                at += len(numbers)
        end = at
        self.products = {}  # (group, argument) -> the place of its products, and the text of the derivative
        froms, tos = [np.arange(1, 1 + len(self.roots))], [where[self.roots]]
        for start, stop, group in self.blocks:
            for i, parents in enumerate(group.parents if group else ()):
                text = "1" if group.sums else (*group.kind.formulas, "", "")[i]
                goes = active[parents] & active[group.start : group.stop]
                if not goes.any():
                    continue
                source = np.arange(start, stop)
                if text != "1":
                    self.products[group, i] = (at, text)
                    source += at - start
                    at += stop - start
                froms.append(np.broadcast_to(source, goes.shape)[goes][::-1])  # newest first, as the eager walk goes
                tos.append(where[parents[goes]][::-1])
        self.size = at
        self._gather(np.concatenate(froms), np.concatenate(tos), end)
        self.targets = where[targets.astype(np.intp)]

    def _gather(self, froms, tos, end):
        """For each block, which places to add up: a matrix of indices, or indices and where each sum starts."""
        counts = np.bincount(tos, minlength=end)[:end]
        lonely = np.flatnonzero(counts[1 + len(self.roots) :] == 0) + 1 + len(self.roots)
        if len(lonely):
            froms = np.concatenate([froms, np.full(len(lonely), NOTHING)])
            tos = np.concatenate([tos, lonely])
            counts[lonely] = 1
        froms = froms[np.argsort(tos, kind="stable")]
        ends = np.cumsum(counts)
        self.gatherings = []
        for start, stop, _ in self.blocks:
            low, n = ends[start - 1], counts[start]
            mine = froms[low : ends[stop - 1]]
            if (counts[start:stop] == n).all():
                self.gatherings.append((np.ascontiguousarray(mine.reshape(-1, n).T), None))
            else:
                self.gatherings.append((mine, ends[start - 1 : stop - 1] - low))


def _active(size, groups, roots, targets):
    """Which numbers are on a way from a root to a target."""
    reached = np.zeros(size + 1, bool)
    leads = np.zeros(size + 1, bool)
    reached[roots] = True
    leads[targets] = True
    for group in reversed(groups):
        mine = reached[group.start : group.stop]
        if mine.any():
            for parents in group.parents:
                reached[parents[..., mine]] = True
    leads[-1] = False
    for group in groups:
        mine = leads[group.start : group.stop]
        for parents in group.parents:
            mine |= np.atleast_2d(leads[parents]).any(axis=0)
    active = reached & leads
    active[-1] = False
    return active
