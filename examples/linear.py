"""Why networks need activations: a deep linear network is one linear layer, and cannot learn two moons."""

import numpy as np

from nn.datasets import make_moons
from nn.layers import Dense
from nn.models import Sequential


def train(activation, X, y):
    model = Sequential(
        [
            Dense(16, activation=activation, input_shape=(2,)),
            Dense(16, activation=activation),
            Dense(1, activation="sigmoid"),
        ],
        seed=0,
    )
    model.compile(
        optimizer={"name": "adam", "config": {"learning_rate": 0.01}}, loss="binary_crossentropy", metrics=["accuracy"]
    )
    model.fit(X, y, epochs=60, batch_size=32, verbose=0)
    return model


def main():
    X, y = make_moons(1000, noise=0.15, random_state=0)
    linear, curved = train("linear", X, y), train("relu", X, y)
    accuracy = [model.evaluate(X, y, verbose=0)[1] for model in (linear, curved)]
    print(f"Without activations: accuracy {accuracy[0]:.3f}; with relu: {accuracy[1]:.3f}")
    kernel, bias = np.eye(2), np.zeros(2)
    for layer in linear.layers:
        kernel, bias = kernel @ layer.kernel.data, bias @ layer.kernel.data + layer.bias.data
    one = 1 / (1 + np.exp(-(X @ kernel + bias)))
    apart = np.abs(one - linear.predict(X, verbose=0)).max()
    print(f"The three linear layers as a single one, sigmoid(x @ {kernel.ravel().round(3)} + {bias.round(3)}):")
    print(f"  its answers differ from the network's by at most {apart:.1e}")
    return accuracy, apart


if __name__ == "__main__":
    main()
