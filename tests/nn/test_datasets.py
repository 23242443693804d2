"""Data to learn with: shapes, seeds, and files that are not what they say."""

import gzip
import struct

import numpy as np
import pytest

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


def test_blobs_at_given_places():
    X, y = D.make_blobs(300, centers=[[0, 0], [50, 50]], cluster_std=[0.1, 2.0], random_state=0)
    assert np.abs(X[y == 1] - 50).max() < 12
    assert X[y == 0].std() == pytest.approx(0.1, rel=0.2)


def test_xor_and_sine():
    X, y = D.xor()
    assert [int(a) ^ int(b) for a, b in X] == y.tolist()
    x, t = D.sine(50)
    assert np.allclose(np.sin(x), t)


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


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is no IDX file: it begins with nothing"),
        (b"PNG!", "is no IDX file"),
        (b"\0\0\x08\x03\0\0", "ends within its header"),
        (idx(np.zeros(4, np.uint8))[:-1], "takes 4 bytes and has 3"),
        (idx(np.zeros(4, np.uint8)) + b"x", "takes 4 bytes and has more"),
        (b"\0\0\x08\x02" + b"\xff" * 8, "describes 18446744065119617025 bytes"),
    ],
)
def test_files_that_are_not_what_they_say(tmp_path, data, message):
    path = tmp_path / "bad"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=message):
        D.load_idx(path)
    packed = tmp_path / "bad.gz"
    packed.write_bytes(gzip.compress(data)[:-3])
    with pytest.raises(ValueError, match=r"bad\.gz"):
        D.load_idx(packed)


def test_sets_of_scikit_learn():
    pytest.importorskip("sklearn", reason="these sets come with the extra 'datasets'")
    X, y = D.load_iris()
    assert X.shape == (150, 4)
    assert sorted(set(y.tolist())) == [0, 1, 2]
    assert D.load_digits()[0].shape == (1797, 64)
