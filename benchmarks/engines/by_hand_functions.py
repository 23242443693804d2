"""Derivatives of the functions by hand, every array made beforehand."""

import cases
import numpy as np

from engines.functions import checked


def rosenbrock_grad():
    x = cases.rosenbrock()
    a, b = x[:-1], x[1:]
    r, s, g = np.empty_like(a), np.empty_like(a), np.zeros_like(x)
    first, last = g[:-1], g[1:]

    def run():
        np.multiply(a, a, s)
        np.subtract(b, s, r)
        g[0] = 0
        np.multiply(r, 200, last)
        np.multiply(a, r, s)
        np.multiply(s, 400, s)
        np.subtract(first, s, first)
        np.subtract(a, 1, s)
        np.multiply(s, 2, s)
        np.add(first, s, first)
        return g

    return checked(run)


def rosenbrock_hessian():
    x = cases.rosenbrock()
    n = len(x)
    a, b = x[:-1], x[1:]
    h, s = np.zeros((n, n)), np.empty_like(a)
    diagonal, above, below = (h.ravel()[k :: n + 1] for k in (0, 1, n))
    first, last = diagonal[:-1], diagonal[1:]

    def run():
        np.multiply(a, a, s)
        np.multiply(s, 1200, first)
        np.multiply(b, 400, s)
        np.subtract(first, s, first)
        np.add(first, 2, first)
        diagonal[-1] = 0
        np.add(last, 200, last)
        np.multiply(a, -400, above)
        below[...] = above
        return h

    return checked(run)


def logistic_grad():
    x, labels, w = cases.logistic()
    scale = -labels / len(x)
    z, g = np.empty(len(x)), np.empty_like(w)

    def run():
        np.dot(x, w, z)
        np.multiply(z, labels, z)
        np.exp(z, z)
        np.add(z, 1, z)
        np.divide(scale, z, z)
        np.dot(z, x, g)
        return g

    return checked(run)


def function_cases():
    return {
        "rosenbrock_grad": rosenbrock_grad,
        "rosenbrock_hessian": rosenbrock_hessian,
        "logistic_grad": logistic_grad,
    }
