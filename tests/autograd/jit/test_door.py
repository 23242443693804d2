"""One door: a Tensor from outside is read again at every call, whichever way it was first touched."""

import copy  # noqa: F401  as in all texts below
import io
import math  # noqa: F401  cases use it
import pickle  # noqa: F401  cases use it

import numpy as np
import pytest
from amount import some
from door import agrees_on_tensors, own_members, replaced_first

from autograd import Tensor, gradients, no_grad, testing
from autograd.rules.structural import Constant
from autograd.rules.table import FUNCTIONS, ROWS, Elementwise  # noqa: F401  cases use it

# What `t` is at first, and what it is then: other signs, another order, other zeros.
BEFORE = np.array([[1.5, -0.5, 2.25], [-3.0, 0.75, 0.0]])
AFTER = np.array([[-1.0, 2.5, 0.25], [1.0, -0.75, 3.5]])
SQUARE = np.array([[1.0, 2.0], [2.0, 4.0]]), np.array([[3.0, 1.0], [-1.0, 2.0]])
GAPS = np.array([1.0, np.nan, -np.inf, 2.0]), np.array([np.nan, np.inf, 1.0, 0.5])
HOLES = np.array([1.0, np.nan, 0.5, 2.0]), np.array([np.nan, 3.0, 4.0, 0.25])
LINE = np.array([0.5, 3.0, 1.0, 2.0]), np.array([2.0, 0.0, 3.0, 1.0])
RISING = np.array([0.5, 1.0, 2.0]), np.array([-1.0, 0.25, 3.0])
ZEROS = np.zeros((2, 3)), BEFORE
ONE = np.array(1.25), np.array(-2.5)
NO_OR_YES = np.array([0.0]), np.array([1.0])
ROW = np.array([1.0, -0.5, 3.5])  # a plain array from outside


def door(text, data=(BEFORE, AFTER), blind=False):
    """The expression `text` of an untouched Tensor `t`."""
    agrees_on_tensors(eval(f"lambda t: {text}", globals()), [data[0]], [data[1]], blind)


def with_data(use):
    """A parameter for a test: an expression, alone or with numbers of its own."""
    text, data = (use, (BEFORE, AFTER)) if isinstance(use, str) else use
    return pytest.param(text, data, id=text)


# -- rows -----------------------------------------------------------------------------------------------------------
SAMPLED = [row for row in ROWS.values() if row.samples or isinstance(row, Elementwise)]
CALLS = [zip(testing.sample_calls(row), testing.sample_calls(row, seed=1), strict=True) for row in SAMPLED]
PAIRS = [[pytest.param(*pair, id=repr(pair[0])) for pair in pairs] for pairs in CALLS]
BLIND = (
    "initial=-9.0",
    "0 * x3",
    "matrix_power(m33, 0)",
    "heaviside(",
)  # samples that are the same whatever the numbers


@pytest.mark.parametrize(("first", "second"), [pair for pairs in PAIRS for pair in some(pairs, 3)])
def test_rows(first, second):
    blind = any(text in first.text for text in BLIND)
    agrees_on_tensors(first.call, first.arrays, second.arrays, blind)


@pytest.mark.parametrize(("first", "second"), [pairs[0] for pairs in PAIRS])
def test_gradients_of_rows(first, second):
    def use(*tensors):
        y = first.call(*tensors)
        if not isinstance(y, Tensor):
            return y
        total = np.sum(np.real(y) * np.cos(np.arange(y.size)).reshape(y.shape))
        return y, gradients(total, list(tensors))

    blind = any(text in first.text for text in BLIND)
    agrees_on_tensors(use, first.arrays, second.arrays, blind, ways=[replaced_first])


