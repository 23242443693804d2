"""Operands of other libraries: by NumPy's rule their own class answers, so that nothing of theirs is lost."""

import operator
import sys
import types

import numpy as np
import pytest

from autograd import Tensor, Value, gradients, jit
from autograd.rules.table import FUNCTIONS, Elementwise

BOTH_WAYS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.mod, operator.matmul]
FLAT = [operator.floordiv, operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]
X, LABELS = np.array([1.0, 2.0, 3.0]), ("a", "b", "c")


class Labeled(np.lib.mixins.NDArrayOperatorsMixin):
    """An array with labels, whatever sort of array it is, as of xarray."""

    def __init__(self, array, labels):
        self.array, self.labels = array, labels

    def __array__(self, dtype=None, copy=None):
        return np.array(self.array, dtype)

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        arrays = [x.array if isinstance(x, Labeled) else x for x in inputs]
        return Labeled(getattr(ufunc, method)(*arrays, **kwargs), self.labels)


class Answers:
    """It has arithmetic of its own, from either side."""

    def answer(self, other):
        return "mine"

    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rpow__ = __rmod__ = __rmatmul__ = __rfloordiv__ = answer
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = answer
    __hash__ = None


class Deaf(Answers):
    """It takes no part in ufuncs, and says so."""

    __array_ufunc__ = None


class First(Answers):
    """It says by the older rule that it goes first, as a sparse matrix does."""

    __array_priority__ = 10.1

    def __array__(self, dtype=None, copy=None):
        return np.ones(3)


class Last(First):
    """By the older rule it does not go first, so its numbers count."""

    __array_priority__ = -1


class Loud(np.ndarray):
    """An array of another kind, with ufuncs of its own."""

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return "loud"


@pytest.mark.parametrize("function", [f for f in BOTH_WAYS if f is not operator.matmul])
@pytest.mark.parametrize("turned", [False, True])
def test_labels_and_the_gradient_are_kept(function, turned):
    x, other = Tensor(X), Labeled(X + 1, LABELS)
    y = function(other, x) if turned else function(x, other)
    assert isinstance(y, Labeled)
    assert y.labels == LABELS
    plain = function(X + 1, x) if turned else function(x, X + 1)
    assert np.array_equal(y.array.data, plain.data)
    assert np.array_equal(gradients(y.array.sum(), x), gradients(plain.sum(), x))


OF_TWO = [f for f in FUNCTIONS if isinstance(f, np.ufunc) and f.nin == 2 and f.__name__ not in ("ldexp", "vecmat")]


@pytest.mark.parametrize("function", OF_TWO)
def test_ufuncs_leave_it_to_the_other(function):
    found = function(Tensor(X), Labeled(X + 1, LABELS))
    assert isinstance(found, Labeled)
    assert isinstance(found.array, Tensor) or not isinstance(FUNCTIONS[function], Elementwise)


@pytest.mark.parametrize("function", [*BOTH_WAYS, *FLAT])
@pytest.mark.parametrize("other", [Deaf(), First()], ids=["deaf", "first"])
def test_who_goes_first_answers(function, other):
    assert function(X, other) is function(Tensor(X), other) == "mine"


@pytest.mark.parametrize("function", BOTH_WAYS)
def test_an_array_of_another_kind_answers(function):
    assert function(Tensor(X), X.view(Loud)) == "loud"
    assert np.multiply(Tensor(X), X.view(Loud)) == "loud"


@pytest.mark.parametrize("function", BOTH_WAYS[:6])
def test_numbers_alone_count_where_there_is_no_own_arithmetic(function):
    for other in (X + 1, list(X + 1), (X + 1).view(np.recarray), np.float64(2), Last(), np.int8(3)):
        assert isinstance(function(Tensor(X), other), Tensor)


def test_a_write_in_place_says_what_to_do():
    y = Tensor(X) * 1
    with pytest.raises(TypeError, match=r"multiply of a Tensor and Labeled.*np\.asarray"):
        y *= Labeled(X, LABELS)


def test_functions_that_are_no_ufuncs_take_the_numbers():
    x = Tensor(X)
    assert np.concatenate([x, Labeled(X, LABELS)]).shape == (6,)


def test_a_ufunc_is_named_by_its_module(monkeypatch):
    theirs = np.frompyfunc(lambda x: x, 1, 1)
    with pytest.raises(TypeError, match=r"the ufunc .*vectorized"):
        theirs(Tensor(X))
    module = types.ModuleType("sky.special")
    setattr(module, theirs.__name__, theirs)
    monkeypatch.setitem(sys.modules, "sky.special", module)
    monkeypatch.setitem(sys.modules, "sky._special", module)
    with pytest.raises(TypeError, match=r"sky\.special\.\S+ .*has no derivative.* call sky\.special\."):
        theirs(Tensor(X))
    with pytest.raises(TypeError, match=r"^sky\.special\."):
        theirs(Value(1.0))
    with pytest.raises(TypeError, match=r"np\.nextafter\.reduce|np\.nextafter"):
        np.nextafter.reduce(Tensor(X))
    with pytest.raises(TypeError, match=r"^np\.gcd "):
        np.gcd(Tensor(X), 2)


ODD = [None, "a", b"abc", {1}, {}, object(), range(3), X.data, np.array([1, 2, 3], object), np.timedelta64(1, "s")]


@pytest.mark.parametrize("function", BOTH_WAYS[:6])
@pytest.mark.parametrize("odd", ODD, ids=lambda x: type(x).__name__)
def test_odd_operands_are_named(function, odd):
    for call in (lambda: function(Tensor(X), odd), lambda: function(odd, Tensor(X))):
        if isinstance(odd, str | bytes) and function is operator.mod:
            continue  # which is how text is formatted
        with pytest.raises(TypeError, match="of a Tensor and"):
            call()
    with pytest.raises(TypeError, match=r"wanted a Value or one real number"):
        function(Value(1.0), odd)


def test_the_bare_memory_of_an_array_is_told_apart_from_its_numbers():
    with pytest.raises(TypeError, match="leave it out"):
        X.data * Tensor(X)
    assert jit(lambda x: X.data * x)(X).tolist() == [1, 4, 9]
    with pytest.raises(TypeError, match="type memoryview"):
        jit(lambda w, x: x)(X.data, X)
    with pytest.raises(TypeError, match="static argument 'w' of type memoryview"):
        jit(lambda w, x: x, static="w")(X.data, X)
