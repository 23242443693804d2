"""Data preparation: there and back, odd data, and errors that say what to do."""

import io
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nn import preprocessing as P
from nn import utils
from nn.preprocessing import image, sequence, text

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


@given(n=st.integers(4, 60), share=st.floats(0.1, 0.9), seed=st.integers(0, 99))
def test_splits_are_parts(n, share, seed):
    assume(1 <= np.ceil(n * share) < n)
    x, y = np.arange(n), [f"s{i}" for i in range(n)]
    a, b, c, d = P.train_test_split(x, y, test_size=share, random_state=seed)
    assert sorted([*a, *b]) == list(range(n))
    assert c == [f"s{i}" for i in a]
    assert len(b) == len(d) == np.ceil(n * share)


@given(
    counts=st.lists(st.integers(2, 30), min_size=1, max_size=5),
    test=st.integers(1, 60),
    train=st.none() | st.integers(1, 60),
    seed=st.integers(0, 99),
)
def test_splits_keep_the_share_of_classes(counts, test, train, seed):
    n, k = sum(counts), len(counts)
    y = np.repeat(np.arange(k), counts)
    most = n - test if train is None else train
    assume(min(test, most) >= k and test + most <= n)
    a, b = P.train_test_split(np.arange(n), test_size=test, train_size=train, random_state=seed, stratify=y)
    assert (len(a), len(b)) == (most, test)
    assert len({*a.tolist(), *b.tolist()}) == most + test  # no row twice, none lost
    assert (np.abs(np.bincount(y[a], minlength=k) - most * np.array(counts) / n) < 1).all()


def test_splits_as_scikit_learn_makes_them():
    for counts, sizes, wanted in [
        ([80, 20], {}, ([60, 15], [20, 5])),
        ([2, 2, 2, 2, 2, 90], {"test_size": 6}, ([2, 2, 2, 2, 2, 84], [0, 0, 0, 0, 0, 6])),
        ([50, 30, 20], {"test_size": 10, "train_size": 30}, ([15, 9, 6], [5, 3, 2])),
        ([7, 11, 13], {"test_size": 0.3}, ([5, 7, 9], [2, 4, 4])),
    ]:
        y = np.repeat(np.arange(len(counts)), counts)
        for labels in (y, y[:, None], [f"class {label}" for label in y]):
            parts = P.train_test_split(y, random_state=0, stratify=labels, **sizes)
            assert tuple(np.bincount(part, minlength=len(counts)).tolist() for part in parts) == wanted
    first, last = P.train_test_split(np.arange(10), test_size=3, shuffle=False)
    assert (first.tolist(), last.tolist()) == (list(range(7)), [7, 8, 9])
    first, last = P.train_test_split(range(10), test_size=np.float32(0.25), train_size=4, shuffle=False)
    assert (first, last) == ([0, 1, 2, 3], [4, 5, 6])
    assert [len(part) for part in P.train_test_split(np.arange(10), train_size=0.35)] == [3, 7]
    ragged = P.train_test_split([[1], [1, 2], []], test_size=1, shuffle=False)
    assert ragged == [[[1], [1, 2]], [[]]]


@given(n=st.integers(0, 20), size=st.integers(1, 8), seed=st.integers(0, 9))
def test_batches_are_parts(n, size, seed):
    x = np.arange(n)
    assert [b.tolist() for b in P.batches(x, batch_size=size)] == [x[i : i + size].tolist() for i in range(0, n, size)]
    pairs = list(P.batches(x, (-x).tolist(), batch_size=np.int64(size), shuffle=True, seed=seed))
    assert all((a == -np.array(b)).all() for a, b in pairs)
    assert sorted(i for a, _ in pairs for i in a.tolist()) == x.tolist()


def test_batches_come_in_another_order_each_epoch():
    rng = np.random.default_rng(0)
    first, second = (np.concatenate(list(P.batches(np.arange(50), shuffle=True, seed=rng))) for _ in range(2))
    assert first.tolist() != second.tolist()


WORDS = st.lists(st.text("abcd ,!", max_size=12), min_size=1, max_size=5)


@given(WORDS)
def test_tokenizer_there_and_back(texts):
    tokenizer = text.Tokenizer(oov_token="?")
    tokenizer.fit_on_texts(texts)
    numbers = tokenizer.texts_to_sequences(texts)
    assert [s.split() for s in tokenizer.sequences_to_texts(numbers)] == [text.text_to_word_sequence(t) for t in texts]
    table = tokenizer.texts_to_matrix(texts, "count")
    assert table.sum(axis=1).tolist() == [len(sequence) for sequence in numbers]


