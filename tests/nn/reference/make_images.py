"""Write `images.npz`: what Keras's layers over images, volumes and sequences give, on JAX in double precision.

JAX and not PyTorch, as in `make.py`, since Keras's resizing on PyTorch has no Lanczos and another bicubic kernel.
The committed file is of:

    pip install keras==3.15.1 jax
    KERAS_BACKEND=jax JAX_ENABLE_X64=1 python tests/nn/reference/make_images.py

- `x.<shape>`: the inputs, by their shapes.
- `cases`, as JSON: {name: {"layer": class, "config": settings, "x": the input's name, part: shape, ...}}. The parts are
  `y`, the result; `gx`, the gradient of sum(y * cos(0, 1, 2, ...)); `drawn0` ..., what an augmentation drew;
  `ranges`, of 4,000 draws the least, the largest and the mean of each number drawn. Their numbers lie one after the
  other in `numbers`: hundreds of small arrays would take as much room again for their names.
- `shapes`, as JSON: [class, settings, shape that goes in, shape that comes out].
"""

import itertools
import json
import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_ENABLE_X64", "1")

import jax
import keras
import numpy as np
from keras.src.backend.common import dtypes

K = keras.layers
keras.config.set_floatx("float64")
dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"  # as in make.py
rng = np.random.default_rng(0)
cases, numbers = {}, []
found = {"versions": np.array(f"keras {keras.__version__}, jax {jax.__version__}")}


def given(shape):
    """Numbers of a few binary places, which pack well."""
    key = f"x.{'x'.join(map(str, shape))}"
    if key not in found:
        found[key] = np.round(rng.normal(0, 1, shape) * 64) / 64
    return key


def add_case(name, layer, key, **parts):
    own = {key: value for key, value in layer.get_config().items() if key not in ("name", "trainable", "dtype", "seed")}
    cases[name] = {"layer": type(layer).__name__, "config": own, "x": key}
    for part, array in parts.items():
        array = np.asarray(array)
        assert array.dtype in (np.float64, np.bool_), f"{name}.{part} is not in double precision"
        cases[name][part] = array.shape
        numbers.append(array.ravel().astype(np.float64))


def weighted(y):
    return (y * np.cos(np.arange(y.size)).reshape(y.shape)).sum()


def record(name, kind, shape, *args, **settings):
    key = given(shape)
    layer = getattr(K, kind)(*args, **settings)
    gradient = jax.grad(lambda x: weighted(layer(x)))(found[key])
    add_case(name, layer, key, y=layer(found[key]), gx=gradient)


def fixed():
    image, many, first = (2, 4, 6, 2), (2, 5, 3), (2, 2, 4, 6)
    volume = (2, 3, 4, 2, 2)
    for padding in (1, (0, 2)):
        record(f"ZeroPadding1D {padding}", "ZeroPadding1D", many, padding)
        record(f"Cropping1D {padding}", "Cropping1D", many, padding)
    record("ZeroPadding1D first", "ZeroPadding1D", many, 2, data_format="channels_first")
    for padding in (1, (0, 1), ((1, 0), (0, 2))):
        record(f"ZeroPadding2D {padding}", "ZeroPadding2D", image, padding)
        record(f"Cropping2D {padding}", "Cropping2D", image, padding)
    record("ZeroPadding2D first", "ZeroPadding2D", first, ((1, 0), (0, 2)), data_format="channels_first")
    record("Cropping2D first", "Cropping2D", first, ((1, 0), (0, 2)), data_format="channels_first")
    record("ZeroPadding3D", "ZeroPadding3D", volume, ((1, 0), 0, (0, 2)))
    record("Cropping3D", "Cropping3D", volume, ((1, 0), (1, 2), 0))
    record("Cropping3D first", "Cropping3D", volume, ((0, 1), (0, 1), 0), data_format="channels_first")
    record("UpSampling1D", "UpSampling1D", many, 3)
    record("UpSampling3D", "UpSampling3D", volume, (1, 2, 3))
    record("UpSampling3D first", "UpSampling3D", volume, (2, 1, 2), data_format="channels_first")
    for how in ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"):
        record(f"UpSampling2D {how}", "UpSampling2D", (1, 4, 3, 2), (2, 3), interpolation=how)
        record(f"Resizing {how} larger", "Resizing", (1, 4, 3, 2), 7, 5, how)
        record(f"Resizing {how} smaller", "Resizing", (1, 7, 8, 1), 3, 5, how)
        record(f"Resizing {how} cropped", "Resizing", (1, 7, 8, 1), 3, 2, how, crop_to_aspect_ratio=True)
        record(f"Resizing {how} padded", "Resizing", (1, 7, 8, 1), 6, 4, how, pad_to_aspect_ratio=True, fill_value=0.5)
        if how != "nearest":
            record(f"Resizing {how} smooth", "Resizing", (1, 7, 8, 1), 3, 5, how, antialias=True)
    record("UpSampling2D first", "UpSampling2D", (1, 2, 4, 3), 2, "channels_first", "bilinear")
    record("Resizing first", "Resizing", (1, 2, 4, 3), 3, 5, data_format="channels_first", crop_to_aspect_ratio=True)
    record("Resizing one", "Resizing", (4, 3, 2), 5, 2)
    for size in ((3, 2), (2, 5), (4, 6), (6, 4), (3, 8)):
        record(f"CenterCrop {size}", "CenterCrop", image, *size)
    record("CenterCrop first", "CenterCrop", first, 2, 3, data_format="channels_first")
    for kind, axes in itertools.product(("GlobalMaxPooling", "GlobalAveragePooling"), (1, 2, 3)):
        shape = {1: many, 2: image, 3: volume}[axes]
        record(f"{kind}{axes}D", f"{kind}{axes}D", shape)
        record(f"{kind}{axes}D keepdims", f"{kind}{axes}D", shape, keepdims=True)
        record(f"{kind}{axes}D first", f"{kind}{axes}D", shape, data_format="channels_first", keepdims=axes == 2)


