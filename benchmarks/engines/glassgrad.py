"""Ours."""

import cases
import numpy as np

import autograd
from autograd import Tensor, Value
from engines import functions, glassgrad_images, glassgrad_training, scalar
from nn.losses import sparse_categorical_crossentropy


def version():
    return f"NumPy {np.__version__}"


def elementwise(n):
    a, b, c = (Tensor(x) for x in cases.elementwise(n))

    def run():
        a.grad = b.grad = c.grad = None
        y = (a * b + c).tanh().sum()
        y.backward()
        return lambda: y.item() + sum(float(t.grad.sum()) for t in (a, b, c))

    return run


def mlp():
    x, labels, parameters = cases.mlp()
    w1, b1, w2, b2 = parameters = [Tensor(p) for p in parameters]

    def run():
        for p in parameters:
            p.grad = None
        loss = sparse_categorical_crossentropy(labels, np.tanh(x @ w1 + b1) @ w2 + b2, from_logits=True)
        loss.backward()
        return lambda: loss.item() + sum(float(p.grad.sum()) for p in parameters)

    return run


def multiply_add():
    x0, w0, b0 = cases.multiply_add()
    w, b = Tensor(w0), Tensor(b0)

    def run():
        w.grad = b.grad = None
        x = Tensor(x0)
        for _ in range(50):
            x = x * w + b
        y = x.sum()
        y.backward()
        return lambda: y.item() + float(w.grad.sum()) + float(b.grad.sum())

    return run


def derivative(transform, jit=lambda f: f):
    def made(f, x):
        df = jit(transform(f))
        return lambda: df(x)

    return made


def replayed():
    """The cases of `autograd.jit`."""
    jit = autograd.jit
    return {
        **glassgrad_training.replayed(jit),
        **functions.all_cases(np, derivative(autograd.grad, jit), derivative(autograd.hessian, jit)),
        "micrograd_jit": lambda: scalar.moons_loop(Value, autograd.jit),
    }


def all_cases():
    return {
        **{f"elementwise_{n}": (lambda n=n: elementwise(n)) for n in (10, 10_000, 1_000_000)},
        "chain": lambda: scalar.chain(Value),
        "moons": lambda: scalar.moons(Value),
        "mlp": mlp,
        "multiply_add": multiply_add,
        **functions.eager_cases(np, derivative(autograd.grad), derivative(autograd.hessian)),
        **glassgrad_training.training_cases(),
        **glassgrad_images.image_cases(),
        **(replayed() if hasattr(autograd, "jit") else {}),
    }
