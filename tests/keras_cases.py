"""Models of every layer, as they are written for Keras to read.

`python tests/keras_cases.py FOLDER` writes each as `.keras` and `.weights.h5`, with what it predicts beside it as
`.npz`: tests/nn/reference/make_files.py FOLDER has real Keras check them, in an environment of its own.
"""

import sys
from pathlib import Path

import numpy as np
from every_layer import LAYERS, MERGING

import nn
from nn import layers as L
from nn import optimizers as O

RNG = np.random.default_rng(5)
NO_KERAS = {"Lambda"}  # what Keras has under the same name, and could not read
OPTIMIZERS = {
    "Adam": lambda: O.Adam(0.01), "Adam amsgrad": lambda: O.Adam(O.schedules.CosineDecay(0.01, 50), amsgrad=True),
    "AdamW": lambda: O.AdamW(0.01), "Adamax": lambda: O.Adamax(0.01), "Nadam": lambda: O.Nadam(0.01),
    "Adagrad": lambda: O.Adagrad(0.01), "Adadelta": lambda: O.Adadelta(0.01), "RMSprop": lambda: O.RMSprop(0.01),
    "RMSprop all": lambda: O.RMSprop(0.01, momentum=0.5, centered=True), "SGD": lambda: O.SGD(0.01),
    "SGD nesterov": lambda: O.SGD(0.01, momentum=0.9, nesterov=True, clipnorm=1.0), "Lion": lambda: O.Lion(0.01),
}  # fmt: skip


def shake(model):
    """Weights that are not those of the start, so that none can be mistaken for another."""
    for p in model.parameters():
        p.data = p.data + RNG.uniform(0.1, 0.9, p.shape).astype(p.dtype)


def layer_cases():
    """(name, model, inputs) for every layer that Keras has too."""
    for name, (make, shape) in LAYERS.items():
        if name.split()[0].rstrip(",") in NO_KERAS:
            continue
        model = nn.Sequential([nn.Input(shape), make()], seed=0)
        shake(model)
        yield name, model, [RNG.uniform(-1, 1, (2, *shape)).astype("f4")]
    model = nn.Sequential([nn.Input((3,), dtype="int32"), L.Embedding(5, 2)], seed=0)
    yield "Embedding", model, [RNG.integers(0, 5, (2, 3)).astype("i4")]
    for name in MERGING:
        a, b = nn.Input((3,)), nn.Input((3,))
        yield name, nn.Model([a, b], getattr(L, name)()([a, b])), list(RNG.uniform(-1, 1, (2, 2, 3)).astype("f4"))


def whole_cases():
    """Models of several layers: shared ones, others inside, several inputs and outputs, frozen parts."""
    a, b, c = nn.Input((3,), name="a"), nn.Input((2,)), nn.Input((3,))
    inner = nn.Sequential([L.Dense(3, input_shape=(5,)), L.BatchNormalization(), L.Dense(3)], name="inner")
    inner.trainable = False
    side = nn.Model(c, [L.Dense(2, name="up")(c), L.Dense(2)(c)], name="side")
    shared = L.Dense(3, kernel_regularizer=nn.regularizers.L1L2(0.01, 0.02))
    h = L.Concatenate()([shared(a), b])
    one, two = side(shared(inner(h)))
    model = nn.Model(
        [b, a], [L.Multiply()([one, two]), L.Dense(1, kernel_initializer=nn.initializers.Orthogonal(2.0))(h)]
    )
    shake(model)
    yield "branches", model, [RNG.normal(size=(4, 2)).astype("f4"), RNG.normal(size=(4, 3)).astype("f4")]
    model = nn.Model(a, side(a)[::-1], name="outside")
    yield "outputs of a model within", model, [RNG.normal(size=(4, 3)).astype("f4")]
    x = nn.Input((3,), name="left")
    named = nn.Model({"left": x, "right": b}, L.Dense(2, activation="softmax")(L.Concatenate()([x, b])))
    yield "named", named, [RNG.normal(size=(4, 3)).astype("f4"), RNG.normal(size=(4, 2)).astype("f4")]
    half = nn.Sequential([L.Dense(2, input_shape=(3,)), L.Dense(1)], dtype="float64")
    yield "double", half, [RNG.normal(size=(4, 3))]


def trained_cases():
    """Models in the middle of their training, one for each optimizer."""
    x, y = RNG.normal(size=(16, 4)).astype("f4"), RNG.normal(size=(16, 2)).astype("f4")
    for name, optimizer in OPTIMIZERS.items():
        model = nn.Sequential(
            [L.Dense(3, activation="tanh", input_shape=(4,)), L.BatchNormalization(), L.Dense(2)], seed=1
        )
        model.compile(optimizer(), nn.losses.Huber(0.7), metrics=["mae", nn.metrics.RootMeanSquaredError()])
        for _ in range(3):
            model.train_on_batch(x, y)
        yield f"optimizer {name}", model, [x], y


def write(folder):
    folder = Path(folder)
    for name, model, inputs, *target in [*layer_cases(), *whole_cases(), *trained_cases()]:
        path = folder / f"{name.replace(',', '')}.npz"
        y = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
        beside = {f"x{i}": x for i, x in enumerate(inputs)}
        beside |= {f"y{i}": part for i, part in enumerate(y if isinstance(y, list) else [y])}
        model.save(path.with_suffix(".keras"))
        model.save_weights(path.with_suffix(".weights.h5")) if model.parameters() else None
        if target:
            beside |= {"target": target[0], "iterations": model.optimizer.iterations}
            model.train_on_batch(inputs[0], target[0])
            beside |= {f"w{i}": w for i, w in enumerate(model.get_weights())}
        np.savez(path, **beside)


if __name__ == "__main__":
    write(sys.argv[1])
