"""A regression with one output: a network learns a curve from noisy points, and is compared with the truth."""

import numpy as np

from nn.datasets import sine
from nn.layers import Dense
from nn.models import Sequential


def main():
    X, y = sine(400, noise=0.1, random_state=0)
    model = Sequential([Dense(32, activation="tanh", input_shape=(1,)), Dense(32, activation="tanh"), Dense(1)], seed=0)
    model.compile(optimizer="adam", loss="mse", metrics=["mae", "r2_score"])
    model.fit(X, y, epochs=120, batch_size=32, verbose=0)
    x = np.linspace(-3, 3, 7)[:, None]
    print("    x    sin(x)   model")
    for a, b in zip(x[:, 0], model.predict(x, verbose=0)[:, 0], strict=True):
        print(f"{a:5.1f}  {np.sin(a):7.3f} {b:7.3f}")
    grid = np.linspace(-3, 3, 200)[:, None]
    error = np.abs(model.predict(grid, verbose=0) - np.sin(grid)).mean()
    print(f"Mean distance from the sine: {error:.3f} (the noise has a standard deviation of 0.1)")
    return error


if __name__ == "__main__":
    main()
