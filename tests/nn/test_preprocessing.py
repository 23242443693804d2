"""Data preparation: there and back, odd data, and errors that say what to do."""

import numpy as np
import pytest
from hypothesis import given
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
    for scaler in (P.StandardScaler(), P.MinMaxScaler(), P.MinMaxScaler((-1, 2)), P.StandardScaler(with_mean=False)):
        Z = scaler.fit_transform(X)
        assert np.isfinite(Z).all()
        assert np.allclose(scaler.inverse_transform(Z), X, atol=1e-6)
    assert ((P.MinMaxScaler().fit_transform(X) > -1e-9) & (P.MinMaxScaler().fit_transform(X) < 1 + 1e-9)).all()


def test_scalers_by_hand():
    X = np.array([[1.0, 5.0, 2.0], [3.0, 5.0, 4.0]], np.float32)
    scaler = P.StandardScaler().fit(X)
    assert scaler.mean_.tolist() == [2.0, 5.0, 3.0]
    assert scaler.var_.tolist() == [1.0, 0.0, 1.0]
    assert scaler.transform(X).tolist() == [[-1, 0, -1], [1, 0, 1]]
    assert scaler.transform(X).dtype == np.float32
    assert P.MinMaxScaler(clip=True).fit(X).transform([[9.0, 9.0, 0.0]]).tolist() == [[1.0, 1.0, 0.0]]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), min_size=1))
def test_encoders_there_and_back(rows):
    for encoder in (P.OneHotEncoder(), P.OrdinalEncoder()):
        codes = encoder.fit_transform(rows)
        back = encoder.inverse_transform(codes)
        assert [tuple(row) for row in back.tolist()] == [
            tuple(map(str, r)) if back.dtype.kind == "U" else r for r in rows
        ]
    labels = [row[0] for row in rows]
    encoder = P.LabelEncoder()
    assert encoder.inverse_transform(encoder.fit_transform(labels)).tolist() == labels


def test_unknown_categories():
    encoder = P.OneHotEncoder(handle_unknown="ignore").fit([["a"], ["b"]])
    assert encoder.transform([["c"], ["a"]]).tolist() == [[0, 0], [1, 0]]
    assert encoder.inverse_transform([[0, 0], [0, 1]]).tolist() == [[None], ["b"]]
    assert encoder.get_feature_names_out(["x"]).tolist() == ["x_a", "x_b"]
    ordinal = P.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1).fit([["a"], ["b"]])
    assert ordinal.transform([["z"]]).tolist() == [[-1]]


@given(n=st.integers(4, 60), share=st.floats(0.1, 0.9), seed=st.integers(0, 99))
def test_splits_are_parts(n, share, seed):
    if not 1 <= np.ceil(n * share) < n:
        return
    x, y = np.arange(n), [f"s{i}" for i in range(n)]
    a, b, c, d = P.train_test_split(x, y, test_size=share, random_state=seed)
    assert sorted([*a, *b]) == list(range(n))
    assert c == [f"s{i}" for i in a]
    assert len(b) == len(d) == np.ceil(n * share)


def test_splits_keep_the_share_of_classes():
    y = np.array([0] * 80 + [1] * 20)
    a, b, ya, yb = P.train_test_split(np.arange(100), y, test_size=0.25, random_state=0, stratify=y)
    assert np.bincount(ya).tolist() == [60, 15]
    assert np.bincount(yb).tolist() == [20, 5]
    assert sorted([*a, *b]) == list(range(100))
    first, last = P.train_test_split(np.arange(10), test_size=3, shuffle=False)
    assert (first.tolist(), last.tolist()) == (list(range(7)), [7, 8, 9])


def test_batches():
    x = np.arange(7)
    assert sorted(np.concatenate(list(P.batches(x, batch_size=3, shuffle=True, seed=0))).tolist()) == x.tolist()
    pairs = list(P.batches(x, -x, batch_size=3, shuffle=True, seed=0))
    assert all((a == -b).all() for a, b in pairs)


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
    letters.fit_on_texts(["été"])
    assert letters.texts_to_sequences(["été"]) == [[1, 2, 1]]
    assert few.texts_to_matrix(["love love my"], "freq").tolist() == [[0, 2 / 3, 1 / 3]]
    assert few.texts_to_matrix(["love love my"], "binary").tolist() == [[0, 1, 1]]
    assert text.one_hot("a b a", 50) == text.hashing_trick("a b a", 50)
    assert text.one_hot("a b a", 50)[0] == text.one_hot("a", 50)[0]


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


def test_to_categorical_and_normalize():
    assert utils.to_categorical([[1], [0]], 3).tolist() == [[0, 1, 0], [1, 0, 0]]
    assert utils.to_categorical(np.array([1.0, 0.0])).tolist() == [[0, 1], [1, 0]]
    assert utils.to_categorical([], 2).shape == (0, 2)
    assert utils.normalize([[3.0, 4.0], [0.0, 0.0]]).tolist() == [[0.6, 0.8], [0.0, 0.0]]


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


def test_image_files(tmp_path):
    pytest.importorskip("PIL", reason="reading image files needs the extra 'images'")
    pixels = np.random.default_rng(0).integers(0, 256, (6, 8, 3)).astype(np.uint8)
    image.save_img(tmp_path / "a.png", pixels, scale=False)
    found = image.img_to_array(image.load_img(tmp_path / "a.png"))
    assert np.array_equal(found, pixels)
    small = image.load_img(tmp_path / "a.png", color_mode="grayscale", target_size=(3, 4))
    assert image.img_to_array(small).shape == (3, 4, 1)
    (tmp_path / "b.png").write_bytes(b"no image")
    with pytest.raises(ValueError, match="no image that can be read"):
        image.load_img(tmp_path / "b.png")


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
        (lambda: list(P.batches([1], batch_size=0)), "batch_size is a whole number"),
        (lambda: text.Tokenizer().fit_on_texts("one text"), r"write \[text\]"),
        (lambda: text.Tokenizer().fit_on_texts([None]), "drop or fill missing ones"),
        (lambda: text.Tokenizer().texts_to_sequences(["a"]), "call fit_on_texts first"),
        (lambda: text.Tokenizer(num_words=0), "num_words is a whole number"),
        (lambda: sequence.pad_sequences([[1.5]]), "dtype='float32'"),
        (lambda: sequence.pad_sequences(["ab"]), "sequence 0 is 'ab'; wanted a list of numbers"),
        (lambda: sequence.pad_sequences([[1]], padding="left"), "padding is 'pre' or 'post'"),
        (lambda: utils.to_categorical([0, 3], 3), "a label of 3; wanted 0 to 2, for 3 classes"),
        (lambda: utils.to_categorical([-1]), "a label of -1"),
        (lambda: utils.to_categorical(["a"]), "LabelEncoder makes them"),
        (lambda: image.resize(np.zeros((2, 2)), (1, 1)), "height, width, channels"),
        (lambda: image.resize(np.zeros((2, 2, 1)), (0, 1)), "each 1 or more"),
        (lambda: image.load_img("x.png", color_mode="bgr"), "color_mode is 'rgb'"),
    ],
)
def test_errors_say_what_to_do(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()
