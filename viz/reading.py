"""From a live graph to a snapshot. This file looks inside the engine, and `failing` at a call that did not end."""

from __future__ import annotations

import itertools

import numpy as np

from autograd import Tensor, Value
from autograd.engine.backward import backward, reach
from autograd.engine.graph import show_line
from autograd.engine.modes import value_lines
from autograd.rules.arrays import array_of
from autograd.scalar.backward import gradients_of
from autograd.scalar.backward import reach as reach_values
from nn.module import Module
from viz import arrays
from viz.given import refusal
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
        return _of_tensor(x, model)[0]
    raise refusal(x, "wanted a Value, a Tensor or a Snapshot", graph=True)


def _names(model) -> dict[int, str]:
    if model is None:
        return {}
    if not isinstance(model, Module):
        raise refusal(model, "model= is a Module, whose parameters have names")
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
    """The number of a Value or Tensor in the snapshot of an output; None if the output does not depend on it."""
    if isinstance(x, Tensor) and isinstance(output, Tensor):
        return _of_tensor(output, None)[1].get(x._node)
    if not isinstance(x, Value | Tensor) or type(output) is Snapshot:
        raise refusal(x, "wanted a Value or Tensor of that graph, or the number of a node")
    if not isinstance(x, Value) or not isinstance(output, Value):
        return None
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
def _of_tensor(output, model) -> tuple[Snapshot, dict]:
    names = _names(model)
    order = reach([output._node])
    values = arrays.values(output, order, [p for p in model.parameters() if isinstance(p, Tensor)] if names else ())
    grads = arrays.gradients(output, order)
    place = {node: i for i, node in enumerate(order)} if grads else {}
    modules = _modules(order, names)
    constants, homes = _constants(order, modules)
    nodes: list[Vertex] = []
    edges: list[Edge] = []
    ids: dict = {}
    for node in reversed(order):
        for slot, parent in enumerate(node.parents):
            if parent is not None:
                continue
            key, array, shape = constants[node, slot]
            if key not in ids:
                ids[key] = len(nodes)
                nodes.append(_constant_array(len(nodes), array, shape, node.dtype, homes[key]))
        here = ids[node] = len(nodes)
        path = names.get(id(node))
        kind = "output" if node is output._node else "result" if node.rule is not None else "input"
        kind = "parameter" if path is not None else kind
        shape = node.shape if node.shape is not None else ()
        nodes.append(
            Vertex(here, kind, node.rule and node.rule.name, path or node.name, _numbers(values.get(node)),
                 _numbers(grads.get(node)), shape, str(node.dtype), modules[node],
                 None if node.line is None else show_line(node.line), place.get(node), _settings(node))
        )  # fmt: skip
        for slot, parent in enumerate(node.parents):
            source = ids[constants[node, slot][0]] if parent is None else ids[parent]
            slope, share = arrays.local(node, slot), arrays.contribution(node, slot, grads)
            edges.append(Edge(source, here, slot, _numbers(slope), _rule_text(node.rule, slot), _numbers(share)))
    return Snapshot("tensor", tuple(nodes), tuple(edges), ids[output._node]), ids


def _modules(order, names) -> dict:
    """The module of each node."""
    found: dict = {}
    for node in reversed(order):
        path = names.get(id(node))
        paths = [None if parent is None else names.get(id(parent)) for parent in node.parents]
        own = [module_of(p) for p in paths if p is not None]
        parents = ["" if parent is None else found[parent] for parent in node.parents]
        found[node] = module_of(path) if path is not None else _belongs(parents, own)
    return found


def _constants(order, modules) -> tuple[dict, dict]:
    """The constants by the argument that they are, and the module of each: the innermost that holds all its uses."""
    known = arrays.Constants()
    found: dict = {}
    homes: dict = {}
    for node in reversed(order):
        for slot, parent in enumerate(node.parents):
            if parent is None:
                found[node, slot] = key, _, _ = known.of(node, slot)
                homes[key] = _shared(homes.get(key, modules[node]), modules[node])
    return found, homes


def _shared(a: str, b: str) -> str:
    """The innermost module that two lie in.

    >>> _shared("block.left", "block.right.dense"), _shared("a", "b")
    ('block', '')
    """
    pairs = zip(a.split("."), b.split("."), strict=False)
    return ".".join(p for p, _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def _settings(node) -> tuple:
    """The settings of the call that are plain data."""
    found = ((key, _plain(value)) for key, value in (node.settings or {}).items() if not key.startswith("__"))
    return tuple((key, value) for key, value in found if value is not None)


def _plain(value):
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, tuple | list):  # such as the padding of windows, a pair for each axis
        parts = [_plain(part) if isinstance(part, tuple | list) else part for part in value]
        return tuple(parts) if all(isinstance(part, int | tuple) for part in parts) else None
    return None


def _numbers(array):
    if array is None or isinstance(array, list):
        return None
    array = array_of(array)
    return Numbers.of(array)


def _constant_array(id_, array, shape, dtype, module) -> Vertex:
    dtype = str(getattr(array, "dtype", dtype))
    return Vertex(id_, "constant", None, None, _numbers(array), None, shape, dtype, module, None, None)


def _rule_text(rule, slot) -> str:
    if rule.elementwise:
        return rule.formulas[slot]
    doc = vars(rule).get("__doc__")
    return doc.splitlines()[0] if doc else rule.name
