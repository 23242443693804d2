"""Data to learn with: shapes, seeds, and files that are not what they say."""

import copy
import gzip
import pickle
import struct
import sys
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nn import datasets as D

MADE = [D.make_moons, D.make_circles, D.make_blobs, D.make_spirals]


@pytest.mark.parametrize("make", MADE, ids=lambda f: f.__name__)
def test_made_sets(make):
    X, y = make(101, random_state=3)
    assert X.shape == (101, 2)
    assert y.shape == (101,)
    assert y.dtype.kind == "i"
    counts = np.bincount(y)
    assert counts.max() - counts.min() <= 1
    again, _ = make(101, random_state=3)
    assert np.array_equal(X, again)
    other, _ = make(101, random_state=4)
    assert not np.array_equal(X, other)
    assert np.array_equal(np.sort(make(9, random_state=0)[1]), np.sort(make(9, random_state=0, shuffle=False)[1]))
    with pytest.raises(ValueError, match="n_samples is a whole number, 1 or more; got 0"):
        make(0)


def test_moons_and_circles_lie_where_they_should():
    X, y = D.make_moons(400, random_state=0)
    assert np.allclose(np.linalg.norm(X[y == 0], axis=1), 1)
    assert np.allclose(np.linalg.norm(X[y == 1] - [1, 0.5], axis=1), 1)
    X, y = D.make_circles(100, factor=0.3, random_state=0)
    assert np.allclose(np.linalg.norm(X[y == 1], axis=1), 0.3)
    noisy, _ = D.make_moons(4000, noise=0.25, shuffle=False, random_state=0)
    still, _ = D.make_moons(4000, shuffle=False)
    assert (noisy - still).std() == pytest.approx(0.25, rel=0.05)
    assert len(D.make_moons((3, 5))[1]) == 8
    with pytest.raises(ValueError, match="noise is a standard deviation"):
        D.make_moons(10, noise=-1)


def test_moons_and_circles_as_scikit_learn_makes_them():
    X, y = D.make_moons(5, shuffle=False)
    assert np.allclose(X, [[1, 0], [-1, 0], [0, 0.5], [1, -0.5], [2, 0.5]])
    assert y.tolist() == [0, 0, 1, 1, 1]
    X, y = D.make_circles((1, 3), factor=0.5, shuffle=False)
    assert np.allclose(X, [[1, 0], [0.5, 0], [-0.25, 0.4330127018922193], [-0.25, -0.4330127018922193]])
    assert y.tolist() == [0, 1, 1, 1]
    assert not D.make_circles(4, factor=0, shuffle=False)[0][2:].any()


def test_noise_moves_points_and_not_their_classes():
    for make in (D.make_moons, D.make_circles, D.make_spirals):
        X, y = make(50, random_state=5)
        noisy, classes = make(50, noise=1e-3, random_state=5)
        assert np.array_equal(y, classes)
        assert 0 < np.abs(noisy - X).max() < 0.01
        assert np.array_equal(make(50, noise=0, random_state=5)[0], X)


def test_blobs_at_given_places():
    X, y = D.make_blobs(300, centers=[[0, 0], [50, 50]], cluster_std=[0.1, 2.0], random_state=0)
    assert np.abs(X[y == 1] - 50).max() < 12
    assert X[y == 0].std() == pytest.approx(0.1, rel=0.2)
    X, y, centers = D.make_blobs([10, 20, 5], 4, cluster_std=0, return_centers=True, random_state=0)
    assert np.bincount(y).tolist() == [10, 20, 5]
    assert np.array_equal(X, centers[y])
    assert centers.shape == (3, 4)
    assert (np.abs(centers) <= 10).all()


def test_spirals_go_round():
    X, y = D.make_spirals(100, classes=4, turns=0, shuffle=False)
    angle = np.round(np.arctan2(X[:, 1], X[:, 0]) % (2 * np.pi) / (np.pi / 2)) % 4
    assert np.array_equal(angle, y)  # without turns, four straight arms
    X, y = D.make_spirals(400, turns=1, shuffle=False)
    assert np.allclose(X[y == 0], -X[y == 1])
    assert np.linalg.norm(X, axis=1).max() == pytest.approx(1)


