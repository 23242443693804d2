"""From a live graph to a snapshot. This file looks inside the engine, and `failing` at a call that did not end."""

from __future__ import annotations

import numpy as np

from autograd import Tensor, Value
from autograd.engine.backward import backward, reach
from autograd.engine.graph import show_line
from autograd.engine.modes import value_lines
from autograd.rules.arrays import array_of, sum_to
from autograd.scalar.backward import gradients_of
from autograd.scalar.backward import reach as reach_values
from nn.module import Module
from viz.snapshot import Edge, Numbers, Snapshot, Vertex


def snapshot(x, model=None) -> Snapshot:
    """What the graph behind a Value or a Tensor looks like now.

    >>> a, b = Value(2.0, name="a"), Value(3.0, name="b")
    >>> c = a * b
    >>> c.backward()
    >>> [(node.name, node.op, node.value, node.grad) for node in snapshot(c).nodes]
    [('a', None, 2.0, 3.0), ('b', None, 3.0, 2.0), (None, 'multiply', 6.0, 1.0)]

    `model` gives its parameters their names, and the nodes around them their module. The values inside a graph of
    Tensors are known if it was recorded within `viz.keep_values()`, else only where the engine kept them anyway.
    """
    if isinstance(x, Snapshot):
        return x
    if isinstance(x, Value):
        return _of_value(x, _names(model))
    if isinstance(x, Tensor):
        return _of_tensor(x, _names(model))
    raise TypeError(f"wanted a Value, a Tensor or a Snapshot; got {type(x).__name__} {x!r:.60}")


def _names(model) -> dict[int, str]:
    if model is None:
        return {}
    if not isinstance(model, Module):
        raise TypeError(f"model= is a Module, whose parameters have names; got {type(model).__name__}")
    return {_key(p): path for path, p in model.named_parameters()}


def _key(parameter) -> int:
    return id(parameter) if isinstance(parameter, Value) else id(parameter._node)


def module_of(path: str) -> str:
    """The module that a parameter with this path belongs to.

    >>> module_of("layer0.neuron3.w[1]"), module_of("dense.kernel"), module_of("w")
    ('layer0.neuron3', 'dense', '')
    """
    return path.rpartition(".")[0]


def _belongs(parents, own) -> str:
    """The module of a result: that of its parameters, or that of all its parents (a constant ends it)."""
    if own:
        return own[0]
    return parents[0] if parents and parents[0] and len(set(parents)) == 1 else ""


def id_of(x, output) -> int | None:
    """The number of a Value in the snapshot of an output; None if the output does not depend on it."""
    if not isinstance(x, Value):
        raise TypeError(f"wanted a Value or the number of a node; got {type(x).__name__}")
    place = 0
    for v in reversed(_drawn(output)):
        if v._rule is not None:
            slots = [v._da, v._db][: len(v._rule.formulas)]
            place += sum(local is None for local in slots)
        if v is x:
            return place
        place += 1
    return None


def _drawn(output) -> list:
    """The Values of a picture, newest first. What a replayed program gave is an input: it shows no graph."""
    order, replayed = reach_values(output)
    if replayed:
        shown = {output}
        for node in order:
            if node in shown:
                shown.update(p for p, d in ((node._a, node._da), (node._b, node._db)) if d is not None)
        order = [node for node in order if node in shown]
    return order


def fresh_gradients(x, model) -> dict[str, tuple]:
    """For each parameter of a model that has a gradient: that one, and what a single pass from `x` gives."""
    found = {}
    if isinstance(x, Value):
        grads = gradients_of(x)
        for path, p in model.named_parameters():
            if p in grads and p.grad is not None:
                found[path] = (float(getattr(p.grad, "data", p.grad)), float(grads[p]))
    elif isinstance(x, Tensor) and x.size == 1:
        pairs = [(path, p) for path, p in model.named_parameters() if p.grad is not None]
        try:
            once = backward({x._node: np.ones(x.shape, x.dtype)}, targets=[p._node for _, p in pairs])
        except (RuntimeError, ArithmeticError):
            return {}
        found = {path: (_numbers(p.grad), _numbers(once[p._node])) for path, p in pairs if p._node in once}
    return found


# -- Values ----------------------------------------------------------------------------------------------------------
def _of_value(output, names) -> Snapshot:
    order = _drawn(output)
    nodes: list[Vertex] = []
    edges: list[Edge] = []
    ids: dict[int, int] = {}
    modules: dict[int, str] = {}
    backward_place = {id(v): i for i, v in enumerate(order)} if output.grad is not None else {}
    for v in reversed(order):
        slots = [(v._a, v._da), (v._b, v._db)] if v._rule is not None else []
        slots = slots[: len(v._rule.formulas)] if slots else []
        parents, own = [], []
        for operand, local in slots:
            if local is None:
                parents.append("")
            else:
                path = names.get(id(operand))
                own += [module_of(path)] if path is not None else []
                parents.append(modules[id(operand)])
        path = names.get(id(v))
        modules[id(v)] = module_of(path) if path is not None else _belongs(parents, own)
        for slot, (operand, local) in enumerate(slots):
            if local is None:  # a constant beside a Value gets a node of its own
                ids[id(v), slot] = len(nodes)
                nodes.append(_constant(len(nodes), operand, modules[id(v)]))
        here = ids[id(v)] = len(nodes)
        kind = "output" if v is output else "result" if slots else "input" if path is None else "parameter"
        grad = None if v.grad is None else float(getattr(v.grad, "data", v.grad))
        nodes.append(
            Vertex(here, kind, v.op if slots else None, path or v.name, v.data, grad, (), "float64", modules[id(v)],
                 show_line(value_lines[v]) if v in value_lines else None, backward_place.get(id(v)))
        )  # fmt: skip
        for slot, (operand, local) in enumerate(slots):
            source = ids[id(v), slot] if local is None else ids[id(operand)]
            # A zero from above stays zero, however singular the slope.
            contribution = None if grad is None or local is None else grad * local if grad else 0.0
            edges.append(Edge(source, here, slot, local, v._rule.formulas[slot], contribution))
    return Snapshot("value", tuple(nodes), tuple(edges), ids[id(output)])


