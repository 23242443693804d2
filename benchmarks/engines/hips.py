"""HIPS autograd. Its package has the same import name as ours, so it never shares our environment."""

import autograd.numpy as np
import cases

import autograd
from engines import functions


def version():
    return "HIPS autograd 1.9.1"


def elementwise(n):
    arrays = cases.elementwise(n)
    f = autograd.value_and_grad(lambda p: np.sum(np.tanh(p[0] * p[1] + p[2])))

    def run():
        value, gradients = f(arrays)
        return lambda: float(value) + sum(float(g.sum()) for g in gradients)

    return run


def mlp():
    x, labels, parameters = cases.mlp()
    rows = np.arange(len(labels))

    def loss(p):
        w1, b1, w2, b2 = p
        logits = np.dot(np.tanh(np.dot(x, w1) + b1), w2) + b2
        logits = logits - np.max(autograd.tracer.getval(logits), axis=1, keepdims=True)
        return np.mean(np.log(np.sum(np.exp(logits), axis=1)) - logits[rows, labels])

    f = autograd.value_and_grad(loss)

    def run():
        value, gradients = f(parameters)
        return lambda: float(value) + sum(float(g.sum()) for g in gradients)

    return run


def multiply_add():
    x0, w0, b0 = cases.multiply_add()

    def loss(p):
        x, w, b = p
        for _ in range(50):
            x = x * w + b
        return np.sum(x)

    f = autograd.value_and_grad(loss)

    def run():
        value, gradients = f([x0, w0, b0])
        return lambda: float(value) + float(gradients[1].sum()) + float(gradients[2].sum())

    return run


def derivative(transform):
    def made(f, x):
        df = transform(f)
        return lambda: df(x)

    return made


def all_cases():
    return {
        **{f"elementwise_{n}": (lambda n=n: elementwise(n)) for n in (10, 10_000, 1_000_000)},
        "mlp": mlp,
        "multiply_add": multiply_add,
        **functions.all_cases(np, derivative(autograd.grad), derivative(autograd.hessian)),
        **functions.eager_cases(np, derivative(autograd.grad), derivative(autograd.hessian)),
    }
