"""A convolutional network on handwritten digits: 8 x 8 pixels, or MNIST's 28 x 28 where its files are.

The small digits are scikit-learn's (pip install 'glassgrad[datasets]'). MNIST's four files (train-images-idx3-ubyte,
train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, packed by gzip or not) are looked for in the
folder that is named: python examples/cnn.py mnist
"""

import math
import sys
from pathlib import Path

from nn.datasets import load_digits, load_idx
from nn.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, RandomRotation, RandomTranslation
from nn.models import Sequential
from nn.optimizers import Adam
from nn.optimizers.schedules import CosineDecay
from nn.preprocessing import train_test_split


def digits():
    X, labels = load_digits(return_X_y=True)
    return train_test_split(X.reshape(-1, 8, 8, 1) / 16.0, labels, test_size=0.2, random_state=0, stratify=labels)


def mnist(folder):
    """The same four arrays from the files of MNIST."""

    def read(what):
        images, labels = (
            next(path for path in (folder / name, folder / f"{name}.gz") if path.exists())
            for name in (f"{what}-images-idx3-ubyte", f"{what}-labels-idx1-ubyte")
        )
        return load_idx(images, labels)

    (X_train, y_train), (X_test, y_test) = read("train"), read("t10k")
    return X_train[..., None] / 255.0, X_test[..., None] / 255.0, y_train, y_test


def network(shape, seed=0):
    return Sequential([
        Input(shape=shape),
        RandomTranslation(0.1, 0.1, fill_mode="constant"),  # while it learns, each image a little elsewhere
        RandomRotation(0.03, fill_mode="constant"),
        Conv2D(16, 3, padding="same", activation="relu"),
        Conv2D(32, 3, padding="same", activation="relu"),
        MaxPooling2D(2),
        Conv2D(64, 3, padding="same", activation="relu"),
        Flatten(),
        Dropout(0.5),
        Dense(10, activation="softmax"),
    ], seed=seed)  # fmt: skip


def main(folder=None):
    X_train, X_test, y_train, y_test = digits() if folder is None else mnist(Path(folder))
    epochs = 40 if folder is None else 5
    model = network(X_train.shape[1:])
    steps = epochs * math.ceil(len(X_train) / 32)
    model.compile(Adam(CosineDecay(0.003, steps)), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(X_train, y_train, epochs=epochs, batch_size=32, verbose=0 if folder is None else 1)
    accuracy = model.evaluate(X_test, y_test, verbose=0)[1]
    wrong = round((1 - accuracy) * len(X_test))
    print(f"{model.count_params():,} parameters, {len(X_train):,} images to learn from")
    print(f"test accuracy {accuracy:.4f}: {wrong} of {len(X_test):,} wrong")
    return accuracy


if __name__ == "__main__":
    main(*sys.argv[1:2])
