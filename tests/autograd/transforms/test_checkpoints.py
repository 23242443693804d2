"""`checkpoint` runs a function twice: the same both times, or an error says what differs."""

import copy
import functools
import random

import numpy as np
import pytest

from autograd import Tensor, checkpoint, grad, gradients, hessian, jit, jvp
from autograd.errors import ChangedError, RecordingError

X = np.array([0.3, 0.7, 1.2, -0.4])
GENERATOR = np.random.default_rng(0)


class Noisy:
    """Draws as layers do: from a generator that it keeps."""

    def __init__(self):
        self.parts = {"inner": [np.random.default_rng(1)]}

    def __call__(self, x):
        return x * self.parts["inner"][0].normal(size=x.shape)

    def method(self, x):
        return self(np.tanh(x))


class Lazy:
    """Makes its generator at the first call."""

    def __init__(self):
        self.rng = None

    def __call__(self, x):
        if self.rng is None:
            self.rng = np.random.default_rng(3)
        return np.where(self.rng.random(x.shape) < 0.5, 0.0, x * x)


class Slotted:
    __slots__ = ("rng",)

    def __init__(self):
        self.rng = np.random.Generator(np.random.MT19937(2))

    def __call__(self, x):
        return x * self.rng.random()


def from_closure():
    rng = np.random.default_rng(5)

    def f(x):
        return x * rng.normal(size=x.shape) + inner(x)

    def inner(x):
        return np.sin(x) * rng.random()

    return f


def from_generators(x, a, b=np.random.default_rng(8)):  # noqa: B008  shared by all calls, as that of a layer
    return x * a.normal(size=x.shape) * b.random() * np.random.default_rng(1).random()


WAYS = {
    "NumPy's own": lambda: lambda x: x * np.random.normal(size=x.shape),
    "Python's own": lambda: lambda x: x * random.gauss(0.0, 1.0),
    "global": lambda: lambda x: np.exp(x * GENERATOR.random(x.shape)),
    "closure": from_closure,
    "object": Noisy,
    "method": lambda: Noisy().method,
    "lazy": Lazy,
    "slots": Slotted,
    "partial": lambda: functools.partial(from_generators, a=np.random.default_rng(6)),
    "argument": lambda: functools.partial(lambda rng, x: x * rng.random(x.shape), np.random.default_rng(4)),
    "older kind": lambda: functools.partial(lambda rng, x: x * rng.rand(), np.random.RandomState(4)),
    "Random": lambda: functools.partial(lambda rng, x: x * rng.random(), random.Random(4)),
    "made inside": lambda: lambda x: x * np.random.default_rng(7).random(x.shape),
    "shuffled": lambda: lambda x: x[np.random.permutation(4)] * X,
}


def seeded():
    np.random.seed(0)
    random.seed(0)
    GENERATOR.bit_generator.state = np.random.default_rng(0).bit_generator.state


def twice(f, order):
    """Two gradients, one after the other, so that the second tells where the generators were left."""
    return [order(lambda x: np.sum(np.cos(f(x)) * x))(X) for _ in range(2)]


@pytest.mark.parametrize("order", [grad, hessian, lambda f: lambda x: jvp(grad(f), (x,), (X,))[1]])
@pytest.mark.parametrize("way", WAYS)
def test_random_draws_repeat(way, order):
    seeded()
    default = copy.deepcopy(from_generators.__defaults__[0].bit_generator.state)
    wanted = twice(WAYS[way](), order)
    seeded()
    from_generators.__defaults__[0].bit_generator.state = default
    found = twice(checkpoint(WAYS[way]()), order)
    assert np.allclose(found, wanted, rtol=1e-12)


def test_several_checkpoints_share_a_generator():
    def run(wrap):
        rng = np.random.default_rng(0)
        block = wrap(lambda x: np.tanh(x) * rng.random(x.shape))
        return grad(lambda x: np.sum(block(block(block(x)))))(X), rng.random()

    found, wanted = run(checkpoint), run(lambda f: f)
    assert np.allclose(found[0], wanted[0])
    assert found[1] == wanted[1]


def outside_array():
    w = np.ones(4)
    return (lambda x: x * w), lambda: w.__setitem__(0, 5.0), r"result 0: 1\.5.* at \[0\], and 0\.3 before; 1 of 4"


def outside_tensor():
    w = Tensor(np.ones(4))
    return (lambda x: x * w), lambda: setattr(w, "data", 2 * np.ones(4)), "4 of 4 elements differ.*Tensor from outside"


def counter():
    seen = []
    return (lambda x: seen.append(1) or x * len(seen)), lambda: None, "a counter"


def shape():
    seen = []
    return (lambda x: seen.append(1) or x[: -len(seen)]), lambda: None, r"float64 \(2,\) as result 0, and .*\(3,\)"


def number_of_results():
    seen = []
    return (lambda x: seen.append(1) or [x * 2] * len(seen)), lambda: None, "gave 2 Tensors, and 1 before"


def unseeded():
    return (lambda x: x * np.random.default_rng().random()), lambda: None, "without a seed"


def to_nan():
    w = np.ones(4)
    return (lambda x: x * w), lambda: w.__setitem__(2, np.nan), r"nan at \[2\]"


@pytest.mark.parametrize("case", [outside_array, outside_tensor, counter, shape, number_of_results, unseeded, to_nan])
def test_another_result_is_refused(case):
    f, change, words = case()
    x = Tensor(X)
    y = checkpoint(f)(x)
    y = y[0] if isinstance(y, list) else y
    change()
    with pytest.raises(ChangedError, match=words):
        y.sum().backward()


def test_a_write_to_an_argument_is_noticed_though_the_result_is_the_same():
    x, constant = Tensor(X), np.zeros(4)
    y = checkpoint(lambda x, c: np.max(x) + 0 * c)(x, constant).sum()
    constant[0] = -0.0
    with pytest.raises(ChangedError, match="jit or checkpoint"):
        y.backward()
    y = checkpoint(np.max)(x)
    x.data[0] = 0.2  # not the largest
    with pytest.raises(ChangedError, match="argument 0 of checkpoint was written to"):
        y.backward()


def test_new_data_and_changed_containers_leave_what_was_recorded_alone():
    x, given = Tensor(X), {"scale": 2.0}
    y = checkpoint(lambda x, p: x**2 * p["scale"])(x, given).sum()
    x.data = np.ones(4)
    given["scale"] = 7.0
    y.backward()
    assert np.allclose(x.grad, 4 * X)


def test_a_tensor_written_to_after_the_call_is_the_old_one_to_it():
    w = Tensor(X)
    x = w * 1.0
    y = checkpoint(lambda x: x**2)(x).sum()
    x[0] = 100.0
    assert np.allclose(gradients(y, w), 2 * X)


def test_rounding_is_no_other_result():
    calls = []
    f = checkpoint(lambda x: calls.append(1) or x * (1 + 1e-15 * len(calls)))
    assert np.allclose(grad(lambda x: np.sum(f(x)))(X), 1)


def test_draws_of_a_checkpoint_are_refused_under_jit():
    rng = np.random.default_rng(0)
    f = checkpoint(lambda x, rng: x * rng.random(x.shape))
    with pytest.raises(RecordingError, match="checkpoint"):
        jit(lambda x, rng: grad(lambda x: np.sum(f(x, rng)))(x))(X, rng)
    assert np.allclose(jit(grad(lambda x: np.sum(checkpoint(np.sin)(x))))(X), np.cos(X))
