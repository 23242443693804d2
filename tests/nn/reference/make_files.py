"""Write files as Keras and PyTorch write them, with what the models in them predict, for the tests of `nn.files`.

Run it in an environment of its own, which has keras and torch and not this project:

    pip install keras==3.15.1 jax torch safetensors
    KERAS_BACKEND=jax python tests/nn/reference/make_files.py          # four files .npz
    KERAS_BACKEND=torch python tests/nn/reference/make_files.py FOLDER   # check what tests/keras_cases.py wrote there

A file lies in an .npz as its bytes, "<case>.<kind>" ("Dense.keras", "sequential.h5"), bit for bit as it was written;
"<case>.x" (or .x0, .x1 ...) is an input and "<case>.y" the output of `predict`.

The second form is the other direction: real Keras loads each file that this library wrote, without a warning, and has
to predict what stands beside it. It is run by hand, since Keras and its backends are no part of the tests' environment.
"""

import os
import sys
import tempfile
import warnings
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np

HERE = Path(__file__).parent
L = keras.layers
rng = np.random.default_rng(0)

# name -> (a layer, the shape of a sample)
LAYERS = {
    "Dense": (L.Dense(3, activation="tanh", kernel_regularizer="l2", bias_initializer="ones"), (4,)),
    "Dense sequence": (L.Dense(2, use_bias=False, kernel_initializer="he_normal", activation="gelu"), (3, 2)),
    "Activation": (L.Activation("silu"), (4,)),
    "Dropout": (L.Dropout(0.4, noise_shape=(None, 1, 3), seed=1), (2, 3)),
    "GaussianNoise": (L.GaussianNoise(0.3), (3,)),
    "GaussianDropout": (L.GaussianDropout(0.3, seed=2), (3,)),
    "Flatten": (L.Flatten(), (2, 3)),
    "Reshape": (L.Reshape((3, -1)), (2, 6)),
    "Permute": (L.Permute((2, 1)), (2, 3)),
    "RepeatVector": (L.RepeatVector(3), (2,)),
    "Embedding": (L.Embedding(5, 2), (3,)),
    "BatchNormalization": (L.BatchNormalization(momentum=0.9), (3,)),
    "BatchNormalization images": (L.BatchNormalization(axis=-1, scale=False), (2, 2, 3)),
    "BatchNormalization frozen": (L.BatchNormalization(axis=1, trainable=False), (2, 3)),
    "LayerNormalization": (L.LayerNormalization(), (4,)),
    "LayerNormalization axes": (L.LayerNormalization(axis=(1, 2), center=False), (2, 3)),
    "Normalization": (L.Normalization(mean=[1.0, 2.0], variance=[4.0, 0.5]), (2,)),
    "Rescaling": (L.Rescaling(1 / 255, offset=-0.5), (2, 2)),
    "ReLU": (L.ReLU(max_value=1.5, negative_slope=0.1), (4,)),
    "LeakyReLU": (L.LeakyReLU(), (4,)),
    "ELU": (L.ELU(alpha=0.5), (4,)),
    "PReLU": (L.PReLU(alpha_initializer="random_normal"), (3,)),
    "Softmax": (L.Softmax(axis=1), (2, 3)),
    "Conv1D": (L.Conv1D(3, 2, padding="causal", dilation_rate=2, activation="relu"), (4, 2)),
    "Conv2D": (L.Conv2D(2, (2, 3), strides=(1, 2), padding="same"), (3, 4, 2)),
    "Conv2D groups": (L.Conv2D(4, 2, groups=2, use_bias=False), (3, 2, 2)),
    "Conv3D": (L.Conv3D(2, 2), (2, 2, 3, 1)),
    "Conv1DTranspose": (L.Conv1DTranspose(2, 3, strides=2), (3, 2)),
    "Conv2DTranspose": (L.Conv2DTranspose(2, 3, strides=2, padding="same"), (3, 2, 2)),
    "Conv3DTranspose": (L.Conv3DTranspose(1, 2), (2, 2, 2, 2)),
    "DepthwiseConv1D": (L.DepthwiseConv1D(2, depth_multiplier=2), (3, 2)),
    "DepthwiseConv2D": (L.DepthwiseConv2D(2, depth_multiplier=2, padding="same"), (3, 3, 2)),
    "SeparableConv1D": (L.SeparableConv1D(3, 2, depth_multiplier=2), (4, 2)),
    "SeparableConv2D": (L.SeparableConv2D(3, 2, padding="same"), (3, 3, 2)),
    "MaxPooling1D": (L.MaxPooling1D(2, padding="same"), (3, 2)),
    "MaxPooling2D": (L.MaxPooling2D((2, 1), strides=1), (3, 2, 2)),
    "MaxPooling3D": (L.MaxPooling3D(2), (2, 2, 2, 1)),
    "AveragePooling1D": (L.AveragePooling1D(2), (4, 2)),
    "AveragePooling2D": (L.AveragePooling2D(2, padding="same"), (3, 3, 1)),
    "AveragePooling3D": (L.AveragePooling3D(2), (2, 2, 2, 1)),
    "GlobalMaxPooling1D": (L.GlobalMaxPooling1D(), (3, 2)),
    "GlobalMaxPooling2D": (L.GlobalMaxPooling2D(keepdims=True), (3, 2, 2)),
    "GlobalMaxPooling3D": (L.GlobalMaxPooling3D(), (2, 2, 2, 1)),
    "GlobalAveragePooling1D": (L.GlobalAveragePooling1D(), (3, 2)),
    "GlobalAveragePooling2D": (L.GlobalAveragePooling2D(keepdims=True), (3, 2, 2)),
    "GlobalAveragePooling3D": (L.GlobalAveragePooling3D(), (2, 2, 2, 1)),
    "UpSampling1D": (L.UpSampling1D(2), (3, 2)),
    "UpSampling2D": (L.UpSampling2D((2, 3), interpolation="bilinear"), (2, 2, 1)),
    "UpSampling3D": (L.UpSampling3D(2), (2, 1, 2, 1)),
    "ZeroPadding1D": (L.ZeroPadding1D((1, 2)), (3, 2)),
    "ZeroPadding2D": (L.ZeroPadding2D(((1, 2), (0, 1))), (2, 2, 1)),
    "ZeroPadding3D": (L.ZeroPadding3D(1), (1, 2, 1, 1)),
    "Cropping1D": (L.Cropping1D((1, 0)), (3, 2)),
    "Cropping2D": (L.Cropping2D(((1, 0), (0, 1))), (3, 2, 1)),
    "Cropping3D": (L.Cropping3D(1), (3, 3, 3, 1)),
    "SpatialDropout1D": (L.SpatialDropout1D(0.3), (3, 2)),
    "SpatialDropout2D": (L.SpatialDropout2D(0.3, seed=1), (2, 2, 1)),
    "SpatialDropout3D": (L.SpatialDropout3D(0.3), (2, 1, 2, 1)),
    "Resizing": (L.Resizing(3, 4), (2, 2, 1)),
    "CenterCrop": (L.CenterCrop(2, 2), (4, 3, 1)),
    "RandomFlip": (L.RandomFlip("horizontal", seed=1), (2, 3, 1)),
    "RandomRotation": (L.RandomRotation(0.1), (3, 3, 1)),
    "RandomZoom": (L.RandomZoom(0.2), (3, 3, 1)),
    "RandomTranslation": (L.RandomTranslation(0.1, 0.2), (3, 3, 1)),
    "RandomCrop": (L.RandomCrop(2, 2), (3, 3, 1)),
    "RandomBrightness": (L.RandomBrightness(0.2), (2, 2, 1)),
    "RandomContrast": (L.RandomContrast(0.2), (2, 2, 1)),
}
MERGING = ["Add", "Subtract", "Multiply", "Maximum", "Minimum", "Average", "Concatenate"]


