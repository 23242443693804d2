"""Write the reference arrays that the tests of nn compare with, as Keras and PyTorch compute them.

Run it in an environment of its own, which has keras 3 and torch and not this project:

    KERAS_BACKEND=torch python tests/nn/reference/make.py

It writes one .npz file for each subject beside this script, the same bytes on every run with the same versions, and
prints them. The versions that were used are kept in each file.
"""

import json
import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import torch

HERE = Path(__file__).parent
VERSIONS = f"keras {keras.__version__}, torch {torch.__version__}"
keras.config.set_floatx("float64")
rng = np.random.default_rng(0)


def plain(x):
    if isinstance(x, (list, tuple)):
        return np.array([plain(part) for part in x])
    return x.detach().cpu().numpy() if hasattr(x, "detach") else np.asarray(x)


def save(name, arrays):
    arrays = {key: np.asarray(plain(value)) for key, value in arrays.items()}
    np.savez_compressed(HERE / f"{name}.npz", versions=np.array(VERSIONS), **arrays)
    print(f"{name}.npz: {len(arrays)} arrays, {(HERE / f'{name}.npz').stat().st_size} bytes")


def activations():
    x, x2 = np.linspace(-6, 6, 41), rng.normal(0, 2, (4, 5))
    names = """relu leaky_relu elu selu gelu silu softplus softsign sigmoid tanh hard_sigmoid hard_silu hard_tanh relu6
        exponential mish linear celu tanh_shrink hard_shrink soft_shrink""".split()
    found = {"x": x, "x2": x2}
    for name in names:
        approximate = {"approximate": False} if name == "gelu" else {}
        found[name] = getattr(keras.activations, name)(torch.tensor(x), **approximate)
    found["gelu_tanh"] = keras.activations.gelu(torch.tensor(x), approximate=True)
    found["softmax"] = keras.activations.softmax(torch.tensor(x2))
    found["log_softmax"] = keras.activations.log_softmax(torch.tensor(x2))
    save("activations", found)


def losses():
    y, p = rng.normal(0, 2, (6, 3)), rng.normal(0, 2, (6, 3))
    bits, prob = (rng.random((6, 3)) < 0.5).astype(float), rng.uniform(0.02, 0.98, (6, 3))
    simplex = rng.dirichlet(np.ones(4), 6)
    hot, labels, logits = np.eye(4)[[0, 3, 1, 1, 2, 0]], np.array([0, 3, 1, 1, 2, 0]), rng.normal(0, 3, (6, 4))
    other = rng.dirichlet(np.ones(4), 6)
    weight = rng.uniform(0.2, 2, 6)
    L = keras.losses
    cases = {
        "mean_squared_error": (L.MeanSquaredError, {}, y, p),
        "mean_absolute_error": (L.MeanAbsoluteError, {}, y, p),
        "mean_squared_logarithmic_error": (L.MeanSquaredLogarithmicError, {}, np.abs(y), np.abs(p)),
        "mean_absolute_percentage_error": (L.MeanAbsolutePercentageError, {}, y, p),
        "huber": (L.Huber, {}, y, p),
        "huber delta=2": (L.Huber, {"delta": 2.0}, y, p),
        "log_cosh": (L.LogCosh, {}, y, p),
        "poisson": (L.Poisson, {}, np.abs(y), prob),
        "cosine_similarity": (L.CosineSimilarity, {}, y, p),
        "binary_crossentropy": (L.BinaryCrossentropy, {}, bits, prob),
        "binary_crossentropy logits": (L.BinaryCrossentropy, {"from_logits": True}, bits, p),
        "binary_crossentropy smooth": (L.BinaryCrossentropy, {"label_smoothing": 0.1}, bits, prob),
        "binary_focal_crossentropy": (L.BinaryFocalCrossentropy, {}, bits, prob),
        "binary_focal_crossentropy logits": (
            L.BinaryFocalCrossentropy, {"from_logits": True, "apply_class_balancing": True, "gamma": 3.0}, bits, p),
        "categorical_crossentropy": (L.CategoricalCrossentropy, {}, hot, simplex),
        "categorical_crossentropy logits": (L.CategoricalCrossentropy, {"from_logits": True}, hot, logits),
        "categorical_crossentropy smooth": (L.CategoricalCrossentropy, {"label_smoothing": 0.1}, hot, simplex),
        "sparse_categorical_crossentropy": (L.SparseCategoricalCrossentropy, {}, labels, simplex),
        "sparse_categorical_crossentropy logits": (
            L.SparseCategoricalCrossentropy, {"from_logits": True}, labels, logits),
        "hinge": (L.Hinge, {}, bits, p),
        "squared_hinge": (L.SquaredHinge, {}, bits, p),
        "categorical_hinge": (L.CategoricalHinge, {}, hot, logits),
        "kl_divergence": (L.KLDivergence, {}, other, simplex),
    }  # fmt: skip
    found = {"weight": weight}
    for name, (kind, settings, true, pred) in cases.items():
        t, q = torch.tensor(true), torch.tensor(pred)
        found[f"{name}.config"] = json.dumps(settings)
        found[f"{name}.y_true"], found[f"{name}.y_pred"] = true, pred
        found[f"{name}.values"] = kind(reduction="none", **settings)(t, q)
        found[f"{name}.mean"] = kind(**settings)(t, q)
        found[f"{name}.weighted"] = kind(**settings)(t, q, torch.tensor(weight))
    save("losses", found)