# -- functions that end the graph -----------------------------------------------------------------------------------
FLAT = {
    "np.round": ["np.round(t)", "np.round(t, 1)", "np.round(a=t)"],
    "np.heaviside": ["np.heaviside(t, 0.5)", "np.heaviside(0.0, t)"],
    "np.searchsorted": [("np.searchsorted(t, 0.7)", RISING), ("np.searchsorted([0.0, 1.0], t)", RISING)],
    "np.digitize": ["np.digitize(t, [-1.0, 0.0, 1.0])", ("np.digitize(ROW, t)", RISING)],
    "np.argpartition": ["np.argpartition(t, 1, axis=1)"],
    "np.argmax": ["np.argmax(t)", "np.argmax(t, axis=1)", "np.argmax(a=t, keepdims=True)"],
    "np.nanargmax": [("np.nanargmax(t)", GAPS)],
    "np.nanargmin": [("np.nanargmin(t)", GAPS)],
    "np.lexsort": ["np.lexsort((t[0], t[1]))", "np.lexsort(t)"],
    "np.all": ["np.all(t)", "np.all(t, axis=0)"],
    "np.any": [("np.any(t)", ZEROS), ("np.any(t, axis=0)", ZEROS)],
    "np.isnan": [("np.isnan(t)", GAPS)],
    "np.isinf": [("np.isinf(t)", GAPS)],
    "np.isfinite": [("np.isfinite(t)", GAPS)],
    "np.isneginf": [("np.isneginf(t)", GAPS)],
    "np.isposinf": [("np.isposinf(t)", GAPS)],
    "np.logical_or": ["np.logical_or(t, 0.0)", "np.logical_or(0.0, t)"],
    "np.allclose": [("np.allclose(t, 1.0)", (np.ones(2), np.zeros(2))), ("np.allclose(ROW, t)", (ROW, 2 * ROW))],
    "np.isclose": ["np.isclose(t, 2.5)", "np.isclose(ROW, t)"],
    "np.array_equal": [("np.array_equal(t, ROW)", (ROW, 2 * ROW)), ("np.array_equal(ROW, t)", (ROW, 2 * ROW))],
    "np.array_equiv": [("np.array_equiv(t, ROW)", (ROW, 2 * ROW))],
    "np.isin": ["np.isin(t, [2.5, 0.0])", "np.isin(ROW, t)"],
    "np.linalg.matrix_rank": [("np.linalg.matrix_rank(t)", SQUARE)],
    "np.bincount": [("np.bincount([0, 1, 2, 1], weights=t)", LINE)],
    "np.histogram": ["np.histogram(t, 3)", "np.histogram(t, [-1.0, 0.0, 1.0])[0]"],
    "np.histogram2d": [("np.histogram2d(t, t, 2)", LINE)],
    "np.histogramdd": ["np.histogramdd(t, 2)"],
    "np.histogram_bin_edges": ["np.histogram_bin_edges(t, 3)"],
    "np.unique_counts": [("np.unique_counts(t)", LINE)],
    "np.fix": ["np.fix(t)"],
    "np.iscomplex": [("np.iscomplex(t)", (np.array([1 + 1j, 2]), np.array([1, 2 + 1j])))],
    "np.isreal": [("np.isreal(t)", (np.array([1 + 1j, 2]), np.array([1, 2 + 1j])))],
    "np.array_repr": ["np.array_repr(t)"],
    "np.array2string": ["np.array2string(t, precision=2)"],
    "np.save": ["written(np.save, t)"],
    "np.savez": ["written(np.savez, t)"],
    "np.savez_compressed": ["written(np.savez_compressed, t)"],
    "np.savetxt": ["written(np.savetxt, t)"],
}  # fmt: skip
# The numbers make no difference to these, or none that can be told.
SHAPES = {
    "np.shape": "np.shape(t)",
    "np.ndim": "np.ndim(t)",
    "np.size": "np.size(t)",
    "np.iscomplexobj": "np.iscomplexobj(t)",
    "np.isrealobj": "np.isrealobj(t)",
    "np.shares_memory": "np.shares_memory(t, ROW)",
    "np.may_share_memory": "np.may_share_memory(t, ROW)",
    "np.result_type": "np.result_type(t, np.float32)",
    "np.can_cast": "np.can_cast(t.dtype, np.float32)",
    "np.min_scalar_type": "np.min_scalar_type(t)",
    "np.common_type": "np.common_type(t)",
    "np.tril_indices_from": "np.tril_indices_from(t)",
    "np.triu_indices_from": "np.triu_indices_from(t)",
    "np.diag_indices_from": "np.diag_indices_from(t[:, :2])",
    "np.zeros_like": "np.zeros_like(t)",
    "np.ones_like": "np.ones_like(t)",
    "np.empty_like": "np.empty_like(t).shape",
    "np.ix": "np.ix_(t[0])",  # of no use for floats: refused by NumPy
    "np.unravel_index": "np.unravel_index(t, (2, 3))",
    "np.ravel_multi_index": "np.ravel_multi_index((t, t), (2, 3))",
}
FLAT_ROWS = [row for row in ROWS.values() if isinstance(row, Constant) and "(alias)" not in row.name]
# Rows that look for nan in an array of their own; their samples have none.
NAN = [f"np.{name}(t)" for name in "nansum nanprod nanmax nanmin nanmean nanvar nanstd nancumsum nanmedian".split()]


