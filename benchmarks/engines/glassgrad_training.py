"""Our training steps: layers, a loss and an optimizer, in a loop as a user writes it."""

import cases

import nn
from engines.training import compared, compared_fit
from nn.layers import Dense, Dropout
from nn.losses import binary_crossentropy, sparse_categorical_crossentropy


def adam():
    c = cases.ADAM
    return nn.optimizers.Adam(c["rate"], c["beta_1"], c["beta_2"], c["epsilon"])


def with_weights(layers, start):
    model = nn.models.Sequential(layers)
    model.set_weights(start)
    return model


def moons_model(dropout):
    layers = [
        nn.Input(shape=(2,)),
        Dense(64, activation="relu"),
        Dropout(dropout),
        Dense(32, activation="relu"),
        Dropout(dropout),
        Dense(1, activation="sigmoid"),
    ]
    return with_weights(layers, cases.network(2, 64, 32, 1))


def mlp_model():
    layers = [nn.Input(shape=(784,)), Dense(128, activation="relu"), Dense(64, activation="relu"), Dense(10)]
    return with_weights(layers, cases.network(784, 128, 64, 10))


def trainer(model, loss_of, jit):
    optimizer = adam()
    optimizer.bind(model.parameters())

    @jit
    def step(x, y):
        loss = loss_of(y, model(x, training=True))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step


def moons_step(jit):
    batches, _ = cases.moons_step()
    return compared(lambda dropout: trainer(moons_model(dropout), binary_crossentropy, jit), batches, cases.DROPOUT)


def mlp_step(batch, jit):
    batches, _ = cases.mlp_step(batch)

    def loss_of(y, z):
        return sparse_categorical_crossentropy(y, z, from_logits=True)

    return compared(lambda dropout: trainer(mlp_model(), loss_of, jit), batches)


def moons_fit():
    x, y = cases.two_moons()

    def fit(epochs, dropout, shuffle):
        model = moons_model(dropout)
        model.compile(optimizer=adam(), loss="binary_crossentropy", metrics=["accuracy"])
        history = model.fit(x, y, epochs=epochs, batch_size=32, validation_split=0.2, shuffle=shuffle, verbose=0)
        return [history.history[name][-1] for name in ("loss", "accuracy", "val_loss", "val_accuracy")]

    return compared_fit(fit)


def replayed(jit):
    return {
        "moons_step": lambda: moons_step(jit),
        "mlp_32": lambda: mlp_step(32, jit),
        "mlp_256": lambda: mlp_step(256, jit),
    }


def training_cases():
    return {"moons_step_eager": lambda: moons_step(lambda step: step), "moons_fit": moons_fit}