def test_tokenizer_as_a_tutorial_uses_it():
    sentences = ["I love my dog", "I love my cat", "You love my dog!"]
    tokenizer = text.Tokenizer(num_words=100, oov_token="<OOV>")
    tokenizer.fit_on_texts(sentences)
    assert tokenizer.word_index == {"<OOV>": 1, "love": 2, "my": 3, "i": 4, "dog": 5, "cat": 6, "you": 7}
    assert tokenizer.texts_to_sequences(["i really love my dog"]) == [[4, 1, 2, 3, 5]]
    padded = sequence.pad_sequences(tokenizer.texts_to_sequences(sentences), maxlen=5, padding="post")
    assert padded.tolist() == [[4, 2, 3, 5, 0], [4, 2, 3, 6, 0], [7, 2, 3, 5, 0]]
    few = text.Tokenizer(num_words=3)
    few.fit_on_texts(sentences)
    assert few.texts_to_sequences(["i love my dog"]) == [[1, 2]]
    letters = text.Tokenizer(char_level=True)
    letters.fit_on_texts(["Oh, no!"])
    assert letters.word_index == {"o": 1, "h": 2, ",": 3, " ": 4, "n": 5, "!": 6}
    assert few.sequences_to_texts([[1, 2, 3, 0, 99]]) == ["love my"]
    assert few.texts_to_matrix(["love love my"], "freq").tolist() == [[0, 2 / 3, 1 / 3]]
    assert few.texts_to_matrix(["love love my"], "binary").tolist() == [[0, 1, 1]]


def test_tables_of_words_as_keras_makes_them():
    texts = ["the cat sat", "the dog sat on the cat"]
    tokenizer = text.Tokenizer()
    tokenizer.fit_on_texts(text for text in texts)
    assert tokenizer.word_index == {"the": 1, "cat": 2, "sat": 3, "dog": 4, "on": 5}
    assert tokenizer.index_docs == {1: 2, 2: 2, 3: 2, 4: 1, 5: 1}
    assert np.allclose(
        tokenizer.texts_to_matrix(texts, "tfidf"),
        [
            [0, 0.5108256237659906, 0.5108256237659906, 0.5108256237659906, 0, 0],
            [0, 0.8649029646371624, 0.5108256237659906, 0.5108256237659906, 0.6931471805599453, 0.6931471805599453],
        ],
    )
    assert tokenizer.texts_to_matrix(["", "cat"], "freq").tolist() == [[0] * 6, [0, 0, 1, 0, 0, 0]]
    assert tokenizer.sequences_to_matrix([[0, 5, 6]], "tfidf")[0, 0] == pytest.approx(np.log(3))  # in no text
    small = text.Tokenizer(num_words=3)
    assert small.sequences_to_matrix([[0, 2, 2, 3]], "count").tolist() == [[1, 0, 2]]
    assert text.Tokenizer(num_words=1).sequences_to_matrix([[0]]).tolist() == [[1]]
    before = dict(tokenizer.word_counts)
    with pytest.raises(TypeError):
        tokenizer.fit_on_texts(["more", 3])
    assert (tokenizer.word_counts, tokenizer.document_count) == (before, 2)  # nothing half learnt


def test_words_of_your_own():
    tokenizer = text.Tokenizer()
    tokenizer.fit_on_texts([["New York", "rain"], ("RAIN",)])
    assert tokenizer.word_index == {"rain": 1, "new york": 2}
    pairs = text.Tokenizer(analyzer=lambda t: [t[i : i + 2] for i in range(0, len(t), 2)])
    pairs.fit_on_texts(["ababcd"])
    assert pairs.word_counts == {"ab": 2, "cd": 1}
    assert text.text_to_word_sequence("a--b,c", filters=",", split="--") == ["a", "b", "c"]


def test_hashes_are_the_same_in_every_process():
    assert text.hashing_trick("The cat, the dog.", 100) == [51, 3, 51, 33]  # as Keras's, by MD5
    assert text.one_hot("The cat, the dog.", 100) == [51, 3, 51, 33]
    assert text.hashing_trick("aa b", 9, len) == [3, 2]
    assert text.hashing_trick("aa b", 2) == [1, 1]
    assert text.hashing_trick("\udc80", 9)  # half of a character, as damaged texts have
    program = (
        "from nn.preprocessing.text import one_hot; import sys; sys.stdout.write(str(one_hot('un été à 人', 1000)))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in "12"
    }
    assert found == {str(text.one_hot("un été à 人", 1000)).encode()}