def optimizers():
    start, grads = rng.normal(0, 1, (3, 4)), rng.normal(0, 1, (20, 3, 4))
    kinds = keras.optimizers
    cases = {
        "sgd": (kinds.SGD, {"learning_rate": 0.1}),
        "sgd momentum": (kinds.SGD, {"learning_rate": 0.1, "momentum": 0.9}),
        "sgd nesterov": (kinds.SGD, {"learning_rate": 0.1, "momentum": 0.8, "nesterov": True}),
        "sgd clipnorm": (kinds.SGD, {"learning_rate": 0.1, "clipnorm": 1.0}),
        "sgd clipvalue": (kinds.SGD, {"learning_rate": 0.1, "clipvalue": 0.5}),
        "sgd global_clipnorm": (kinds.SGD, {"learning_rate": 0.1, "global_clipnorm": 1.5}),
        "sgd weight_decay": (kinds.SGD, {"learning_rate": 0.1, "weight_decay": 0.05}),
        "rmsprop": (kinds.RMSprop, {"learning_rate": 0.05}),
        "rmsprop momentum": (kinds.RMSprop, {"learning_rate": 0.05, "rho": 0.8, "momentum": 0.5}),
        "rmsprop centered": (kinds.RMSprop, {"learning_rate": 0.05, "centered": True}),
        "adagrad": (kinds.Adagrad, {"learning_rate": 0.1}),
        "adadelta": (kinds.Adadelta, {"learning_rate": 1.0}),
        "adam": (kinds.Adam, {"learning_rate": 0.1}),
        "adam settings": (kinds.Adam, {"learning_rate": 0.1, "beta_1": 0.7, "beta_2": 0.9, "epsilon": 1e-3}),
        "adam amsgrad": (kinds.Adam, {"learning_rate": 0.1, "beta_2": 0.5, "amsgrad": True}),
        "adamw": (kinds.AdamW, {"learning_rate": 0.1, "weight_decay": 0.1}),
        "adamax": (kinds.Adamax, {"learning_rate": 0.1}),
        "nadam": (kinds.Nadam, {"learning_rate": 0.1}),
        "lion": (kinds.Lion, {"learning_rate": 0.1}),
    }
    found = {"start": start, "grads": grads}
    for name, (kind, settings) in cases.items():
        variable = keras.Variable(start.copy())
        optimizer = kind(**settings)
        path = []
        for g in grads:
            optimizer.apply([torch.tensor(g)], [variable])
            path.append(plain(variable.value).copy())
        found[name] = np.array(path)
        found[f"{name}.config"] = json.dumps(settings)
    save("optimizers", found)