def disturbed(name, layer, shape, transformation, *drawn):
    key = given(shape)
    y = layer.transform_images(found[key], dict(transformation), training=True)
    add_case(name, layer, key, y=y, **{f"drawn{i}": np.array(part) for i, part in enumerate(drawn)})


def random():
    shape, first = (3, 4, 6, 1), (3, 1, 4, 6)
    flips = np.array([True, False, True])
    for mode in ("horizontal", "vertical", "horizontal_and_vertical"):
        kind = {"flips": flips[:, None, None, None], "input_shape": shape}
        disturbed(f"RandomFlip {mode}", K.RandomFlip(mode), shape, kind, flips)
    turned = np.array([0.03, -0.21, 0.4])
    down, right = np.array([0.3, -0.9, 0.05]), np.array([-0.2, 0.55, 0.93])
    high, wide = np.array([0.71, 1.32, 1.93]), np.array([1.23, 0.54, 1.77])
    for fill, how, axes in itertools.product(
        ("reflect", "wrap", "constant", "nearest"), ("nearest", "bilinear"), ("last", "first")
    ):
        if axes == "first" and (fill, how) != ("reflect", "bilinear"):
            continue
        settings = {"fill_mode": fill, "interpolation": how, "fill_value": 0.5, "data_format": f"channels_{axes}"}
        at, name = (first if axes == "first" else shape), f"{fill} {how} {axes}"
        layer, zero, one = K.RandomRotation(0.5, **settings), np.zeros(3), np.ones(3)
        matrix = layer._compute_affine_matrix(0.5, 0.5, turned * 360, zero, zero, one, zero, zero, 4, 6)
        disturbed(f"RandomRotation {name}", layer, at, {"rotation_matrix": matrix}, turned * 2 * np.pi)
        moved = {"translations": np.stack([right * 6, down * 4], axis=1)}
        disturbed(f"RandomTranslation {name}", K.RandomTranslation(0.5, 0.5, **settings), at, moved, down, right)
        zoomed = {"height_zoom": high[:, None], "width_zoom": wide[:, None]}
        disturbed(f"RandomZoom {name}", K.RandomZoom(0.5, 0.5, **settings), at, zoomed, high, wide)
    more, times = np.array([0.4, -0.7, 0.1]), np.array([0.3, 1.6, 1.1])
    spread = {"value_range": (-1, 1.5)}
    delta = {"rgb_delta": more[:, None, None, None]}
    disturbed("RandomBrightness", K.RandomBrightness(0.5, **spread), shape, delta, more)
    factor = {"contrast_factor": times[:, None, None, None]}
    disturbed("RandomContrast", K.RandomContrast(0.5, **spread), (3, 4, 6, 1), factor, times)


