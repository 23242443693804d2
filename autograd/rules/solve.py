"""Inverses, systems of equations, determinants."""

from __future__ import annotations

import numpy as np

from autograd.rules.arrays import array_of, is_tensor, operand, possibly, sum_to
from autograd.rules.linalg import adjoint, from_triangle
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
    scale = scale[..., None, None]
    singular = np.isneginf(array_of(y[1]))[..., None, None]
    if not possibly(singular):
        return scale * adjoint(np.linalg.inv(a))
    # There the slope of the logarithm is infinite along what moves the determinant.
    inverse = adjoint(np.linalg.inv(np.where(singular, np.eye(a.shape[-1], dtype=a.dtype), a)))
    slope = np.where(singular, np.conj(cofactors(a)) / 0.0, inverse)
    return np.where(singular & (array_of(scale) == 0), 0.0, scale * slope)


@Primitive.row(covers=np.linalg.det, samples=("f(m33)", "f(m233)", "f(m11)"), batched=False)
def det(a):
    return np.asarray(np.linalg.det(a))


@det.vjp("a")
def _(g, a):
    return g[..., None, None] * np.conj(cofactors(a))


def cofactors(a):
    """d det(a) / da, also where `a` is singular: from the products of the other singular values, or det * inv."""
    return a.tape.forward(_Cofactors, (a,), {}) if hasattr(a, "__traced__") else _cofactors(a)


class _Cofactors:
    """To a program, one call: it looks at the numbers."""

    @staticmethod
    def forward(a):
        return _cofactors(a)


def _cofactors(a):
    raw = array_of(a)
    finite = np.isfinite(raw).all(axis=(-2, -1), keepdims=True)  # of an infinite matrix an svd may never come to an end
    sizes = np.linalg.svd(np.where(finite, raw, 1.0 * np.eye(raw.shape[-1])), compute_uv=False)
    singular = np.min(sizes, axis=-1, initial=np.inf) <= 1e-12 * np.max(sizes, axis=-1, initial=0.0)
    if not is_tensor(a) or not hasattr(singular, "__traced__"):
        return _by_minors(a) if np.any(singular) else _by_inverse(a)
    some = np.any(singular)  # a program has both ways, and takes at each replay the one that Python takes
    return np.where(some, _by_minors(a), _by_inverse(np.where(some, np.eye(raw.shape[-1]), a)))


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


@Primitive.row(batched=False)
def pinv_(a, *, rcond):
    return np.linalg.pinv(a, rcond)


@pinv_.vjp("a")
def _(g, a, y):
    """For changes that leave the rank as it is; any other makes the result jump."""
    h, gh = adjoint(y), adjoint(g)
    left, right = a @ y, y @ a  # projections
    return -(h @ g @ h) + (gh - left @ gh) @ (y @ h) + (h @ y) @ (gh - gh @ right)


@composition(np.linalg.pinv, samples=("f(m33)", "f(m43)", "f(m34)", "f(m243)", "f(s33, hermitian=True)"))
def pinv(a, rcond=None, hermitian=False, *, rtol=None):
    rcond = rcond if rtol is None else rtol
    return pinv_(from_triangle(a) if hermitian else a, rcond=1e-15 if rcond is None else rcond)


LSTSQ = ("f(m43, x4)[0]", "f(m34, x32)[0]", "f(m43, x4)[1]", "f(m43, x42)[1]", "f(m43, x4)[3]")


@composition(np.linalg.lstsq, samples=LSTSQ)
def lstsq(a, b, rcond=None):
    _, residuals, rank, _ = np.linalg.lstsq(array_of(a), array_of(b), rcond=rcond)
    a, b = operand(a), operand(b)
    dtype = np.result_type(a.dtype, b.dtype, np.float32)
    a, b = a.astype(dtype), b.astype(dtype)
    x = np.linalg.pinv(a, np.finfo(a.dtype).eps * max(a.shape) if rcond is None else rcond) @ b
    left = np.abs(b - a @ x)
    left = np.sum(left * left, axis=0, keepdims=b.ndim == 1) if residuals.size else np.ravel(left)[:0]
    return x, left, rank, np.linalg.svd(a, compute_uv=False)


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
    """Infinite for a singular matrix, as NumPy has it."""
    raw = array_of(x)
    if p in (None, 2, -2):
        s = np.linalg.svd(x, compute_uv=False)
        y = s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
        lost = np.isnan(array_of(y))
    else:
        lost = np.isneginf(np.linalg.slogdet(raw)[1])
        inverse = np.linalg.inv(np.where(lost[..., None, None], np.eye(raw.shape[-1]), x) if possibly(lost) else x)
        y = np.linalg.norm(x, p, axis=(-2, -1)) * np.linalg.norm(inverse, p, axis=(-2, -1))
    lost = lost & ~np.isnan(raw).any(axis=(-2, -1))
    return np.where(lost, np.inf, y) if possibly(lost) else y