def plain(x):
    return np.asarray(keras.ops.convert_to_numpy(x))


def saved(model, ending):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"m.{ending}")
        (model.save_weights if "weights" in ending else model.save)(path)
        return np.frombuffer(path.read_bytes(), np.uint8)


def shake(model):
    """Weights that are not those of the start, so that none can be mistaken for another."""
    for v in model.variables:
        if v.dtype == "float32":
            v.assign(plain(v) + rng.uniform(0.1, 0.9, v.shape))


def case(name, model, *inputs, kinds=("keras",)):
    y = model.predict(inputs[0] if len(inputs) == 1 else list(inputs), verbose=0)
    found = {f"{name}.{kind}": saved(model, kind) for kind in kinds}
    found |= {f"{name}.x{i}": x for i, x in enumerate(inputs)}
    return found | ({f"{name}.y": y} if not isinstance(y, list) else {f"{name}.y{i}": part for i, part in enumerate(y)})


def layers(images):
    found = {}
    for name, (layer, shape) in LAYERS.items():
        if (len(shape) > 2 or name.startswith(("Conv", "Random"))) != images:
            continue
        x = rng.uniform(-1, 1, (2, *shape)).astype("f4")
        x = rng.integers(0, 5, (2, *shape)).astype("i4") if "Embedding" in name else x
        model = keras.Sequential([keras.Input(shape, dtype=str(x.dtype)), layer])
        shake(model)
        found |= case(name, model, x)
    for name in () if images else MERGING:
        a, b = keras.Input((3,)), keras.Input((3,))
        parts = rng.uniform(-1, 1, (2, 2, 3)).astype("f4")
        found |= case(name, keras.Model([a, b], getattr(L, name)()([a, b])), *parts)
    return found