def written(save, t):
    """What a function writes to a file for a Tensor."""
    file = io.BytesIO()
    save(file, t)
    return np.frombuffer(file.getvalue(), np.uint8).sum()


def flat_uses():
    for row in FLAT_ROWS:
        if isinstance(row.function, np.ufunc) and row.name not in FLAT:
            uses = [f"{row.name}(t)"] if row.function.nin == 1 else [f"{row.name}(t, 0.75)", f"{row.name}(ROW, t)"]
        elif row.name not in FLAT:
            uses = [f"{row.name}(t)"]
        else:
            uses = FLAT[row.name]
        if row.name not in SHAPES:
            yield from map(with_data, uses)
    yield from (with_data((use, HOLES)) for use in NAN)


@pytest.mark.parametrize(("text", "data"), list(flat_uses()))
def test_functions_that_end_the_graph(text, data):
    door(text, data)


@pytest.mark.parametrize("text", list(SHAPES.values()))
def test_functions_that_look_at_shapes(text):
    door(text, blind=True)


# -- members, operators and conversions of Tensor --------------------------------------------------------------------
MEMBERS = {
    "T": ["t.T * 1.0"], "mT": ["t.mT * 1.0"], "real": ["t.real"], "imag": [("t.imag", (BEFORE * 1j, AFTER * 1j))],
    "__abs__": ["abs(t)"], "abs": ["t.abs()"],
    "__add__": ["t + 2.0", "t + t", "t + ROW"], "__radd__": ["2.0 + t", "ROW + t", "sum([t, t])"],
    "__sub__": ["t - 2.0"], "__rsub__": ["2.0 - t", "ROW - t"],
    "__mul__": ["t * 2.0", "t * t"], "__rmul__": ["2.0 * t", "ROW * t"],
    "__truediv__": ["t / 2.0"], "__rtruediv__": ["2.0 / t", "ROW / t"],
    "__floordiv__": ["t // 0.4", "t // t[0]", "t // ROW"], "__rfloordiv__": ["0.4 // t", "ROW // t"],
    "__mod__": ["t % 0.4"], "__rmod__": ["0.4 % t"],
    "__pow__": ["t**2", "t**3.0", "t**t", "pow(t, 2)"], "__rpow__": ["2.0**t"],
    "__matmul__": ["t @ ROW", "t @ t.T"], "__rmatmul__": ["ROW @ t.T", "np.ones(2) @ t"],
    "__neg__": ["-t"], "__pos__": ["+t"],
    "__iadd__": ["later(t, '+=')"], "__isub__": ["later(t, '-=')"], "__imul__": ["later(t, '*=')"],
    "__itruediv__": ["later(t, '/=')"], "__ipow__": ["later(t, '**=')"],
    "__lt__": ["t < 0.7", "0.7 < t", "ROW < t"], "__le__": ["t <= 0.75", "t <= ROW"], "__gt__": ["t > 0.7", "0 > t"],
    "__ge__": ["t >= 0.75"], "__eq__": ["t == 2.5", "2.5 == t", "t == ROW"], "__ne__": ["t != 2.5"],
    "__array__": ["np.asarray(t)", "np.array([t, t])", "filled(t)", "np.zeros(3).__iadd__(t[0])", "list(np.nditer(t))"],
    "__array_ufunc__": ["np.exp(t)", "np.add(ROW, t)", "np.add.reduce(t)", "np.maximum.accumulate(t)",
                        "np.multiply.outer(t, t)", "np.add(t, 1.0, out=np.zeros((2, 3)))"],
    "__array_function__": ["np.stack([t, t])", "np.mean(a=t)", "np.where(t > 0, t, 0.1)", "np.where(t, ROW, 0.1)",
                           "np.einsum('ij->j', t)", "np.sum(t, out=np.zeros(()))"],
    "__apply__": ["FUNCTIONS[np.matmul](t, ROW)", "FUNCTIONS[np.sum](t)"],
    "__apply_elementwise__": ["ROWS['relu'](t)", "ROWS['maximum'](t, 0.5)"],
    "__bool__": [("bool(t)", NO_OR_YES), ("1 if t else 2", NO_OR_YES), ("not t", NO_OR_YES), ("t or ROW", NO_OR_YES)],
    "__float__": ["float(t)", ("float(t)", ONE), ("math.sqrt(t)", ONE), ("f'{t.data:.1f}'", ONE)],
    "__int__": [("int(t)", ONE), ("round(t)", ONE), ("divmod(t, 2)", ONE)], "__complex__": [("complex(t)", ONE)],
    "__index__": [("[1, 2, 3][t]", ONE), ("list(range(t))", ONE), ("ROW[t]", ONE)],
    "__imod__": ["later(t, '%=')"], "__imatmul__": ["squared(t)"], "__ifloordiv__": ["halved(t)"],
    "__contains__": ["2.5 in t", "ROW[0] in t"],
    "__iter__": ["list(t)", "[row * 2 for row in t]", "[*t]", "dict(enumerate(t))", "sorted(t[0])", "max(t[0])"],
    "__copy__": ["copy.copy(t)", "copy.copy(t) * 2"], "__deepcopy__": ["copy.deepcopy(t)", "copy.deepcopy([t])[0] * 2"],
    "__reduce__": ["pickle.loads(pickle.dumps(t))"],
    "__format__": ["f'{t}'", ("f'{t:.2f}'", ONE), "format(t)"], "__repr__": ["repr(t)", "str(t)", "f'{[t]}'"],
    "__getitem__": ["t[0]"],  # INDICES has all forms
    "__setitem__": ["put(Tensor(np.zeros((2, 3))), (slice(None), 1), t[:, 0])", "put(t * 1.0, 0, 7.0)",
                    "put(t * 1.0, t > 0, 0.0)", "written_to(t)"],
    "__write__": ["increased(t)"], "__looks_at__": ["np.flip(t)", "np.split(t, 3, axis=1)[0]"],
    "all": ["t.all()"], "any": [("t.any()", ZEROS)], "argmax": ["t.argmax()", "t.argmax(axis=0)"],
    "argmin": ["t.argmin()"],
    "argsort": ["t.argsort(axis=1)", "t.argsort()"], "astype": ["t.astype(np.float32)", "t.astype(np.float64)"],
    "backward": ["slope(t)", "np.sum(t * t).backward()", "seeded(t)"], "grad": ["slope(t)"],
    "clip": ["t.clip(-0.6, 0.6)", "t.clip(min=0.1)", "t.clip(t[0], 9.0)"],
    "compress": ["t.compress([True, False, True], axis=1)"],
    "conj": ["t.conj()"], "conjugate": ["t.conjugate()"], "copy": ["t.copy()", "t.copy() * 2"],
    "cumprod": ["t.cumprod()"], "cumsum": ["t.cumsum(axis=1)"],
    "data": ["t.data * 2.0", "t.data", "np.sum(t.data)", "t.data > 0.7", "t.data[0] + 1", "np.sign(t.data)",
             ("float(t.data)", ONE), "np.asarray(t.data) * 2", "np.array(t.data)", "t.data.copy()", "t.data.sum()",
             "replace(t)", "shift(t)"],
    "detach": ["t.detach()", "t.detach() * t"], "diagonal": ["t.diagonal()"], "dot": ["t.dot(ROW)"],
    "exp": ["t.exp()"], "log": ["t.log()"], "sqrt": ["t.sqrt()"], "sin": ["t.sin()"], "cos": ["t.cos()"],
    "tan": ["t.tan()"], "tanh": ["t.tanh()"], "relu": ["t.relu()"], "sigmoid": ["t.sigmoid()"],
    "softplus": ["t.softplus()"], "silu": ["t.silu()"], "erf": ["t.erf()"], "gelu": ["t.gelu()"],
    "log_sigmoid": ["t.log_sigmoid()"], "__divmod__": ["divmod(t, 0.4)"], "__rdivmod__": ["divmod(0.4, t)"],
    "__round__": ["round(t)", "round(t, 1)"],
    "flatten": ["t.flatten()"], "item": [("t.item()", ONE), ("t.item() > 0", ONE), "t[0, 0].item()"],
    "max": ["t.max()", "t.max(axis=1)"], "min": ["t.min()"], "mean": ["t.mean(axis=0)"], "nonzero": ["t.nonzero()"],
    "numpy": ["t.numpy()", "t.numpy() * 2.0", "t.numpy() > 0", "np.argmax(t.numpy())"],
    "prod": ["t.prod()", "t.prod(axis=0)"], "ptp": ["t.ptp()"], "ravel": ["t.ravel()"], "rebase": ["rebased(t)"],
    "repeat": ["t.repeat(2, axis=0)"], "reshape": ["t.reshape(3, 2)", "t.reshape(-1)"],
    "retain_grad": ["retained(t)"], "round": ["t.round()", "t.round(1)"],
    "searchsorted": [("t.searchsorted([0.7, 0.9])", RISING)], "squeeze": ["t.squeeze()"], "std": ["t.std()"],
    "sum": ["t.sum()", "t.sum(axis=0)"], "swapaxes": ["t.swapaxes(0, 1)"], "take": ["t.take([0, 1], axis=1)"],
    "tolist": ["t.tolist()", "t[0].tolist()"], "trace": ["t.trace()"], "transpose": ["t.transpose()"],
    "var": ["t.var(axis=0)"],
}  # fmt: skip
# What does not show the numbers: the shape and what the Tensor is called.
BLIND_MEMBERS = {
    "shape": "t.shape", "dtype": "t.dtype", "ndim": "t.ndim", "size": "t.size", "nbytes": "t.nbytes",
    "itemsize": "t.itemsize", "is_leaf": "t.is_leaf", "name": "t.name", "__len__": "len(t)",
    "__hash__": "{t: 1.0}[t]", "__init__": "isinstance(t, Tensor)",
}  # fmt: skip
PARTS = (
    "__module__ __doc__ __slots__ __annotations__ __weakref__ __init_subclass__ __subclasshook__ shown".split()
)  # of the class itself


