"""Write applications.json: the layers of Keras's networks, and what they give with weights from a seed.

Run it as make.py is run:

    pip install keras==3.15.1 jax
    KERAS_BACKEND=jax python tests/nn/reference/make_applications.py

A case is a network's name and its settings. Its layers are rows of name, class, shape of the output and shapes of the
weights; three networks are written out, of the others there are the checksum of the rows and the count of the numbers.
The outputs are every 16th feature of two small images, with the weights of tests/filled_weights.py. `prepared`
is every fifth number of what preprocess_input gives.
"""

import json
import sys
import zlib
from pathlib import Path

import keras
import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent))
from filled_weights import filled, pictures  # noqa: E402  the path above leads to it

WHOLE = [("ResNet50", {}), ("VGG16", {"input_shape": [32, 32, 3], "classes": 10}), ("MobileNetV2", {})]
SOME = [
    ("ResNet50", {"include_top": False}),
    ("ResNet50", {"include_top": False, "input_shape": [64, 96, 3], "pooling": "avg"}),
    ("ResNet50", {"include_top": False, "input_shape": [33, 47, 1], "pooling": "max"}),
    ("ResNet50", {"input_shape": [100, 100, 3], "classes": 7, "classifier_activation": None}),
    ("VGG16", {"include_top": False}),
    ("VGG16", {"include_top": False, "input_shape": [48, 32, 3], "pooling": "max"}),
    ("MobileNetV2", {"include_top": False}),
    ("MobileNetV2", {"include_top": False, "input_shape": [45, 70, 3], "alpha": 0.35, "pooling": "avg"}),
    ("MobileNetV2", {"include_top": False, "alpha": 1.4, "pooling": "max"}),
    ("MobileNetV2", {"input_shape": [96, 96, 3], "alpha": 0.5, "classes": 3}),
    ("MobileNetV2", {"input_shape": [32, 32, 3], "alpha": 0.75}),
]
SMALL = {"include_top": False, "input_shape": [32, 32, 3], "pooling": "avg"}
RUN = [("ResNet50", SMALL), ("VGG16", SMALL), ("MobileNetV2", {**SMALL, "alpha": 0.35})]


def made(kind, settings):
    keras.backend.clear_session()  # else names are counted on
    settings = {key: tuple(value) if isinstance(value, list) else value for key, value in settings.items()}
    return getattr(keras.applications, kind)(weights=None, **settings)


def rows(model):
    return [
        [layer.name, type(layer).__name__, list(layer.output.shape), [list(w.shape) for w in layer.weights]]
        for layer in model.layers[1:]  # the first is the input
    ]


def about(kind, settings, whole):
    model = made(kind, settings)
    found = rows(model)
    checksum = zlib.crc32(json.dumps(found).encode())
    return {
        "kind": kind, "settings": settings, "name": model.name, "numbers": model.count_params(),
        "output": list(model.output_shape), "checksum": checksum, **({"layers": found} if whole else {}),
    }  # fmt: skip


def answers(kind, settings):
    model = made(kind, settings)
    model.set_weights(filled([(w.path, w.shape) for w in model.weights]))
    y = np.asarray(model.predict(pictures(2, 32), verbose=0))
    return {"kind": kind, "settings": settings, "features": [[float(f"{n:.7g}") for n in row[::16]] for row in y]}


def prepared():
    x = np.arange(2 * 3 * 4 * 3, dtype=np.float32).reshape(2, 3, 4, 3) * 3.5
    found = {}
    for mode in ("caffe", "tf", "torch"):
        for where, given in (("channels_last", x), ("channels_first", x.transpose(0, 3, 1, 2))):
            y = keras.applications.imagenet_utils.preprocess_input(given.copy(), data_format=where, mode=mode)
            found[f"{mode} {where}"] = [float(f"{n:.7g}") for n in y.ravel()[::5]]
    return found


found = {
    "versions": f"keras {keras.__version__} on {keras.backend.backend()}",
    "networks": [about(*case, True) for case in WHOLE] + [about(*case, False) for case in SOME],
    "answers": [answers(*case) for case in RUN],
    "prepared": prepared(),
}
text = json.dumps(found, separators=(",", ":")).replace('{"kind"', '\n{"kind"')
(HERE / "applications.json").write_text(text + "\n")
print(len(text), found["versions"], [np.abs(case["features"]).max() for case in found["answers"]])