@given(
    rows=st.lists(st.lists(st.integers(1, 9), max_size=6), max_size=5),
    maxlen=st.none() | st.integers(0, 7),
    padding=st.sampled_from(["pre", "post"]),
    truncating=st.sampled_from(["pre", "post"]),
)
def test_padding(rows, maxlen, padding, truncating):
    table = sequence.pad_sequences(rows, maxlen, padding=padding, truncating=truncating)
    length = max(map(len, rows), default=0) if maxlen is None else maxlen
    assert table.shape == (len(rows), length)
    for row, found in zip(rows, table.tolist(), strict=True):
        kept = (row[len(row) - min(length, len(row)) :] if truncating == "pre" else row[:length]) if length else []
        fill = [0] * (length - len(kept))
        assert found == (fill + kept if padding == "pre" else kept + fill)


def test_padding_of_other_things():
    assert sequence.pad_sequences([["a"], []], dtype=object, value="-", padding="post").tolist() == [["a"], ["-"]]
    nested = sequence.pad_sequences([[[1, 2]], [[3, 4], [5, 6]]], value=[7, 8])
    assert nested.tolist() == [[[7, 8], [1, 2]], [[3, 4], [5, 6]]]
    assert sequence.pad_sequences(np.eye(2), dtype="float32", value=-1.5, maxlen=3).tolist() == [
        [-1.5, 1, 0],
        [-1.5, 0, 1],
    ]
    assert sequence.pad_sequences([]).shape == (0, 0)
    assert sequence.pad_sequences([[1]], maxlen=0).shape == (1, 0)
    assert sequence.pad_sequences([[], []], maxlen=2, value=9).tolist() == [[9, 9], [9, 9]]
    assert sequence.pad_sequences([[2.0]]).tolist() == [[2]]
    assert np.isnan(sequence.pad_sequences([[np.nan]], dtype="float32"))


@given(
    n=st.integers(2, 30),
    length=st.integers(1, 6),
    rate=st.integers(1, 3),
    stride=st.integers(1, 3),
    batch=st.integers(1, 5),
    reverse=st.booleans(),
)
def test_generated_windows_equal_a_plain_loop(n, length, rate, stride, batch, reverse):
    assume(length < n)
    series = np.stack([np.arange(float(n)), np.ones(n)], axis=1)
    settings = {"sampling_rate": rate, "stride": stride, "batch_size": batch, "reverse": reverse}
    wanted = [(series[i - length : i : rate][:: -1 if reverse else 1].tolist(), float(i))
              for i in range(length, n, stride)]  # fmt: skip
    windows = sequence.TimeseriesGenerator(series, np.arange(n), length, **settings)
    found = [(x.tolist(), y) for xs, ys in windows for x, y in zip(xs, ys, strict=True)]
    assert found == wanted
    assert len(list(windows)) == len(windows)
    assert np.array_equal(windows[len(windows) - 1][0], windows[-1][0])
    with pytest.raises(IndexError):
        windows[len(windows)]
    mixed = sequence.TimeseriesGenerator(series, np.arange(n), length, shuffle=True, seed=0, **settings)
    for _ in range(2):
        assert sorted((x.tolist(), y) for xs, ys in mixed for x, y in zip(xs, ys, strict=True)) == sorted(wanted)


@given(
    n=st.integers(1, 30),
    length=st.integers(1, 6),
    stride=st.integers(1, 3),
    rate=st.integers(1, 3),
    batch=st.integers(1, 5),
)
def test_windows_equal_a_plain_loop(n, length, stride, rate, batch):
    series, targets = np.arange(float(n)), -np.arange(float(n))
    wanted = [(series[i : i + length * rate : rate].tolist(), targets[i])
              for i in range(0, n, stride) if i + (length - 1) * rate < n]  # fmt: skip
    settings = {"sequence_stride": stride, "sampling_rate": rate, "batch_size": batch}
    if not wanted:
        with pytest.raises(ValueError, match="does not fit"):
            utils.timeseries_dataset_from_array(series, targets, length, **settings)
        return
    data = utils.timeseries_dataset_from_array(series, targets, length, **settings)
    found = [(x.tolist(), y) for xs, ys in data for x, y in zip(xs, ys, strict=True)]
    assert found == wanted
    assert len(list(data)) == len(data)
    mixed = utils.timeseries_dataset_from_array(series, targets, length, shuffle=True, seed=0, **settings)
    assert sorted((x.tolist(), y) for xs, ys in mixed for x, y in zip(xs, ys, strict=True)) == sorted(wanted)


