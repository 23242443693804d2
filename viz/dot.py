"""The graph as a picture: `draw(x)` gives a graphviz.Digraph, the micrograd picture with what it lacked."""

from __future__ import annotations

from autograd.rules.table import ROWS
from nn.settings import whole as whole_number
from viz.asking import channels_first
from viz.colors import BAD, KINDS, UNKNOWN, diverging, ink
from viz.folding import fold, with_groups
from viz.health import Flag, health
from viz.numbers import is_bad, plural, short, size_of, summary
from viz.program import draw_program, is_program
from viz.reading import snapshot
from viz.render import Picture
from viz.settings import one_of, text_of
from viz.snapshot import Snapshot
from viz.text import SIGNS
from viz.thumbnails import label as with_pictures
from viz.thumbnails import tiles_of

STYLES = ("merged", "classic")
COLORS = ("grad", "value", "kind")
LOCALS = "× the local derivative, element by element; adds: of operations on whole arrays, what goes to the gradient"
NOT_YET = "call backward() first"
LARGE = 300  # boxes; beyond this a picture is folded unless depth says otherwise


def draw(
    x, model=None, *, style="merged", color="grad", depth=None, rankdir="LR", digits=4, locals=False, format="svg",
    flags=None,
):  # fmt: skip
    """A graphviz.Digraph of the graph behind a Value or Tensor: values, gradients, operations, parameters.

    - `model` names its parameters and draws its modules as clusters; `depth` folds those deeper than that. Of more than
      300 nodes those outside of modules are folded too, in the order of creation; `depth=0` folds nothing.
    - `color` paints by the sign and size of the gradient or value (orange above 0, blue below), or by kind of node.
    - `style="classic"` gives operations ellipses of their own; `locals=True` writes the local derivative on each edge,
      and where that is a matrix, as that of `x @ w`, what the edge adds to the gradient.
    - A program of `autograd.jit` (`f.program(*args)`) is drawn as its calls, in blocks of memory.
    - `flags`, those that `health` raises unless given, get a red border and their name.

    >>> from autograd import Value
    >>> a = Value(3.0, name="a")
    >>> y = a * a
    >>> y.backward()
    >>> draw(y).source.count(" -> ")
    2
    """
    one_of(("LR", "TB", "RL", "BT"), rankdir, "rankdir")
    text_of(format, "format")
    if is_program(x):
        return draw_program(x, "TB" if rankdir == "LR" else rankdir, format)
    one_of(STYLES, style, "style")
    one_of(COLORS, color, "color")
    digits = whole_number("digits", digits)
    if flags is not None and not (isinstance(flags, list | tuple) and all(isinstance(flag, Flag) for flag in flags)):
        raise TypeError(f"flags is a list, as viz.health(x) gives it; got {flags!r:.60}")
    if depth is not None and (isinstance(depth, bool) or not isinstance(depth, int) or depth < 0):
        raise ValueError(f"depth is None or how many levels of modules are drawn, 0 for all; got {depth!r}")
    whole = shot = snapshot(x, model)
    if len(shot.nodes) > LARGE and depth != 0:
        if depth is None and not any(node.module for node in shot.nodes):
            return _too_large(shot, rankdir, format)
        depth, shot = depth or 1, with_groups(shot, depth or 1)
    picture = Picture(rankdir, format)
    boxes = fold(shot, depth)
    scale = max(
        (abs(size_of(_painted(node, color))) for node in shot.nodes if not is_bad(_painted(node, color))), default=0
    )
    tree: dict = {}
    for box in boxes.nodes:
        place = tree
        for part in box.module.split(".") if box.module else []:
            place = place.setdefault(part, {})
        place.setdefault("", []).append(box)
    flags = ([] if x is whole else health(x, model)) if flags is None else flags
    marked = {flag.node: flag for flag in flags if flag.node is not None}
    writer = _Writer(picture, shot, style, color, scale, digits, locals, rankdir, marked)
    writer.channels_first = channels_first(model)
    writer.level(tree, picture.graph, "")
    for edge in boxes.edges:
        writer.edge(edge)
    writer.legend()
    return picture.graph


def _too_large(shot, rankdir, format):
    picture = Picture(rankdir, format)
    text = (
        f"{len(shot.nodes):,} nodes: too many for one picture.\\l"
        "viz.explore(x) writes a page that shows them all.\\l"
        "viz.draw(x, model) folds the modules of a model,\\l"
        "viz.draw(x, depth=1) nodes in the order of creation (depth=2 fewer at a time);\\l"
        "viz.draw(x, depth=0) draws every node.\\l"
    )
    picture.graph.node("note", text, shape="note")
    return picture.graph


def _painted(node, color):
    return node.grad if color == "grad" else node.value


