"""Encoders of categories, data frames, and class numbers as rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nn import preprocessing as P
from nn import utils

KINDS = {
    "texts": ([["red"], ["blue"], ["red"]], ["blue", "red"]),
    "whole numbers": (np.array([[3], [1]], np.int16), [1, 3]),
    "floats, one missing": (np.array([[np.nan], [2.5], [np.nan]], np.float32), [2.5, np.nan]),
    "truths": ([[True], [False]], [False, True]),
    "texts, some missing": (np.array([["b"], [None], [np.nan], ["a"]], object), ["a", "b", None, np.nan]),
    "the text nan": (np.array([["nan"], [np.nan]], object), ["nan", np.nan]),
    "days": (np.array([["2024-02-29"], ["1999-12-31"]], "M8[ns]"), None),
    "unicode": ([["été"], ["人"], ["🙂"]], ["été", "人", "🙂"]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_encoders_keep_every_kind(kind):
    X, wanted = KINDS[kind]
    for encoder in (P.OneHotEncoder(), P.OrdinalEncoder()):
        codes = encoder.fit_transform(X)
        if wanted is not None:
            assert repr(encoder.categories_[0].tolist()) == repr(wanted)
        if encoder.unknowns[1] == "ignore":
            assert (codes.sum(axis=1) == 1).all()
        back = encoder.inverse_transform(codes)
        assert repr(back.tolist()) == repr(np.asarray(X).tolist())
        assert back.dtype == (object if isinstance(X, list) and isinstance(X[0][0], str) else np.asarray(X).dtype)
    column = np.asarray(X)[:, 0]
    labels = P.LabelEncoder()
    assert repr(labels.inverse_transform(labels.fit_transform(column)).tolist()) == repr(column.tolist())


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), min_size=1))
def test_encoders_there_and_back(rows):
    for encoder in (P.OneHotEncoder(), P.OrdinalEncoder()):
        back = encoder.inverse_transform(encoder.fit_transform(rows))
        assert [tuple(row) for row in back.tolist()] == rows
    labels = [row[0] for row in rows]
    encoder = P.LabelEncoder()
    assert encoder.inverse_transform(encoder.fit_transform(labels)).tolist() == labels


def test_unknown_categories():
    encoder = P.OneHotEncoder(handle_unknown="ignore").fit([["a"], ["b"]])
    assert encoder.transform([["c"], ["a"]]).tolist() == [[0, 0], [1, 0]]
    assert encoder.inverse_transform([[0, 0], [0, 1]]).tolist() == [[None], ["b"]]
    assert encoder.inverse_transform([[0.3, 0.7]]).tolist() == [["b"]]  # as a model's probabilities
    assert encoder.get_feature_names_out(np.array(["x"])).tolist() == ["x_a", "x_b"]
    for value in (-1, np.nan):
        ordinal = P.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=value).fit([["a"], ["b"]])
        codes = ordinal.transform([["z"], ["b"], ["a"]])
        assert np.array_equal(codes, [[value], [1], [0]], equal_nan=True)
        assert ordinal.inverse_transform(codes).tolist() == [[None], ["b"], ["a"]]
    assert P.OrdinalEncoder(dtype=np.int8).fit_transform(np.arange(128)[:, None]).max() == 127


class Frame:
    """As much of a data frame as data preparation asks for."""

    def __init__(self, columns, at=None):
        self.columns = list(columns)
        self.values = columns
        self.at = np.arange(len(self)) if at is None else at
        self.iloc = self

    def __len__(self):
        return len(next(iter(self.values.values())))

    def __getitem__(self, key):
        if isinstance(key, tuple):
            return self.values[self.columns[key[1]]][key[0]]
        return Frame({name: np.asarray(column)[key] for name, column in self.values.items()}, key)


def test_data_frames():
    frame = Frame({"color": np.array(["red", "blue", "red"], object), "size": np.array([3, 1, 2])})
    encoder = P.OneHotEncoder().fit(frame)
    assert encoder.get_feature_names_out().tolist() == ["color_blue", "color_red", "size_1", "size_2", "size_3"]
    assert encoder.inverse_transform(encoder.transform(frame)).tolist() == [["red", 3], ["blue", 1], ["red", 2]]
    numbers = P.OrdinalEncoder().fit(Frame({"a": np.array([1, 2]), "b": np.array([0.5, 1.5])}))
    assert numbers.inverse_transform([[1, 0]]).dtype == np.float64
    a, b = P.train_test_split(frame, test_size=1, shuffle=False)
    assert (a.at.tolist(), b.at.tolist()) == ([0, 1], [2])
    assert [batch.at.tolist() for batch in P.batches(frame, batch_size=2)] == [[0, 1], [2]]


@given(
    hnp.arrays(hnp.integer_dtypes() | hnp.floating_dtypes(), hnp.array_shapes(min_side=0), elements=st.integers(0, 9))
)
def test_to_categorical_is_rows_of_the_unit_matrix(y):
    table = utils.to_categorical(y, 10)
    labels = (y[..., 0] if y.ndim > 1 and y.shape[-1] == 1 else y).astype(int)
    assert np.array_equal(table, np.eye(10)[labels])
    assert np.array_equal(table.argmax(axis=-1), labels)
    assert utils.to_categorical(y).shape == (*labels.shape, labels.max(initial=-1) + 1)


def test_to_categorical_and_normalize():
    assert utils.to_categorical([[1], [0]], 3).tolist() == [[0, 1, 0], [1, 0, 0]]
    assert utils.to_categorical([True, False]).tolist() == [[0, 1], [1, 0]]
    assert utils.to_categorical([], 2).shape == (0, 2)
    assert utils.to_categorical([0], 1).tolist() == [[1]]
    assert utils.normalize(np.ones((1, 4), np.float32)).dtype == np.float32
    assert utils.normalize([[3.0, 4.0], [0.0, 0.0]]).tolist() == [[0.6, 0.8], [0.0, 0.0]]
    assert utils.normalize([[3, 1], [4, 1]], axis=0, order=np.inf).tolist() == [[0.75, 1], [1, 1]]
    assert utils.normalize(np.zeros((0, 3))).shape == (0, 3)


@given(hnp.arrays("f8", (3, 4), elements=st.floats(allow_nan=False, allow_infinity=False)), st.sampled_from([1, 2, 3]))
def test_normalized_rows_have_length_one(x, order):
    length = np.linalg.norm(utils.normalize(x, order=order), order, axis=-1)
    assert np.allclose(length, (x != 0).any(axis=-1))
