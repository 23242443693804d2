"""Scalers: there and back, by hand, and as scikit-learn has them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nn import preprocessing as P

TABLES = hnp.arrays(
    "f8", hnp.array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.floats(-1e3, 1e3, allow_subnormal=False)
)


@given(TABLES)
def test_scalers_there_and_back(X):
    before = X.copy()
    for scaler in (P.StandardScaler(), P.MinMaxScaler(), P.MinMaxScaler((-1, 2)), P.StandardScaler(with_mean=False)):
        Z = scaler.fit_transform(X)
        assert np.isfinite(Z).all()
        assert np.allclose(scaler.inverse_transform(Z), X, atol=1e-6)
    assert np.array_equal(X, before)  # the data itself is left alone
    assert ((P.MinMaxScaler().fit_transform(X) > -1e-9) & (P.MinMaxScaler().fit_transform(X) < 1 + 1e-9)).all()


def test_scalers_by_hand():
    X = np.array([[1.0, 5.0, 2.0], [3.0, 5.0, 4.0]], np.float32)
    scaler = P.StandardScaler().fit(X)
    assert scaler.mean_.tolist() == [2.0, 5.0, 3.0]
    assert scaler.var_.tolist() == [1.0, 0.0, 1.0]
    assert scaler.transform(X).tolist() == [[-1, 0, -1], [1, 0, 1]]
    assert scaler.transform(X).dtype == np.float32
    assert P.MinMaxScaler(clip=True).fit(X).transform([[9.0, 9.0, 0.0]]).tolist() == [[1.0, 1.0, 0.0]]


# What scikit-learn gives for this table.
TABLE = np.array([[1, -2, 0.5], [4, 0, 0.5], [2.5, 7, 0.5], [0, 1, 0.5]])


def test_scalers_measure_as_scikit_learn():
    scaler = P.StandardScaler().fit(TABLE)
    assert scaler.mean_.tolist() == [1.875, 1.5, 0.5]
    assert scaler.var_.tolist() == [2.296875, 11.25, 0.0]
    assert np.allclose(scaler.scale_, [1.5155444566227676, 3.3541019662496847, 1])
    assert np.allclose(scaler.transform([[1, 1, 1]]), [[-0.5773502691896257, -0.149071198499986, 0.5]])
    scaler = P.MinMaxScaler((-1, 3)).fit(TABLE)
    assert np.allclose(scaler.scale_, [1, 4 / 9, 4])
    assert np.allclose(scaler.min_, [-1, -1 / 9, -3])
    assert np.allclose(scaler.transform([[1, 1, 1]]), [[0, 1 / 3, 1]])
    assert np.allclose(scaler.transform(TABLE), TABLE * scaler.scale_ + scaler.min_)
    assert repr(scaler) == "MinMaxScaler(feature_range=(-1, 3), clip=False)"


@given(TABLES, st.floats(-1e9, 1e9))
def test_scaled_columns_end_where_they_should(X, shift):
    X = X + shift
    Z = P.MinMaxScaler((2, 4)).fit_transform(X)
    flat = X.min(axis=0) == X.max(axis=0)
    assert (Z.min(axis=0) == 2).all()
    assert (Z.max(axis=0) == np.where(flat, 2, 4)).all()
    assert (P.StandardScaler().fit_transform(X)[:, flat] == 0).all()


def test_scalers_keep_the_dtype_and_its_digits():
    X = np.array([[60000.0], [59000.0]], np.float16)  # squares of these are far beyond float16
    for scaler in (P.StandardScaler(), P.MinMaxScaler((-1, 1))):
        Z = scaler.fit_transform(X)
        assert Z.dtype == np.float16
        assert sorted(Z.ravel().tolist()) == [-1, 1]
        assert scaler.inverse_transform(Z).tolist() == X.tolist()
    far = np.array([[2.0**24], [2.0**24 + 2]], np.float32)
    assert P.StandardScaler().fit_transform(far).ravel().tolist() == [-1, 1]
    assert P.StandardScaler().fit(far).transform(np.zeros((0, 1))).shape == (0, 1)