def put(target, index, value):
    target[index] = value
    return target


def filled(t):
    """A plain array that a Tensor is written into."""
    array = np.zeros((2, 3))
    array[...] = t
    return array


def later(t, operator):
    """An operator in place, on a computed Tensor and then with an outside one on the right."""
    space = {"y": t * 1.0, "t": t, "z": Tensor(np.full((2, 3), 0.5)) * 1.0}
    exec(f"y {operator} 2.0\nz {operator} t", space)
    return space["y"], space["z"]


def written_to(t):
    """A variable that is written to in place, as a value and not as a graph."""
    with no_grad():
        t[0] = t[1] * 0.5
    return t * 1.0


def increased(t):
    with no_grad():
        t += 1.0
        t *= 0.5
    return t * 1.0


def squared(t):
    y = t[:, :2] * 1.0
    y @= t[:, :2]
    return y


def halved(t):
    with no_grad():
        t //= 0.5
    return t * 1.0


def replace(t):
    t.data = t.data * 0.5
    return t * 1.0


def shift(t):
    t.data -= 0.1
    return t * 1.0


def rebased(t):
    t.rebase(t.data * 0.5)
    return t * 1.0


def slope(t):
    t.grad = None
    np.sum(np.sin(t) * t).backward()
    return t.grad