def test_windows_in_part_of_a_series():
    series = np.arange(20.0)
    part = utils.timeseries_dataset_from_array(series, series * 10, 3, start_index=5, end_index=10)
    ((x, y),) = part
    assert x.tolist() == [[5, 6, 7], [6, 7, 8], [7, 8, 9]]
    assert y.tolist() == [50, 60, 70]
    single = list(utils.timeseries_dataset_from_array(series, series, 19, batch_size=None))
    assert [(x.tolist(), y) for x, y in single] == [(list(range(19)), 0), (list(range(1, 20)), 1)]
    assert len(utils.timeseries_dataset_from_array(series, series, 19, batch_size=None)) == 2
    assert [len(x) for x in utils.timeseries_dataset_from_array(series, None, 5, batch_size=10)] == [10, 6]
    wide = utils.timeseries_dataset_from_array(np.zeros((9, 2, 3)), np.zeros((9, 4)), 2)
    assert [(x.shape, y.shape) for x, y in wide] == [((8, 2, 2, 3), (8, 4))]


def test_shuffled_windows_repeat_with_their_seed():
    series = np.arange(40)
    a, b = (utils.timeseries_dataset_from_array(series, series, 3, shuffle=True, seed=7) for _ in range(2))
    first, again, other = next(iter(a))[1], next(iter(b))[1], next(iter(a))[1]
    assert first.tolist() == again.tolist() != other.tolist()


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


def test_images_as_numbers():
    x = np.arange(12.0).reshape(2, 2, 3)
    assert image.resize(x, (2, 2)).tolist() == x.tolist()
    assert image.resize(x, (4, 4), "nearest")[::2, ::2].tolist() == x.tolist()
    assert np.allclose(image.resize(np.ones((3, 5, 1)), (7, 2)), 1)
    ramp = np.linspace(0, 1, 8)[None, :, None]
    assert (np.diff(image.resize(ramp, (1, 30)).ravel()) >= 0).all()
    assert image.resize(np.zeros((5, 4, 6, 3)), (2, 3)).shape == (5, 2, 3, 3)
    assert image.smart_resize(np.zeros((10, 20, 3)), (5, 5)).shape == (5, 5, 3)
    assert image.normalize(np.array([[[255]]], np.uint8)).tolist() == [[[1.0]]]
    assert image.img_to_array(np.zeros((2, 3, 4)), "channels_first").shape == (4, 2, 3)


@given(
    hnp.arrays("u1", hnp.array_shapes(min_dims=3, max_dims=4, max_side=6)),
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
)
def test_resized_images_stay_within_the_original(x, size):
    near, soft = image.resize(x, size, "nearest"), image.resize(x, size)
    rows = [min(int((i + 0.5) * x.shape[-3] / size[0]), x.shape[-3] - 1) for i in range(size[0])]
    columns = [min(int((i + 0.5) * x.shape[-2] / size[1]), x.shape[-2] - 1) for i in range(size[1])]
    wanted = np.array([[x[..., i, j, :] for j in columns] for i in rows])
    assert near.dtype == x.dtype
    assert np.array_equal(np.moveaxis(near, (-3, -2), (0, 1)), wanted)
    assert soft.shape == near.shape
    assert (soft >= x.min() - 1e-9).all()
    assert (soft <= x.max() + 1e-9).all()


def test_resized_as_pillow_does():
    small = np.array([[0, 10, 20], [30, 60, 90]])[:, :, None]
    assert np.allclose(image.resize(small, (4, 5))[:, :, 0], [
        [0, 4, 10, 16, 20], [7.5, 13.5, 22.5, 31.5, 37.5], [22.5, 32.5, 47.5, 62.5, 72.5], [30, 42, 60, 78, 90]
    ])  # fmt: skip
    bright = np.array([[[np.inf], [1.0]]])
    assert np.array_equal(image.resize(bright, (1, 2)), bright)
    tall = np.arange(8)[:, None, None] * np.ones((8, 2, 1))
    assert image.smart_resize(tall, (2, 2))[:, 0, 0].tolist() == [3, 4]  # the middle
    assert image.smart_resize(tall[None].repeat(5, 0), (2, 2))[4, :, 0, 0].tolist() == [3, 4]
    assert image.smart_resize(tall, (1, 100))[0, :, 0].tolist() == [3] * 100


