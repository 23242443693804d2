"""Write the reference arrays that the tests of nn compare with, as Keras and PyTorch compute them.

Run it in an environment of its own, which has keras and torch and not this project. The committed files are of:

    pip install keras==3.15.1 torch==2.13.0          # the CPU build of torch
    KERAS_BACKEND=torch python tests/nn/reference/make.py

It writes one .npz file for each subject beside this script, the same bytes on every run (on one machine, with the same
versions), and prints them. The versions that were used are kept in each file under `versions`.

A case is called by its kind and, after a space, by what is special about it ("rmsprop epsilon"); its arrays are
"<case>.<part>", and "<case>.config" holds its settings as JSON, with the names of Keras's arguments (of nn's, where the
case is PyTorch's). Every number is computed in double precision. `scales.npz` has the sizes that Keras's initializers
ask for, and `further.npz` what the other files can't hold, since it is not compared in the common way: several batches
or parameters, shapes, and what only Keras has.

Long because it is one script that is run by itself: each function makes one of the files, in the same few ways.
"""

import json
import os
from pathlib import Path
from unittest import mock

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import torch
from keras.src.backend.common import dtypes
from keras.src.initializers import random_initializers

HERE = Path(__file__).parent
VERSIONS = f"keras {keras.__version__}, torch {torch.__version__}"
torch.set_num_threads(1)  # the order of a sum, and so its last bit, hangs on how many threads share it
keras.config.set_floatx("float64")
# Keras takes any two doubles to single precision on every backend but TensorFlow's, whatever floatx says, which would
# leave 1e-7 of noise in most arrays. This is TensorFlow's entry of that table; `save` sees whether it has worked.
dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
rng = np.random.default_rng(0)


def plain(x):
    if isinstance(x, (list, tuple)):
        return np.array([plain(part) for part in x])
    return x.detach().cpu().numpy() if hasattr(x, "detach") else np.asarray(x)


def short(x):
    """Numbers of 16 binary places: they pack well, and sums of weights are exact even where Keras is single."""
    return np.round(x * 2.0**16) / 2.0**16


def chances(n, classes):
    """Rows of probabilities, short ones that still add up to exactly 1."""
    p = short(rng.dirichlet(np.ones(classes), n))
    p[np.arange(n), p.argmax(axis=1)] += 1 - p.sum(axis=1)
    assert p.min() > 0
    assert np.all(p.sum(axis=1) == 1)
    return p


