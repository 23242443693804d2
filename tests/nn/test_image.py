"""Images as numbers, and image files."""

import io
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nn.preprocessing import image


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
