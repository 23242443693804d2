"""What a jitted function sees of the world around it: a change is noticed."""

import collections
import functools
import types

import numpy as np
import pytest
from equal import same
from replays import arrays, check

import nn
from autograd import Tensor, detect_anomaly, jit, no_grad
from autograd.errors import RecordingError
from autograd.rules.arrays import array_of

SCALE = 2.0
TABLE = {"shift": np.ones(3)}


def test_changed_globals_and_closures_are_noticed():
    global SCALE  # noqa: PLW0603  that it changes is what is tested
    factor = np.array([1.0, 2.0, 3.0])

    def f(x):
        return x * SCALE * factor + TABLE["shift"]

    g, x = jit(f), np.ones(3)
    assert same(g(x), f(x))
    SCALE = 3.0
    assert same(g(x), f(x))
    factor = np.array([5.0, 6.0, 7.0])
    assert same(g(x), f(x))
    factor *= 2  # in place: the program reads it where it is
    assert same(g(x), f(x))
    TABLE["shift"] = np.zeros(3)
    assert same(g(x), f(x))
    SCALE, TABLE["shift"] = 2.0, np.ones(3)


def test_a_changed_helper_or_default_is_noticed():
    def inner(x, k=2.0):
        return x * k

    def f(x):
        return inner(x)

    g = jit(f)
    assert g(np.ones(1))[0] == 2
    inner.__defaults__ = (5.0,)
    assert g(np.ones(1))[0] == 5

    def inner(x):
        return x * 7

    assert g(np.ones(1))[0] == 7


def test_attributes_of_an_object_are_noticed():
    class Scaled:
        factor = 1.0

        def __init__(self):
            self.factor = 2.0
            self.w = Tensor([1.0, 2.0])

        def __call__(self, x):
            return np.sum(self.w * x) * self.factor

    model = Scaled()
    f, x = jit(lambda x: model(x) * 1.0), np.ones(2)
    for factor in (2.0, 3.0):
        model.factor = factor
        assert f(x).item() == model(x).item()
    model.w = Tensor([10.0, 20.0])
    assert f(x).item() == model(x).item()
    model.w.data = np.array([0.0, 1.0])
    assert f(x).item() == model(x).item()
    model.w.data -= 5
    assert f(x).item() == model(x).item()


def test_methods():
    class Model:
        def __init__(self, k):
            self.k = k

        @jit
        def __call__(self, x):
            return x * self.k

    a, b = Model(2.0), Model(3.0)
    x = np.ones(2)
    for _ in range(2):
        assert a(x)[0] == 2
        assert b(x)[0] == 3
    a.k = 4.0
    assert a(x)[0] == 4


def test_no_grad_and_other_modes():
    f = jit(lambda x: x * 2)
    x = Tensor([1.0])
    assert not f(x).is_leaf
    with no_grad():
        assert f(x).is_leaf
    with detect_anomaly(), np.errstate(all="ignore"), pytest.raises(ArithmeticError, match="log gave nan"):
        jit(np.log)(Tensor([-1.0]))


@pytest.mark.parametrize("read", [
    lambda t, x: x * t.numpy(), lambda t, x: t.detach() * x, lambda t, x: Tensor(t) * x
], ids=["numpy", "detach", "Tensor"])  # fmt: skip
def test_a_tensor_from_outside_is_read_again(read):
    t = Tensor([1.0, 2.0, 3.0])

    def change(i):
        t.data = np.array([1.0, 2.0, 3.0]) * i

    check(lambda x: read(t, x), *arrays(3), before=change)


# -- what a function refers to ------------------------------------------------------------
class Box:
    """Something of the user's that keeps a number in many ways."""

    shared = 1.0
    __slots__ = ("__dict__", "inside", "table")

    def __init__(self):
        self.own, self.inside, self.table = 1.0, 1.0, collections.defaultdict(float, a=1.0)

    def __call__(self, x):
        return x * self.own

    def method(self, x):
        return self.helper(x)

    @staticmethod
    def helper(x):
        return x * HERE[0]


