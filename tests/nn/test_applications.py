"""The networks of Keras: its layers, shapes and answers, as `reference/make_applications.py` wrote them down."""

import json
import zlib
from pathlib import Path

import numpy as np
import pytest
from filled_weights import filled, pictures

import nn
from nn import applications

REFERENCE = json.loads((Path(__file__).parent / "reference" / "applications.json").read_text())
KINDS = {"ResNet50": applications.resnet, "VGG16": applications.vgg16, "MobileNetV2": applications.mobilenet_v2}


def named(case):
    return " ".join([case["kind"], *(f"{key}={value}" for key, value in case["settings"].items())])


def made(case, **others):
    settings = {key: tuple(value) if isinstance(value, list) else value for key, value in case["settings"].items()}
    return getattr(applications, case["kind"])(weights=None, **settings, **others)


def rows(model):
    """Of each layer its name, class, shape of the output and shapes of the weights, as the reference has them."""
    shapes = {id(call.layer): [*call.shape] for call in model._calls}
    return [
        [layer.name, type(layer).__name__, shapes[id(layer)], [[*p.shape] for p in layer.weights]]
        for layer in model.layers
    ]


@pytest.fixture
def light(monkeypatch):
    """Weights of 0, which take neither time nor memory until they are read."""
    monkeypatch.setattr(
        nn.initializers.VarianceScaling, "__call__", lambda _, shape, dtype, rng: np.zeros(shape, dtype)
    )


@pytest.mark.parametrize("case", REFERENCE["networks"], ids=named)
def test_layers_are_those_of_keras(case, light):
    model = made(case)
    found = rows(model)
    if "layers" in case:
        assert found == case["layers"]
    assert zlib.crc32(json.dumps(found).encode()) == case["checksum"]
    assert model.name == case["name"]
    assert model.count_params() == case["numbers"]
    assert [*model.output_shape] == case["output"]


@pytest.mark.parametrize("case", REFERENCE["answers"], ids=named)
def test_answers_are_those_of_keras(case, light):
    model = made(case)
    model.set_weights(filled([(name, p.shape) for name, p in model.named_parameters()]))
    found = model(pictures(2, 32), training=False).numpy()[:, ::16]
    wanted = np.array(case["features"])
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() < 1e-4 * np.abs(wanted).max()


@pytest.mark.parametrize("name", REFERENCE["prepared"])
def test_images_are_prepared_as_in_keras(name):
    mode, where = name.split()
    x = np.arange(2 * 3 * 4 * 3, dtype=np.float32).reshape(2, 3, 4, 3) * 3.5
    x = x if where == "channels_last" else x.transpose(0, 3, 1, 2)
    before = x.copy()
    prepare = applications.imagenet_utils.preprocess_input
    y = prepare(x, where, mode)
    assert np.allclose(y.ravel()[::5], REFERENCE["prepared"][name], rtol=1e-6, atol=1e-5)
    assert y.dtype == np.float32
    assert (x == before).all()
    assert np.array_equal(prepare(x[0], where, mode), y[0])
    assert np.array_equal(prepare(x.astype(np.uint8), where, mode), prepare(np.floor(x), where, mode))
    symbol = nn.Input(x.shape[1:])
    model = nn.Model(symbol, prepare(symbol, where, mode))
    assert np.array_equal(model.predict(x, verbose=0), y)
    assert model.output_shape == (None, *x.shape[1:])


def test_each_network_prepares_its_own_way():
    x = np.full((1, 2, 2, 3), 255.0)
    for module in (applications.resnet50, applications.resnet, applications.vgg16):
        assert module.preprocess_input(x)[0, 0, 0].round(3).tolist() == [151.061, 138.221, 131.32]
    assert applications.mobilenet_v2.preprocess_input(x).max() == 1


