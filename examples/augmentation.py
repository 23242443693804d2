"""Augmentation: the same few images, each a little different every time, against learning them by heart.

A small convolutional network learns the digits from 200 images, once as they are and once moved and turned a little by
layers that do so in training only. The accuracies are means over three starts. The data is scikit-learn's
(pip install 'glassgrad[datasets]').
"""

from pathlib import Path

import numpy as np

from nn.datasets import load_digits
from nn.layers import Conv2D, Dense, Flatten, Input, MaxPooling2D, RandomRotation, RandomTranslation
from nn.models import Sequential
from nn.optimizers import Adam
from nn.optimizers.schedules import CosineDecay
from nn.preprocessing import train_test_split

OUT = Path("out")
FEW, EPOCHS, BATCH, STARTS = 200, 100, 20, 3


def changes():
    """What happens to an image in training."""
    return [
        RandomTranslation(0.06, 0.06, fill_mode="constant"),  # up to half a pixel
        RandomRotation(0.03, fill_mode="constant"),  # up to 11 degrees
    ]


def network(before, seed):
    return Sequential([
        Input(shape=(8, 8, 1)),
        *before,
        Conv2D(16, 3, padding="same", activation="relu"),
        MaxPooling2D(2),
        Conv2D(32, 3, padding="same", activation="relu"),
        Flatten(),
        Dense(10, activation="softmax"),
    ], seed=seed)  # fmt: skip


def main():
    X, labels = load_digits(return_X_y=True)
    X = X.reshape(-1, 8, 8, 1) / 16.0
    X_train, X_test, y_train, y_test = train_test_split(X, labels, train_size=FEW, random_state=0, stratify=labels)
    found = {}
    print(f"{len(X_train)} images to learn from, {len(X_test):,} to be told")
    for what, before in (("as they are", list), ("augmented", changes)):
        both = []
        for seed in range(STARTS):
            model = network(before(), seed)
            rate = CosineDecay(0.003, EPOCHS * FEW // BATCH)
            model.compile(Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
            model.fit(X_train, y_train, epochs=EPOCHS, batch_size=BATCH, verbose=0)
            both.append([model.evaluate(*data, verbose=0)[1] for data in ((X_train, y_train), (X_test, y_test))])
        own, found[what] = np.mean(both, axis=0).tolist()
        print(f"{what:12} accuracy on its images {own:.3f}, on new ones {found[what]:.3f}")
    draw(X_train[:6])
    return found


def draw(images):
    """Six images, and what the network sees of them in five epochs."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    layers = Sequential([Input(shape=(8, 8, 1)), *changes()], seed=0)
    rows = [images, *(layers(images, training=True) for _ in range(5))]
    figure, axes = plt.subplots(len(images), len(rows), figsize=(7, 7), layout="constrained")
    for column, (x, row) in enumerate(zip(axes.T, rows, strict=True)):
        x[0].set_title("image" if not column else f"epoch {column}", fontsize=10)
        for ax, image in zip(x, row, strict=True):
            ax.imshow(image[..., 0], cmap="gray_r", vmin=0, vmax=1)
            ax.set_axis_off()
    OUT.mkdir(exist_ok=True)
    figure.savefig(OUT / "augmentation.png", dpi=110)
    print("\nWrote what the network sees to out/augmentation.png.")


if __name__ == "__main__":
    main()