HERE = [1.0]
MODULE = types.ModuleType("written_by_a_user")
MODULE.scale = 1.0
exec("def helper(x):\n    return x * scale\n", vars(MODULE))


def scaled(x, *, by=HERE):
    return x * by[0]


def outside_functions():
    box, weights, things, queue = Box(), np.ones(3), {1}, collections.deque([1.0])
    layer = nn.layers.Lambda(lambda x: x * HERE[0])
    model = nn.Sequential([nn.layers.Dense(2, input_shape=(3,)), nn.layers.Lambda(lambda x: x * HERE[0])], seed=0)

    def change(i):
        Box.shared = box.own = box.inside = box.table["a"] = HERE[0] = MODULE.scale = queue[0] = 1.0 + i
        weights[:] = 1.0 + i
        things.add(i + 2)

    return change, {
        "class": lambda x: x * Box.shared,
        "of an instance": lambda x: x * box.shared,
        "slot": lambda x: x * box.inside,
        "defaultdict": lambda x: x * box.table["a"],
        "set": lambda x: x * len(things),
        "deque": lambda x: x * queue[0],
        "callable": box,
        "method": lambda x: 1 * box.method(x),
        "bound": box.method,
        "partial": functools.partial(scaled),
        "keyword": scaled,
        "module": lambda x: x * MODULE.scale,
        "function of a module": lambda x: 1 * MODULE.helper(x),
        "array": lambda x: x * weights,
        "number of an array": lambda x: x * weights[1],
        "computed of an array": lambda x: x * (weights * 2),
        "layer": lambda x: 1 * layer(x),
        "layer of a model": lambda x: model(x[None]),
    }


@pytest.mark.parametrize("name", outside_functions()[1])
def test_what_a_function_refers_to_is_noticed(name):
    change, functions = outside_functions()
    check(functions[name], *arrays(3), before=change)


def test_arrays_from_outside_may_be_written_to_between_calls():
    weights = np.ones(3)
    recorded = check(lambda x: x * weights + weights[::-1], *arrays(3), before=weights.fill)
    assert recorded.recordings == 4  # what plain NumPy made of them would be stale
    recorded(np.ones(3)), recorded(np.ones(3))
    assert recorded.recordings == 4


def test_long_lists_from_outside_are_compared_as_a_whole():
    table = [[float(k), 1.0] for k in range(50_000)]
    f = jit(lambda x: x * table[40_000][0] + table[3][1])
    assert f(np.ones(1))[0] == 40_001
    table[40_000][0] = 5.0
    assert f(np.ones(1))[0] == 6


def test_too_many_things_from_outside_are_refused():
    arrays = [np.ones(1) for _ in range(30_000)]
    with pytest.raises(RecordingError, match="as arguments"):
        jit(lambda x: x * arrays[0])(np.ones(1))


ONE, OTHER = types.ModuleType("one_of_a_user"), types.ModuleType("other_of_a_user")
ONE.OTHER, OTHER.ONE, OTHER.by = OTHER, ONE, 2.0


def test_modules_may_import_each_other():
    f = jit(lambda x: x * ONE.OTHER.ONE.OTHER.by)
    assert f(np.ones(2)).tolist() == [2.0, 2.0]
    OTHER.by = 3.0
    assert f(np.ones(2)).tolist() == [3.0, 3.0]
    OTHER.by = 2.0


@pytest.mark.parametrize("other", [np.array([1.0, 2.0]), Tensor([1.0, 2.0])], ids=["array", "Tensor"])
def test_a_number_in_a_list_may_become_an_array(other):
    numbers = [2.0]
    f = jit(lambda x: x * numbers[0])
    f(np.ones(2))
    numbers[0] = other
    assert array_of(f(np.ones(2))).tolist() == [1.0, 2.0]
