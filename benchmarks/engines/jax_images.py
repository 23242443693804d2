"""The network of images in JAX, channels last."""

import functools

import cases
import jax
import jax.numpy as jnp
from jax import lax

from engines.training import compared_epochs


def forward(parameters, x):
    k1, b1, k2, b2, w3, b3, w4, b4 = parameters
    for k, b in ((k1, b1), (k2, b2)):
        x = jax.nn.relu(lax.conv_general_dilated(x, k, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")) + b)
        x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    return jax.nn.relu(x.reshape(len(x), -1) @ w3 + b3) @ w4 + b4


def lenet_fit(loss_of, adam):
    batches = [(jnp.array(x), jnp.array(y)) for x, y in cases.lenet()]

    @functools.partial(jax.jit, donate_argnums=0)
    def update(state, x, y):
        p, m, v, t = state
        loss, g = jax.value_and_grad(lambda p: loss_of(forward(p, x), y))(p)
        t = t + 1
        return (*adam(p, g, m, v, t, **cases.ADAM), t), loss

    def make():
        p, m, v = ([jnp.array(a * k) for a in cases.lenet_weights()] for k in (1, 0, 0))
        state = [(p, m, v, jnp.float32(0))]

        def epoch():
            total = 0.0
            for x, y in batches:
                state[0], loss = update(state[0], x, y)
                total += loss.item()
            return total / len(batches)

        return epoch

    return compared_epochs(make)
