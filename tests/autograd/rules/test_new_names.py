"""What a ndarray can do and a Tensor can too: divmod, round, methods of ufuncs, and names that one would guess."""

import re
from pathlib import Path

import numpy as np
import pytest

import autograd.functional as F
from autograd import Tensor, Value, check_grads, grad, jvp
from autograd.rules.table import ROWS, Elementwise

X = np.array([[0.3, -1.7, 2.2, 2.2], [2.5, 0.1, 0.1, -0.4]])


@pytest.mark.parametrize("other", [2, 0.7, np.array([0.7, 2.0, -1.1, 0.3])], ids=repr)
def test_divmod_as_of_an_array(other):
    for y, wanted in ((divmod(Tensor(X), other), divmod(X, other)), (divmod(other, Tensor(X)), divmod(other, X))):
        assert isinstance(y[1], Tensor)
        assert isinstance(y[0], np.ndarray)
        assert np.array_equal(y[0], wanted[0])
        assert np.array_equal(y[1].data, wanted[1])
    assert np.array_equal(np.divmod(Tensor(X), Tensor(X + 5))[1].data, np.divmod(X, X + 5)[1])
    check_grads(lambda x: divmod(other, x)[1], X + 0.06)


def test_round_as_np_round():
    t = Tensor([1.256, -0.5, 2.5])
    assert round(t).tolist() == np.round(t.data).tolist() == [1, -0.0, 2]
    assert round(t, 2).tolist() == np.round(t.data, 2).tolist()
    assert type(round(t)) is np.ndarray


@pytest.mark.parametrize("name", F.__all__)
def test_the_functions_of_networks_on_values(name):
    function = getattr(F, name)
    if isinstance(function, Elementwise):
        assert np.isclose(function(Value(0.4)).data, function(np.array([0.4]))[0])
    else:  # along an axis, or over windows
        more = {
            "conv": [np.ones((2, 1, 1))],
            "conv_transpose": [np.ones((2, 1, 1))],
            "max_pool": [2],
            "avg_pool": [2],
        }.get(name, [])
        with pytest.raises(TypeError, match=f"{name} .*Value.*Tensor"):
            function(Value(0.4), *more)


@pytest.mark.parametrize("name", [name for name in F.__all__ if isinstance(getattr(F, name), Elementwise)])
def test_and_as_methods_of_a_tensor(name):
    t = Tensor(X)
    assert np.array_equal(getattr(t, name)().data, ROWS[name](X))
    assert "derivative" in getattr(Tensor, name).__doc__


def test_the_page_of_functions_lists_methods_that_there_are():
    page = (Path(__file__).parents[3] / "docs" / "functions.md").read_text()
    table = page[page.index("| function | derivative") : page.index("## On whole arrays")]
    methods, functions = re.findall(r"`\.(\w+)\(\)`", table), re.findall(r"functional\.(\w+)", table)
    assert len(methods) >= 7
    assert all(callable(getattr(Tensor, name)) and callable(getattr(Value, name)) for name in methods)
    assert set(functions) == {name for name in F.__all__ if isinstance(getattr(F, name), Elementwise)}


UFUNCS = [np.add, np.multiply, np.maximum, np.minimum]


@pytest.mark.parametrize("ufunc", UFUNCS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("method", ["reduce", "accumulate"])
@pytest.mark.parametrize("settings", [{}, {"axis": 1}, {"axis": -1}], ids=repr)
def test_methods_of_ufuncs(ufunc, method, settings):
    call = getattr(ufunc, method)
    assert np.array_equal(call(Tensor(X), **settings).data, call(X, **settings))
    smooth = X + 0.01 * np.arange(8).reshape(2, 4)  # without ties
    check_grads(lambda x: call(x, **settings), smooth)
    assert np.allclose(
        jvp(lambda x: call(x, **settings), (smooth,), (X,))[1],
        (call(smooth + 1e-6 * X, **settings) - call(smooth - 1e-6 * X, **settings)) / 2e-6,
    )


def test_a_running_maximum_shares_ties():
    weights = np.array([1.0, 2.0, 4.0, 8.0])
    g = grad(lambda x: np.sum(np.maximum.accumulate(x) * weights))(np.array([1.0, 3.0, 3.0, 2.0]))
    assert g.tolist() == [1, 8, 6, 0]  # the third and fourth result are half of each 3
    assert np.isnan(np.maximum.accumulate(Tensor([1.0, np.nan, 3.0])).data).tolist() == [False, True, True]


@pytest.mark.parametrize("indices", [[0, 3], [3, 0, 2], [1, 1, 1], [4], [0, 1, 2, 3]], ids=repr)
@pytest.mark.parametrize("axis", [0, -1])
def test_reduceat(indices, axis):
    x = np.random.default_rng(0).standard_normal((5, 5))
    assert np.array_equal(np.add.reduceat(Tensor(x), indices, axis=axis).data, np.add.reduceat(x, indices, axis=axis))
    check_grads(lambda x: np.add.reduceat(x, indices, axis=axis), x)


@pytest.mark.parametrize("mode", ["reflect", "symmetric"])
@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_odd_padding_of_any_width(mode, n):
    x = np.random.default_rng(0).standard_normal(n)
    for before in range(9):
        for after in range(9):
            wanted = np.pad(x, (before, after), mode, reflect_type="odd")
            found = np.pad(Tensor(x), (before, after), mode, reflect_type="odd").data
            assert np.allclose(found, wanted, rtol=1e-12, atol=1e-12)


def test_the_sign_of_a_complex_number_is_not_flat():
    z = np.array([1 + 2j, 3 - 1j])
    assert np.allclose(np.sign(Tensor(z)).data, np.sign(z))
    check_grads(np.sign, z)
    assert np.sign(Tensor(0j)).item() == 0


def test_the_tangent_of_a_real_part_is_real_to_any_order():
    z, v = np.array([1 + 2j, 3.0]), np.array([0.5j, 1.0])
    for f in (np.real, np.imag, np.abs, lambda z: np.real(z * z)):
        first, second = jvp(lambda z, f=f: jvp(f, (z,), (v,))[1], (z,), (v,))
        assert first.dtype == second.dtype == float
        assert np.allclose(first, jvp(f, (z,), (v,))[1])


def test_bessel():
    x = np.array([-9.0, -0.3, 0.0, 1e-9, 2.0, 7.9, 8.1, 30.0])
    assert np.array_equal(np.i0(Tensor(x)).data, np.i0(x))
    check_grads(np.i0, x[:-1], order=2)
    assert grad(grad(np.i0))(0.0) == 0.5
    assert np.isclose(Value(2.0).i0().data, np.i0(2.0))
