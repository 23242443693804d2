"""One door: a Value from outside is read again at every call, whichever way it was first touched."""

import copy  # noqa: F401  as in all texts below
import math
import pickle  # noqa: F401  cases use it

import numpy as np
import pytest
from door import agrees, own_members
from equal import same

from autograd import Value, grad, gradients, no_grad, stop_gradient, testing, value_and_grad  # noqa: F401  cases use it
from autograd.rules.structural import Constant
from autograd.rules.table import ROWS, Elementwise

BEFORE, AFTER = 1.25, -0.7
FALSE_OR_TRUE = 0.0, 1.0
NAN_OR_NOT = math.nan, 2.0
INF_OR_NOT = -math.inf, math.inf


def close(a, b):
    """Equal to round-off: in levels NumPy computes what Python's math does eagerly, and the last bits may differ."""
    if isinstance(a, list):
        return len(a) == len(b) and all(map(close, a, b))
    if isinstance(a, str) or a is None:
        return a == b
    return a.dtype == b.dtype and np.allclose(a, b, rtol=1e-12, atol=0, equal_nan=True)


def door(use, before, after, blind=False, equal=close):
    """`use` of untouched Values, whose numbers change twice."""

    def set_to(numbers):
        return lambda values: [setattr(v, "data", x) for v, x in zip(values, numbers, strict=True)]

    changes = [set_to(after), set_to(before)]
    agrees(use, lambda: [Value(x) for x in before], changes, equal, blind, x=2.0)


def parameter(use):
    text, data = (use, (BEFORE, AFTER)) if isinstance(use, str) else use
    return pytest.param(text, data, id=text)


# -- rows -----------------------------------------------------------------------------------------------------------
LINES = [row for row in ROWS.values() if isinstance(row, Elementwise)]


CHOOSING = "minimum maximum fmin fmax copysign heaviside nextafter".split()  # one of them may make no difference
STEPS = {"heaviside": ([0.5, 2.0], [-0.5, 1.0])}  # on both sides


def numbers(row, seed):
    if row.name in STEPS:
        return STEPS[row.name][seed]
    found = [float(a) for a in testing.sample_calls(row, seed=seed)[0].arrays]
    return found[::-1] if row.name in CHOOSING and seed else found


@pytest.mark.parametrize("row", LINES, ids=lambda row: row.name)
def test_rows(row):
    before, after = numbers(row, 0), numbers(row, 1)
    for function in (row, getattr(Value, row.name), *row.covers):
        door(function, before, after)
    if len(before) == 2:
        door(lambda a: row(a, before[1]), before[:1], after[:1], row.name in CHOOSING)
        door(lambda b: row(before[0], b), before[1:], after[1:], row.name in CHOOSING)


@pytest.mark.parametrize("row", LINES, ids=lambda row: row.name)
def test_gradients_of_rows(row):
    def use(*values):
        for v in values:
            v.grad = None
        y = row(*values) * 0.5
        y.backward()
        return y, [v.grad for v in values]

    door(use, numbers(row, 0), numbers(row, 1))


