"""A yes-or-no question about 8 numbers: a classifier 64-32-1, with early stopping."""

import numpy as np

from nn.callbacks import EarlyStopping
from nn.layers import Dense
from nn.models import Sequential
from nn.preprocessing import StandardScaler, train_test_split


def data(n=1000, seed=0):
    """Eight measurements; the answer depends on some of them, on a product of two, and on chance."""
    rng = np.random.default_rng(seed)
    X = rng.normal(50, 12, (n, 8))
    z = (X - 50) / 12
    y = (1.5 * z[:, 0] - z[:, 3] + 1.2 * z[:, 1] * z[:, 5] + rng.normal(0, 0.5, n) > 0).astype(int)
    return X, y


def main():
    X, y = data()
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0, stratify=y)
    scaler = StandardScaler()
    X_train, X_test = scaler.fit_transform(X_train), scaler.transform(X_test)
    model = Sequential(
        [
            Dense(64, activation="relu", input_shape=(8,)),
            Dense(32, activation="relu"),
            Dense(1, activation="sigmoid"),
        ],
        seed=0,
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    stop = EarlyStopping(monitor="val_loss", patience=5, restore_best_weights=True)
    history = model.fit(X_train, y_train, epochs=100, validation_split=0.2, callbacks=[stop], verbose=0)
    _, accuracy = model.evaluate(X_test, y_test, verbose=0)
    print(f"Stopped after {len(history.epoch)} epochs; best was epoch {stop.best_epoch + 1}.")
    print(f"Test accuracy {accuracy:.3f}")
    return accuracy


if __name__ == "__main__":
    main()
