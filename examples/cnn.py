"""A convolutional network on handwritten digits: 8 x 8 pixels, or MNIST's 28 x 28 where its files are.

The small digits are scikit-learn's (pip install 'glassgrad[datasets]'). MNIST's four files (train-images-idx3-ubyte,
train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, packed by gzip or not) are looked for in the
folder that is named: python examples/cnn.py mnist
"""

import sys
from pathlib import Path

from nn.datasets import load_digits, load_idx
from nn.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from nn.models import Sequential
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
        Conv2D(32, 3, padding="same", activation="relu"),
        BatchNormalization(),
        Conv2D(32, 3, padding="same", activation="relu"),
        MaxPooling2D(2),
        Dropout(0.25),
        Conv2D(64, 3, padding="same", activation="relu"),
        BatchNormalization(),
        MaxPooling2D(2),
        Dropout(0.25),
        Flatten(),
        Dense(64, activation="relu"),
        Dropout(0.4),
        Dense(10, activation="softmax"),
    ], seed=seed)  # fmt: skip


def main(folder=None):
    X_train, X_test, y_train, y_test = digits() if folder is None else mnist(Path(folder))
    model = network(X_train.shape[1:])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(X_train, y_train, epochs=20, batch_size=32, verbose=0)
    accuracy = model.evaluate(X_test, y_test, verbose=0)[1]
    wrong = round((1 - accuracy) * len(X_test))
    print(f"{model.count_params():,} parameters, {len(X_train):,} images to learn from")
    print(f"test accuracy {accuracy:.4f}: {wrong} of {len(X_test):,} wrong")
    return accuracy


if __name__ == "__main__":
    main(*sys.argv[1:2])
