"""Encoders: categories as numbers or as columns of 0 and 1. Shaped as scikit-learn's."""

from __future__ import annotations

import numpy as np


class _Encoder:
    categories_: list[np.ndarray]

    def __init__(self, categories="auto", handle_unknown="error", dtype=np.float64):
        if handle_unknown not in self.unknowns:
            raise ValueError(f"handle_unknown is one of {self.unknowns}; got {handle_unknown!r}")
        self.categories = categories
        self.handle_unknown = handle_unknown
        self.dtype = dtype

    def fit(self, X, y=None):
        """Find the categories of each column, sorted."""
        columns = _columns(X, type(self).__name__)
        if isinstance(self.categories, str):
            self.categories_ = [_sorted(column) for column in columns]
        else:
            if len(self.categories) != len(columns):
                raise ValueError(f"categories names {len(self.categories)} columns, the data has {len(columns)}")
            self.categories_ = [np.asarray(c) for c in self.categories]
            self._codes(columns)
        self.n_features_in_ = len(columns)
        return self

    def fit_transform(self, X, y=None):
        """Find the categories, and encode."""
        return self.fit(X).transform(X)

    def _fitting(self, X, count=None):
        if not hasattr(self, "categories_"):
            raise ValueError(f"{type(self).__name__} knows no categories yet; call fit on the training data first")
        columns = _columns(X, type(self).__name__)
        if len(columns) != len(self.categories_):
            raise ValueError(f"{type(self).__name__} was fitted on {len(self.categories_)} columns, got {len(columns)}")
        return columns

    def _codes(self, columns):
        """The number of each entry's category, -1 for unknown ones where those are allowed."""
        found = []
        for i, (column, categories) in enumerate(zip(columns, self.categories_, strict=True)):
            places = {_key(category): j for j, category in enumerate(categories.tolist())}
            codes = np.array([places.get(_key(entry), -1) for entry in column.tolist()], dtype=np.intp)
            if (codes < 0).any() and self.handle_unknown == "error":
                bad = column[codes < 0][0]
                raise ValueError(
                    f"column {i} has {bad!r}, which is none of its categories {categories.tolist()[:8]}; "
                    f"handle_unknown={self.unknowns[1]!r} lets it pass"
                )
            found.append(codes)
        return found


class OneHotEncoder(_Encoder):
    """A column of 0 and 1 for each category of each column.

    >>> OneHotEncoder().fit_transform([["red"], ["blue"], ["red"]])
    array([[0., 1.],
           [1., 0.],
           [0., 1.]])
    """

    unknowns = ("error", "ignore")

    def __init__(self, *, categories="auto", handle_unknown="error", sparse_output=False, dtype=np.float64):
        if sparse_output:
            raise ValueError("sparse_output=True is not supported: the result is a plain array")
        super().__init__(categories, handle_unknown, dtype)
        self.sparse_output = sparse_output

    def transform(self, X):
        """The columns of 0 and 1; an unknown category, where allowed, is all 0."""
        codes = self._codes(self._fitting(X))
        parts = [
            (code[:, None] == np.arange(len(c))).astype(self.dtype)
            for code, c in zip(codes, self.categories_, strict=True)
        ]
        return np.concatenate(parts, axis=1)

    def inverse_transform(self, X):
        """The categories again; None where no column is set."""
        X = np.asarray(X)
        sizes = [len(c) for c in self.categories_]
        if X.ndim != 2 or X.shape[1] != sum(sizes):
            raise ValueError(f"inverse_transform takes {sum(sizes)} columns, got an array of shape {X.shape}")
        parts = np.split(X, np.cumsum(sizes)[:-1], axis=1)
        columns = []
        for part, categories in zip(parts, self.categories_, strict=True):
            column = categories.astype(object)[part.argmax(axis=1)]
            columns.append(np.where(part.any(axis=1), column, None))
        table = np.stack(columns, axis=1)
        return table if any(None in column for column in columns) else table.astype(np.result_type(*self.categories_))

    def get_feature_names_out(self, input_features=None):
        """The names of the columns: the column's and the category's."""
        names = input_features or [f"x{i}" for i in range(len(self.categories_))]
        return np.array([f"{n}_{c}" for n, cs in zip(names, self.categories_, strict=True) for c in cs], dtype=object)


