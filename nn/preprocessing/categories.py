"""Encoders: categories as numbers or as columns of 0 and 1. Shaped as scikit-learn's."""

from __future__ import annotations

import numpy as np


class Encoder:
    """What both encoders share: they find the categories of each column, and number entries by them."""

    categories_: list[np.ndarray]
    unknowns: tuple[str, str]

    def __init__(self, categories="auto", handle_unknown="error", dtype=np.float64):
        if handle_unknown not in self.unknowns:
            raise ValueError(f"handle_unknown is one of {self.unknowns}; got {handle_unknown!r}")
        if isinstance(categories, str) and categories != "auto":
            raise ValueError(f"categories is 'auto' or a list with the categories of each column; got {categories!r}")
        self.categories = categories
        self.handle_unknown = handle_unknown
        self.dtype = dtype

    def fit(self, X, y=None):
        """Find the categories of each column, sorted; a missing entry (None or nan) is the last one."""
        columns, names = _columns(X, type(self).__name__)
        if not columns or not len(columns[0]):
            raise ValueError(f"{type(self).__name__} cannot find categories in a table without rows or columns")
        if isinstance(self.categories, str):
            found = [distinct(column) for column in columns]
        else:
            if len(self.categories) != len(columns):
                raise ValueError(f"categories names {len(self.categories)} columns, the data has {len(columns)}")
            found = [_given(i, categories) for i, categories in enumerate(self.categories)]
            self._codes(columns, found)
        self.categories_ = found
        self.n_features_in_ = len(columns)
        self._names = names
        return self

    def fit_transform(self, X, y=None):
        """Find the categories, and encode."""
        return self.fit(X).transform(X)

    def _known(self):
        if not hasattr(self, "categories_"):
            raise ValueError(f"{type(self).__name__} knows no categories yet; call fit on the training data first")
        return self.categories_

    def _fitting(self, X):
        known = self._known()
        columns, _ = _columns(X, type(self).__name__)
        if len(columns) != len(known):
            raise ValueError(f"{type(self).__name__} was fitted on {len(known)} columns, got {len(columns)}")
        return columns

    def _codes(self, columns, known):
        """The number of each entry's category, -1 for unknown ones where those are allowed."""
        found = []
        for i, (column, categories) in enumerate(zip(columns, known, strict=True)):
            codes = numbered(column, categories)
            if self.handle_unknown == "error" and (codes < 0).any():
                bad = column[codes < 0].tolist()[0]
                raise ValueError(
                    f"column {i} has {bad!r}, which is none of its categories {categories.tolist()[:8]}; "
                    f"handle_unknown={self.unknowns[1]!r} lets it pass"
                )
            found.append(codes)
        return found

    def _numbers(self, X, width):
        X = np.asarray(X)
        if X.ndim != 2 or X.shape[1] != width or X.dtype.kind not in "fiub":
            raise ValueError(f"inverse_transform takes {width} columns of numbers, got shape {X.shape} of {X.dtype}")
        return X


class OneHotEncoder(Encoder):
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
        codes = self._codes(self._fitting(X), self.categories_)
        parts = [
            (code[:, None] == np.arange(len(known))).astype(self.dtype)
            for code, known in zip(codes, self.categories_, strict=True)
        ]
        return np.concatenate(parts, axis=1)

    def inverse_transform(self, X):
        """The category of the largest number in each group of columns; None where all are 0, if unknown ones may be."""
        sizes = [len(known) for known in self._known()]
        X = self._numbers(X, sum(sizes))
        if X.dtype.kind == "f" and np.isnan(X).any():
            raise ValueError(f"inverse_transform got nan in row {np.argwhere(np.isnan(X))[0, 0]}")
        parts = np.split(X, np.cumsum(sizes)[:-1], axis=1)
        empty = np.stack([~part.any(axis=1) for part in parts], axis=1)
        if self.handle_unknown == "error" and empty.any():
            row, column = np.argwhere(empty)[0]
            raise ValueError(f"row {row} names no category for column {column}; handle_unknown='ignore' allows it")
        return _table([k[part.argmax(axis=1)] for k, part in zip(self.categories_, parts, strict=True)], empty)

    def get_feature_names_out(self, input_features=None):
        """The names of the columns: the column's and the category's."""
        known = self._known()
        names = self._names if input_features is None else list(input_features)
        if len(names) != len(known):
            raise ValueError(f"{len(names)} names for {len(known)} columns; wanted one for each")
        return np.array([f"{n}_{c}" for n, categories in zip(names, known, strict=True) for c in categories], object)


