"""Slopes where there is none, or an infinite one: an IEEE answer or an error that says why, never a LinAlgError."""

import operator
import warnings

import numpy as np
import pytest

from autograd import Tensor, Value, check_grads, grad, jit, jvp
from autograd.errors import BackwardError
from autograd.rules.table import ROWS
from autograd.testing import sample_calls

MATRICES = {
    "zeros": np.zeros((3, 3)), "ones": np.ones((3, 3)), "of rank 1": np.outer([1.0, 2.0, 3.0], [1.0, 0.0, 2.0]),
    "of rank 2": np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]), "the unit": np.eye(3),
    "nilpotent": np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]), "nan": np.full((3, 3), np.nan),
    "one of two": np.stack([np.eye(3), np.ones((3, 3))]), "wide": np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0]]),
    "tall": np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]]),
}  # fmt: skip
OURS = ("inv", "det", "slogdet")
ROWS_OF_MATRICES = [row for row in ROWS.values() if row.name.startswith("np.linalg.") or row.name in OURS]
SAMPLES = [
    s for row in ROWS_OF_MATRICES if row.samples for s in sample_calls(row)
    if len(s.arrays) == 1 and s.arrays[0].ndim >= 2 and s.arrays[0].dtype == float
]  # fmt: skip


def floats(y):
    return [part for part in (y if isinstance(y, tuple | list) else [y]) if isinstance(part, Tensor)]


@pytest.mark.parametrize("sample", SAMPLES, ids=repr)
@pytest.mark.parametrize("name", MATRICES)
def test_backward_of_a_singular_matrix_is_a_number_or_says_why(sample, name):
    t = Tensor(MATRICES[name])
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name == "nan" and "linalg" in sample.text:
            return  # LAPACK's svd of nan need not end
        try:
            ys = floats(sample.call(t))
        except Exception:
            return  # so says NumPy, or the shape is not for it
        try:
            for y in ys:
                np.sum(np.real(y)).backward()
        except BackwardError as error:
            said = str(error)
        else:
            return
    assert "has no derivative where the" in said
    assert "LinAlgError" not in said


@pytest.mark.parametrize("zero", [0.0, 0, -0.0, np.float64(0.0), np.zeros(3)], ids=repr)
@pytest.mark.parametrize("divide", [operator.truediv, np.divide])
def test_divided_by_zero(zero, divide):
    with np.errstate(all="ignore"):
        t = Tensor([1.0, -2.0, 0.0])
        divide(t, zero).sum().backward()
        assert np.all(np.isinf(t.grad))
        u = Tensor([1.0, -2.0, 0.0])
        np.sum(np.where([False] * 3, divide(u, zero), u)).backward()
        assert u.grad.tolist() == [1, 1, 1]
        assert np.all(np.isinf(jit(grad(lambda x: np.sum(divide(x, zero))))(np.array([1.0, -2.0, 3.0]))))
        assert np.all(np.isinf(jvp(lambda x: divide(x, zero), (np.ones(3),), (np.ones(3),))[1]))
        z = Tensor(np.array([1 + 1j, 2.0, -1j]))
        np.sum(np.real(divide(z, zero))).backward()  # no ZeroDivisionError
    if np.ndim(zero) == 0:
        v = Value(1.0)
        (v / float(zero)).backward()
        assert np.isinf(v.grad)


@pytest.mark.parametrize("make", [lambda x: 1.0 / x, lambda x: x**-1, lambda x: x**-1.5, np.reciprocal, np.log])
def test_other_poles(make):
    with np.errstate(all="ignore"):
        for zero in (Tensor([0.0]), Value(0.0)):
            y = make(zero)
            y.backward()
            assert np.isinf(zero.grad)


def test_slogdet_of_one_singular_matrix_among_others():
    a = np.stack([2 * np.eye(2), np.ones((2, 2))])
    slopes = grad(lambda a: np.sum(np.linalg.slogdet(a)[1]))(a)
    assert slopes[0].tolist() == [[0.5, 0], [0, 0.5]]
    assert slopes[1].tolist() == [[np.inf, -np.inf], [-np.inf, np.inf]]
    slopes = grad(lambda a: np.linalg.slogdet(a)[1][0])(a)
    assert slopes[1].tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize("a", [np.full((2, 2), np.nan), np.array([[np.inf, 1.0], [1.0, 2.0]])], ids=["nan", "inf"])
def test_det_of_what_is_not_finite(a):
    with np.errstate(all="ignore"):
        assert not np.isfinite(grad(np.linalg.det)(a)).all()


def low(n, m, rank):
    rng = np.random.default_rng(0)
    left, right = rng.standard_normal((n, rank)), rng.standard_normal((rank, m))
    return lambda x: (left + x[:n, :rank]) @ (right + x[:rank, :m])


@pytest.mark.parametrize(("n", "m", "rank"), [(4, 3, 2), (3, 4, 1), (3, 3, 2), (3, 3, 3)])
def test_pinv_and_lstsq_along_matrices_of_one_rank(n, m, rank):
    matrix, x = low(n, m, rank), 0.1 * np.random.default_rng(1).standard_normal((4, 4))
    check_grads(lambda x: np.linalg.pinv(matrix(x)), x)
    check_grads(lambda x: np.linalg.lstsq(matrix(x), np.arange(float(n)))[0], x)


def test_what_all_singular_vectors_tell_that_is_not_arbitrary():
    a = np.random.default_rng(0).standard_normal((4, 2))
    weights = np.random.default_rng(1).standard_normal((4, 4))

    def rest(a):
        u = np.linalg.svd(a)[0][:, 2:]
        return weights * (u @ u.T)

    check_grads(rest, a)
    check_grads(lambda a: rest(a.T), a.T)


def test_singular_values_of_zero_have_slope_zero():
    a = np.outer([3.0, 4.0], [0.6, 0.8])
    assert np.allclose(grad(lambda a: np.sum(np.linalg.svd(a, compute_uv=False)))(a), a / 5)
    assert np.allclose(grad(lambda a: np.linalg.norm(a, "nuc"))(a), a / 5)


@pytest.mark.parametrize("d", [1e-3, 1e-6, 1e-9])
def test_close_to_a_singular_matrix_the_derivative_is_as_large_as_the_formula_says(d):
    """1 / d where a direction, and 1 / d ** 2 where an inverse, is about to be lost; and no warning."""

    def slope(f, a):
        return abs(grad(f)(np.array(a)))

    assert slope(lambda a: np.linalg.inv(a)[1, 1], [[1.0, 0.0], [0.0, d]])[1, 1] == pytest.approx(d**-2)
    assert slope(lambda a: np.linalg.qr(a)[0][2, 1], [[1.0, 1.0], [0.0, d], [0.0, 0.0]])[2, 1] == pytest.approx(1 / d)
    vectors = slope(lambda a: np.linalg.eigh(a)[1][1, 0], [[1.0, 0.0], [0.0, 1 + d]])
    assert vectors[1, 0] == pytest.approx(1 / d, rel=1e-6)
