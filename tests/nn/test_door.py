"""One door: layers whose `call` looks at the numbers of their weights train alike by replay and in Python."""

import numpy as np
import pytest
from equal import same

import nn
from autograd import Tensor, checkpoint, grad, gradients, jacobian, jvp, no_grad, stop_gradient, vjp  # noqa: F401  cases use it
from nn import layers

RNG = np.random.default_rng(0)
X = RNG.standard_normal((24, 4)).astype(np.float32)
Y = X * np.float32([-1.5, 1.0, -1.0, 2.0])  # far from the first weights: some signs and places have to change
ONE = np.float32(1)


def softened(x):
    return np.where(x > 0, np.tanh(x), x * 0.5)


def unrecorded(f, x):
    with no_grad():
        return f(x)


# What a layer computes of its weights `w`, of shape (4,), before it does anything else with them.
USES = """
    w > 0                                   (w > 0.1) * ONE
    w == np.max(w)                          -w < w
    w // 0.25                               abs(w)
    np.where(w > 0, w, 0.1 * w)             np.where(w > np.mean(w), w, -w)
    np.where(w.data > 0, w, -w)             np.where(abs(w) < 0.3, 0.0, w)
    np.sign(w)                              np.sign(w) * w
    np.round(w, 1)                          np.floor(w * 4)
    np.sort(w)                              np.argsort(w) * ONE
    w[np.argsort(w)]                        np.take_along_axis(w, np.argsort(w), axis=0)
    np.median(w)                            np.quantile(w, 0.3)
    np.clip(w, -0.2, 0.2)                   w.clip(min=0)
    np.argmax(w) * ONE                      w.argmax() * ONE
    np.max(w)                               np.cumsum(w)
    np.searchsorted(np.sort(w), 0.1) * ONE  np.digitize(w, [-0.2, 0.0, 0.2]) * ONE
    np.interp(w, [-1.0, 0.0, 1.0], [0.0, 0.2, 1.0])
    np.any(w > 0.4) * ONE                   np.all(w < 0.31) * ONE
    np.count_nonzero(w > 0) * ONE           np.sum(w > 0) * ONE
    np.isclose(w, 0.0, atol=0.2) * ONE      np.nansum(np.where(w > 0, w, np.nan))
    np.partition(w, 1)                      np.heaviside(w, 0.5)
    stop_gradient(w)                        stop_gradient(w) * w
    w.detach() * w                          w.numpy() * ONE
    w.data * w                              np.sign(w.data)
    checkpoint(softened)(w)                 checkpoint(np.sort)(w)
    grad(lambda v: np.sum(v**3))(w)         gradients(np.sum(softened(w)), w)
    vjp(np.tanh, w)[1](w.data)[0]                jvp(np.tanh, (w,), (w,))[1]
    np.sum(jacobian(softened)(w), axis=0)   unrecorded(softened, w)
    unrecorded(np.sign, w)                  Tensor(w) * w
    np.stack([w, w])[1]                     sum(w) / 4
    w[[0, 0, 1, 2]]                         w[w > 0].sum()
    w * (1 if w[0] > 0 else -1)             w * float(w.data[0])
    w * max(w.tolist())                     w * (2 if 0.3 in w else 1)
"""
LISTED = [text.strip() for line in USES.strip().splitlines() for text in line.strip().split("  ") if text.strip()]


class Own(layers.Layer):
    """Scales its inputs by its weights, and by what `use` computes of them first."""

    def __init__(self, use):
        super().__init__()
        self.use = use

    def build(self, input_shape):
        self.kernel = self.add_weight((input_shape[-1],))
        self.kernel.assign([0.3, -0.35, 0.1, -0.1])

    def call(self, x):
        factor = np.tanh(self.use(self.kernel) * np.float32(0.25))  # tame, so that training is
        return x * factor + x * self.kernel


def train(use, shown):
    """The history and weights of some training, and what `use` gave before and after it."""
    layer = Own(use)
    model = nn.Sequential([layer, layers.Dense(4, kernel_initializer="identity")], seed=0)
    model.compile(nn.optimizers.SGD(0.1), "mse")
    model.output_shape_of(X)
    before = outcome(use, layer)
    history = model.fit(X, Y, epochs=3, batch_size=8, verbose=0, seed=1, **shown).history
    return history, model.get_weights(), before, outcome(use, layer)


def outcome(use, layer):
    return np.array(getattr(y := use(layer.kernel), "data", y))


@pytest.mark.parametrize("text", LISTED)
def test_training(text):
    use = eval(f"lambda w: {text}", globals())
    found, wanted = train(use, {}), train(use, {"jit": False})
    assert not same(*wanted[2:]), "this use gives the same before and after training: nothing could be noticed"
    assert same(found[:2], wanted[:2])
