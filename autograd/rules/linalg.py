"""Products of matrices and tensors."""

from __future__ import annotations

import numpy as np

from autograd.rules.arrays import operand, sum_to
from autograd.rules.structural import Primitive, composition


@Primitive.row(batched=lambda node: all(p is None or p.ndim == 2 for p in node.parents) and len(node.shape) == 2)
def matmul_(a, b):
    return np.matmul(a, b)


@matmul_.vjp("a")
def _(g, a_like, b):
    c = np.matmul(g, adjoint(b))
    return c if len(a_like.shape) == 2 == np.ndim(b) else sum_to(c, a_like.shape)


@matmul_.vjp("b")
def _(g, a, b_like):
    c = np.matmul(adjoint(a), g)
    return c if len(b_like.shape) == 2 == np.ndim(a) else sum_to(c, b_like.shape)


@Primitive
def matvec_(a, b):
    return np.matmul(a, b)


@matvec_.vjp("a")
def _(g, b):
    return g[..., None] * (np.conj(b) if b.dtype.kind == "c" else b)


@matvec_.vjp("b")
def _(g, a):
    return np.matmul(g, np.conj(a) if a.dtype.kind == "c" else a)


def adjoint(x):
    """The conjugate transpose of the last two axes."""
    x = x.T if x.ndim == 2 else np.swapaxes(x, -1, -2)
    return np.conj(x) if x.dtype.kind == "c" else x


def fold(g, uplo="L"):
    """What both triangles of a symmetric (or Hermitian) matrix get, where one of them was read and stands for both."""
    half = np.tri(g.shape[-1]).astype(g.real.dtype)
    half = half if uplo == "L" else half.T
    return (g + adjoint(g)) * (half - 0.5 * np.eye(g.shape[-1], dtype=half.dtype))


def from_triangle(a, uplo="L"):
    """The symmetric (or Hermitian) matrix that NumPy sees when it reads one triangle."""
    half, other = (np.tril(a), np.tril(a, -1)) if uplo == "L" else (np.triu(a), np.triu(a, 1))
    return half + adjoint(other)


@composition(np.matmul, np.linalg.matmul, samples=("f(x23, x34)", "f(x3, x34)", "f(x23, x3)", "f(x3, x3)",
                                                   "f(x223, x34)", "f(x23, x234)", "f(x3, x234)",
                                                   "f(x1234, x2142)"))  # fmt: skip
def matmul(a, b):
    return product(operand(a), operand(b))


def product(a, b):
    """The same of what `operand` gives."""
    rows, columns = a.ndim, b.ndim
    if rows == 2:
        if columns == 2:
            return matmul_(a, b)
        if columns == 1:
            return matvec_(a, b)
    if not (rows and columns):
        raise ValueError(
            f"np.matmul needs at least 1-d arguments, got shapes {a.shape} and {b.shape}; for scaling write a * b"
        )
    y = matmul_(a if rows > 1 else a[None], b if columns > 1 else b[:, None])
    if columns == 1:
        y = y[..., 0]
    return y if rows > 1 else y[..., 0, :] if columns > 1 else y[..., 0]
