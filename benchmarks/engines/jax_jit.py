"""JAX, everything under jit. Training steps give their state's memory back to be written over (donate_argnums)."""

import functools

import cases
import jax
import jax.numpy as jnp

from engines import functions, jax_images
from engines.training import compared

jax.config.update("jax_enable_x64", True)  # for the functions; training names float32


def version():
    return f"JAX {jax.__version__}"


def binary(z, y):
    return jnp.mean(jnp.logaddexp(z, 0) - z * y)


def categorical(z, labels):
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(z), labels[:, None], axis=1))


def forward(parameters, x, dropout, key):
    w1, b1, w2, b2, w3, b3 = parameters
    for k, w, b in zip(jax.random.split(key), (w1, w2), (b1, b2), strict=True):
        x = jax.nn.relu(x @ w + b)
        if dropout:
            x = jnp.where(jax.random.bernoulli(k, jnp.float32(1 - dropout), x.shape), x / (1 - dropout), 0)
    return x @ w3 + b3


def adam(p, g, m, v, t, rate, beta_1, beta_2, epsilon):
    m = jax.tree.map(lambda m, g: m + (1 - beta_1) * (g - m), m, g)
    v = jax.tree.map(lambda v, g: v + (1 - beta_2) * (g * g - v), v, g)
    alpha = rate * jnp.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return jax.tree.map(lambda p, m, v: p - alpha * m / (jnp.sqrt(v) + epsilon), p, m, v), m, v


@functools.partial(jax.jit, static_argnums=(3, 4), donate_argnums=0)
def update(state, x, y, loss_of, dropout):
    p, m, v, t, key = state
    key, now = jax.random.split(key)
    loss, g = jax.value_and_grad(lambda p: loss_of(forward(p, x, dropout, now), y))(p)
    t = t + 1
    return (*adam(p, g, m, v, t, **cases.ADAM), t, key), loss


class Trainer:
    def __init__(self, start, loss_of, dropout):
        p, m, v = ([jnp.array(a * k) for a in start] for k in (1, 0, 0))
        self.state = p, m, v, jnp.float32(0), jax.random.key(0, impl="threefry2x32")
        self.loss_of, self.dropout = loss_of, dropout

    def step(self, x, y):
        self.state, loss = update(self.state, x, y, self.loss_of, self.dropout)
        return loss


def training(batches, start, loss_of, dropout):
    trainers = []

    def make(dropout):
        trainers.append(Trainer(start, loss_of, dropout))
        return trainers[-1].step

    made = compared(make, [(jnp.array(x), jnp.array(y)) for x, y in batches], dropout)
    return *made, lambda: jax.block_until_ready([t.state[0] for t in trainers])


def derivative(transform):
    def made(f, x):
        df, x = jax.jit(transform(f)), jnp.array(x)
        return lambda: df(x).block_until_ready()

    return made


def all_cases():
    return {
        "moons_step": lambda: training(*cases.moons_step(), binary, cases.DROPOUT),
        "mlp_32": lambda: training(*cases.mlp_step(32), categorical, 0.0),
        "mlp_256": lambda: training(*cases.mlp_step(256), categorical, 0.0),
        "lenet_fit": lambda: jax_images.lenet_fit(categorical, adam),
        **functions.all_cases(jnp, derivative(jax.grad), derivative(jax.hessian)),
    }
