"""Models and optimizers in a jitted step; threads and memory."""

import copy
import gc
import threading
import tracemalloc

import numpy as np
import pytest
from equal import same

import nn
from autograd import (
    grad,
    jit,
)

OPTIMIZERS = [
    nn.optimizers.SGD(0.1), nn.optimizers.SGD(0.1, momentum=0.9, nesterov=True), nn.optimizers.RMSprop(0.01),
    nn.optimizers.RMSprop(0.01, momentum=0.9, centered=True), nn.optimizers.Adagrad(0.1), nn.optimizers.Adadelta(1.0),
    nn.optimizers.Adam(0.01), nn.optimizers.Adam(0.01, amsgrad=True), nn.optimizers.AdamW(0.01, weight_decay=0.1),
    nn.optimizers.Adamax(0.01), nn.optimizers.Nadam(0.01), nn.optimizers.Lion(0.01),
    nn.optimizers.Adam(nn.optimizers.schedules.CosineDecay(0.1, 10)), nn.optimizers.Adam(0.01, clipnorm=0.1),
    nn.optimizers.SGD(0.1, clipvalue=0.01), nn.optimizers.SGD(0.1, global_clipnorm=0.1),
]  # fmt: skip


def network(seed=0):
    return nn.Sequential(
        [
            nn.layers.Dense(8, activation="relu", input_shape=(3,), kernel_regularizer="l2"),
            nn.layers.BatchNormalization(),
            nn.layers.Dropout(0.3),
            nn.layers.GaussianNoise(0.1),
            nn.layers.Dense(4, activation="tanh"),
            nn.layers.LayerNormalization(),
            nn.layers.Dense(1, activation="sigmoid"),
        ],
        seed=seed,
    )


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: f"{o}{vars(o).get('clipnorm') or ''}")
def test_twenty_steps_of_a_model(optimizer):
    def run(decorate):
        model, own = network(), copy.deepcopy(optimizer)
        own.bind(model.trainable_parameters())
        loss = nn.losses.BinaryCrossentropy()

        @decorate
        def step(x, y):
            value = loss(y, model(x, training=True)) + sum(model.losses)
            own.zero_grad()
            value.backward()
            own.step()
            return value

        rng = np.random.default_rng(0)
        values = []
        for k in range(20):
            n = 5 if k % 4 == 3 else 8
            x = rng.standard_normal((n, 3)).astype(np.float32)
            values.append(step(x, (x[:, :1] > 0).astype(np.float32)).item())
        return values, [p.data for p in model.parameters()], own.state_dict(), model.random.random(3)

    assert same(run(jit), run(lambda f: f))


def test_parameters_set_from_outside_are_used():
    def run(decorate):
        model = network()
        optimizer = nn.optimizers.Adam(model.trainable_parameters())

        @decorate
        def step(x):
            loss = np.mean(model(x, training=False))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss

        x = np.ones((4, 3), np.float32)
        start = model.get_weights()
        found = [step(x).item(), step(x).item()]
        model.set_weights(start)
        found += [step(x).item()]
        model.set_weights([w * 0.5 for w in start])
        found += [step(x).item(), step(x).item()]
        return found

    assert same(run(jit), run(lambda f: f))


def test_training_mode_and_settings_are_noticed():
    model = network()
    f, x = jit(model), np.ones((4, 3), np.float32)
    training = f(x).data
    model.eval()
    assert same(f(x), model(x))
    assert not same(training, f(x))


def test_threads():
    f = jit(grad(lambda x: np.sum(np.tanh(x @ x.T) ** 2)))
    inputs = [np.random.default_rng(k).standard_normal((20, 20)) for k in range(8)]
    wanted = [grad(lambda x: np.sum(np.tanh(x @ x.T) ** 2))(x) for x in inputs]
    wrong = []

    def work(k):
        wrong.extend(k for _ in range(50) if not np.array_equal(f(inputs[k]), wanted[k]))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong


def test_memory_of_hundreds_of_replays_is_flat():
    model = network()
    optimizer = nn.optimizers.Adam(model.trainable_parameters())

    @jit
    def step(x):
        loss = np.mean(np.square(model(x, training=True)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    x = np.ones((64, 3), np.float32)
    for _ in range(10):
        step(x)
    gc.collect()
    tracemalloc.start()
    for _ in range(300):  # some Pythons take a little once
        step(x)
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(500):
        step(x)
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after - before < 15_000  # less than a Python object for each replay


def test_a_dropped_program_frees_its_memory():
    def once():
        f = jit(lambda x: np.sum(np.exp(x) * 2))
        f(np.ones(100_000))
        f(np.ones(100_000))

    once()
    gc.collect()
    tracemalloc.start()
    once()
    gc.collect()
    left = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert left < 100_000


def test_a_recording_that_starts_over_leaves_no_trace():
    """Two optimizers; the second finds its parameters moved, by batch statistics, after the first one's step."""

    def run(wrapped):
        layers, losses = nn.layers, nn.losses
        maker = nn.Sequential([layers.Dense(4, input_shape=(2,)), layers.BatchNormalization(), layers.Dense(4)], seed=1)
        judge = nn.Sequential([layers.Dense(1, activation="sigmoid", input_shape=(4,))], seed=2)
        first = nn.optimizers.Adam(judge.parameters(), learning_rate=0.05)
        second = nn.optimizers.Adam(maker.parameters(), learning_rate=0.01)

        @wrapped
        def step(z):
            made = maker(z, training=True)
            loss = losses.binary_crossentropy(np.zeros((16, 1)), judge(made.detach(), training=True))
            first.zero_grad()
            loss.backward()
            first.step()
            loss = losses.binary_crossentropy(np.ones((16, 1)), judge(made, training=True))
            second.zero_grad()
            loss.backward()
            second.step()
            return loss.data

        found = [np.array(step(z)) for z in np.random.default_rng(0).standard_normal((5, 16, 2)).astype(np.float32)]
        return [*found, *maker.get_weights(), *judge.get_weights(), first.iterations, second.iterations]

    assert same(run(jit), run(lambda step: step))