class OrdinalEncoder(_Encoder):
    """The number of its category for each entry, in sorted order or in the order given.

    >>> OrdinalEncoder(categories=[["low", "high"]]).fit_transform([["high"], ["low"]])
    array([[1.],
           [0.]])
    """

    unknowns = ("error", "use_encoded_value")

    def __init__(self, *, categories="auto", handle_unknown="error", unknown_value=None, dtype=np.float64):
        super().__init__(categories, handle_unknown, dtype)
        if handle_unknown == "use_encoded_value" and unknown_value is None:
            raise ValueError("handle_unknown='use_encoded_value' needs unknown_value=, such as -1")
        self.unknown_value = unknown_value

    def transform(self, X):
        """The numbers of the categories."""
        codes = np.stack(self._codes(self._fitting(X)), axis=1)
        found = codes.astype(self.dtype)
        if (codes < 0).any():
            found[codes < 0] = self.unknown_value
        return found

    def inverse_transform(self, X):
        """The categories again."""
        X = np.asarray(X)
        if X.ndim != 2 or X.shape[1] != len(self.categories_):
            raise ValueError(
                f"inverse_transform takes {len(self.categories_)} columns, got an array of shape {X.shape}"
            )
        columns = [c[X[:, i].astype(np.intp)] for i, c in enumerate(self.categories_)]
        return np.stack([column.astype(object) for column in columns], axis=1)


class LabelEncoder:
    """Class numbers 0, 1, 2, ... for labels of any kind.

    >>> encoder = LabelEncoder()
    >>> encoder.fit_transform(["cat", "dog", "cat"]), encoder.inverse_transform([1])
    (array([0, 1, 0]), array(['dog'], dtype='<U3'))
    """

    def fit(self, y):
        """Find the classes, sorted."""
        self.classes_ = _sorted(_labels(y))
        return self

    def fit_transform(self, y):
        """Find the classes, and encode."""
        return self.fit(y).transform(y)

    def transform(self, y):
        """The numbers of the labels."""
        y = _labels(y)
        places = {_key(label): i for i, label in enumerate(self.classes_.tolist())}
        unknown = [label for label in y.tolist() if _key(label) not in places]
        if unknown:
            raise ValueError(
                f"the label {unknown[0]!r} was not there when fitted; known are {self.classes_.tolist()[:8]}"
            )
        return np.array([places[_key(label)] for label in y.tolist()], dtype=np.int64)

    def inverse_transform(self, y):
        """The labels of the numbers."""
        y = np.asarray(y)
        if y.size and (y.min() < 0 or y.max() >= len(self.classes_)):
            raise ValueError(f"class numbers go from 0 to {len(self.classes_) - 1}; got {y.min()} to {y.max()}")
        return self.classes_[y]


def _labels(y):
    y = np.asarray(y)
    if y.ndim != 1:
        raise ValueError(f"LabelEncoder takes one label for each sample, got an array of shape {y.shape}")
    return y


def _columns(X, who):
    if hasattr(X, "iloc") and hasattr(X, "columns"):  # a data frame: each column keeps its own kind
        return [np.asarray(X.iloc[:, i]) for i in range(len(X.columns))]
    # A list of texts and numbers would become all texts; as objects, each keeps its kind.
    rows = X if isinstance(X, list | tuple) else []
    texts = any(isinstance(entry, str) for row in rows if isinstance(row, list | tuple) for entry in row)
    X = np.asarray(X, dtype=object) if texts else np.asarray(X)
    if X.ndim != 2:
        hint = "; write x.reshape(-1, 1) for one column" if X.ndim == 1 else ""
        raise ValueError(f"{who} takes a table of rows and columns, got an array of shape {X.shape}{hint}")
    return [X[:, i] for i in range(X.shape[1])]


def _sorted(column):
    try:
        return np.array(sorted(set(column.tolist())), dtype=None if column.dtype != object else _kind(column))
    except TypeError as error:
        raise ValueError(f"a column mixes kinds that cannot be sorted ({error}); name its categories") from error


def _kind(column):
    return None if len({type(entry) for entry in column.tolist()}) == 1 else object


def _key(entry):
    return "nan" if isinstance(entry, float) and entry != entry else entry
