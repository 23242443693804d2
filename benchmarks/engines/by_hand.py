"""The same gradients written out by hand in NumPy."""

import cases
import numpy as np

from engines.by_hand_functions import function_cases
from engines.by_hand_images import conv_products
from engines.by_hand_training import training_cases


def version():
    return f"NumPy {np.__version__}"


def elementwise(n):
    a, b, c = cases.elementwise(n)

    def run():
        y = np.tanh(a * b + c)
        g = 1 - y * y
        ga, gb = g * b, g * a
        return lambda: float(y.sum() + ga.sum() + gb.sum() + g.sum())

    return run


def mlp():
    x, labels, (w1, b1, w2, b2) = cases.mlp()
    rows = np.arange(len(labels))

    def run():
        h = np.tanh(x @ w1 + b1)
        logits = h @ w2 + b2
        logits -= logits.max(axis=1, keepdims=True)
        p = np.exp(logits)
        total = p.sum(axis=1)
        loss = np.mean(np.log(total) - logits[rows, labels])
        p /= total[:, None]
        p[rows, labels] -= 1
        p /= len(labels)
        gw2, gb2 = h.T @ p, p.sum(axis=0)
        gh = (p @ w2.T) * (1 - h * h)
        gw1, gb1 = x.T @ gh, gh.sum(axis=0)
        return lambda: float(loss + gw1.sum() + gb1.sum() + gw2.sum() + gb2.sum())

    return run


def multiply_add():
    x0, w, b = cases.multiply_add()

    def run():
        xs = [x0]
        for _ in range(50):
            xs.append(xs[-1] * w + b)
        g, gw, gb = np.ones_like(x0), np.zeros_like(w), np.zeros_like(b)
        for x in xs[-2::-1]:
            gb += g
            gw += g * x
            g = g * w
        return lambda: float(xs[-1].sum() + gw.sum() + gb.sum())

    return run


def all_cases():
    return {
        **{f"elementwise_{n}": (lambda n=n: elementwise(n)) for n in (10, 10_000, 1_000_000)},
        "mlp": mlp,
        "multiply_add": multiply_add,
        **training_cases(),
        **function_cases(),
        "conv_gradients": conv_products,
        "logistic_eager": function_cases()["logistic_grad"],
    }
