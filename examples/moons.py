"""The main job: a network learns two moons, and shows what it has learned. `make demo`, or `python examples/moons.py`.

The program is written as for Keras and scikit-learn; only the import lines differ.
"""

from pathlib import Path

import numpy as np

import nn
import viz
from nn.datasets import make_moons
from nn.layers import Dense, Dropout
from nn.models import Sequential
from nn.preprocessing import StandardScaler, train_test_split
from viz.render import can_render

OUT = Path("out")


def data(seed=42):
    X, y = make_moons(n_samples=2000, noise=0.25, random_state=seed)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=seed)
    scaler = StandardScaler()
    return scaler.fit_transform(X_train), scaler.transform(X_test), y_train, y_test


def network(seed=42):
    model = Sequential(
        [
            Dense(64, activation="relu", input_shape=(2,)),
            Dropout(0.2),
            Dense(32, activation="relu"),
            Dropout(0.2),
            Dense(1, activation="sigmoid"),
        ],
        seed=seed,
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def pictures(model, history, X, y):
    """The curves, the boundary, and the graph of one small example, as files."""
    import matplotlib as mpl

    mpl.use("Agg")
    OUT.mkdir(exist_ok=True)
    viz.curves(history)[0].figure.savefig(OUT / "moons_curves.png", dpi=120)
    viz.boundary(model, X, y).figure.savefig(OUT / "moons_boundary.png", dpi=120)
    files = ["moons_curves.png: loss and accuracy of every epoch", "moons_boundary.png: what the network answers"]

    with viz.keep_values():
        loss = nn.losses.binary_crossentropy(y[:1, None], model(X[:1], training=False))
    loss.backward()
    graph = viz.draw(loss, model)
    if can_render():
        graph.render(OUT / "moons_graph", format="svg", cleanup=True)
        files.append("moons_graph.svg: the graph and the gradients of one example")
    (OUT / "moons_graph.txt").write_text(viz.tree(loss, model) + "\n", encoding="utf-8")
    files.append("moons_graph.txt: the same as text")
    return files


def main():
    X_train, X_test, y_train, y_test = data()
    model = network()
    model.summary()
    history = model.fit(X_train, y_train, epochs=50, batch_size=32, validation_split=0.2)
    loss, accuracy = model.evaluate(X_test, y_test, verbose=0)
    print(f"Test loss {loss:.4f}, test accuracy {accuracy:.4f} on {len(X_test)} points.")
    print("\nIn the folder out/:")
    for line in pictures(model, history, X_test, y_test):
        print(f"  {line}")
    return accuracy


if __name__ == "__main__":
    np.set_printoptions(precision=4)
    main()