def test_images_that_are_none_are_refused():
    prepare = applications.vgg16.preprocess_input
    for x in (np.zeros((4, 4)), np.zeros((1, 4, 4, 4)), np.zeros((2, 3, 4, 4))):
        with pytest.raises(ValueError, match=r"wanted images \(batch, height, width, channels\)"):
            prepare(x)
    with pytest.raises(ValueError, match="data_format"):
        prepare(np.zeros((4, 4, 3)), "first")
    with pytest.raises(ValueError, match="mode is 'caffe', 'tf' or 'torch'; got 'jax'"):
        applications.imagenet_utils.preprocess_input(np.zeros((4, 4, 3)), mode="jax")
    with pytest.warns(nn.ModelWarning, match="pixels from 0 to 255; these go up to 1"):
        prepare(np.ones((4, 4, 3)))


CHANCES = np.array([[0.1, 0.5, 0.15, 0.25], [0.7, 0.1, 0.1, 0.1]], np.float32)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('{"0": ["n1", "a"], "1": ["n2", "b"], "2": ["n3", "c"], "3": ["n4", "d"]}', [("n2", "b"), ("n4", "d")]),
        ("n01440764 a\nn01443537 b, bee\nn01484850 c\nn01491361 d\n", [("n01443537", "b, bee"), ("n01491361", "d")]),
        ("a\nb\n\nc d\ne\n", [("1", "b"), ("3", "e")]),
    ],
)
def test_predictions_are_named(tmp_path, text, wanted):
    path = tmp_path / "labels"
    path.write_text(text)
    first, second = applications.vgg16.decode_predictions(CHANCES, top=2, labels=path)
    assert first == [(*wanted[0], np.float32(0.5)), (*wanted[1], np.float32(0.25))]
    assert [name for *_, name in second] == [np.float32(0.7), np.float32(0.1)]
    assert len(applications.resnet.decode_predictions(CHANCES, labels=str(path))[0]) == 4


@pytest.mark.parametrize(
    "text", ["{", '{"0": "a"}', '{"1": ["a", "b"]}', '{"0": ["a", 1]}', "{" * 9999, "a\nb\n", "[]"]
)
def test_labels_that_do_not_fit_are_refused(tmp_path, text):
    path = tmp_path / "labels"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"wanted JSON such as|of 4 classes and the labels of"):
        applications.vgg16.decode_predictions(CHANCES, labels=path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="is no text"):
        applications.vgg16.decode_predictions(CHANCES, labels=path)


def test_predictions_that_are_none_are_refused():
    decode = applications.imagenet_utils.decode_predictions
    with pytest.raises(ValueError, match=r"imagenet_class_index.json, which is at https://.*labels="):
        decode(CHANCES)
    for bad, match in (
        (CHANCES[0], "of shape \\(samples, classes\\)"),
        (CHANCES > 0, "dtype bool"),
        (np.full((1, 4), np.nan), "nan"),
    ):
        with pytest.raises(ValueError, match=match):
            decode(bad, labels=list("abcd"))
    with pytest.raises(ValueError, match="top is a whole number"):
        decode(CHANCES, 0, labels=list("abcd"))


def test_labels_may_be_a_list():
    found = applications.imagenet_utils.decode_predictions(CHANCES, 1, labels=["a", "b", "c", "d"])
    assert found == [[("1", "b", np.float32(0.5))], [("0", "a", np.float32(0.7))]]


FILES = {
    "ResNet50": "resnet/resnet50_weights_tf_dim_ordering_tf_kernels{}.h5",
    "VGG16": "vgg16/vgg16_weights_tf_dim_ordering_tf_kernels{}.h5",
    "MobileNetV2": "mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224{}.h5",
}


@pytest.mark.parametrize("kind", FILES)
def test_nothing_is_downloaded(kind, tmp_path):
    make = getattr(applications, kind)
    for top, end in ((True, ""), (False, "_no_top" if kind == "MobileNetV2" else "_notop")):
        with pytest.raises(ValueError, match="nothing is downloaded") as caught:
            make(include_top=top)
        assert f"https://storage.googleapis.com/tensorflow/keras-applications/{FILES[kind].format(end)}," in str(
            caught.value
        )
    with pytest.raises(FileNotFoundError, match="there is no such file"):
        make(weights=tmp_path / "none.h5")
    with pytest.raises(TypeError, match="weights is None or the path"):
        make(weights=3)