def schedules():
    S = keras.optimizers.schedules
    cases = {
        "ExponentialDecay": {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
        "ExponentialDecay stairs": {
            "initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5, "staircase": True},
        "InverseTimeDecay": {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
        "CosineDecay": {"initial_learning_rate": 0.1, "decay_steps": 40, "alpha": 0.1},
        "CosineDecay warm": {
            "initial_learning_rate": 0.01, "decay_steps": 40, "warmup_target": 0.1, "warmup_steps": 10},
        "CosineDecayRestarts": {"initial_learning_rate": 0.1, "first_decay_steps": 10, "m_mul": 0.9},
        "PiecewiseConstantDecay": {"boundaries": [10, 30], "values": [0.1, 0.05, 0.01]},
        "PolynomialDecay": {"initial_learning_rate": 0.1, "decay_steps": 25, "power": 2.0},
        "PolynomialDecay cycle": {"initial_learning_rate": 0.1, "decay_steps": 25, "cycle": True},
    }  # fmt: skip
    found = {}
    for name, settings in cases.items():
        schedule = getattr(S, name.split()[0])(**settings)
        found[name] = np.array([float(plain(schedule(step))) for step in range(61)])
        found[f"{name}.config"] = json.dumps(settings)
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=0.1)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=61)
    rates = []
    for _ in range(61):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if len(rates) < 61:
            cycle.step()
    found["OneCycle"] = np.array(rates)
    found["OneCycle.config"] = json.dumps({"max_rate": 0.1, "total_steps": 61})
    save("schedules", found)


def metrics():
    n = 40
    bits, prob = (rng.random((n, 1)) < 0.4).astype(float), rng.random((n, 1))
    labels, simplex = rng.integers(0, 6, n), rng.dirichlet(np.ones(6), n)
    hot = np.eye(6)[labels]
    y, p = rng.normal(0, 1, (n, 2)), rng.normal(0, 1, (n, 2))
    weight = rng.uniform(0.2, 2, n)
    cases = {
        "BinaryAccuracy": ({}, bits, prob),
        "BinaryAccuracy threshold": ({"threshold": 0.3}, bits, prob),
        "CategoricalAccuracy": ({}, hot, simplex),
        "SparseCategoricalAccuracy": ({}, labels, simplex),
        "TopKCategoricalAccuracy": ({"k": 3}, hot, simplex),
        "SparseTopKCategoricalAccuracy": ({"k": 2}, labels, simplex),
        "Precision": ({}, bits, prob),
        "Precision thresholds": ({"thresholds": [0.2, 0.7]}, bits, prob),
        "Recall": ({}, bits, prob),
        "TruePositives": ({}, bits, prob),
        "FalseNegatives": ({}, bits, prob),
        "F1Score": ({}, hot, simplex),
        "F1Score macro": ({"average": "macro"}, hot, simplex),
        "F1Score micro": ({"average": "micro", "threshold": 0.3}, hot, simplex),
        "F1Score weighted": ({"average": "weighted"}, hot, simplex),
        "FBetaScore": ({"beta": 2.0, "average": "macro"}, hot, simplex),
        "AUC": ({}, bits, prob),
        "AUC PR": ({"curve": "PR"}, bits, prob),
        "AUC few": ({"num_thresholds": 11}, bits, prob),
        "MeanSquaredError": ({}, y, p),
        "RootMeanSquaredError": ({}, y, p),
        "MeanAbsoluteError": ({}, y, p),
        "MeanAbsolutePercentageError": ({}, y, p),
        "LogCoshError": ({}, y, p),
        "CosineSimilarity": ({}, y, p),
        "R2Score": ({}, y, p),
        "BinaryCrossentropy": ({}, bits, prob),
        "CategoricalCrossentropy": ({}, hot, simplex),
        "SparseCategoricalCrossentropy": ({}, labels, simplex),
        "KLDivergence": ({}, hot, simplex),
        "Hinge": ({}, bits, prob),
    }
    found = {"weight": weight}
    for name, (settings, true, pred) in cases.items():
        for weighted in (False, True):
            metric = getattr(keras.metrics, name.split()[0])(**settings)
            for at in (slice(0, 25), slice(25, n)):
                w = torch.tensor(weight[at]) if weighted else None
                metric.update_state(torch.tensor(true[at]), torch.tensor(pred[at]), sample_weight=w)
            found[f"{name}.{'weighted' if weighted else 'result'}"] = metric.result()
        found[f"{name}.config"], found[f"{name}.y_true"], found[f"{name}.y_pred"] = json.dumps(settings), true, pred
    save("metrics", found)


def layers():
    found = {}

    def record(name, layer, x, training=None):
        layer.build(x.shape)
        for i, weight in enumerate(layer.weights):
            if "moving" not in weight.path:
                weight.assign(np.asarray(rng.normal(0.5, 1, weight.shape)))
            found[f"{name}.w{i}"] = plain(weight.value).copy()
        given = torch.tensor(x, requires_grad=x.dtype.kind == "f")
        y = layer(given) if training is None else layer(given, training=training)
        seed = np.cos(np.arange(np.prod(y.shape))).reshape(tuple(y.shape))
        (y * torch.tensor(seed)).sum().backward()
        found[f"{name}.x"], found[f"{name}.y"], found[f"{name}.seed"] = x, y, seed
        if given.grad is not None:
            found[f"{name}.gx"] = given.grad
        for i, weight in enumerate(layer.weights):
            if weight.value.grad is not None:
                found[f"{name}.g{i}"] = weight.value.grad
            found[f"{name}.after{i}"] = plain(weight.value).copy()

    K = keras.layers
    record("dense", K.Dense(4, activation="tanh"), rng.normal(0, 1, (5, 3)))
    record("dense sequence", K.Dense(2), rng.normal(0, 1, (2, 3, 4)))
    record("embedding", K.Embedding(6, 3), rng.integers(0, 6, (4, 2)))
    record("layer norm", K.LayerNormalization(), rng.normal(1, 2, (4, 5)))
    record("layer norm axes", K.LayerNormalization(axis=(1, 2)), rng.normal(1, 2, (3, 4, 2)))
    record("batch norm", K.BatchNormalization(momentum=0.9), rng.normal(1, 2, (6, 3)), training=True)
    record(
        "batch norm images",
        K.BatchNormalization(momentum=0.9),
        rng.normal(1, 2, (2, 3, 3, 2)),
        training=True,
    )
    record("batch norm frozen", K.BatchNormalization(), rng.normal(1, 2, (6, 3)), training=False)
    record("prelu", K.PReLU(), rng.normal(0, 1, (4, 3)))
    save("layers", found)


def initializers():
    names = """glorot_uniform glorot_normal he_uniform he_normal lecun_uniform lecun_normal random_normal random_uniform
        truncated_normal orthogonal""".split()
    found = {}
    for name in names:
        for shape in [(200, 300), (3, 3, 40, 50), (5000,)]:
            if name == "orthogonal" and len(shape) < 2:
                continue
            keras.utils.set_random_seed(0)
            w = plain(keras.initializers.get(name)(shape))
            key = f"{name}.{'x'.join(map(str, shape))}"
            found[key] = np.array([w.mean(), w.std(), np.abs(w).max()])
    save("initializers", found)


if __name__ == "__main__":
    for part in (activations, losses, optimizers, schedules, metrics, layers, initializers):
        part()
