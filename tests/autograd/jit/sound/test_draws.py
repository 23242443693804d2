"""Random numbers under jit: drawn anew at each replay, repeated where Python repeats them, or refused by name."""

import os
import random
import secrets
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import nn
from autograd import Tensor, jit
from autograd.errors import RecordingError

OUTER = np.random.default_rng(1)
LEGACY = np.random.RandomState(1)
PYTHON = random.Random(1)
BITS = np.random.PCG64(1)
SEEDS = np.random.SeedSequence(1)


class Holder:
    def __init__(self):
        self.legacy = np.random.RandomState(1)
        self.python = random.Random(1)
        self.rng = np.random.default_rng(1)
        self.nested = {"a": [np.random.PCG64(1)]}


HOLDER = Holder()

REFUSED = {
    "default_rng()": lambda x: x + np.random.default_rng().random(),
    "default_rng(None)": lambda x: x + np.random.default_rng(None).normal(),
    "RandomState()": lambda x: x + np.random.RandomState().rand(),
    "Generator(PCG64())": lambda x: x + np.random.Generator(np.random.PCG64()).random(),
    "SeedSequence()": lambda x: x + np.random.default_rng(np.random.SeedSequence()).random(),
    "Random()": lambda x: x + random.Random().random(),
    "Random(None)": lambda x: x + random.Random(None).random(),
    "SystemRandom": lambda x: x + random.SystemRandom().random(),
    "random.random": lambda x: x + random.random(),
    "random.gauss": lambda x: x + random.gauss(0, 1),
    "random.choice": lambda x: x + random.choice([1.0, 2.0]),
    "random.shuffle": lambda x: x + random.shuffle([1, 2, 3]) if False else x + len(random.sample([1, 2, 3], 2)),
    "random.seed": lambda x: (random.seed(0), x + random.random())[1],
    "np.random.rand": lambda x: x + np.random.rand(),
    "np.random.randn": lambda x: x + np.random.randn(2).sum(),
    "np.random.seed": lambda x: (np.random.seed(0), x + np.random.rand())[1],
    "np.random.shuffle": lambda x: (np.random.shuffle([1, 2, 3]), x)[1],
    "os.urandom": lambda x: x + os.urandom(1)[0],
    "secrets": lambda x: x + secrets.randbelow(10),
    "secrets.token_hex": lambda x: x + len(secrets.token_hex(4)),
    "uuid4": lambda x: x + uuid.uuid4().int,
    "uuid1": lambda x: x + uuid.uuid1().int,
    "outer Generator": lambda x: x + OUTER.random(),
    "outer RandomState": lambda x: x + LEGACY.rand(),
    "outer RandomState, randn": lambda x: x + LEGACY.randn(),
    "outer random.Random": lambda x: x + PYTHON.random(),
    "outer random.Random, gauss": lambda x: x + PYTHON.gauss(0, 1),
    "outer bit generator": lambda x: x + np.random.Generator(BITS).random(),
    "outer bit generator, raw": lambda x: x + BITS.random_raw() % 7,
    "outer bit generator of another": lambda x: x + np.random.Generator(OUTER.bit_generator).random(),
    "outer SeedSequence": lambda x: x + np.random.default_rng(SEEDS.spawn(1)[0]).random(),
    "attribute RandomState": lambda x: x + HOLDER.legacy.rand(),
    "attribute random.Random": lambda x: x + HOLDER.python.random(),
    "attribute Generator": lambda x: x + HOLDER.rng.random(),
    "bit generator in a list": lambda x: x + np.random.Generator(HOLDER.nested["a"][0]).random(),
    "jumped": lambda x: x + np.random.Generator(OUTER.bit_generator.jumped()).random() + OUTER.random(),
    "thread": lambda x: (threading.Thread(target=print).start(), x)[1],
    "pool": lambda x: x + next(ThreadPoolExecutor(1).map(float, [1])),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_repeat_for_ever_is_refused(name):
    recorded = jit(REFUSED[name])
    for _ in range(2):
        with pytest.raises(RecordingError, match=r"argument|outside"):
            recorded(np.ones(3))
    assert not recorded.programs
    REFUSED[name](np.ones(3))  # and Python does it as ever


def test_a_second_normal_number_is_noticed_too():
    """The legacy generators give two normal numbers at a time, and keep one."""
    for state, draw in ((np.random, lambda x: x + np.random.randn()), (LEGACY, lambda x: x + LEGACY.randn())):
        state.seed(0)
        state.randn()
        with pytest.raises(RecordingError):
            jit(draw)(np.ones(2))
    random.seed(0)
    random.gauss(0, 1)
    with pytest.raises(RecordingError):
        jit(lambda x: x + random.gauss(0, 1))(np.ones(2))


SEEDED = {
    "default_rng(0)": lambda x: x + np.random.default_rng(0).random(3),
    "default_rng([1, 2])": lambda x: x * np.random.default_rng([1, 2]).normal(size=3),
    "Random(0)": lambda x: x + random.Random(0).random(),
    "PCG64(3)": lambda x: x + np.random.Generator(np.random.PCG64(3)).random(3),
    "SeedSequence(5)": lambda x: x + np.random.default_rng(np.random.SeedSequence(5)).random(),
    "uuid5": lambda x: x + len(str(uuid.uuid5(uuid.NAMESPACE_DNS, "a"))),
}


@pytest.mark.parametrize("name", SEEDED)
def test_a_seed_inside_repeats_as_in_python(name):
    recorded = jit(SEEDED[name])
    for x in (np.ones(3), np.arange(3.0), np.ones(3) / 7):
        assert np.array_equal(recorded(x), SEEDED[name](x))


DRAWN = {
    "random": lambda x, rng: x + rng.random(3),
    "one": lambda x, rng: x * rng.random(),
    "normal": lambda x, rng: x + rng.normal(0, 2, 3),
    "integers": lambda x, rng: x + rng.integers(5, size=3),
    "several": lambda x, rng: x + rng.random(3) * rng.standard_normal(3) + rng.uniform(),
    "choice": lambda x, rng: x + rng.choice(5, 3),
    "permutation": lambda x, rng: x[rng.permutation(3)],
    "of what is computed": lambda x, rng: rng.normal(x, np.abs(x) + 1),
    "in a dropout": lambda x, rng: np.where(rng.random(3) < 0.5, x * 2, 0.0),
    "isinstance": lambda x, rng: x + rng.random(3) if isinstance(rng, np.random.Generator) else x,
    "type": lambda x, rng: x + rng.random(3) if type(rng) is np.random.Generator else x,
}


@pytest.mark.parametrize("name", DRAWN)
def test_what_is_drawn_from_an_argument_is_drawn_anew(name):
    recorded = jit(DRAWN[name])
    a, b = np.random.default_rng(7), np.random.default_rng(7)
    for x in (np.ones(3), np.arange(3.0), np.ones(3) / 7, np.ones(3)):
        assert np.array_equal(recorded(x, a), DRAWN[name](x, b))
    assert a.bit_generator.state == b.bit_generator.state


@pytest.mark.parametrize("argument", [np.random.RandomState(0), random.Random(0), np.random.PCG64(0)])
def test_other_generators_are_refused_as_arguments(argument):
    def draw(x, g):
        return x + (g.random_raw() % 7 if isinstance(g, np.random.PCG64) else g.random())

    with pytest.raises(RecordingError):
        jit(draw)(np.ones(2), argument)


@pytest.mark.parametrize("state", [
    lambda: np.random.RandomState(0).randn,
    lambda: random.Random(0).random,
    lambda: np.random.default_rng(0).random,
], ids=["RandomState", "Random", "Generator"])  # fmt: skip
def test_a_layer_with_a_generator_of_its_own_trains_as_in_python(state):
    class Noise(nn.layers.Layer):
        def __init__(self):
            super().__init__()
            self.draw = state()

        def call(self, x):
            return x + 0.1 * self.draw()

    def history(**settings):
        model = nn.Sequential([nn.layers.Dense(3), Noise(), nn.layers.Dense(1)], seed=0)
        model.compile("sgd", "mse")
        x = np.linspace(-1, 1, 24).reshape(12, 2)
        return model.fit(x, x[:, :1], epochs=3, batch_size=4, shuffle=False, verbose=0, **settings).history["loss"]

    assert history() == history(jit=False)


def test_threads_that_draw_are_not_disturbed_while_one_traces():
    seen = []

    def f(x):
        other = threading.Event()
        GO.set()
        other.wait(0.05)
        return x * 2

    GO = threading.Event()

    def draws():
        GO.wait(5)
        seen.append((len(os.urandom(4)), np.random.default_rng().random(), random.Random().random(), uuid.uuid4()))
        t = Tensor([1.0, 2.0])
        seen.append((t * 2).data.tolist())

    thread = threading.Thread(target=draws)
    thread.start()
    assert jit(f)(np.ones(2)).tolist() == [2, 2]
    thread.join()
    assert seen[1] == [2, 4]
    assert os.urandom.__module__ == "posix"