def test_xor_and_sine():
    X, y = D.xor()
    assert [int(a) ^ int(b) for a, b in X] == y.tolist()
    x, t = D.sine(50)
    assert x.shape == t.shape == (50, 1)
    assert np.allclose(np.sin(x), t)
    assert (x[0], x[-1]) == (-np.pi, np.pi)
    x, t = D.sine(5000, noise=0.3, random_state=0)
    assert (t - np.sin(x)).std() == pytest.approx(0.3, rel=0.05)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: D.make_moons(1.5), "n_samples is a whole number, 1 or more; got 1.5"),
        (lambda: D.make_moons((1, 2, 3)), r"n_samples is a whole number, or \(outer, inner\)"),
        (lambda: D.make_moons(10, noise=np.inf), "noise is a standard deviation, 0 or more; got inf"),
        (lambda: D.make_moons(10, noise=np.nan), "noise is a standard deviation"),
        (lambda: D.make_moons(10, noise="much"), "noise is a standard deviation"),
        (lambda: D.make_moons(10, random_state=-1), "a seed is a whole number"),
        (lambda: D.make_circles(10, factor=1), "factor is the size of the inner circle"),
        (lambda: D.make_circles(10, factor=np.nan), "factor is the size of the inner circle"),
        (lambda: D.make_blobs(10, centers=0), "centers is a whole number, 1 or more"),
        (lambda: D.make_blobs(10, centers=[1.0, 2.0]), r"a table of places; got shape \(2,\)"),
        (lambda: D.make_blobs(10, centers=[[np.nan, 0]]), "a table of places"),
        (lambda: D.make_blobs(10, cluster_std=-1), "cluster_std is one number, 0 or more, or 3 of them"),
        (lambda: D.make_blobs(10, cluster_std=[1, 2]), "cluster_std is one number"),
        (lambda: D.make_blobs([5, 5], centers=3), "n_samples has 2 numbers for 3 centers"),
        (lambda: D.make_blobs(10, n_features=0), "n_features is a whole number, 1 or more"),
        (lambda: D.make_blobs(10, center_box=(1, 0)), "center_box is a low and a high number"),
        (lambda: D.make_spirals(10, classes=0), "classes is a whole number, 1 or more"),
        (lambda: D.make_spirals(10, turns=np.inf), "turns is how often an arm goes round"),
        (lambda: D.make_blobs([], centers=3), "n_samples has several numbers"),
        (lambda: D.sine(10, low=1, high=1), "from a low to a high number"),
        (lambda: D.sine(10, low=1, high=0), "from a low to a high number"),
        (lambda: D.sine(10, noise=-1), "noise is a standard deviation"),
    ],
)
def test_made_sets_say_what_they_cannot_make(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def idx(array, kind=0x08):
    head = b"\0\0" + bytes([kind, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.tobytes()


def test_files_in_the_format_of_mnist(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (5, 4, 3)).astype(np.uint8)
    labels = np.arange(5, dtype=np.uint8)
    (tmp_path / "images").write_bytes(idx(images))
    (tmp_path / "labels.gz").write_bytes(gzip.compress(idx(labels)))
    found, answers = D.load_idx(tmp_path / "images", tmp_path / "labels.gz")
    assert np.array_equal(found, images)
    assert np.array_equal(answers, labels)
    (tmp_path / "floats").write_bytes(idx(np.array([1.5, -2.0], ">f4"), 0x0D))
    assert D.load_idx(tmp_path / "floats").tolist() == [1.5, -2.0]


@given(data=st.data(), kind=st.sampled_from(["u1", "i1", ">i2", ">i4", ">f4", ">f8"]), packed=st.booleans())
def test_files_there_and_back(tmp_path_factory, data, kind, packed):
    array = data.draw(hnp.arrays(kind, hnp.array_shapes(max_dims=4, max_side=4, min_side=0)))
    code = {"u1": 8, "i1": 9, ">i2": 11, ">i4": 12, ">f4": 13, ">f8": 14}[kind]
    path = tmp_path_factory.mktemp("idx") / "data"  # no name says whether it is packed
    path.write_bytes(gzip.compress(idx(array, code)) if packed else idx(array, code))
    found = D.load_idx(path)
    assert found.dtype == np.dtype(kind).newbyteorder("=")
    assert found.dtype.isnative
    assert np.array_equal(found, array, equal_nan=kind[1] == "f")
    assert found.flags.writeable


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is no IDX file: it begins with nothing"),
        (b"PNG!", "is no IDX file"),
        (b"\0\0\x0a\x01" + b"\0" * 8, "is no IDX file"),
        (b"\0\0\x08\x00", "is no IDX file"),
        (b"\0\0\x08\x03\0\0", "ends within its header"),
        (idx(np.zeros(4, np.uint8))[:-1], "takes 4 bytes and has 3"),
        (idx(np.zeros(4, np.uint8)) + b"x", "takes 4 bytes and has more"),
        (b"\0\0\x08\x02" + b"\xff" * 8, "describes 18446744065119617025 bytes"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_files_that_are_not_what_they_say(tmp_path, data, message, packed):
    path = tmp_path / "bad"
    path.write_bytes(gzip.compress(data) if packed else data)
    with pytest.raises(ValueError, match=message):
        D.load_idx(path)


def test_packed_files_that_are_damaged(tmp_path):
    rng = np.random.default_rng(0)
    whole = gzip.compress(idx(rng.integers(0, 256, (30, 30)).astype(np.uint8)))
    path = tmp_path / "bad.gz"
    for n in range(2, len(whole), 50):
        path.write_bytes(whole[:n])
        with pytest.raises(ValueError, match=r"bad\.gz is damaged"):
            D.load_idx(path)
    refused = 0
    for n in range(10, len(whole), 20):  # after gzip's own header, which has parts without meaning
        path.write_bytes(whole[:n] + bytes([whole[n] ^ 0xFF]) + whole[n + 1 :])
        with pytest.raises(ValueError, match=r"bad\.gz"):
            D.load_idx(path)
        refused += 1
    assert refused > 40


@pytest.mark.parametrize("packed", [False, True])
def test_no_memory_is_taken_for_what_is_not_there(tmp_path, packed):
    lie = b"\0\0\x08\x01" + struct.pack(">I", (1 << 32) - 1) + b"x" * 100
    path = tmp_path / "lie"
    path.write_bytes(gzip.compress(lie) if packed else lie)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="takes 4294967295 bytes and has 100"):
            D.load_idx(path)
        assert tracemalloc.get_traced_memory()[1] < 1 << 24
    finally:
        tracemalloc.stop()


def test_images_and_labels_that_do_not_belong_together(tmp_path):
    (tmp_path / "images").write_bytes(idx(np.zeros((5, 2, 2), np.uint8)))
    (tmp_path / "labels").write_bytes(idx(np.zeros(5, np.uint8)))
    (tmp_path / "few").write_bytes(idx(np.zeros(4, np.uint8)))
    with pytest.raises(ValueError, match=r"images has 5 samples and .*few 4; wanted as many"):
        D.load_idx(tmp_path / "images", tmp_path / "few")
    with pytest.raises(ValueError, match="are the paths swapped"):
        D.load_idx(tmp_path / "labels", tmp_path / "images")
    assert [a.shape for a in D.load_idx(tmp_path / "labels", tmp_path / "labels")] == [(5,), (5,)]
    with pytest.raises(FileNotFoundError):
        D.load_idx(tmp_path / "nowhere")


def test_sets_of_scikit_learn():
    pytest.importorskip("sklearn", reason="these sets come with the extra 'datasets'")
    X, y = iris = D.load_iris()
    assert X.shape == (150, 4)
    assert sorted(set(y.tolist())) == [0, 1, 2]
    assert iris.data is X
    assert iris.target is y
    assert list(iris.target_names) == ["setosa", "versicolor", "virginica"]
    assert not hasattr(iris, "price")
    assert np.array_equal(pickle.loads(pickle.dumps(iris)).data, copy.deepcopy(iris).data)
    assert D.load_iris(return_X_y=False).feature_names == iris.feature_names
    sizes = {"digits": (1797, 64), "wine": (178, 13), "breast_cancer": (569, 30), "diabetes": (442, 10)}
    for name, shape in sizes.items():
        assert getattr(D, f"load_{name}")()[0].shape == shape
    assert set(D.load_digits(n_class=3)[1]) == {0, 1, 2}


def test_without_scikit_learn_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(ImportError, match=r"load_wine needs scikit-learn: pip install 'glassgrad\[datasets\]'"):
        D.load_wine()
