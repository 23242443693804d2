"""Decompositions: cholesky, eigh, svd, qr, eig. Batched over leading axes.

Eigenvectors of equal eigenvalues (and singular vectors of equal singular values, or of 0) are not unique and have no
derivative; the terms that would divide by their difference are left out. cholesky and eigh read one triangle of their
argument, as NumPy does, and the gradient is that of its elements: it is in that triangle, and 0 in the other.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from autograd.errors import BackwardError
from autograd.rules.arrays import array_of, checked
from autograd.rules.linalg import adjoint, fold
from autograd.rules.structural import Primitive, composition

EighResult = namedtuple("EighResult", "eigenvalues eigenvectors")
EigResult = namedtuple("EigResult", "eigenvalues eigenvectors")
SVDResult = namedtuple("SVDResult", "U S Vh")
QRResult = namedtuple("QRResult", "Q R")


def _apart(values):
    """1 / (v[j] - v[i]), and 0 where they are equal."""
    gap = values[..., None, :] - values[..., :, None]
    largest = np.max(np.abs(array_of(values)), initial=1.0)
    same = np.abs(array_of(gap)) < 1e-12 * largest
    return np.where(same, 0.0, 1 / np.where(same, 1.0, gap))


def _inverse(values):
    """1 / v, and 0 where it is 0."""
    none = _none(values)
    return np.where(none, 0.0, 1 / np.where(none, 1.0, values))


def _none(sizes):
    """Which singular values are 0, to rounding."""
    raw = array_of(sizes)
    return raw <= 1e-12 * np.max(raw, axis=-1, keepdims=True, initial=0.0)


@Primitive.row(batched=False, masks=True)
def cholesky_(a, *, upper):
    return np.linalg.cholesky(a, upper=upper)


@cholesky_.vjp("a")
def _(g, y, upper):
    g, y = (adjoint(g), adjoint(y)) if upper else (g, y)
    inner = adjoint(y) @ g
    n = y.shape[-1]
    inner = inner * (np.tri(n) - 0.5 * np.eye(n)).astype(inner.real.dtype)  # the lower triangle, half the diagonal
    inverse = np.linalg.inv(y)
    s = adjoint(inverse) @ inner @ inverse
    return fold((s + adjoint(s)) / 2, "U" if upper else "L")


@composition(np.linalg.cholesky, samples=("f(s33)", "f(s233)", "f(s33, upper=True)"))
def cholesky(a, *, upper=False):
    return cholesky_(a, upper=upper)


@Primitive.row(outputs=2, batched=False, masks=True)
def eigh_(a, *, UPLO):
    return tuple(np.linalg.eigh(a, UPLO))


@eigh_.vjp("a")
def _(g, y, UPLO):
    w, v = y
    gw, gv = g
    h = adjoint(v)
    middle = gw[..., None] * np.eye(w.shape[-1], dtype=w.dtype) + _apart(w) * (h @ gv)
    s = v @ middle @ h
    return fold((s + adjoint(s)) / 2, UPLO)


@composition(np.linalg.eigh, samples=("f(s33)[0]", "f(s233)[0]", "np.abs(f(s33)[1])", "f(s33, 'U')[0]"))
def eigh(a, UPLO="L"):
    return EighResult(*eigh_(a, UPLO=UPLO.upper()))


@composition(np.linalg.eigvalsh, samples=("f(s33)", "f(s233)", "f(s33, UPLO='U')"))
def eigvalsh(a, UPLO="L"):
    return np.linalg.eigh(a, UPLO)[0]


@Primitive.row(outputs=3, batched=False)
def svd_(a, *, full=False):
    return tuple(np.linalg.svd(a, full_matrices=full))


@svd_.vjp("a")
def _(g, a_like, y):
    u, s, vh = y
    gu, gs, gvh = g
    m, n = a_like.shape[-2:]
    v, gv = adjoint(vh), adjoint(gvh)
    k = s.shape[-1]
    u, gu = _thin(u, gu, k)
    v, gv = _thin(v, gv, k)
    vh = adjoint(v)
    gs = np.where(_none(s), 0.0, gs)  # the lowest point, as that of abs: slope 0
    eye = np.eye(k, dtype=s.dtype)
    f = _apart(s * s)
    su, sv = f * (adjoint(u) @ gu), f * (vh @ gv)
    su, sv = su + adjoint(su), sv + adjoint(sv)
    middle = su * s[..., None, :] + gs[..., None] * eye + s[..., :, None] * sv
    if a_like.dtype.kind == "c":
        turn = eye * (adjoint(u) @ gu)
        middle = middle + (turn - adjoint(turn)) / 2 * _inverse(s)[..., None, :]
    c = u @ middle @ vh
    if m > k:
        c = c + (gu - u @ (adjoint(u) @ gu)) * _inverse(s)[..., None, :] @ vh
    if n > k:
        c = c + u @ (adjoint(gv - v @ (vh @ gv)) * _inverse(s)[..., :, None])
    return c


def _thin(u, gu, k):
    """The first k singular vectors, and their gradient with that of the others, which stay orthogonal to them."""
    if u.shape[-1] == k:
        return u, gu
    first, rest = u[..., :k], u[..., k:]
    return first, gu[..., :k] - rest @ (adjoint(gu[..., k:]) @ first)


# What does not depend on the signs of the vectors, nor on which ones of the complement they are.
SVDS = ("f(m33, full_matrices=False)[1]", "f(m43, compute_uv=False)", "f(m234, compute_uv=False)",
        "np.abs(f(m43, full_matrices=False)[0])", "np.abs(f(m34, full_matrices=False)[2])",
        "np.abs(f(m43)[0])", "np.abs(f(m34)[2])", "f(m34)[1]", "np.abs(f(m33, hermitian=True)[0])",
        "f(m33, hermitian=True, compute_uv=False)")  # fmt: skip


@composition(np.linalg.svd, samples=SVDS)
def svd(a, full_matrices=True, compute_uv=True, hermitian=False):
    if hermitian:
        return _svd_of_symmetric(a, compute_uv)
    parts = svd_(a, full=True) if compute_uv and full_matrices and a.shape[-1] != a.shape[-2] else svd_(a)
    return SVDResult(*parts) if compute_uv else parts[1]


def _svd_of_symmetric(a, compute_uv):
    """From the eigenvalues, whose signs go to one side, as in NumPy."""
    w, v = np.linalg.eigh(a)
    order = np.flip(np.argsort(np.abs(array_of(w)), axis=-1), -1)
    s = np.take_along_axis(np.abs(w), order, axis=-1)
    if not compute_uv:
        return s
    sign = np.take_along_axis(np.sign(array_of(w)), order, axis=-1)
    u = np.take_along_axis(v, order[..., None, :], axis=-1)
    return SVDResult(u, s, adjoint(u * sign[..., None, :]))


@composition(np.linalg.svdvals, samples=("f(m34)",))
def svdvals(x):
    return svd_(x)[1]


@Primitive.row(outputs=2, batched=False)
def qr_(a):
    return tuple(np.linalg.qr(a))


@qr_.vjp("a")
def _(g, y):
    q, r = y
    gq, gr = g
    checked(_require_independent, array_of(r))
    m = r @ adjoint(gr) - adjoint(gq) @ q
    n = r.shape[-1]
    low = np.tri(n, k=-1).astype(r.real.dtype)
    sym = m * (low + np.eye(n, dtype=low.dtype)) + adjoint(m * low)
    return adjoint(np.linalg.solve(r, adjoint(gq + q @ sym)))


def _require_independent(r):
    if np.any(np.diagonal(r, axis1=-2, axis2=-1) == 0):
        raise BackwardError(
            "np.linalg.qr has no derivative where the (first) columns of the matrix are linearly dependent"
        )


@composition(np.linalg.qr, samples=("f(m33)[0]", "f(m43)[1]", "f(m43)[0]", "f(m233)[1]", "f(m34)[1]",
                                    "f(m33, mode='r')"))  # fmt: skip
def qr(a, mode="reduced"):
    m, n = a.shape[-2:]
    if mode not in ("reduced", "r") and not (mode == "complete" and m <= n):
        raise TypeError(f"np.linalg.qr of a Tensor takes mode='reduced' or 'r', not {mode!r}")
    q, r = qr_(a if m >= n else a[..., :m])
    if m < n:  # the first columns fix Q; the others are only turned by it
        r = np.concatenate([r, adjoint(q) @ a[..., m:]], axis=-1)
    return r if mode == "r" else QRResult(q, r)


@Primitive.row(outputs=2, batched=False)
def eig_(a):
    w, v = np.linalg.eig(a)
    kind = np.result_type(a.dtype, np.complex64)
    return w.astype(kind), v.astype(kind)


@eig_.vjp("a")
def _(g, y):
    w, v = y
    gw, gv = g
    h = adjoint(v)
    checked(_require_basis, array_of(v))
    # Each eigenvector has length 1, so the part of its gradient along itself does nothing.
    along = np.real(np.sum(np.conj(v) * gv, axis=-2))[..., None, :]
    middle = gw[..., None] * np.eye(w.shape[-1]) + np.conj(_apart(w)) * (h @ gv - (h @ v) * along)
    return np.linalg.solve(h, middle @ h)


def _require_basis(v):
    if np.any(np.linalg.slogdet(v)[0] == 0):
        raise BackwardError(
            "np.linalg.eig has no derivative where the matrix has fewer independent eigenvectors than rows"
        )


@composition(np.linalg.eig, samples=("np.abs(f(m33)[0])", "np.abs(f(m233)[0])"))
def eig(a):
    return EigResult(*eig_(a))


@composition(np.linalg.eigvals, samples=("np.abs(f(m33))",))
def eigvals(a):
    return eig_(a)[0]