def test_normalized_images():
    x = np.array([[[0, 255]]], np.uint8)
    assert image.normalize(x, mean=[0.5, 1], std=[0.5, 4]).tolist() == [[[-1, 0]]]
    assert image.normalize(x, std=0.5).tolist() == [[[0, 2]]]
    assert image.normalize(np.array([[[300.0]]])).tolist() == [[[300]]]
    assert image.img_to_array(np.zeros((1, 2)), dtype=None).dtype == np.float32


def test_image_files(tmp_path):
    pytest.importorskip("PIL", reason="reading image files needs the extra 'images'")
    pixels = np.random.default_rng(0).integers(0, 256, (6, 8, 3)).astype(np.uint8)
    image.save_img(tmp_path / "a.png", pixels, scale=False)
    found = image.img_to_array(image.load_img(tmp_path / "a.png"))
    assert found.dtype == np.float32
    assert np.array_equal(found, pixels)
    image.save_img(tmp_path / "image", pixels.transpose(2, 0, 1), "channels_first", file_format="png", scale=False)
    assert np.array_equal(image.img_to_array(image.load_img(tmp_path / "image", target_size=(6, 8))), pixels)
    small = image.load_img(tmp_path / "a.png", color_mode="grayscale", target_size=(3, 4))
    assert image.img_to_array(small).shape == (3, 4, 1)
    middle = image.load_img(tmp_path / "a.png", target_size=(6, 6), keep_aspect_ratio=True)
    assert np.array_equal(image.img_to_array(middle), pixels[:, 1:7])
    opened = image.load_img(io.BytesIO((tmp_path / "a.png").read_bytes()), color_mode="rgba")
    assert image.img_to_array(opened, "channels_first")[3].tolist() == [[255] * 8] * 6
    assert np.asarray(image.array_to_img([[[-1.0], [0.0], [1.0]]])).tolist() == [[0, 128, 255]]
    assert np.asarray(image.array_to_img([[[254.9999]]], scale=False)).tolist() == [[255]]
    assert np.asarray(image.array_to_img([[[7.0]]])).tolist() == [[0]]
    assert [image.array_to_img(np.zeros((2, 2, n))).mode for n in (1, 3, 4)] == ["L", "RGB", "RGBA"]


