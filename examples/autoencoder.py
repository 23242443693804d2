"""An autoencoder of images: each digit squeezed into 16 numbers, and drawn again from them.

Convolutions with stride 2 make the image smaller, transposed convolutions make it large again. Principal components,
which are the best that straight lines can do with 16 numbers, stand beside it. The data is scikit-learn's
(pip install 'glassgrad[datasets]').
"""

from pathlib import Path

import numpy as np

from nn.datasets import load_digits
from nn.layers import Conv2D, Conv2DTranspose, Dense, Flatten, Input, Reshape
from nn.models import Sequential
from nn.optimizers import Adam
from nn.preprocessing import train_test_split

OUT = Path("out")
NUMBERS = 16


def networks(seed=0):
    """The half that squeezes and the half that draws."""
    small = [
        Input(shape=(8, 8, 1)),
        Conv2D(16, 3, strides=2, padding="same", activation="relu"),
        Conv2D(32, 3, strides=2, padding="same", activation="relu"),
        Flatten(),
        Dense(NUMBERS),
    ]
    large = [
        Input(shape=(NUMBERS,)),
        Dense(2 * 2 * 32, activation="relu"),
        Reshape((2, 2, 32)),
        Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu"),
        Conv2DTranspose(1, 3, strides=2, padding="same", activation="sigmoid"),
    ]
    return Sequential(small, name="encoder", seed=seed), Sequential(large, name="decoder", seed=seed + 1)


def principal(X_train, X_test):
    """The test images from their first principal components."""
    mean = X_train.mean(axis=0)
    _, _, directions = np.linalg.svd(X_train - mean, full_matrices=False)
    best = directions[:NUMBERS]
    return (X_test - mean) @ best.T @ best + mean


def main():
    X, _ = load_digits(return_X_y=True)
    X = X.reshape(-1, 8, 8, 1) / 16.0
    X_train, X_test = train_test_split(X, test_size=0.2, random_state=0)
    encoder, decoder = networks()
    model = Sequential([encoder, decoder])
    model.compile(Adam(0.003), "mse")
    model.fit(X_train, X_train, epochs=40, batch_size=32, verbose=0)
    drawn = model.predict(X_test, verbose=0)
    flat = principal(X_train.reshape(len(X_train), -1), X_test.reshape(len(X_test), -1)).reshape(X_test.shape)
    errors = [float(np.mean((found - X_test) ** 2)) for found in (drawn, flat)]
    print(f"{X[0].size} pixels as {NUMBERS} numbers: mean squared error on new images")
    print(f"{'principal components':21} {errors[1]:.4f}")
    print(f"{'autoencoder':21} {errors[0]:.4f}")
    draw({"image": X_test, "autoencoder": drawn, "components": flat})
    return errors


def draw(rows, count=10):
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(len(rows), count, figsize=(8, 2.8), layout="constrained")
    for x, (name, images) in zip(axes, rows.items(), strict=True):
        x[0].set_title(name, fontsize=10, loc="left")
        for ax, image in zip(x, images, strict=False):
            ax.imshow(image[..., 0], cmap="gray_r", vmin=0, vmax=1)
            ax.set_axis_off()
    OUT.mkdir(exist_ok=True)
    figure.savefig(OUT / "autoencoder.png", dpi=110)
    print("\nWrote images and what came back to out/autoencoder.png.")


if __name__ == "__main__":
    main()
