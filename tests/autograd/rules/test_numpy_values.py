"""A row's value is NumPy's, also where data breaks its assumptions: nan, ties, half-filled matrices, odd layouts."""

import re
import warnings

import numpy as np
import pytest

from autograd import Tensor, Value, grad, testing
from autograd.rules.arrays import array_of
from autograd.rules.table import ROWS, Elementwise
from autograd.transforms.containers import leaves

SAMPLED = [row for row in ROWS.values() if row.covers and (row.samples or isinstance(row, Elementwise))]
SAMPLES = [sample for row in SAMPLED for sample in testing.sample_calls(row)]


def at(value, *places):
    def put(a):
        a = np.array(a)
        for i in places if a.size else ():
            a.flat[i % a.size] = value
        return a

    return put


def matrices(change):
    return lambda a: change(a) if a.ndim > 1 else a


CHANGES = {
    "nan": at(np.nan, 1), "nan at the end": at(np.nan, -1), "all nan": lambda a: a * np.nan,
    "inf": at(np.inf, 1), "-inf": at(-np.inf, 0), "both": lambda a: at(-np.inf, -1)(at(np.inf, 0)(a)),
    "a zero": at(0.0, 1), "zeros": np.zeros_like, "ones": np.ones_like, "ties": np.round,
    "the other sign": np.negative, "large": lambda a: a * 1e200, "small": lambda a: a * 1e-200,
    "lower half": matrices(np.tril), "upper half": matrices(np.triu),
    "not symmetric": matrices(lambda a: a + np.triu(np.ones(a.shape[-2:]), 1)),
    "reversed": lambda a: a[(slice(None, None, -1),) * a.ndim],
    "strided": lambda a: np.repeat(a, 2, axis=-1)[..., ::2] if a.ndim else a,
    "by columns": np.asfortranarray,
    "float32": lambda a: a.astype("F" if a.dtype.kind == "c" else "f"),
}  # fmt: skip
FINITE = set(CHANGES) - {"nan", "nan at the end", "all nan", "inf", "-inf", "both", "large", "small"}

# What LAPACK makes of infinite matrices is not defined (its svd need not come to an end); nor is what a product of
# complex infinities is. A spacing of Tensors is never taken to be even, for its gradient's sake; and NumPy's histogram
# takes differences of a running sum, in which an infinite weight reaches further than its own bin.
UNDEFINED = re.compile(r"np\.linalg\.(svd|pinv|norm|matrix_norm|cond|lstsq|eig|qr)|np\.(vdot|vecdot)\(z")
UNLIKE = {("np.gradient(x34, p, u4, edge_order=2)", name) for name in ("zeros", "ones")}
UNLIKE |= {("np.histogram([0.5, 1.5, 1.7], u3, weights=p3, density=True)[0]", name) for name in ("inf", "-inf", "both")}


def results(y):
    return leaves(list(y)) if isinstance(y, tuple | list) else [y]


def run(call, arrays):
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return [np.asarray(array_of(y)) for y in results(call(*arrays))]
        except Exception as error:
            return error


def unlike(wanted, found, change):
    """What tells two lists of results apart, if anything."""
    if isinstance(wanted, Exception) or isinstance(found, Exception):
        same = isinstance(wanted, Exception) and isinstance(found, Exception)
        return None if same else f"{wanted!r:.120} against {found!r:.120}"
    if len(wanted) != len(found):
        return f"{len(wanted)} results, {len(found)} of Tensors"
    for a, b in zip(wanted, found, strict=True):
        if a.shape != b.shape or (change != "float32" and a.dtype != b.dtype):
            return f"{a.dtype} {a.shape}, of Tensors {b.dtype} {b.shape}"
        tolerance = 1e-5 if change == "float32" else 1e-10
        size = np.max(np.abs(a[np.isfinite(a)]), initial=1.0) if a.dtype.kind in "fc" else 0
        if not np.allclose(a, b, rtol=tolerance, atol=tolerance * size, equal_nan=True):
            return f"{a.tolist()!r:.150}, of Tensors {b.tolist()!r:.150}"
    return None


