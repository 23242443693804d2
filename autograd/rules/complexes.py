"""Complex numbers. The gradient of a real loss L with respect to z is dL/dRe(z) + i dL/dIm(z).

With that convention a holomorphic rule multiplies by the conjugate of its derivative (the walk does so for elementwise
rows), and a step against the gradient makes the loss smaller.
"""

from __future__ import annotations

import numpy as np

from autograd.rules.arrays import array_of, looking_at
from autograd.rules.structural import Primitive, composition


@Primitive.row(covers=np.conjugate, samples=("f(x23)", "f(z23)"))
def conjugate(x):
    return np.conjugate(x)


@conjugate.vjp("x")
def _(g):
    return np.conj(g)


@Primitive
def real_(x):
    return np.copy(np.real(x))


@real_.vjp("x")
def _(g):
    return g


@composition(np.real, samples=("f(x23)", "f(z23)"))
def real(val):
    """Of real numbers the array itself, as in NumPy."""
    return looking_at(real_(val), val) if np.iscomplexobj(array_of(val)) else val


@Primitive
def imag_(x):
    return np.copy(np.imag(x))


@imag_.vjp("x")
def _(g, x_like):
    return g * 1j if x_like.dtype.kind == "c" else 0 * g


@composition(np.imag, samples=("f(z23)",))
def imag(val):
    return looking_at(imag_(val), val) if np.iscomplexobj(array_of(val)) else imag_(val)


@Primitive.row(samples=("f(z23)", "f(z)"))
def modulus_(x):
    """|z| of complex numbers, with slope 0 at 0."""
    return np.absolute(x)


@modulus_.vjp("x")
def _(g, x, y):
    zero = array_of(y) == 0
    return g * np.where(zero, 0, x / np.where(zero, 1, y))


def direction(z):
    """`np.sign` of complex numbers: z / |z|, and 0 at 0."""
    size = np.absolute(z)
    zero = array_of(size) == 0
    return np.where(zero, 0, z / np.where(zero, 1, size))


@composition(np.angle, samples=("f(z23)", "f(z23, deg=True)"))
def angle(z, deg=False):
    y = np.arctan2(np.imag(z), np.real(z))
    return y * (180 / np.pi) if deg else y


@composition(np.real_if_close, samples=("f(x23)",))
def real_if_close(a, tol=100):
    close = np.isrealobj(np.real_if_close(array_of(a), tol))
    return np.real(a) if close else a
