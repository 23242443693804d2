"""Transfer learning: a network that knows the digits 0 to 6 learns 7, 8 and 9 from two images of each.

Its convolutions are kept and frozen, and a new head is trained on them; then all of it is tuned with small steps. The
same network that starts from nothing learns less from so few images. The accuracies are means over five choices of the
images. The data is scikit-learn's (pip install 'glassgrad[datasets]').
"""

import numpy as np

from nn.datasets import load_digits
from nn.layers import Conv2D, Dense, Flatten, Input, MaxPooling2D
from nn.models import Sequential
from nn.optimizers import Adam

FIRST_NEW, EACH, TIMES = 7, 2, 5


def convolutions(seed):
    return Sequential([
        Input(shape=(8, 8, 1)),
        Conv2D(16, 3, padding="same", activation="relu"),
        MaxPooling2D(2),
        Conv2D(32, 3, padding="same", activation="relu"),
        Flatten(),
    ], seed=seed, name="base")  # fmt: skip


def trained(base, head, X, y, epochs, learning_rate=0.003):
    model = Sequential([base, head], seed=1)
    model.compile(Adam(learning_rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(X, y, epochs=epochs, batch_size=16, verbose=0)
    return model


def main():
    X, y = load_digits(return_X_y=True)
    X = X.reshape(-1, 8, 8, 1) / 16.0
    known, new = y < FIRST_NEW, np.flatnonzero(y >= FIRST_NEW)
    base = convolutions(seed=0)
    trained(base, Dense(FIRST_NEW, activation="softmax"), X[known], y[known], epochs=8)
    learned = base.get_weights()

    found, numbers = {}, {}
    for time in range(TIMES):
        order = np.random.default_rng(time).permutation(new)
        few = np.concatenate([order[y[order] == digit][:EACH] for digit in range(FIRST_NEW, 10)])
        rest = np.setdiff1d(order, few)

        def report(what, model, rest=rest):
            numbers[what] = sum(parameter.size for parameter in model.trainable_parameters())
            found.setdefault(what, []).append(model.evaluate(X[rest], y[rest] - FIRST_NEW, verbose=0)[1])

        task = X[few], y[few] - FIRST_NEW
        report("from nothing", trained(convolutions(2), Dense(3, activation="softmax"), *task, epochs=60))
        base.set_weights(learned)
        base.trainable = False
        head = Dense(3, activation="softmax")
        report("a new head on the frozen base", trained(base, head, *task, epochs=60))
        base.trainable = True
        report("and all of it tuned", trained(base, head, *task, epochs=15, learning_rate=0.0003))

    print(f"{len(few)} images of new digits, {len(rest)} to be told apart")
    for what, accuracies in found.items():
        print(f"{what:30} {numbers[what]:6,} numbers learned   accuracy {np.mean(accuracies):.3f}")
    return [float(np.mean(accuracies)) for accuracies in found.values()]


if __name__ == "__main__":
    main()