class OrdinalEncoder(Encoder):
    """The number of its category for each entry, in sorted order or in the order given.

    >>> OrdinalEncoder(categories=[["low", "high"]]).fit_transform([["high"], ["low"]])
    array([[1.],
           [0.]])
    """

    unknowns = ("error", "use_encoded_value")

    def __init__(self, *, categories="auto", handle_unknown="error", unknown_value=None, dtype=np.float64):
        super().__init__(categories, handle_unknown, dtype)
        if (handle_unknown == "use_encoded_value") != (unknown_value is not None):
            raise ValueError("handle_unknown='use_encoded_value' and unknown_value=, such as -1, go together")
        self.unknown_value = unknown_value

    def fit(self, X, y=None):
        """Find the categories of each column, sorted; a missing entry (None or nan) is the last one."""
        super().fit(X)
        most = max(map(len, self.categories_))
        if self.unknown_value is not None and self.unknown_value in range(most):
            raise ValueError(f"unknown_value={self.unknown_value!r} is the number of a category; take -1")
        numbers = np.array([most - 1, *([] if self.unknown_value is None else [self.unknown_value])])
        with np.errstate(invalid="ignore"):
            if not np.array_equal(numbers.astype(self.dtype), numbers, equal_nan=True):
                raise ValueError(f"dtype {np.dtype(self.dtype)} has no room for {numbers.tolist()}")
        return self

    def transform(self, X):
        """The numbers of the categories."""
        codes = np.stack(self._codes(self._fitting(X), self.categories_), axis=1)
        found = codes.astype(self.dtype)
        if (codes < 0).any():
            found[codes < 0] = self.unknown_value
        return found

    def inverse_transform(self, X):
        """The categories again; None for the number of the unknown ones."""
        known = self._known()
        codes = self._numbers(X, len(known))
        empty = np.zeros(codes.shape, bool)
        if self.unknown_value is not None:
            empty = np.isclose(codes, self.unknown_value, rtol=0, atol=0, equal_nan=True)
        sizes = np.array([len(categories) for categories in known])
        wrong = ~empty & ~((codes >= 0) & (codes < sizes) & (codes == np.trunc(codes)))
        if wrong.any():
            row, column = np.argwhere(wrong)[0]
            raise ValueError(f"row {row} has {codes[row, column]} for column {column}; wanted 0 to {sizes[column] - 1}")
        codes = np.where(empty, 0, codes).astype(np.intp)
        return _table([categories[codes[:, i]] for i, categories in enumerate(known)], empty)


class LabelEncoder:
    """Class numbers 0, 1, 2, ... for labels of any kind.

    >>> encoder = LabelEncoder()
    >>> encoder.fit_transform(["cat", "dog", "cat"]), encoder.inverse_transform([1])
    (array([0, 1, 0]), array(['dog'], dtype='<U3'))
    """

    classes_: np.ndarray

    def fit(self, y):
        """Find the classes, sorted."""
        self.classes_ = distinct(_labels(y))
        return self

    def fit_transform(self, y):
        """Find the classes, and encode."""
        return self.fit(y).transform(y)

    def transform(self, y):
        """The numbers of the labels."""
        known, y = self._known(), _labels(y)
        codes = numbered(y, known)
        if (codes < 0).any():
            bad = y[codes < 0].tolist()[0]
            raise ValueError(f"the label {bad!r} was not there when fitted; known are {known.tolist()[:8]}")
        return codes.astype(np.int64)

    def inverse_transform(self, y):
        """The labels of the numbers."""
        known, y = self._known(), np.asarray(y)
        if not y.size:
            return known[np.zeros(y.shape, np.intp)] if len(known) else known.reshape(y.shape)
        if y.dtype.kind not in "iu":
            raise ValueError(f"class numbers are whole numbers; got dtype {y.dtype}. For one-hot rows take the argmax")
        if y.min() < 0 or y.max() >= len(known):
            raise ValueError(f"class numbers go from 0 to {len(known) - 1}; got {y.min()} to {y.max()}")
        return known[y]

    def _known(self):
        if not hasattr(self, "classes_"):
            raise ValueError("LabelEncoder knows no classes yet; call fit on the training labels first")
        return self.classes_