def test_weights_of_mobilenet_are_named_by_width_and_size():
    with pytest.raises(ValueError, match=r"kernels_0.35_96_no_top.h5,"):
        applications.MobileNetV2((96, 96, 3), alpha=0.35, include_top=False)
    with pytest.raises(ValueError, match=r"weights for alpha 0.35, .*; got 0.6"):
        applications.MobileNetV2(alpha=0.6)


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize(
    ("settings", "error", "match"),
    [
        ({"input_shape": (31, 40, 3)}, ValueError, "at least 32; got"),
        ({"input_shape": (40, 40)}, ValueError, r"input_shape is \(height, width, channels\)"),
        ({"input_shape": (None, None, 3)}, ValueError, "sizes that are known"),
        ({"pooling": "mean"}, ValueError, "pooling is None, 'avg' or 'max'; got 'mean'"),
        ({"classes": 0}, ValueError, "classes is a whole number"),
        ({"include_top": "no"}, ValueError, "include_top is True or False"),
        ({"input_tensor": np.zeros((1, 32, 32, 3))}, TypeError, "input_tensor is a symbol"),
        ({"input_tensor": nn.Input((32, 32))}, ValueError, r"of shape \(batch, height, width, channels\)"),
        ({"input_tensor": nn.Input((32, 32, 3)), "input_shape": (64, 32, 3)}, ValueError, "not that of input_tensor"),
    ],
)
def test_settings_are_checked(kind, settings, error, match):
    with pytest.raises(error, match=f"{kind}: .*{match}" if "include" not in match else match):
        getattr(applications, kind)(weights=None, **settings)


TINY = {"include_top": False, "input_shape": (32, 32, 3), "alpha": 0.35}


def test_weights_are_read_from_a_file(tmp_path):
    first = applications.MobileNetV2(weights=None, pooling="max", **TINY)
    path = tmp_path / "weights.safetensors"
    first.save_weights(path)
    again = applications.MobileNetV2(weights=path, pooling="max", name="again", **TINY)
    assert again.name == "again"
    assert all(np.array_equal(a, b) for a, b in zip(first.get_weights(), again.get_weights(), strict=True))
    with pytest.raises(ValueError, match="does not fit"):
        applications.MobileNetV2(weights=path, **{**TINY, "alpha": 0.5})


def test_a_symbol_as_input():
    images = nn.Input((32, 32, 3), name="images")
    x = applications.mobilenet_v2.preprocess_input(images)
    model = applications.MobileNetV2(include_top=False, weights=None, alpha=0.35, input_tensor=x, pooling="avg")
    assert model.inputs == [images]
    assert model.layers[0].name == "preprocessing"
    assert model(pictures(2, 32), training=False).shape == (2, 1280)
    with pytest.raises(ValueError, match="computed from 2 inputs"):
        applications.VGG16(
            weights=None, include_top=False, input_tensor=nn.layers.Add()([images, nn.Input((32, 32, 3))])
        )


def test_a_frozen_base_stays(tmp_path):
    base = applications.MobileNetV2(weights=None, pooling="avg", **TINY)
    base.trainable = False
    x = nn.Input((32, 32, 3))
    head = nn.layers.Dense(2, activation="softmax")
    y = head(base(applications.mobilenet_v2.preprocess_input(x), training=False))
    model = nn.Model(x, y)
    model.compile("adam", "sparse_categorical_crossentropy")
    before = base.get_weights()
    model.fit(pictures(4, 32) * 127 + 127, np.array([0, 1, 0, 1]), verbose=0, jit=False)
    assert all((a == b).all() for a, b in zip(before, base.get_weights(), strict=True))
    assert len(model.trainable_weights) == 2
    path = tmp_path / "model.safetensors"
    model.save(path)
    found = nn.models.load_model(path)(pictures(4, 32), training=False)
    assert np.array_equal(found.numpy(), model(pictures(4, 32), training=False).numpy())
