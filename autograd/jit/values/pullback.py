"""The backward pass of a plan, level by level.

A number's gradient is the sum of what its users send back. Each use has a place: that of the user's own gradient where
the derivative is 1, else a place for gradient times derivative. So a level's gradients are one gathering of places and
one sum over them, in the order in which the eager walk adds them, and one product for each operand.
"""

from __future__ import annotations

import numpy as np

NOTHING = 0  # a place that holds 0


class PullPlan:
    """Where everything is in a backward pass from the numbers at `roots` to those at `targets`."""

    def __init__(self, plan, roots, targets):
        self.roots = np.asarray(roots)
        active = _active(plan, self.roots, np.asarray(targets))
        first_block = 1 + len(self.roots)
        where = np.zeros(plan.size + 1, np.intp)  # the place of a number's gradient
        self.blocks = []  # (start, stop, group or None for the sources), newest first
        at = first_block
        for group in reversed(plan.groups):
            if active[group.start : group.stop].any():
                where[group.start : group.stop] = np.arange(at, at + group.count)
                self.blocks.append((at, at + group.count, group))
                at += group.count
        sources = np.flatnonzero(active[: len(plan.sources)])
        where[sources] = np.arange(at, at + len(sources))
        self.blocks.append((at, at + len(sources), None))
        at += len(sources)
        end = at
        self.products = {}  # (group, argument) -> the place of its products
        froms, tos = [np.arange(1, first_block)], [where[self.roots]]
        alive = active.copy()
        alive[-1] = False  # that is where -1 leads
        for start, stop, group in self.blocks[:-1]:
            mine = active[group.start : group.stop]
            for i, parents in enumerate(group.parents):
                text = "1" if group.sums else (*group.kind.formulas, "", "")[i]
                goes = alive[parents] & mine
                if not goes.any():
                    continue
                if text == "1":
                    source = np.arange(start, stop)
                else:
                    source = np.arange(at, at + group.count)
                    self.products[id(group), i] = (at, text)
                    at += group.count
                froms.append(np.broadcast_to(source, goes.shape)[goes][::-1])  # newest first, as the eager walk goes
                tos.append(where[parents[goes]][::-1])
        self.size = at
        self._pulls(np.concatenate(froms), np.concatenate(tos), end)
        self.targets = where[np.asarray(targets, np.intp)]

    def _pulls(self, froms, tos, end):
        """For each block, which places to add up: a matrix of indices, or indices and where each sum starts."""
        counts = np.bincount(tos, minlength=end)[:end]
        lonely = np.flatnonzero(counts[1 + len(self.roots) :] == 0) + 1 + len(self.roots)
        if len(lonely):
            froms = np.concatenate([froms, np.full(len(lonely), NOTHING)])
            tos = np.concatenate([tos, lonely])
            counts[lonely] = 1
        froms = froms[np.argsort(tos, kind="stable")]
        ends = np.cumsum(counts)
        self.pulls = []
        for start, stop, _ in self.blocks:
            if start == stop:
                self.pulls.append(None)
                continue
            low = ends[start - 1]
            mine = froms[low : ends[stop - 1]]
            n = counts[start]
            if (counts[start:stop] == n).all():
                self.pulls.append((np.ascontiguousarray(mine.reshape(-1, n).T), None))
            else:
                self.pulls.append((mine, ends[start - 1 : stop - 1] - low))

    def bind(self, bound):
        return Pull(self, bound)


def _active(plan, roots, targets):
    """Which numbers are on a way from a root to a target."""
    reached = np.zeros(plan.size + 1, bool)
    leads = np.zeros(plan.size + 1, bool)
    reached[roots] = True
    leads[targets] = True
    for group in reversed(plan.groups):
        mine = reached[group.start : group.stop]
        if mine.any():
            for parents in group.parents:
                reached[parents[..., mine]] = True
    leads[-1] = False
    for group in plan.groups:
        mine = leads[group.start : group.stop]
        for parents in group.parents:
            found = leads[parents]
            mine |= found.any(axis=0) if group.sums else found
    active = reached & leads
    active[-1] = False
    return active


class Pull:
    """A backward pass on the buffers of a bound plan."""

    def __init__(self, pull, bound):
        tail = bound.numbers.shape[1:]
        self.places = np.zeros((pull.size, *tail))
        self.seeds = self.places[1 : 1 + len(pull.roots)]
        self.targets = pull.targets
        self.found = np.empty((len(pull.targets), *tail))
        self.nbytes = self.places.nbytes + self.found.nbytes
        self.quick = []
        self.careful = []
        take = self.places.take
        for (start, stop, group), indices in zip(pull.blocks, pull.pulls, strict=True):
            if indices is None:
                continue
            g = self.places[start:stop]
            index, starts = indices
            if starts is None and len(index) == 1:
                self._step(take, index[0], 0, g, "clip")
            else:
                buffer = np.empty((*index.shape, *tail))
                self.nbytes += buffer.nbytes + index.nbytes
                self._step(take, index, 0, buffer, "clip")
                if starts is None:
                    self._step(np.add.reduce, buffer, 0, None, g)
                else:
                    self._step(np.add.reduceat, buffer, starts, 0, None, g)
            if group is None or group.sums:
                continue
            operands = bound.operands[id(group)]
            names = dict(zip((*group.kind.arguments, "y"), operands, strict=True))
            for i in range(len(group.parents)):
                at, text = pull.products.get((id(group), i), (None, None))
                if at is None:
                    continue
                c = self.places[at : at + group.count]
                if text in ("-1", "0"):
                    self._step(np.multiply, g, float(text), c)
                    continue
                if text in names:
                    self._step(np.multiply, g, names[text], c)
                else:
                    self._step(_product, group.kind.derivatives[i], operands, g, c)
                self.careful.append((_stop_zeros, (g, c)))

    def _step(self, function, *arguments):
        self.quick.append((function, arguments))
        self.careful.append((function, arguments))

    def __call__(self):
        """The gradients of the targets, from what is in `seeds`."""
        for function, arguments in self.quick:
            function(*arguments)
        self.places.take(self.targets, 0, self.found, "clip")
        # A nan may be 0 from above times a singular derivative, which is 0. Only then pay for telling these apart.
        if np.isnan(self.found).any():
            for function, arguments in self.careful:
                function(*arguments)
            self.places.take(self.targets, 0, self.found, "clip")
        return self.found


def _product(derivative, operands, g, c):
    np.multiply(g, derivative(*operands), out=c)


def _stop_zeros(g, c):
    c[g == 0] = 0.0
