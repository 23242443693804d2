"""The graph as text: a tree from the output to the inputs, with values, gradients and findings in columns."""

from __future__ import annotations

from viz.health import health
from viz.numbers import summary
from viz.reading import snapshot
from viz.snapshot import Snapshot

SIGNS = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "**", "negative": "-x", "positive": "+x",
    "remainder": "%", "matmul_": "@", "matmul": "@",
}  # fmt: skip


def tree(x, model=None, ascii=False, limit=200) -> str:
    """A Value's or Tensor's graph as aligned text; what is used twice is shown once and referred to afterwards.

    >>> from autograd import Value
    >>> a, b = Value(2.0, name="a"), Value(-3.0, name="b")
    >>> y = (a * b + a).tanh()
    >>> y.backward()
    >>> print(tree(y))
    tanh        value -0.999  grad 1
    └─ +        value -4      grad 0.00134
       ├─ *     value -6      grad 0.00134
       │  ├─ a  value 2       grad -0.00268
       │  └─ b  value -3      grad 0.00268
       └─ a     (above)
    """
    shot = snapshot(x, model)
    flags = {} if shot is x else {flag.node: flag.kind for flag in health(x, model)}
    rows = _rows(
        shot, _ASCII if ascii else _UNICODE, limit, {n: f"{'!' if ascii else '⚑'} {k}" for n, k in flags.items()}
    )
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


_UNICODE = ("├─ ", "└─ ", "│  ", "   ")
_ASCII = ("|- ", "`- ", "|  ", "   ")


def _rows(shot: Snapshot, marks, limit, flags):
    incoming = shot.incoming()
    seen: set[int] = set()
    rows = []
    stack = [(shot.output, "", "")]
    while stack:
        number, first, rest = stack.pop()
        if len(rows) >= limit:
            rows.append((f"... {len(shot.nodes) - len(seen)} more nodes; raise limit= to see them", "", "", ""))
            break
        node = shot.nodes[number]
        shape = f" {node.shape}" if shot.kind == "tensor" else ""
        if number in seen:
            rows.append((first + label(node) + shape, "(above)", "", ""))
            continue
        seen.add(number)
        value = "" if node.value is None else f"value {summary(node.value)}"
        grad = "" if node.kind == "constant" else f"grad {summary(node.grad)}"
        rows.append((first + label(node) + shape, value, grad, flags.get(number, "")))
        edges = incoming[number]
        for i, edge in reversed(list(enumerate(edges))):
            last = i == len(edges) - 1
            stack.append((edge.source, rest + marks[1 if last else 0], rest + marks[3 if last else 2]))
    return rows


def label(node) -> str:
    """What a node is called in a text."""
    op = None if node.op is None else SIGNS.get(node.op, node.op)
    if node.name and op:
        return f"{node.name} = {op}"
    return node.name or op or ("constant" if node.kind == "constant" else node.kind)