@pytest.mark.parametrize("sample", SAMPLES, ids=repr)
def test_the_value_is_numpy_s(sample):
    wrong = []
    for name, change in CHANGES.items():
        if (UNDEFINED.search(sample.text) and name not in FINITE) or (sample.text, name) in UNLIKE:
            continue
        for k in range(len(sample.arrays)):
            arrays = [change(a) if i == k else a for i, a in enumerate(sample.arrays)]
            found = run(sample.call, list(map(Tensor, arrays)))
            what = unlike(run(sample.call, arrays), found, name)
            wrong += [f"{name} in argument {k}: {what}"] if what else []
    assert not wrong, "\n".join([repr(sample), *wrong])


@pytest.mark.parametrize("function", [np.linalg.cholesky, np.linalg.eigh, np.linalg.eigvalsh], ids=lambda f: f.__name__)
@pytest.mark.parametrize("half", [np.tril, np.triu])
@pytest.mark.parametrize("kind", [float, complex])
def test_decompositions_read_one_triangle(function, half, kind):
    m = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 5.0]], kind)
    if kind is complex:
        m = m + 0.3j * (np.tri(3) - np.tri(3).T)
    option = {"upper": half is np.triu} if function is np.linalg.cholesky else {"UPLO": "U" if half is np.triu else "L"}

    def total(a):
        y = function(a, **option)
        return np.sum(np.abs(y if not isinstance(y, tuple) else y[0]) ** 3)

    assert np.isclose(total(half(m)), total(Tensor(half(m))).item(), rtol=1e-14)
    assert np.isclose(total(half(m)), total(Tensor(m)).item(), rtol=1e-14)
    spoilt = np.where(half(np.ones((3, 3))) > 0, m, np.nan)
    slopes = grad(total)(half(m))
    assert np.allclose(grad(total)(spoilt), slopes)
    assert np.array_equal(half(slopes), slopes)
    rng = np.random.default_rng(0)
    v = rng.standard_normal((3, 3)) + (1j * rng.standard_normal((3, 3)) if kind is complex else 0)
    h = 1e-6
    difference = (total(m + h * v) - total(m - h * v)) / (2 * h)
    assert np.isclose(np.sum(np.real(np.conj(slopes) * v)), difference, rtol=1e-6)


@pytest.mark.parametrize("function", [np.median, lambda a: np.quantile(a, 0.3), lambda a: np.percentile(a, [20, 70])])
def test_order_statistics_of_nan_are_nan(function):
    assert np.all(np.isnan(function(Tensor([1.0, np.nan, 3.0])).data))
    assert np.all(np.isfinite(function(Tensor([1.0, 2.0, 3.0])).data))


@pytest.mark.parametrize("limits", [(np.nan, 1.0), (0.0, np.nan), (None, np.nan), (np.nan, None)])
def test_a_limit_of_nan_is_the_result(limits):
    for x in (np.array([0.5, 2.0]), np.array([np.nan, 2.0])):
        assert np.isnan(np.clip(Tensor(x), *limits).data).tolist() == np.isnan(np.clip(x, *limits)).tolist()
    assert np.isnan(np.clip(Value(0.5), *limits).data)


def test_a_nan_is_not_lost_in_the_clip_of_a_value():
    for limits in ((0.0, 1.0), (None, 1.0), (0.0, None)):
        assert np.isnan(np.clip(Value(np.nan), *limits).data)


def test_one_nan_spoils_only_what_it_meets():
    a = np.array([1.0, np.nan, 2.0, 3.0, 4.0])
    assert np.isnan(np.convolve(Tensor(a), [1.0, 2.0]).data).tolist() == [False, True, True, False, False, False]
    assert np.isnan(np.polymul(Tensor(a), [1.0, 2.0]).data).sum() == 2
    assert np.isnan(np.gradient(Tensor(a)).data).tolist() == [True, False, True, False, False]


def test_the_fraction_of_infinity_is_zero():
    assert np.modf(Tensor([np.inf, -np.inf, 1.5]))[0].data.tolist() == [0, 0, 0.5]
