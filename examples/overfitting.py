"""Overfitting shown, and cured in four ways: dropout, early stopping, L2, and more data.

Each network has far more parameters than the 60 noisy points it learns from. The gap between the loss on them and the
loss on new points says how much was learned by heart.
"""

from pathlib import Path

import viz
from nn.callbacks import EarlyStopping
from nn.datasets import make_moons
from nn.layers import Dense, Dropout
from nn.models import Sequential

OUT = Path("out")
EPOCHS = 100


def network(dropout=0.0, l2=None):
    penalty = None if l2 is None else {"name": "l2", "config": {"l2": l2}}
    layers = []
    for _ in range(2):
        layers.append(Dense(64, activation="relu", kernel_regularizer=penalty))
        if dropout:
            layers.append(Dropout(dropout))
    model = Sequential([*layers, Dense(1, activation="sigmoid")], seed=1)
    model.compile(
        optimizer={"name": "adam", "config": {"learning_rate": 0.01}}, loss="binary_crossentropy", metrics=["accuracy"]
    )
    return model


def main():
    X, y = make_moons(60, noise=0.35, random_state=1)
    more = make_moons(600, noise=0.35, random_state=3)
    new = make_moons(2000, noise=0.35, random_state=2)
    stop = EarlyStopping(monitor="val_loss", patience=10, restore_best_weights=True)
    runs = {
        "nothing": (network(), (X, y), []),
        "dropout": (network(dropout=0.5), (X, y), []),
        "early stopping": (network(), (X, y), [stop]),
        "L2": (network(l2=0.01), (X, y), []),
        "more data": (network(), more, []),
    }
    found, histories = {}, {}
    print(f"{'cure':15} {'loss on its points':>19} {'loss on new ones':>17} {'accuracy on new ones':>21}")
    for name, (model, (a, b), callbacks) in runs.items():
        histories[name] = model.fit(
            a,
            b,
            epochs=EPOCHS,
            batch_size=16,
            validation_data=new,
            validation_batch_size=1000,
            callbacks=callbacks,
            verbose=0,
        )
        own, (other, accuracy) = model.evaluate(a, b, verbose=0)[0], model.evaluate(*new, verbose=0)
        found[name] = (own, other)
        print(f"{name:15} {own:19.3f} {other:17.3f} {accuracy:21.3f}")
    charts(histories)
    return found


def charts(histories):
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    OUT.mkdir(exist_ok=True)
    figure, axes = plt.subplots(1, len(histories), figsize=(3.2 * len(histories), 3), sharey=True, layout="constrained")
    for ax, (name, history) in zip(axes, histories.items(), strict=True):
        viz.curves(history, ax=ax)
        ax.set_title(name)
        ax.set_ylim(0, 1.5)
    figure.savefig(OUT / "overfitting.png", dpi=110)
    print("\nWrote the curves to out/overfitting.png.")


if __name__ == "__main__":
    main()