def test_image_files_that_are_damaged_or_wide(tmp_path):
    pillow = pytest.importorskip("PIL.Image", reason="reading image files needs the extra 'images'")
    (tmp_path / "b.png").write_bytes(b"no image")
    noise = np.random.default_rng(0).integers(0, 256, (60, 60, 3)).astype(np.uint8)
    image.save_img(tmp_path / "whole.png", noise)
    (tmp_path / "cut.png").write_bytes((tmp_path / "whole.png").read_bytes()[:5000])
    for name in ("b.png", "cut.png"):
        with pytest.raises(ValueError, match="no image that can be read"):
            image.load_img(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        image.load_img(tmp_path / "nowhere.png")
    pillow.fromarray(np.array([[0, 300, 65535]], np.uint16)).save(tmp_path / "wide.png")
    gray = image.load_img(tmp_path / "wide.png", color_mode="grayscale")
    assert image.img_to_array(gray).ravel().tolist() == [0, 300, 65535]
    with pytest.raises(ValueError, match="more than 8 bits; read it with color_mode='grayscale'"):
        image.load_img(tmp_path / "wide.png")


def test_without_pillow_the_error_names_the_extra(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "PIL", None)
    for call in (lambda: image.load_img("a.png"), lambda: image.save_img(tmp_path / "a.png", np.zeros((2, 2, 3)))):
        with pytest.raises(ImportError, match=r"pip install 'glassgrad\[images\]'"):
            call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: P.StandardScaler().fit([1.0, 2.0]), r"shape \(2,\); write x.reshape\(-1, 1\)"),
        (lambda: P.StandardScaler().fit([[1.0], [np.nan]]), "nan in row 1, column 0"),
        (lambda: P.StandardScaler().fit([["a"]]), "Encode categories first"),
        (lambda: P.StandardScaler().fit(np.zeros((0, 2))), "without rows"),
        (lambda: P.StandardScaler().transform([[1.0]]), "call fit on the training data first"),
        (lambda: P.StandardScaler().fit([[1.0]]).transform([[1.0, 2.0]]), "fitted on 1 columns and got 2"),
        (lambda: P.MinMaxScaler((1, 0)), "a low and a high number"),
        (
            lambda: P.OneHotEncoder().fit([["a"]]).transform([["b"]]),
            "column 0 has 'b', which is none of its categories",
        ),
        (lambda: P.OneHotEncoder(sparse_output=True), "sparse_output=True is not supported"),
        (lambda: P.OneHotEncoder().fit(["a"]), r"reshape\(-1, 1\)"),
        (lambda: P.LabelEncoder().fit(["a"]).transform(["b"]), "the label 'b' was not there"),
        (lambda: P.train_test_split(np.arange(3), np.arange(4)), r"the arrays have \[3, 4\] samples"),
        (lambda: P.train_test_split(np.arange(3), test_size=1.5), "test_size is a share between 0 and 1"),
        (lambda: P.train_test_split(np.arange(1)), "at least 1 of each"),
        (lambda: P.train_test_split(np.arange(3), stratify=[0, 0, 1]), "has one sample only"),
        (lambda: P.batches([1], batch_size=0), "batch_size is a whole number"),
        (lambda: text.Tokenizer().fit_on_texts("one text"), r"write \[text\]"),
        (lambda: text.Tokenizer().fit_on_texts([None]), "drop or fill missing ones"),
        (lambda: text.Tokenizer().texts_to_sequences(["a"]), "call fit_on_texts first"),
        (lambda: text.Tokenizer(num_words=0), "num_words is a whole number"),
        (lambda: sequence.pad_sequences([[1.5]]), "has 1.5, which does not fit dtype int32; give dtype='float32'"),
        (lambda: sequence.pad_sequences(["ab"]), "sequence 0 is 'ab'; wanted a list of numbers"),
        (lambda: sequence.pad_sequences([[1]], padding="left"), "padding is 'pre' or 'post'"),
        (lambda: utils.to_categorical([0, 3], 3), "a label of 3; wanted 0 to 2, for 3 classes"),
        (lambda: utils.to_categorical([-1]), "a label of -1"),
        (lambda: utils.to_categorical(["a"]), "LabelEncoder makes them"),
        (lambda: image.resize(np.zeros((2, 2)), (1, 1)), "height, width, channels"),
        (lambda: image.resize(np.zeros((2, 2, 1)), (0, 1)), "each 1 or more"),
        (lambda: image.load_img("x.png", color_mode="bgr"), "color_mode is 'rgb'"),
        (lambda: image.load_img("x.png", target_size=28), r"target_size is \(height, width\); got 28"),
        (lambda: image.smart_resize(np.zeros((2, 2, 1)), (2, 0)), "each 1 or more"),
        (lambda: image.resize(np.zeros((2, 2, 1)), (1.5, 2)), "each 1 or more"),
        (lambda: image.normalize(np.array([[[300]]])), "bytes .uint8. or floats; got dtype int64"),
        (lambda: image.normalize(np.zeros((1, 1, 1)), std=0), "std has numbers that are not above 0"),
        (lambda: image.array_to_img(np.zeros((1, 1, 2))), "1, 3 or 4 channels; got 2"),
        (lambda: image.array_to_img(np.zeros((1, 1, 5))), "1, 3 or 4 channels; got 5"),
        (lambda: image.img_to_array(np.zeros(3)), "2 or 3 axes of numbers"),
        (lambda: image.img_to_array("a.png"), "2 or 3 axes of numbers"),
        (lambda: image.array_to_img(np.zeros((0, 2, 3))), r"shape .* got \(0, 2, 3\)"),
        (lambda: image.array_to_img([[[np.nan]]]), "nan or inf"),
        (lambda: image.array_to_img([[[256.0]]], scale=False), "go from 256 to 256; wanted 0 to 255"),
        (lambda: P.StandardScaler().fit([[1e200], [-1e200]]), "column 0: its var is too large"),
        (lambda: P.MinMaxScaler().fit([[1e308], [-1e308]]), "column 0: its data_range is too large"),
        (lambda: P.StandardScaler().fit([[1, 2], [3]]), "rows that came differ in length"),
        (lambda: P.StandardScaler().fit([[1j]]), "dtype complex128"),
        (lambda: P.MinMaxScaler((1, 1)), "a low and a high number"),
        (lambda: P.MinMaxScaler(3), "a low and a high number; got 3"),
        (lambda: P.MinMaxScaler((0, np.inf)), "a low and a high number"),
        (lambda: P.StandardScaler().fit([[1.0]]).inverse_transform([[1.0, 2.0]]), "fitted on 1 columns and got 2"),
        (lambda: P.OneHotEncoder().transform([["a"]]), "knows no categories yet"),
        (lambda: P.OneHotEncoder().inverse_transform([[1]]), "knows no categories yet"),
        (lambda: P.OneHotEncoder().fit(np.zeros((0, 2))), "without rows or columns"),
        (lambda: P.OneHotEncoder().fit([["a", "b"], ["c"]]), "differ in length"),
        (lambda: P.OneHotEncoder().fit([["a"], [1]]), "mixes kinds that cannot be sorted"),
        (lambda: P.OneHotEncoder(categories=[["a", "a"]]).fit([["a"]]), "wanted a list, each entry once"),
        (lambda: P.OneHotEncoder(categories=[["a"]]).fit([["b"]]), "'b', which is none of its categories"),
        (lambda: P.OneHotEncoder(categories="all"), "categories is 'auto' or a list"),
        (lambda: P.OneHotEncoder().fit([[1], [2]]).transform([["1"]]), "column 0 has '1', which is none"),
        (lambda: P.OneHotEncoder().fit([[1], [2]]).inverse_transform([[0, 0]]), "row 0 names no category for column 0"),
        (lambda: P.OneHotEncoder().fit([[1], [2]]).inverse_transform([[np.nan, 0]]), "nan in row 0"),
        (lambda: P.OneHotEncoder().fit([[1]]).get_feature_names_out(["a", "b"]), "2 names for 1 columns"),
        (
            lambda: P.OrdinalEncoder().fit([[1], [2]]).inverse_transform([[-1]]),
            "row 0 has -1 for column 0; wanted 0 to 1",
        ),
        (lambda: P.OrdinalEncoder().fit([[1], [2]]).inverse_transform([[0.5]]), "row 0 has 0.5"),
        (lambda: P.OrdinalEncoder().fit([[1], [2]]).inverse_transform([[2]]), "row 0 has 2"),
        (lambda: P.OrdinalEncoder().fit([[1], [2]]).inverse_transform([[0, 0]]), r"1 columns of numbers, got shape"),
        (lambda: P.OrdinalEncoder().fit([[1], [2]]).inverse_transform([["a"]]), "of <U1"),
        (lambda: P.OrdinalEncoder().fit([["a"]]).transform([["a"], ["c"], ["b"]]), "column 0 has 'c'"),
        (lambda: P.LabelEncoder().fit(["a"]).transform(["a", "c", "b"]), "the label 'c' was not there"),
        (lambda: P.LabelEncoder().fit(["a"]).inverse_transform([1]), "go from 0 to 0; got 1 to 1"),
        (lambda: P.OrdinalEncoder(unknown_value=-1), "go together"),
        (
            lambda: P.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=0).fit([[1]]),
            "unknown_value=0 is the number of a category",
        ),
        (lambda: P.OrdinalEncoder(dtype=np.int8).fit(np.arange(200)[:, None]), "dtype int8 has no room for"),
        (lambda: P.LabelEncoder().transform(["a"]), "knows no classes yet"),
        (lambda: P.LabelEncoder().fit(["a", 1]), "mixes kinds that cannot be sorted"),
        (lambda: P.LabelEncoder().fit([["a"]]), r"write y.ravel\(\)"),
        (lambda: P.LabelEncoder().fit(["a"]).inverse_transform([-1]), "go from 0 to 0; got -1 to -1"),
        (lambda: P.LabelEncoder().fit(["a"]).inverse_transform([0.0]), "got dtype float64"),
        (P.train_test_split, "at least one array"),
        (lambda: P.train_test_split("abc"), "wanted arrays or lists of samples; got str"),
        (lambda: P.train_test_split({"a": 1, "b": 2}), "got dict"),
        (lambda: P.train_test_split(np.arange(9), test_size=5, train_size=5), r"ask for 5 \+ 5 of 9 samples"),
        (lambda: P.train_test_split(np.arange(9), test_size=1.0), "test_size is a share .* got 1.0"),
        (lambda: P.train_test_split(np.arange(9), test_size=0.0), "test_size is a share .* got 0.0"),
        (lambda: P.train_test_split(np.arange(9), train_size=9), "train_size is a share .* below 9; got 9"),
        (lambda: P.train_test_split(np.arange(9), train_size=0), "train_size is a share .* got 0"),
        (lambda: P.train_test_split(np.arange(9), test_size=np.nan), "test_size is a share"),
        (lambda: P.train_test_split(np.arange(4), stratify=[0, "a", None, 0]), "mixes kinds of labels|one sample only"),
        (lambda: P.train_test_split(np.arange(4), stratify=[0, 1]), "one label for each of 4 samples"),
        (lambda: P.train_test_split(np.arange(4), stratify=[0, 0, 1, 1], test_size=1), "2 classes do not fit"),
        (lambda: P.batches([1], batch_size=True), "batch_size is a whole number"),
        (lambda: P.batches([1], [1, 2]), "x has 1 samples and y has 2"),
        (lambda: text.Tokenizer(num_words=True), "num_words is a whole number"),
        (lambda: text.Tokenizer().fit_on_texts(3), "wanted a list of texts, got int"),
        (lambda: text.Tokenizer().fit_on_texts([["a", 3]]), "a text given as a list has words; got int 3"),
        (lambda: text.Tokenizer().sequences_to_texts([[1]]), "call fit_on_texts first"),
        (lambda: text.Tokenizer().sequences_to_matrix([[1]]), "call fit_on_texts first"),
        (lambda: text.Tokenizer(num_words=5).sequences_to_matrix([[1]], "idf"), "mode is 'binary'"),
        (lambda: text.text_to_word_sequence("a", split=""), "split is the text between words"),
        (lambda: text.hashing_trick("a", 1), "n is a whole number, 2 or more"),
        (lambda: text.hashing_trick("a", 9, "sha1"), "a function of a word, or 'md5'; got 'sha1'"),
        (
            lambda: sequence.pad_sequences([[2**40]]),
            "1099511627776, which does not fit dtype int32; give dtype='int64'",
        ),
        (lambda: sequence.pad_sequences([[-1]], dtype="uint8"), "has -1, which does not fit dtype uint8"),
        (lambda: sequence.pad_sequences([[np.nan]]), "has nan, which does not fit dtype int32"),
        (lambda: sequence.pad_sequences([[1e6]], dtype="float16"), "does not fit dtype float16"),
        (lambda: sequence.pad_sequences([[1]], value=0.5), "value has 0.5, which does not fit"),
        (lambda: sequence.pad_sequences([["1"]]), "no number for dtype int32; give dtype=object"),
        (lambda: sequence.pad_sequences([["a"]], dtype=str), "for texts give dtype=object"),
        (lambda: sequence.pad_sequences([[[1], [1, 2]]]), "steps that differ in shape"),
        (lambda: sequence.pad_sequences([[[1, 2]], [[1]]]), "sequence 1 has steps of shape"),
        (lambda: sequence.pad_sequences([1, 2]), "sequence 0 is 1; wanted a list of numbers"),
        (lambda: sequence.pad_sequences([[1]], maxlen=-1), "maxlen is a whole number"),
        (lambda: sequence.pad_sequences(3), "wanted a list of sequences; got int"),
        (lambda: sequence.TimeseriesGenerator(np.arange(4), np.arange(5), 2), "wanted as many steps"),
        (lambda: sequence.TimeseriesGenerator(np.arange(4), np.arange(4), 4), "do not fit steps 0 to 3"),
        (
            lambda: sequence.TimeseriesGenerator(np.arange(4), np.arange(4), 1, end_index=4),
            "steps 0 to 4 of a series of 4",
        ),
        (lambda: sequence.TimeseriesGenerator(np.arange(4), np.arange(4), 0), "length is a whole number, 1 or more"),
        (lambda: utils.to_categorical([np.nan]), "whole numbers, got nan"),
        (lambda: utils.to_categorical([np.inf]), "whole numbers, got inf"),
        (lambda: utils.to_categorical([0], 0), "num_classes is a whole number"),
        (lambda: utils.to_categorical([10**12]), "a table of 1 x 1e.12 numbers is too large"),
        (lambda: utils.to_categorical(np.array([2**63]), 3), "a label of 9223372036854775808"),
        (lambda: utils.normalize([np.nan, 1.0]), "normalize got nan"),
        (lambda: utils.normalize(["a"]), "normalize takes numbers"),
        (lambda: utils.normalize([1.0], order=0), "order is the p of the norm"),
        (lambda: utils.timeseries_dataset_from_array(3, None, 1), "data is a series of numbers"),
        (lambda: utils.timeseries_dataset_from_array([1, 2], None, 1.5), "sequence_length is a whole number"),
        (lambda: utils.timeseries_dataset_from_array([1, 2], None, 1, batch_size=0), "batch_size is a whole number"),
        (lambda: utils.timeseries_dataset_from_array([1, 2], None, 1, start_index=2), "do not fit a series of 2 steps"),
        (lambda: utils.timeseries_dataset_from_array([1, 2], [], 1), "does not fit"),
    ],
)
def test_errors_say_what_to_do(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()
