"""The moons program with five seeds, in this library's words and in Keras's: the mean test accuracy of each.

    python benchmarks/moons_accuracy.py             # this library
    KERAS_BACKEND=jax python benchmarks/moons_accuracy.py keras   # in an environment that has keras

The data and the split are the same, made by `nn.datasets` and `nn.preprocessing`, which need NumPy alone.
"""

import sys
import time
import warnings
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from nn.datasets import make_moons
from nn.preprocessing import StandardScaler, train_test_split

SEEDS = range(5)


def network(engine, seed):
    if engine == "keras":
        import keras as library
    else:
        import nn as library
    library.utils.set_random_seed(seed)
    dense, dropout = library.layers.Dense, library.layers.Dropout
    layers = [
        library.Input(shape=(2,)),
        dense(64, activation="relu"),
        dropout(0.2),
        dense(32, activation="relu"),
        dropout(0.2),
        dense(1, activation="sigmoid"),
    ]
    model = library.Sequential(layers)
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def main(engine="glassgrad"):
    warnings.simplefilter("ignore")
    found, seconds = [], []
    for seed in SEEDS:
        X, y = make_moons(n_samples=2000, noise=0.25, random_state=seed)
        X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=seed)
        scaler = StandardScaler()
        X_train, X_test = scaler.fit_transform(X_train), scaler.transform(X_test)
        model = network(engine, seed)
        start = time.perf_counter()
        model.fit(X_train, y_train, epochs=50, batch_size=32, validation_split=0.2, verbose=0)
        seconds.append(time.perf_counter() - start)
        found.append(float(model.evaluate(X_test, y_test, verbose=0)[1]))
    print(
        f"{engine}: accuracy {np.round(found, 4).tolist()}, mean {np.mean(found):.4f}; fit {np.median(seconds):.2f} s"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