def save(name, arrays):
    arrays = {key: np.asarray(plain(value)) for key, value in arrays.items()}
    single = [key for key, array in arrays.items() if array.dtype in (np.float32, np.float16)]
    assert not single, f"not in double precision: {single}"
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
    y, p = short(rng.normal(0, 2, (6, 3))), short(rng.normal(0, 2, (6, 3)))
    bits, prob = (rng.random((6, 3)) < 0.5).astype(float), short(rng.uniform(0.02, 0.98, (6, 3)))
    simplex = chances(6, 4)
    hot, labels, logits = np.eye(4)[[0, 3, 1, 1, 2, 0]], np.array([0, 3, 1, 1, 2, 0]), short(rng.normal(0, 3, (6, 4)))
    other = chances(6, 4)
    weight = short(rng.uniform(0.2, 2, 6))
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
    # Where a formula alone is not enough: logarithms of 0, an exponential that overflows, a division by 0, kinks.
    ends = np.array([[0.0, 1.0, 0.5], [1.0, 0.0, 1e-9], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0], [0.3, 1e-7, 1 - 1e-7]])
    ends = np.vstack([ends, ends[::-1][:1]])
    corners = np.array([[1, 0, 0, 0], [0, 0, 0, 1], [0, 0.5, 0.5, 0], [0, 1, 0, 0], [1e-9, 0, 1, 0], [0, 0, 1, 0.0]])
    huge, zeros = 400 * p, np.where(np.abs(y) < 1, 0.0, y)
    kinks = np.array([[1.0, -1, 0], [2, -2, 3], [0.5, 1, 1], [0, 0, 0], [-1, 2, 1], [1, 1, -3]])
    signs = 2 * bits - 1
    cases |= {
        "mean_squared_logarithmic_error negative": (L.MeanSquaredLogarithmicError, {}, y, p),
        "mean_absolute_percentage_error zero": (L.MeanAbsolutePercentageError, {}, zeros, p),
        "huber kinks": (L.Huber, {}, np.zeros((6, 3)), kinks),
        "log_cosh huge": (L.LogCosh, {}, y, huge),
        "poisson zero": (L.Poisson, {}, np.abs(y), ends),
        "cosine_similarity zero": (L.CosineSimilarity, {}, zeros * (np.arange(6) != 2)[:, None], ends),
        "binary_crossentropy ends": (L.BinaryCrossentropy, {}, bits, ends),
        "binary_crossentropy logits huge": (L.BinaryCrossentropy, {"from_logits": True}, bits, huge),
        "binary_crossentropy logits smooth": (
            L.BinaryCrossentropy, {"from_logits": True, "label_smoothing": 0.2}, bits, p),
        "categorical_crossentropy corners": (L.CategoricalCrossentropy, {}, hot, corners),
        "categorical_crossentropy sums": (
            L.CategoricalCrossentropy, {}, hot, simplex * [[1], [2], [0.5], [3], [9], [1]]),
        "categorical_crossentropy soft": (L.CategoricalCrossentropy, {"from_logits": True}, other, logits),
        "categorical_crossentropy logits huge": (L.CategoricalCrossentropy, {"from_logits": True}, hot, 400 * logits),
        "categorical_crossentropy logits smooth": (
            L.CategoricalCrossentropy, {"from_logits": True, "label_smoothing": 0.2}, hot, logits),
        "sparse_categorical_crossentropy corners": (L.SparseCategoricalCrossentropy, {}, labels, corners),
        "sparse_categorical_crossentropy logits huge": (
            L.SparseCategoricalCrossentropy, {"from_logits": True}, labels, 400 * logits),
        "hinge signs": (L.Hinge, {}, signs, kinks),
        "squared_hinge signs": (L.SquaredHinge, {}, signs, kinks),
        "kl_divergence corners": (L.KLDivergence, {}, hot, corners),
        "binary_focal_crossentropy smooth": (
            L.BinaryFocalCrossentropy, {"label_smoothing": 0.1, "gamma": 1.5}, bits, prob),
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


def trajectory(optimizer, starts, grads):
    """Where the parameters are after each step; `grads` has one row of gradients for each step."""
    variables = [keras.Variable(start.copy()) for start in starts]
    path = []
    for row in grads:
        optimizer.apply([torch.tensor(g) for g in row], variables)
        path.append([plain(variable.value).copy() for variable in variables])
    return np.array(path)


def optimizers():
    start, grads = short(rng.normal(0, 1, (3, 4))), short(rng.normal(0, 1, (20, 3, 4)))
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
    for kind in (kinds.SGD, kinds.RMSprop, kinds.Adagrad, kinds.Adadelta, kinds.Adam, kinds.AdamW, kinds.Adamax,
                 kinds.Nadam, kinds.Lion):  # fmt: skip
        cases[f"{kind.__name__.lower()} defaults"] = (kind, {})
    cases |= {  # an epsilon that can be seen tells where it goes; weight decay, where in the order it comes
        "sgd all": (kinds.SGD, {
            "learning_rate": 0.1, "momentum": 0.8, "nesterov": True, "clipvalue": 0.5, "weight_decay": 0.5}),
        "rmsprop all": (kinds.RMSprop, {
            "learning_rate": 0.05, "epsilon": 0.1, "centered": True, "momentum": 0.5, "weight_decay": 0.5}),
        "rmsprop epsilon": (kinds.RMSprop, {"learning_rate": 0.05, "epsilon": 0.1}),
        "adagrad settings": (kinds.Adagrad, {
            "learning_rate": 0.1, "initial_accumulator_value": 0.5, "epsilon": 0.1}),
        "adadelta settings": (kinds.Adadelta, {"learning_rate": 0.5, "rho": 0.7, "epsilon": 0.01}),
        "adam weight_decay": (kinds.Adam, {"learning_rate": 0.1, "weight_decay": 0.5, "epsilon": 0.1}),
        "adamw all": (kinds.AdamW, {
            "learning_rate": 0.1, "weight_decay": 0.5, "epsilon": 0.1, "amsgrad": True, "beta_2": 0.5}),
        "adamax settings": (kinds.Adamax, {"learning_rate": 0.1, "beta_1": 0.7, "beta_2": 0.9, "epsilon": 0.1}),
        "nadam settings": (kinds.Nadam, {"learning_rate": 0.1, "beta_1": 0.7, "beta_2": 0.9, "epsilon": 0.1}),
        "lion settings": (kinds.Lion, {"learning_rate": 0.1, "beta_1": 0.5, "beta_2": 0.8, "weight_decay": 0.5}),
    }  # fmt: skip
    found = {"start": start, "grads": grads}
    for name, (kind, settings) in cases.items():
        found[name] = trajectory(kind(**settings), [start], grads[:, None])[:, 0]
        found[f"{name}.config"] = json.dumps(settings)
    save("optimizers", found)
    return start, grads


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
        "CosineDecayRestarts even": {
            "initial_learning_rate": 0.1, "first_decay_steps": 12, "t_mul": 1.0, "m_mul": 0.7, "alpha": 0.2},
        "PiecewiseConstantDecay": {"boundaries": [10, 30], "values": [0.1, 0.05, 0.01]},
        "PolynomialDecay": {"initial_learning_rate": 0.1, "decay_steps": 25, "power": 2.0},
        "PolynomialDecay cycle": {"initial_learning_rate": 0.1, "decay_steps": 25, "cycle": True},
        "InverseTimeDecay stairs": {
            "initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5, "staircase": True},
    }  # fmt: skip
    found = {}
    for name, settings in cases.items():
        schedule = getattr(S, name.split()[0])(**settings)
        found[name] = np.array([float(plain(schedule(step))) for step in range(61)])
        found[f"{name}.config"] = json.dumps(settings)
    # PyTorch's, under the names and settings that nn has for the same curves.
    Torch = torch.optim.lr_scheduler
    cases = {
        "OneCycle": (Torch.OneCycleLR, {"max_lr": 0.1, "total_steps": 61}, {"max_rate": 0.1, "total_steps": 61}),
        "OneCycle settings": (
            Torch.OneCycleLR,
            {"max_lr": 0.1, "total_steps": 61, "pct_start": 0.4, "div_factor": 10.0, "final_div_factor": 100.0},
            {"max_rate": 0.1, "total_steps": 61, "share_up": 0.4, "start": 10.0, "end": 100.0}),
        "Warmup": (Torch.LinearLR, {"start_factor": 1 / 11, "total_iters": 10}, {"after": 0.1, "steps": 10}),
    }  # fmt: skip
    for name, (kind, settings, ours) in cases.items():
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
        schedule, rates = kind(optimizer, **settings), []
        for step in range(61):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if step < 60:
                schedule.step()
        found[name], found[f"{name}.config"] = np.array(rates), json.dumps(ours)
    save("schedules", found)


def metrics():
    n = 40
    bits, prob = (rng.random((n, 1)) < 0.4).astype(float), short(rng.random((n, 1)))
    labels, simplex = rng.integers(0, 6, n), chances(n, 6)
    hot = np.eye(6)[labels]
    y, p = short(rng.normal(0, 1, (n, 2))), short(rng.normal(0, 1, (n, 2)))
    weight = short(rng.uniform(0.2, 2, n))
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
        x = short(x) if x.dtype.kind == "f" else x
        layer.build(x.shape)
        for i, weight in enumerate(layer.weights):
            if "moving" not in weight.path:
                weight.assign(short(rng.normal(0.5, 1, weight.shape)))
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


def scales():
    """What Keras asks its random generator for, and what comes out: the formulas of fans, limits and spreads.

    `<name>.<shape>.scale` is the limit of a uniform draw or the spread of a normal one before it is truncated;
    `.spread` is the std of what is drawn, the std and the max |w| measured in 300 draws. Keras truncates at twice the
    scale, but with PyTorch it takes the first that fits of only four numbers: a few in a million lie beyond.
    """
    drawn_by = {"uniform": "maxval", "normal": "stddev", "truncated_normal": "stddev"}
    names = """glorot_uniform glorot_normal he_uniform he_normal lecun_uniform lecun_normal random_normal random_uniform
        truncated_normal orthogonal zeros ones identity""".split()
    found = {}
    for name in names:
        for shape in [(30, 20), (5,), (3, 3, 4, 8)]:
            if (name == "orthogonal" and len(shape) < 2) or (name == "identity" and len(shape) != 2):
                continue  # Keras refuses these
            initializer, asked = keras.initializers.get(name), {}

            def ask(how, asked=asked):
                real = getattr(random_initializers.random, how)

                def draw(*args, **options):
                    asked[how] = options.get(drawn_by[how])
                    return real(*args, **options)

                return mock.patch.object(random_initializers.random, how, draw)

            with ask("uniform"), ask("normal"), ask("truncated_normal"):
                draws = []
                for initializer.seed in range(300):  # with one seed, an initializer draws the same each time
                    draws.append(plain(initializer(shape)))
            draws = np.array(draws)
            if name == "orthogonal":  # a square of orthogonal columns, cut off: each number has this spread about 0
                scale = spread = initializer.gain / np.sqrt(max(np.prod(shape[:-1]), shape[-1]))
            elif "uniform" in asked:
                scale, spread = asked["uniform"], asked["uniform"] / np.sqrt(3)
            elif "truncated_normal" in asked:
                scale, spread = asked["truncated_normal"], asked["truncated_normal"] * 0.87962566103423978
            elif "normal" in asked:
                scale = spread = asked["normal"]
            else:
                scale, spread = draws.max(), draws.std()
            key = f"{name}.{'x'.join(map(str, shape))}"
            found[f"{key}.scale"] = float(scale)
            found[f"{key}.spread"] = np.array([spread, draws.std(), np.abs(draws).max()])
    save("scales", found)


def further(start, grads):
    """What the common comparison has no place for; the keys say what each array is."""
    found = {}
    # Each of several parameters has its own norm; `global_clipnorm` takes them together.
    for clip in ("clipnorm", "global_clipnorm"):
        sgd = keras.optimizers.SGD(learning_rate=0.1, **{clip: 1.0})
        found[f"sgd.{clip}.rows"] = trajectory(sgd, list(start), grads)  # start and grads of optimizers.npz
    regularization = {"l1_regularization_strength": 0.01, "l2_regularization_strength": 0.1,
                      "l2_shrinkage_regularization_strength": 0.1, "beta": 0.2}  # fmt: skip
    settings = {"ftrl": {"learning_rate": 0.1}, "ftrl all": {"learning_rate": 0.1, **regularization}}
    for name, options in settings.items():
        found[name] = trajectory(keras.optimizers.Ftrl(**options), [start], grads[:, None])[:, 0]
        found[f"{name}.config"] = json.dumps(options)

    x = np.linspace(-6, 6, 41)
    found["threshold"] = keras.activations.threshold(torch.tensor(x), 1.5, -2.0)  # of activations.npz's x
    found["threshold.config"] = json.dumps({"threshold": 1.5, "default_value": -2.0})

    # Samples of the class to be ignored count neither in the sum nor in the number that it is divided by.
    labels, simplex, weight = np.array([0, 3, -1, 1, -1, 0]), chances(6, 4), short(rng.uniform(0.2, 2, 6))
    kind, name = keras.losses.SparseCategoricalCrossentropy, "sparse_categorical_crossentropy ignore"
    t, q = torch.tensor(labels), torch.tensor(simplex)
    found |= {
        f"{name}.config": json.dumps({"ignore_class": -1}),
        f"{name}.y_true": labels, f"{name}.y_pred": simplex, f"{name}.weight": weight,
        f"{name}.values": kind(ignore_class=-1, reduction="none")(t, q),
        f"{name}.mean": kind(ignore_class=-1)(t, q),
        f"{name}.weighted": kind(ignore_class=-1)(t, q, torch.tensor(weight)),
    }  # fmt: skip

    # Three batches train the moving statistics, which then serve one more batch.
    norm, batches = keras.layers.BatchNormalization(momentum=0.9), short(rng.normal(1, 2, (4, 6, 3)))
    norm.build((6, 3))
    norm.gamma.assign(rng.normal(0.5, 1, 3))
    norm.beta.assign(rng.normal(0.5, 1, 3))
    results, means, variances = [], [], []
    for x in batches[:3]:
        results.append(plain(norm(torch.tensor(x), training=True)))
        means.append(plain(norm.moving_mean.value).copy())
        variances.append(plain(norm.moving_variance.value).copy())
    found |= {
        "batch norm.batches": batches, "batch norm.gamma": norm.gamma.value, "batch norm.beta": norm.beta.value,
        "batch norm.training": np.array(results), "batch norm.moving_mean": np.array(means),
        "batch norm.moving_variance": np.array(variances),
        "batch norm.inference": norm(torch.tensor(batches[3]), training=False),
        "batch norm.config": json.dumps({"momentum": 0.9}),
    }  # fmt: skip

    x = np.arange(48.0).reshape(2, 2, 3, 4)
    found["shapes.x"] = x
    for name, layer in {"flatten": keras.layers.Flatten(), "reshape 4x6": keras.layers.Reshape((4, 6)),
                        "reshape 3x-1": keras.layers.Reshape((3, -1))}.items():  # fmt: skip
        found[f"shapes.{name}"] = layer(torch.tensor(x))
    save("further", found)


if __name__ == "__main__":
    activations()
    losses()
    start, grads = optimizers()
    for part in (schedules, metrics, layers, initializers, scales):
        part()
    further(start, grads)
    print(f"{sum(path.stat().st_size for path in HERE.glob('*.npz'))} bytes in all")