def seeded(t):
    t.grad = None
    t.backward(BEFORE)
    return t.grad, t * 1.0


def retained(t):
    y = (t * t).retain_grad()
    np.sum(y * y).backward()
    t.grad = None
    return y.grad


def test_every_member_is_listed():
    listed = {*MEMBERS, *BLIND_MEMBERS, *PARTS}
    assert not set(own_members(Tensor)) - listed, "say in MEMBERS how these are called, or in BLIND_MEMBERS"


@pytest.mark.parametrize(
    ("text", "data"),
    [with_data(use) for uses in MEMBERS.values() for use in uses],
)
def test_members_operators_and_conversions(text, data):
    door(text, data, blind=text == "np.sum(t * t).backward()")  # which gives None


@pytest.mark.parametrize("text", list(BLIND_MEMBERS.values()))
def test_what_does_not_show_the_numbers(text):
    door(text, blind=True)


# -- indices --------------------------------------------------------------------------------------------------------
MASK = np.array([[True, False, True], [False, True, True]])
INDICES = """t[0] t[-1] t[1:] t[::-1] t[:,::2] t[None] t[...] t[...,0] t[0,1] t[0][1] t[:,None,:] t[np.newaxis,0]
    t[[0,0,1]] t[np.array([1,0])] t[np.array([[0,1],[1,0]])] t[[0,1],[2,0]] t[:,[2,0]] t[np.int64(1)] t[()] t[0,...,1]
    t[MASK] t[np.array([True,False])] t[:,np.array([True,False,True])] t[True] t[[True,False]] t[slice(0,1)] t[1,1:3]
    t[(0,slice(None))] t[t>0] t[t.data>0] t[np.argmax(t,axis=0),[0,1,2]] t[np.argsort(t[0])[:2]] t[np.isnan(t)]
    ROW[t[0]>0] t[np.nonzero(t)] np.take(t,[0,2]) np.take_along_axis(t,np.argsort(t,axis=1),axis=1)
    np.compress(t[0]>0,t,axis=1) np.extract(MASK,t) np.extract(t>0,t) np.choose([0,1,0],t) np.select([t>0,t<0],[t,-t])
    np.where(t>0,ROW,-ROW) np.where(t==np.max(t),1.0,0.0)
    np.where(np.isnan(t),0.0,t) np.where(~(t>0),t,2*t) np.argwhere(t>0)
    np.delete(t,0,axis=1) np.roll(t,1) np.flip(t) np.diag(t) np.tril(t)
    (t>0)*1.0 (t>0)&(t<2) (t>0)|(t<-2) ~(t>0) np.logical_and(t>0,t<2) np.sum(t>0) np.mean(t>0,axis=0)""".split()


@pytest.mark.parametrize("text", INDICES)
def test_indices_and_masks(text):
    door(text, blind=text in ("t[np.isnan(t)]", "np.where(np.isnan(t),0.0,t)"))
