"""The table that `summary()` prints, in the form that Keras users know."""

from __future__ import annotations

import math


def summary_text(model, line_length=None) -> str:
    """The layers with their output shapes and parameters, and the totals."""
    rows = [("Layer (type)", "Output Shape", "Param #")]
    shapes = output_shapes(model)
    rows += [
        (f"{layer.name} ({type(layer).__name__})", shapes.get(id(layer), "?"), f"{layer.count_params():,}")
        for layer in model.layers
    ]
    widths = [max(len(row[i]) for row in rows) + 2 for i in range(3)]
    least = (33, 24, 15)
    widths = [max(w, m) for w, m in zip(widths, least, strict=True)]
    if line_length and line_length > sum(widths) + 4:
        widths[0] += line_length - sum(widths) - 4
    lines = [f'Model: "{model.name}"', _rule("┏━┳┓", widths), _row("┃", rows[0], widths), _rule("┡━╇┩", widths)]
    for i, row in enumerate(rows[1:]):
        lines += [_rule("├─┼┤", widths)] if i else []
        lines.append(_row("│", row, widths))
    lines.append(_rule("└─┴┘", widths))
    if not model.built and not model.parameters():
        return "\n".join([*lines, " Not built yet: give the first layer input_shape=, or call the model on data once."])
    moved = model.trainable_parameters()
    ids = {id(p) for p in moved}
    fixed = [p for p in model.parameters() if id(p) not in ids]
    lines += [_total("Total params", model.parameters()), _total("Trainable params", moved)]
    lines.append(_total("Non-trainable params", fixed))
    return "\n".join(lines)


def output_shapes(model) -> dict[int, str]:
    """What comes out of each layer, as text, by the layer's id; empty for what cannot be known yet."""
    found: dict[int, str] = {}
    calls = getattr(model, "_calls", None)
    if calls is not None:
        return {id(call.layer): str(call.shape) for call in calls}
    source = getattr(model, "source", None)
    if source is None or not model.built:
        return found
    shape = source.shape
    for layer in model.layers:
        shape = layer.shape_after(shape)
        found[id(layer)] = str(shape)
    return found


def _row(bar, cells, widths) -> str:
    left, middle, right = cells
    inner = [f" {left:<{widths[0] - 1}}", f" {middle:<{widths[1] - 1}}", f"{right:>{widths[2] - 1}} "]
    return bar + bar.join(inner) + bar


def _rule(chars, widths) -> str:
    left, line, cross, right = chars
    return left + cross.join(line * w for w in widths) + right


def _total(label, parameters) -> str:
    count = sum(p.size for p in parameters)
    return f" {label}: {count:,} ({_bytes(sum(p.nbytes for p in parameters))})"


def _bytes(n) -> str:
    """A size as people read it.

    >>> _bytes(9220)
    '9.00 KB'
    """
    power = min(int(math.log(n, 1024)) if n else 0, 4)
    return f"{n / 1024**power:.2f} {['B', 'KB', 'MB', 'GB', 'TB'][power]}"
