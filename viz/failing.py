"""A call that failed, as a picture: the graph up to the operation, with the shapes that do not fit in red."""

from __future__ import annotations

import dataclasses

import numpy as np

from autograd import Tensor
from autograd.engine.apply import wrap
from autograd.engine.graph import Node
from autograd.rules.arrays import array_of
from viz.dot import draw
from viz.health import Flag
from viz.reading import snapshot
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


def failed_call(error: BaseException) -> Tensor | None:
    """A Tensor that stands for the operation in which an exception arose, as if recorded; None if in none."""
    frames = []
    while error is not None:
        trace = error.__traceback__
        while trace is not None:
            frames.append(trace.tb_frame)
            trace = trace.tb_next
        error = error.__cause__ or error.__context__
    for frame in reversed(frames):
        found = frame.f_locals
        if frame.f_globals.get("__name__") != "autograd.engine.apply" or "rule" not in found:
            continue
        args = found.get("args") or tuple(found[name] for name in "ab" if found.get(name) is not None)
        handles = [arg for arg in args if isinstance(arg, Tensor)]
        if not handles:
            continue
        parents = tuple(arg._node if isinstance(arg, Tensor) else None for arg in args)
        saved = (*(None if isinstance(arg, Tensor) else np.asarray(arg) for arg in args), None)
        node = Node(found["rule"], parents, saved, found.get("settings") or {}, None, (), handles[0].dtype, None)
        node.values = (tuple(map(array_of, args)), np.zeros(()))
        return wrap(np.zeros((), handles[0].dtype), node)
    return None
