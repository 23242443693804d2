"""PyTorch, eager."""

import os

import cases
import torch

from engines.torch_images import image_cases
from engines.torch_training import training_cases

torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", os.cpu_count())))


def version():
    return f"PyTorch {torch.__version__}"


def leaves(arrays):
    return [torch.tensor(x, requires_grad=True) for x in arrays]


def elementwise(n):
    a, b, c = leaves(cases.elementwise(n))

    def run():
        a.grad = b.grad = c.grad = None
        y = (a * b + c).tanh().sum()
        y.backward()
        return lambda: y.item() + sum(float(t.grad.sum()) for t in (a, b, c))

    return run


def mlp():
    x, labels, parameters = cases.mlp()
    x, labels = torch.tensor(x), torch.tensor(labels)
    w1, b1, w2, b2 = parameters = leaves(parameters)

    def run():
        for p in parameters:
            p.grad = None
        loss = torch.nn.functional.cross_entropy(torch.tanh(x @ w1 + b1) @ w2 + b2, labels)
        loss.backward()
        return lambda: loss.item() + sum(float(p.grad.sum()) for p in parameters)

    return run


def multiply_add():
    x0, w0, b0 = cases.multiply_add()
    w, b = leaves([w0, b0])

    def run():
        w.grad = b.grad = None
        x = torch.tensor(x0, requires_grad=True)
        for _ in range(50):
            x = x * w + b
        y = x.sum()
        y.backward()
        return lambda: y.item() + float(w.grad.sum()) + float(b.grad.sum())

    return run


def logistic():
    x, labels, weights = cases.logistic()
    x, labels = torch.tensor(x), torch.tensor(labels)
    w = torch.tensor(weights, requires_grad=True)

    def run():
        w.grad = None
        torch.nn.functional.softplus(-labels * (x @ w)).mean().backward()
        return w.grad

    return lambda: float((run() ** 2).sum()), run


def all_cases():
    return {
        **{f"elementwise_{n}": (lambda n=n: elementwise(n)) for n in (10, 10_000, 1_000_000)},
        "mlp": mlp,
        "multiply_add": multiply_add,
        "logistic_eager": logistic,
        **training_cases(),
        **image_cases(),
    }
