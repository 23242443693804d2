"""What each neuron has learned: a small network on two moons, every neuron drawn as its answer over the plane."""

from pathlib import Path

import viz
from nn.datasets import make_moons
from nn.layers import Dense
from nn.models import Sequential

OUT = Path("out")


def main():
    X, y = make_moons(400, noise=0.15, random_state=0)
    model = Sequential(
        [
            Dense(6, activation="tanh", input_shape=(2,)),
            Dense(4, activation="tanh"),
            Dense(1, activation="sigmoid"),
        ],
        seed=0,
    )
    model.compile(
        optimizer={"name": "adam", "config": {"learning_rate": 0.02}}, loss="binary_crossentropy", metrics=["accuracy"]
    )
    model.fit(X, y, epochs=60, verbose=0)
    accuracy = model.evaluate(X, y, verbose=0)[1]
    OUT.mkdir(exist_ok=True)
    path = viz.network(model, data=X).save(OUT / "playground.svg")
    print(f"Accuracy {accuracy:.3f}. Wrote the neurons to {path}.")
    return accuracy


if __name__ == "__main__":
    main()
