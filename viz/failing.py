"""A call that failed, as a picture: the graph up to the operation, with the shapes that do not fit in red."""

from __future__ import annotations

import dataclasses

from viz.dot import draw
from viz.health import Flag
from viz.reading import failed_call, snapshot
from viz.snapshot import Snapshot


def picture_of(error: BaseException, model=None, **settings):
    """The graphviz.Digraph of the operation in which an exception arose.

    >>> import numpy as np
    >>> from autograd import Tensor
    >>> try:
    ...     Tensor(np.ones((2, 3)), name="x") @ Tensor(np.ones((2, 4)), name="w")
    ... except ValueError as error:
    ...     picture = picture_of(error)
    >>> "(2,3)" in picture.source and "(2,4)" in picture.source
    True
    """
    shot, flags = reading_of(error, model)
    return draw(shot, color="kind", flags=flags, **settings)


def reading_of(error: BaseException, model=None) -> tuple[Snapshot, list[Flag]]:
    """The graph up to the operation that failed, which is its output; and flags on it and on what it was given."""
    made = failed_call(error)
    if made is None:
        raise ValueError(
            f"{type(error).__name__} did not arise in an operation on Tensors, so there is no graph to draw"
        )
    shot = snapshot(made, model)
    last = dataclasses.replace(shot.nodes[shot.output], value=None, shape=(), name="failed")
    shot = dataclasses.replace(shot, nodes=(*shot.nodes[: shot.output], last, *shot.nodes[shot.output + 1 :]))
    flags = [Flag("failed", shot.output, last.op, str(error))]
    for edge in shot.incoming()[shot.output]:
        node = shot.nodes[edge.source]
        flags.append(Flag(f"shape {node.shape}", node.id, node.name or node.op or node.kind, "given to what failed"))
    return shot, flags