NAN = object()  # what nan is looked up by, which is not equal to itself


def distinct(values) -> np.ndarray:
    """The different values, sorted; None and nan last."""
    if values.dtype != object:
        return np.unique(values)
    entries = values.tolist()
    missing = [None] if None in entries else []
    missing += [np.nan] if any(_key(entry) is NAN for entry in entries) else []
    try:
        ordered = sorted({entry for entry in entries if entry is not None and _key(entry) is not NAN})
    except TypeError as error:
        raise ValueError(f"a column mixes kinds that cannot be sorted ({error}); make them all texts") from error
    return np.fromiter([*ordered, *missing], dtype=object)


def numbered(values, known) -> np.ndarray:
    """The place of each value among the known ones; -1 for others."""
    places = {_key(entry): i for i, entry in enumerate(_entries(known))}
    try:
        return np.array([places.get(_key(entry), -1) for entry in _entries(values)], dtype=np.intp)
    except TypeError as error:
        raise ValueError(f"a category is a text, a number or a date ({error})") from error


def _entries(array):
    return list(array) if array.dtype.kind in "mM" else array.tolist()  # nanoseconds would become plain numbers


def _key(entry):
    return NAN if isinstance(entry, float | np.datetime64 | np.timedelta64) and entry != entry else entry


def _labels(y):
    texts = [isinstance(label, str) for label in y] if isinstance(y, list | tuple) else []
    y = np.fromiter(y, dtype=object) if any(texts) and not all(texts) else np.asarray(y)
    if y.ndim != 1:
        hint = "; write y.ravel()" if y.ndim == 2 and y.shape[1] == 1 else ""
        raise ValueError(f"LabelEncoder takes one label for each sample, got an array of shape {y.shape}{hint}")
    return y


def _columns(X, who):
    """The columns of a table, each of its own kind, and their names."""
    if hasattr(X, "iloc") and hasattr(X, "columns"):  # a data frame
        return [np.asarray(X.iloc[:, i]) for i in range(len(X.columns))], list(X.columns)
    # A list of texts and numbers would become all texts; as objects, each keeps its kind.
    rows = X if isinstance(X, list | tuple) else []
    texts = any(isinstance(entry, str) for row in rows if isinstance(row, list | tuple) for entry in row)
    if len({len(row) for row in rows if isinstance(row, list | tuple)}) > 1:
        raise ValueError(f"{who} takes a table of rows and columns; the rows that came differ in length")
    X = np.asarray(X, dtype=object) if texts else np.asarray(X)
    if X.ndim != 2:
        hint = "; write x.reshape(-1, 1) for one column" if X.ndim == 1 else ""
        raise ValueError(f"{who} takes a table of rows and columns, got an array of shape {X.shape}{hint}")
    return [X[:, i] for i in range(X.shape[1])], [f"x{i}" for i in range(X.shape[1])]


def _given(i, categories):
    """The categories that a user named for a column."""
    texts = any(isinstance(entry, str) for entry in categories)
    categories = np.fromiter(categories, dtype=object) if texts else np.asarray(categories)
    if categories.ndim != 1 or not len(categories) or len({_key(c) for c in _entries(categories)}) < len(categories):
        raise ValueError(f"categories of column {i} are {categories.tolist()!r:.80}; wanted a list, each entry once")
    return categories


def _table(columns, empty):
    """Columns side by side, with None where there is nothing; of one kind if they are, else as objects."""
    kinds = {column.dtype.kind for column in columns}
    if not empty.any() and (len(kinds) == 1 or kinds == {"i", "f"}):
        return np.stack(columns, axis=1)
    table = np.empty(empty.shape, dtype=object)
    for i, column in enumerate(columns):
        table[:, i] = _entries(column)
    table[empty] = None
    return table