def _constant(id_, operand, module) -> Vertex:
    return Vertex(id_, "constant", None, None, float(operand), None, (), "float64", module, None, None)


# -- Tensors -----------------------------------------------------------------------------------------------------------
def _of_tensor(output, names) -> Snapshot:
    order = reach([output._node])
    values = _values(output, order)
    grads = _gradients(output, order)
    place = {node: i for i, node in enumerate(order)} if grads else {}
    nodes: list[Vertex] = []
    edges: list[Edge] = []
    ids: dict = {}
    modules: dict = {}
    for node in reversed(order):
        arguments = list(node.parents)
        parents, own = [], []
        for parent in arguments:
            if parent is None:
                parents.append("")
            else:
                path = names.get(id(parent))
                own += [module_of(path)] if path is not None else []
                parents.append(modules[parent])
        path = names.get(id(node))
        modules[node] = module_of(path) if path is not None else _belongs(parents, own)
        for slot, parent in enumerate(arguments):
            if parent is None:
                ids[node, slot] = len(nodes)
                nodes.append(_constant_array(len(nodes), node, slot, modules[node]))
        here = ids[node] = len(nodes)
        kind = "output" if node is output._node else "result" if node.rule is not None else "input"
        kind = "parameter" if path is not None else kind
        shape = node.shape if node.shape is not None else ()
        nodes.append(
            Vertex(here, kind, node.rule and node.rule.name, path or node.name, _numbers(values.get(node)),
                 _numbers(grads.get(node)), shape, str(node.dtype), modules[node],
                 None if node.line is None else show_line(node.line), place.get(node), _settings(node))
        )  # fmt: skip
        for slot, parent in enumerate(arguments):
            source = ids[node, slot] if parent is None else ids[parent]
            edges.append(Edge(source, here, slot, None, _rule_text(node.rule, slot), _contribution(node, slot, grads)))
    return Snapshot("tensor", tuple(nodes), tuple(edges), ids[output._node])


def _settings(node) -> tuple:
    """The settings of the call that are plain data."""
    found = ((key, _plain(value)) for key, value in (node.settings or {}).items() if not key.startswith("__"))
    return tuple((key, value) for key, value in found if value is not None)


def _plain(value):
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, tuple | list) and all(isinstance(part, int) for part in value):
        return tuple(value)
    return None


def _values(output, order) -> dict:
    """The arrays of nodes, as far as they are known."""
    found = {output._node: array_of(output)}
    for node in order:
        if node.values is not None:
            arguments, result = node.values
            found.setdefault(node, result)
            for parent, array in zip(node.parents, arguments, strict=False):
                if parent is not None:
                    found.setdefault(parent, array)
            continue
        for parent, array in zip(node.parents, node.saved or (), strict=False):
            if parent is not None and isinstance(array, np.ndarray | np.generic):
                found.setdefault(parent, array)
        last = node.saved[-1] if node.rule is not None and len(node.saved) > len(node.parents) else None
        if isinstance(last, np.ndarray | np.generic):
            found.setdefault(node, last)
    return found


def _gradients(output, order) -> dict:
    """The gradients of all nodes, worked out again without touching any; none if backward() has not been called."""
    if not any(node.rule is None and node.grad is not None for node in order) or output.size != 1:
        return {node: node.grad for node in order if node.grad is not None}
    try:
        found = backward({output._node: np.ones(output.shape, output.dtype)}, targets=order)
    except (RuntimeError, ArithmeticError):  # the arrays have been written to since
        return {node: node.grad for node in order if node.grad is not None}
    # Variables show what they have, which may be the sum of several passes.
    return {node: g if node.rule is not None else node.grad for node, g in found.items() if not isinstance(g, list)}


def _contribution(node, slot, grads):
    g = grads.get(node)
    parent = node.parents[slot]
    if g is None or parent is None or node.rule is None or parent.shape is None or node.shape is None:
        return None
    try:
        with np.errstate(all="ignore"):
            if node.rule.elementwise:
                c = node.rule.backwards[slot](np.broadcast_to(g, node.shape), *node.saved)
                c = sum_to(np.broadcast_to(c, node.shape), parent.shape)
            else:
                c = node.rule.carry(node, slot, np.broadcast_to(g, node.shape), node.saved)
    except Exception:
        return None
    return _numbers(c)


def _numbers(array):
    if array is None or isinstance(array, list):
        return None
    array = array_of(array)
    return Numbers.of(array)


def _constant_array(id_, node, slot, module) -> Vertex:
    array = node.values[0][slot] if node.values is not None else node.saved[slot] if slot < len(node.saved) else None
    shape = np.shape(array) if array is not None else ()
    dtype = str(getattr(array, "dtype", "float64"))
    return Vertex(id_, "constant", None, None, _numbers(array), None, shape, dtype, module, None, None)


def _rule_text(rule, slot) -> str:
    if rule.elementwise:
        return rule.formulas[slot]
    doc = vars(rule).get("__doc__")
    return doc.splitlines()[0] if doc else rule.name
