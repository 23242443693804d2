"""What a small convolutional network sees: its kernels and maps, what an answer hangs on, and where it is wrong."""

from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt

import viz
from nn.datasets import load_digits
from nn.layers import Conv2D, Dense, GlobalAveragePooling2D
from nn.models import Sequential
from nn.optimizers import Adam
from nn.preprocessing import train_test_split

OUT = Path("out")


def main():
    mpl.use("Agg")  # no windows: the pictures are written to files
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X.reshape(-1, 8, 8, 1) / 16, y, test_size=0.2, random_state=0)
    model = Sequential(
        [
            Conv2D(8, 3, activation="relu", input_shape=(8, 8, 1)),
            Conv2D(24, 3, activation="relu"),
            GlobalAveragePooling2D(),  # of each map its mean: which maps speak, not where
            Dense(10, activation="softmax"),
        ],
        seed=0,
    )
    model.compile(Adam(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(X_train, y_train, epochs=12, verbose=0)
    accuracy = model.evaluate(X_test, y_test, verbose=0)[1]
    OUT.mkdir(exist_ok=True)
    image = X_test[1]
    pictures = {
        "filters": viz.filters(model),
        "maps": viz.feature_maps(model, image)[0],
        "worst": viz.worst(model, X_test, y_test, 6)[0],
        "confusion": viz.confusion(model, X_test, y_test),
        "precision": viz.precision_recall(model, X_test, y_test),
    }
    _, axes = plt.subplots(1, 4, figsize=(10, 2.9), layout="constrained")
    viz.saliency(model, image, ax=axes[:2])
    viz.saliency(model, image, signed=True, ax=axes[2])
    viz.grad_cam(model, image, ax=axes[3])
    pictures["saliency"] = axes[0]
    for name, ax in pictures.items():
        ax.figure.savefig(OUT / f"{name}.png", dpi=100)
    plt.close("all")
    viz.network(model, image).save(OUT / "convolutions.svg")
    print(f"Accuracy {accuracy:.3f} on images not seen in training. Wrote {len(pictures) + 1} pictures to {OUT}/.")
    return accuracy


if __name__ == "__main__":
    main()