# -- members, operators, functions ------------------------------------------------------------------------------------
MEMBERS = {
    "__abs__": ["abs(v)"], "__neg__": ["-v"], "__pos__": ["+v"],
    "__add__": ["v + 2", "v + v"], "__radd__": ["2 + v", "sum([v, v])"], "__sub__": ["v - 2"], "__rsub__": ["2 - v"],
    "__mul__": ["v * 2", "v * v"], "__rmul__": ["2 * v"], "__truediv__": ["v / 2"], "__rtruediv__": ["2 / v"],
    "__pow__": ["v**2", "v**3", "pow(v, 2)"], "__rpow__": ["2**v"], "__mod__": ["v % 0.4"], "__rmod__": ["0.4 % v"],
    "__floordiv__": ["v // 0.4"], "__rfloordiv__": ["0.4 // v"], "__round__": ["round(v)", "round(v, 1)"],
    "__lt__": ["v < 0.7", "0.7 < v"], "__le__": ["v <= 1.0", "v <= v * 0.5"],
    "__gt__": ["v > 0.7"], "__ge__": ["v >= 1.25"],
    "__eq__": ["v == 1.25", "1.25 == v"], "__ne__": ["v != 1.25"],
    "__bool__": [("bool(v)", FALSE_OR_TRUE), ("1 if v else 2", FALSE_OR_TRUE), ("not v", FALSE_OR_TRUE),
                 "v if v > 0 else -v"],
    "__float__": ["float(v)", "math.sin(v)"], "__int__": ["int(v)"], "__index__": ["[1, 2][v]"],
    "__complex__": ["complex(v)"],
    "__trunc__": ["math.trunc(v)"], "__floor__": ["math.floor(v)"], "__ceil__": ["math.ceil(v)"],
    "__array__": ["np.asarray(v)", "np.array([v, v])"], "__array_ufunc__": ["np.exp(v)", "np.add(1.5, v)"],
    "__array_function__": ["np.where(v > 0, v, 0.5)", ("np.where(v, 1.0, v)", FALSE_OR_TRUE),
                           "np.clip(v, -0.5, 1.0)", "np.sum(v)"],
    "__apply__": ["ROWS['tanh'](v)"],
    "__copy__": ["copy.copy(v)", "copy.copy(v) * 2"], "__deepcopy__": ["copy.deepcopy(v) * 2"],
    "__reduce__": ["pickle.loads(pickle.dumps(v)) * 2"],
    "__repr__": ["repr(v)", "str(v)", "f'{[v]}'"], "__format__": ["f'{v}'", "f'{v:.2f}'"],
    "backward": ["slope(v)"], "grad": ["slope(v)", "gradients(v * v, v)"],
    "clip": ["v.clip(-0.5, 1.0)", "v.clip(min=0)"],
    "data": ["v.data * 2", "v.data", "v.data > 0", "np.sign(v.data)", "math.sin(v.data)", "abs(v.data)",
             "f'{v.data:.1f}'", "int(v.data)", "max(v.data, 0.0)", "halved(v)"],
    "detach": ["v.detach()", "v.detach() * v"], "item": ["v.item()", "v.item() * 2", "v.item() > 0"],
    "max": ["max(v, v * 2)", "sorted([v, v * 2])[0]"],
    "stop_gradient": ["stop_gradient(v)", "stop_gradient(v) * v"],
    "transforms": ["grad(lambda x: x * x * x)(v)", "value_and_grad(lambda x: x * v)(2.0)",
                   "grad(lambda x: x * v.tanh())(2.0)", "unrecorded(v)"],
    "places": ["[v, 1][0] * 2", "{'a': v}['a'] * 2", "(lambda: v * 2)()", "sum(x * 2 for x in (v, v))"],
}  # fmt: skip
BLIND_MEMBERS = {
    "op": "v.op", "parents": "len((v * v).parents)", "is_leaf": "v.is_leaf", "name": "v.name",
    "__hash__": "{v: 1.0}[v]", "__init__": "isinstance(v, Value)", "_prev": "len((v * v)._prev)", "_op": "v._op",
    "label": "v.label",
}  # fmt: skip
PARTS = "__module__ __doc__ __slots__ __weakref__ __init_subclass__ __subclasshook__".split()  # of the class itself


def slope(v):
    v.grad = None
    (v * v.tanh()).backward()
    return v.grad


def halved(v):
    v.data = v.data * 0.5
    return v * 1.0


def unrecorded(v):
    with no_grad():
        return v * v.tanh()


def test_every_member_is_listed():
    listed = {*MEMBERS, *BLIND_MEMBERS, *PARTS, *(row.name for row in LINES)}
    assert not set(own_members(Value)) - listed, "say in MEMBERS how these are called, or in BLIND_MEMBERS"


@pytest.mark.parametrize(("text", "data"), [parameter(use) for uses in MEMBERS.values() for use in uses])
def test_members_operators_and_conversions(text, data):
    door(eval(f"lambda v: {text}", globals()), data[:1], data[1:])


@pytest.mark.parametrize("text", list(BLIND_MEMBERS.values()))
def test_what_does_not_show_the_number(text):
    door(eval(f"lambda v: {text}", globals()), [BEFORE], [AFTER], blind=True)


# -- functions that end the graph -----------------------------------------------------------------------------------
OF_OTHER_NUMBERS = {
    "np.isnan": NAN_OR_NOT, "np.isfinite": NAN_OR_NOT, "np.isinf": (2.0, math.inf), "np.isneginf": INF_OR_NOT,
    "np.isposinf": INF_OR_NOT, "np.logical_not": FALSE_OR_TRUE, "np.all": FALSE_OR_TRUE, "np.any": FALSE_OR_TRUE,
    "np.count_nonzero": FALSE_OR_TRUE,
}  # fmt: skip
FLAT = [row for row in ROWS.values() if isinstance(row, Constant) and isinstance(row.function, np.ufunc)]
OTHERS = """np.round(v) np.round(v,1) np.fix(v) np.isclose(v,1.25) np.sign(v*2) np.floor(abs(v)) np.all(v) np.any(v)
    np.count_nonzero(v) np.logical_or(v,0.0) np.logical_or(0.0,v)
    np.logical_xor(0.0,v) np.logical_and(v,1.0)""".split()


def flat_uses():
    for row in FLAT:
        name, data = row.name, OF_OTHER_NUMBERS.get(row.name, (BEFORE, AFTER))
        if row.function.nin == 1:
            yield f"{name}(v)", data
        elif "logical" not in name:
            other = 1.25 if name in ("np.equal", "np.not_equal") else 0.0 if "heaviside" in name else 1.0
            yield from ((f"{name}(v, {other})", data), (f"{name}({other}, v)", data))
    for text in OTHERS:
        number = FALSE_OR_TRUE if "logical" in text else (BEFORE, AFTER)
        yield text, OF_OTHER_NUMBERS.get(text.partition("(")[0], number)


@pytest.mark.parametrize(("text", "data"), [parameter(use) for use in flat_uses()])
def test_functions_that_end_the_graph(text, data):
    door(eval(f"lambda v: {text}", globals()), data[:1], data[1:], equal=same)