def models():
    x, y = rng.normal(size=(16, 4)).astype("f4"), rng.normal(size=(16, 2)).astype("f4")
    model = keras.Sequential([
        keras.Input((4,)), L.Dense(3, activation="relu", kernel_regularizer=keras.regularizers.L1L2(0.01, 0.02)),
        L.Dropout(0.2, seed=3), L.BatchNormalization(), L.PReLU(), L.Dense(2, activation=keras.activations.gelu),
    ])  # fmt: skip
    model.compile("adam", "mse", metrics=["mae", keras.metrics.R2Score()])
    model.fit(x, y, verbose=0)
    found = case("sequential", model, x, kinds=("keras", "h5", "weights.h5"))

    a, b = keras.Input((3,), name="a"), keras.Input((2,), name="b")
    parts = [keras.Input((5,)), L.Dense(3), L.BatchNormalization(), L.Dense(3)]
    shared, inner = L.Dense(3), keras.Sequential(parts, name="inner")
    h = L.Concatenate()([shared(a), b])
    model = keras.Model([a, b], [L.Add()([shared(inner(h)), a]), L.Dense(1, name="last")(h)], name="branches")
    shake(model)
    found |= case("functional", model, x[:, :3], x[:, :2], kinds=("keras", "h5", "weights.h5"))
    named = keras.Model({"a": a, "b": b}, model([a, b])[1])
    found |= {"named.keras": saved(named, "keras")}  # of inputs by name, with what "functional" gives

    images = rng.uniform(size=(8, 6, 6, 1)).astype("f4")
    model = keras.Sequential([
        keras.Input((6, 6, 1)), L.Conv2D(2, 3, activation="relu"), L.BatchNormalization(), L.MaxPooling2D(),
        L.Flatten(), L.Dense(3, activation="softmax"),
    ])  # fmt: skip
    sgd = keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9), momentum=0.9)
    model.compile(sgd, keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
    model.fit(images, rng.integers(0, 3, 8), verbose=0)
    found |= case("cnn", model, images, kinds=("keras", "h5"))

    measured = L.Normalization()
    measured.adapt(x)
    found |= case("adapted", keras.Sequential([keras.Input((4,)), measured, L.Dense(1)]), x, kinds=("keras", "h5"))
    found |= trained(x, y)
    return found


OPTIMIZERS = {
    "Adam": {}, "Adam amsgrad": {"amsgrad": True}, "AdamW": {}, "Adamax": {}, "Nadam": {}, "Adagrad": {},
    "Adadelta": {}, "RMSprop": {}, "RMSprop all": {"momentum": 0.5, "centered": True}, "SGD": {},
    "SGD nesterov": {"momentum": 0.9, "nesterov": True, "clipnorm": 1.0}, "Lion": {},
}  # fmt: skip


def trained(x, y):
    """Models saved after two steps, and their weights after three more."""
    found = {}
    for name, settings in OPTIMIZERS.items():
        model = keras.Sequential([keras.Input((4,)), L.Dense(2)])
        model.compile(getattr(keras.optimizers, name.split()[0])(learning_rate=0.01, **settings), "mse")
        for _ in range(2):
            model.train_on_batch(x, y)
        found[f"optimizer {name}.keras"] = saved(model, "keras")
        for _ in range(3):
            model.train_on_batch(x, y)
        found |= {f"optimizer {name}.w{i}": w for i, w in enumerate(model.get_weights())}
    return found | {"batch.x": x, "batch.y": y}


def torch_files():
    import torch
    from safetensors.torch import save
    from torch import nn

    net = nn.Sequential()
    net.conv, net.bn, net.up = nn.Conv2d(2, 3, (2, 3)), nn.BatchNorm2d(3), nn.ConvTranspose2d(3, 2, 2, stride=2)
    net.depth, net.act, net.norm = nn.Conv2d(2, 4, 2, groups=2), nn.PReLU(), nn.LayerNorm(4)
    net.fc, net.embed = nn.Linear(4, 2), nn.Embedding(5, 3)
    state = {name: torch.tensor(rng.uniform(0.1, 1, p.shape).astype("f4")) if p.ndim else p
             for name, p in net.state_dict().items()}  # fmt: skip
    net.load_state_dict(state)
    net.eval()
    image, index = torch.tensor(rng.normal(size=(2, 2, 3, 4)).astype("f4")), torch.tensor([[0, 4, 2]])
    steps = {"conv": net.conv, "bn": net.bn, "up": net.up, "depth": net.depth}
    found, h = {"bytes": np.frombuffer(save(state, {"format": "pt"}), np.uint8)}, image
    found["image"] = image.permute(0, 2, 3, 1)
    with torch.no_grad():
        for name, step in steps.items():
            h = step(h)
            found[name] = h.permute(0, 2, 3, 1)
        h = net.norm(net.act(h.permute(0, 2, 3, 1)))
        found |= {"norm": h, "fc": net.fc(h), "index": index, "embed": net.embed(index)}
    return {name: np.asarray(part) for name, part in found.items()}


def save(name, arrays):
    np.savez_compressed(HERE / f"{name}.npz", **arrays)
    print(name, len(arrays), "arrays,", (HERE / f"{name}.npz").stat().st_size, "bytes")


def check(folder):
    """Load every file that this library wrote, and compare the predictions."""
    warnings.simplefilter("error")
    warnings.filterwarnings("ignore", category=DeprecationWarning)  # of the backend
    wrong = 0
    for path in sorted(Path(folder).glob("*.npz")):
        expected = np.load(path)
        inputs = [expected[key] for key in sorted(expected) if key.startswith("x")]
        try:
            model = keras.saving.load_model(path.with_suffix(".keras"))
            for again in (False, True):
                if again:
                    shake(model)
                    model.load_weights(path.with_suffix(".weights.h5" if model.weights else ".keras"))
                given = (
                    dict(zip(model.input, inputs, strict=True))
                    if isinstance(getattr(model, "input", None), dict)
                    else inputs
                )
                found = model.predict(given if len(given) > 1 else given[0], verbose=0)
                for i, part in enumerate(found if isinstance(found, list) else [found]):
                    assert np.allclose(part, expected[f"y{i}"], rtol=1e-5, atol=1e-5), np.abs(
                        part - expected[f"y{i}"]
                    ).max()
            if "iterations" in expected:
                assert int(model.optimizer.iterations.value) == expected["iterations"]
                model.train_on_batch(expected["x0"], expected["target"])
                for i, w in enumerate(model.get_weights()):
                    assert np.allclose(w, expected[f"w{i}"], rtol=1e-5, atol=1e-6), np.abs(w - expected[f"w{i}"]).max()
        except Exception as error:
            wrong += 1
            print("WRONG", path.stem, type(error).__name__, str(error)[:500])
    print(f"{len(list(Path(folder).glob('*.npz')))} models, {wrong} wrong")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        check(sys.argv[1])
    else:
        save("keras_layers", layers(images=False))
        save("keras_images", layers(images=True))
        save("keras_models", models())
        save("torch", torch_files())
