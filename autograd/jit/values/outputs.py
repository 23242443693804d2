"""Outputs: the Values that a replayed program gave, and how a backward pass goes through the program."""

from __future__ import annotations

from operator import attrgetter

_by_serial = attrgetter("_serial")


class Output:
    """The rule of a Value that a replayed program gave: one of the outputs of one replay."""

    name = "jit"
    arguments = formulas = ()

    def __init__(self, replay, index):
        self.replay = replay  # whose `pull` turns gradients of outputs (by index) into those of the program's leaves
        self.index = index

    @property
    def parents(self):
        return self.replay.parents(self.index)

    @staticmethod
    def walk(order, grads, outputs, walk):
        """Carry gradients back through all of `order`, with `walk` for the stretches between the programs: the pairs of
        a Value and its gradient.

        The outputs of a replay go back together, so that the program runs backward once. Their serials follow one
        another and nothing between them depends on them: at the oldest one, all their gradients are complete.
        """
        outputs.sort(key=_by_serial, reverse=True)
        last = {made._rule.replay: made for made in outputs}
        found = {}
        begin = 0
        for node in sorted(last.values(), key=_by_serial, reverse=True):
            end = next(i for i in range(begin, len(order)) if order[i] is node)
            found.update(zip(order[begin:end], walk(order[begin:end], grads), strict=True))
            begin = end
            mine = [made for made in outputs if made._rule.replay is node._rule.replay]
            grads.update((made, found.pop(made)) for made in mine if made is not node)
            added, totals = node._rule.replay.pull({made._rule.index: grads.get(made, 0.0) for made in mine})
            for parent, g in added:
                grads[parent] = grads.get(parent, 0.0) + g
            for made in mine:
                (grads if made is node else found)[made] = totals[made._rule.index]
        found.update(zip(order[begin:], walk(order[begin:], grads), strict=True))
        return found.items()

    @staticmethod
    def refuse():
        raise TypeError(
            "the result of a jitted function has no recorded graph of its own, so no second derivative and no "
            "detect_anomaly(); call the function without jit for these"
        )
