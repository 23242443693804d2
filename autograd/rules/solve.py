"""Inverses, systems of equations, determinants."""

from __future__ import annotations

import numpy as np

from autograd.rules.arrays import array_of, checked, is_tensor, operand, possibly, sum_to
from autograd.rules.linalg import adjoint
from autograd.rules.structural import Primitive, composition


@Primitive.row(covers=np.linalg.inv, samples=("f(m33)", "f(m233)"), batched=False)
def inv(a):
    return np.linalg.inv(a)


@inv.vjp("a")
def _(g, y):
    h = adjoint(y)
    return -(h @ g @ h)


@Primitive.row(batched=False)
def solve_(a, b):
    return np.linalg.solve(a, b)


@solve_.vjp("a")
def _(g, a, y, a_like):
    c = -(np.linalg.solve(adjoint(a), g) @ adjoint(y))
    return sum_to(c, a_like.shape)


@solve_.vjp("b")
def _(g, a, b_like):
    return sum_to(np.linalg.solve(adjoint(a), g), b_like.shape)


@composition(np.linalg.solve, samples=("f(m33, x3)", "f(m33, x32)", "f(m233, x32)", "f(m233, x232)"))
def solve(a, b):
    return solve_(a, b[:, None])[..., 0] if b.ndim == 1 else solve_(a, b)


@Primitive.row(covers=np.linalg.slogdet, outputs=2, samples=("f(m33)", "f(m233)", "f(z22)", "f(z222)"), batched=False)
def slogdet(a):
    sign, logdet = np.linalg.slogdet(a)
    return np.asarray(sign), np.asarray(logdet)


@slogdet.vjp("a")
def _(g, a, y):
    # With z = tr(inv(a) da), the logarithm moves by Re z and the sign by sign * i * Im z: a real sign does not move.
    scale = g[1]
    if a.dtype.kind == "c":
        scale = scale + 1j * np.imag(np.conj(y[0]) * g[0])
    return scale[..., None, None] * adjoint(np.linalg.inv(a))


@Primitive.row(covers=np.linalg.det, samples=("f(m33)", "f(m233)", "f(m11)"), batched=False)
def det(a):
    return np.asarray(np.linalg.det(a))


@det.vjp("a")
def _(g, a):
    return g[..., None, None] * np.conj(cofactors(a))


def cofactors(a):
    """d det(a) / da, also where `a` is singular: from the products of the other singular values, or det * inv."""
    raw = array_of(a)
    sizes = np.linalg.svd(raw, compute_uv=False)
    singular = np.min(sizes, axis=-1, initial=np.inf) <= 1e-12 * np.max(sizes, axis=-1, initial=0.0)
    if not (possibly(singular) if is_tensor(a) else np.any(singular)):
        return _by_inverse(a)
    if hasattr(singular, "__traced__"):  # a program has both ways, and takes at each replay the one that Python takes
        some = np.any(singular)
        return np.where(some, _by_minors(a), _by_inverse(np.where(some, np.eye(raw.shape[-1]), a)))
    return _by_minors(a)


def _by_inverse(a):
    return np.linalg.det(a)[..., None, None] * np.swapaxes(np.linalg.inv(a), -1, -2)


def _by_minors(a):
    n = a.shape[-1]
    if n == 1:
        return np.ones(a.shape, a.dtype) + 0 * a
    others = [[k for k in range(n) if k != i] for i in range(n)]
    minors = [[np.linalg.det(a[..., rows, :][..., columns]) for columns in others] for rows in others]
    signed = [[(-1) ** (i + j) * minor for j, minor in enumerate(row)] for i, row in enumerate(minors)]
    return np.stack([np.stack(row, axis=-1) for row in signed], axis=-2)


@composition(np.linalg.pinv, samples=("f(m33)", "f(m43)", "f(m34)", "f(m243)"))
def pinv(a, rcond=None, hermitian=False):
    """By the normal equations, which give the derivative for matrices of full rank."""
    m, n = a.shape[-2:]
    if a.size:
        checked(_require_full_rank, array_of(a))
    h = adjoint(a)
    return np.linalg.solve(h @ a, h) if m >= n else adjoint(np.linalg.solve(a @ h, a))


def _require_full_rank(a):
    if np.any(np.linalg.matrix_rank(a) < min(a.shape[-2:])):
        raise np.linalg.LinAlgError("np.linalg.pinv has no derivative where the matrix has not full rank")


@composition(np.linalg.lstsq, samples=("f(m43, x4)[0]", "f(m34, x32)[0]"))
def lstsq(a, b, rcond=None):
    _, residuals, rank, sizes = np.linalg.lstsq(array_of(a), array_of(b), rcond=rcond)
    return np.linalg.pinv(operand(a)) @ b, residuals, rank, sizes


@composition(np.linalg.tensorinv, samples=("f(m66.reshape(6, 2, 3), ind=1)",))
def tensorinv(a, ind=2):
    shape = a.shape[ind:] + a.shape[:ind]
    n = int(np.prod(a.shape[ind:]))
    return np.reshape(np.linalg.inv(np.reshape(a, (n, -1))), shape)


@composition(np.linalg.tensorsolve, samples=("f(m66.reshape(2, 3, 6), x23)",))
def tensorsolve(a, b, axes=None):
    if axes is not None:
        a = np.moveaxis(a, axes, range(a.ndim - len(axes), a.ndim))
    shape = a.shape[b.ndim :]
    n = int(np.prod(shape))
    return np.reshape(np.linalg.solve(np.reshape(a, (n, n)), np.ravel(b)), shape)


@composition(np.linalg.cond, samples=("f(m33)", "f(m33, 'fro')"))
def cond(x, p=None):
    if p in (None, 2, -2):
        s = np.linalg.svd(x, compute_uv=False)
        return s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    return np.linalg.norm(x, p, axis=(-2, -1)) * np.linalg.norm(np.linalg.inv(x), p, axis=(-2, -1))