class _Writer:
    def __init__(self, picture, shot: Snapshot, style, color, scale, digits, locals_, rankdir, flags):
        self.picture = picture
        self.shot = shot
        self.style = style
        self.color = color
        self.scale = scale
        self.digits = digits
        self.locals = locals_
        self.flags = flags
        self.channels_first = False
        self.across = rankdir in ("LR", "RL")  # Graphviz turns the cells of a record with the picture

    def level(self, tree, graph, path):
        for box in tree.get("", []):
            self.box(box, graph)
        for part, inner in tree.items():
            if not part:
                continue
            whole = f"{path}.{part}" if path else part
            with graph.subgraph(name=f"cluster_{whole}") as cluster:
                cluster.attr(label=escape(part), style="rounded", color="#9aa5b1", fontcolor="#4a5560", fontsize="11")
                self.level(inner, cluster, whole)

    def box(self, box, graph):
        if box.count > 1 or box.node is None:
            cells = [escape(box.label.rpartition(".")[2]), plural(box.count, "node")]
            cells += [plural(box.parameters, "parameter")] if box.parameters else []
            graph.node(
                box.key, self.across_or_down(cells), shape="record", style="filled,rounded,bold", fillcolor="#eef2f7"
            )
            return
        node = box.node
        fill = self.fill(node)
        flag = self.flags.get(node.id)
        bad = is_bad(node.value) or is_bad(node.grad) or flag is not None
        border = BAD if bad else "#444444"
        style = (
            "filled"
            + (",bold" if bad or node.kind == "output" else "")
            + (",dashed" if node.kind == "constant" else "")
        )
        if node.kind == "parameter":
            style += ",rounded"
        cells = self.cells(node) + ([] if flag is None else [f"⚑ {flag.kind}"])
        tiles = tiles_of(node, self.channels_first)
        if tiles:
            more = node.shape[1 if self.channels_first and node.kind != "parameter" else -1] - len(tiles)
            shape, label = "box", with_pictures(cells, tiles, more if len(tiles) > 1 else 0, ink(fill))
        else:
            shape, label = "record", self.across_or_down([escape(cell) for cell in cells])
        graph.node(box.key, label, shape=shape, style=style, fillcolor=fill, color=border, fontcolor=ink(fill),
                   tooltip=escape(self.tooltip(node)))  # fmt: skip
        if self.style == "classic" and node.op:
            graph.node(f"{box.key}op", escape(sign(node.op)), shape="ellipse", style="", tooltip=node.op)
            graph.edge(f"{box.key}op", box.key)

    def cells(self, node):
        """The texts in the box of a node."""
        show = self.digits
        if node.kind == "constant":
            return self.constant(node)
        cells = []
        head = node.name or ""
        if node.module and head.startswith(f"{node.module}."):
            head = head[len(node.module) + 1 :]  # the cluster around it says the rest
        if node.op and self.style == "merged":
            head = f"{head} = {sign(node.op)}" if head else sign(node.op)
        if head:
            cells.append(head)
        if self.shot.kind == "tensor":
            cells.append(_shape(node))
        if self.shot.kind == "value" or node.value is not None:
            cells.append(f"value {summary(node.value, show)}")
        return [*cells, f"grad {summary(node.grad, show)}"]

    def constant(self, node):
        """A number as it is; an array by its shape, and its numbers where they are known."""
        if node.shape == ():
            return [summary(node.value, self.digits) if node.value is not None else "a number"]
        return [_shape(node), *([summary(node.value, self.digits)] if node.value is not None else [])]

    def across_or_down(self, cells):
        return "|".join(cells) if self.across else f"{{{'|'.join(cells)}}}"

    def tooltip(self, node):
        rule = ROWS.get(node.op) if node.op else None
        formulas = getattr(rule, "formulas", None)
        parts = [f"{node.kind}", f"{node.op}: derivative {', '.join(formulas)}" if formulas else node.op or ""]
        if node.module:
            parts.append(f"in {node.module}")
        if node.line:
            parts.append(node.line)
        if node.id in self.flags:
            parts.append(self.flags[node.id].text)
        return "; ".join(part for part in parts if part)

    def fill(self, node):
        if node.kind == "constant":
            return KINDS["constant"]
        if self.color == "kind":
            return KINDS[node.kind]
        number = _painted(node, self.color)
        if number is None:
            return UNKNOWN if self.color == "value" else KINDS[node.kind]
        if is_bad(number):
            return "#ffd7d7"
        return diverging(size_of(number), self.scale)

    def edge(self, edge):
        target = edge.target + ("op" if self.style == "classic" and edge.into_op else "")
        label = ""
        if self.locals and edge.local is not None:
            label = f"× {summary(edge.local, self.digits)}"
        elif self.locals and edge.contribution is not None:
            label = f"adds {summary(edge.contribution, self.digits)}"
        width = "2.2" if edge.count > 1 else "1"
        self.picture.graph.edge(edge.source, target, label=label, penwidth=width, fontsize="10", color="#555555")

    def legend(self):
        if self.color == "kind":
            cells = "".join(f'<TD BGCOLOR="{c}">{kind}</TD>' for kind, c in KINDS.items())
        else:
            steps = [(-1.0, "-"), (-0.25, ""), (-0.02, ""), (0.0, "0"), (0.02, ""), (0.25, ""), (1.0, "+")]
            cells = "".join(
                f'<TD BGCOLOR="{diverging(s, 1.0)}"><FONT COLOR="{ink(diverging(s, 1.0))}"> {text} </FONT></TD>'
                for s, text in steps
            )
            cells += f"<TD>{self.color}, ± {short(self.scale, 3)}</TD>"
        rows = f"<TR>{cells}</TR>"
        if self.locals and self.shot.kind == "tensor":
            note = LOCALS if self.shot.nodes[self.shot.output].backward is not None else f"{LOCALS}: {NOT_YET}"
            rows += f'<TR><TD COLSPAN="12" ALIGN="LEFT">{note}</TD></TR>'
        table = f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3">{rows}</TABLE>>'
        self.picture.graph.attr(label=table, labelloc="b", labeljust="l", fontsize="10")


def _shape(node) -> str:
    return f"{node.shape}".replace(" ", "") + f" {node.dtype}"


def sign(op: str) -> str:
    return SIGNS.get(op, op)


def escape(text: str) -> str:
    """Text that a record label shows as it is."""
    out = text.replace("\\", "\\\\")
    for c in '{}|<>"':
        out = out.replace(c, "\\" + c)
    return "".join(c if c.isprintable() else " " for c in out)
