"""The moons `fit` in Keras, on the backend that KERAS_BACKEND names."""

import cases
import keras
from keras import layers

from engines.training import compared_fit


def version():
    return f"Keras {keras.__version__} on {keras.backend.backend()}"


def moons_fit():
    x, y = cases.two_moons()
    c = cases.ADAM

    def fit(epochs, dropout, shuffle):
        model = keras.Sequential(
            [
                keras.Input(shape=(2,)),
                layers.Dense(64, activation="relu"),
                layers.Dropout(dropout),
                layers.Dense(32, activation="relu"),
                layers.Dropout(dropout),
                layers.Dense(1, activation="sigmoid"),
            ]
        )
        model.set_weights(cases.network(2, 64, 32, 1))
        optimizer = keras.optimizers.Adam(c["rate"], c["beta_1"], c["beta_2"], c["epsilon"])
        model.compile(optimizer=optimizer, loss="binary_crossentropy", metrics=["accuracy"])
        history = model.fit(
            x, y, epochs=epochs, batch_size=32, validation_split=0.2, shuffle=shuffle, verbose=0
        ).history
        return [history[name][-1] for name in ("loss", "accuracy", "val_loss", "val_accuracy")]

    return compared_fit(fit)


def all_cases():
    return {"moons_fit": moons_fit}