def ranges():
    x = np.zeros((4000, 2, 4, 1))

    def measure(name, layer, *numbers):
        drawn = layer.get_random_transformation(x)
        each = [np.asarray(number(drawn), np.float64) for number in numbers]
        add_case(name, layer, "", ranges=np.array([[n.min(), n.max(), n.mean()] for n in each]))

    measure("draws of RandomFlip", K.RandomFlip(seed=0), lambda t: t["flips"])
    for factor in (0.1, (-0.2, 0.3)):
        name = f"{factor}"
        measure(f"draws of RandomRotation {name}", K.RandomRotation(factor, seed=0), lambda t: t["angle"] * np.pi / 180)
        measure(
            f"draws of RandomTranslation {name}", K.RandomTranslation(factor, 0.4, seed=0),
            lambda t: t["translations"][:, 1] / 2, lambda t: t["translations"][:, 0] / 4,
        )  # fmt: skip
        zooms = (lambda t: t["height_zoom"], lambda t: t["width_zoom"])
        measure(f"draws of RandomZoom {name}", K.RandomZoom(factor, 0.4, seed=0), *zooms)
        measure(f"draws of RandomZoom {name} both", K.RandomZoom(factor, seed=0), *zooms)
        bright = K.RandomBrightness(factor, (-1, 3), seed=0)
        measure(f"draws of RandomBrightness {name}", bright, lambda t: t["rgb_delta"])
    measure("draws of RandomContrast", K.RandomContrast((0.2, 0.5), seed=0), lambda t: t["contrast_factor"])


def shapes():
    rows = []

    def add(kind, config, shape):
        rows.append([kind, config, shape, list(getattr(K, kind)(**config).compute_output_shape(shape))])

    sizes = {1: (7,), 2: (7, 5), 3: (6, 7, 5)}
    ways = {  # the settings of a layer for each number of axes
        "ZeroPadding": lambda n: [{"padding": p} for p in (0, 2, *([(1, 3)] if n == 1 else [[(1, 2), (0, 3), 1][:n]]))],
        "Cropping": lambda n: [{"cropping": p} for p in (0, 2, *([(1, 3)] if n == 1 else [[(1, 2), (0, 3), 1][:n]]))],
        "UpSampling": lambda n: [{"size": s} for s in (1, 3, *([[1, 2, 4][:n]] if n > 1 else []))],
        "GlobalMaxPooling": lambda n: [{}, {"keepdims": True}],
        "GlobalAveragePooling": lambda n: [{}, {"keepdims": True}],
        "SpatialDropout": lambda n: [{"rate": 0.5}],
    }
    single = ("Cropping1D", "UpSampling1D", "SpatialDropout1D")
    for (kind, settings), (n, size), batch in itertools.product(ways.items(), sizes.items(), (None, 3)):
        name = f"{kind}{n}D"
        for config in settings(n):
            add(name, config, [batch, *size, 2])
            add(name, config, [batch, *([None] * n), 2])
            if name not in single and batch:
                add(name, {**config, "data_format": "channels_first"}, [batch, 2, *size])
    resized = ("Resizing", "CenterCrop", "RandomCrop")
    for kind, size in itertools.product(resized, ((3, 4), (7, 5), (9, 2))):
        config = {"height": size[0], "width": size[1]}
        add(kind, config, [None, 7, 5, 2])
        add(kind, config, [7, 5, 2])
        add(kind, {**config, "data_format": "channels_first"}, [4, 2, 7, 5])
    kept = {"RandomFlip": {}, "RandomRotation": {"factor": 0.1}, "RandomZoom": {"height_factor": 0.1},
            "RandomTranslation": {"height_factor": 0.1, "width_factor": 0.1}, "RandomBrightness": {"factor": 0.1},
            "RandomContrast": {"factor": 0.1}}  # fmt: skip
    for kind, config in kept.items():
        add(kind, config, [None, 7, 5, 2])
        add(kind, config, [7, 5, 2])
    found["shapes"] = np.array(json.dumps(rows))


if __name__ == "__main__":
    fixed()
    random()
    ranges()
    shapes()
    found["cases"], found["numbers"] = np.array(json.dumps(cases)), np.concatenate(numbers)
    path = Path(__file__).parent / "images.npz"
    np.savez_compressed(path, **found)
    print(f"images.npz: {len(cases)} cases, {path.stat().st_size} bytes")
