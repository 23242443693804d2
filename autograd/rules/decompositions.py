"""Decompositions: cholesky, eigh, svd, qr, eig. Batched over leading axes.

Eigenvectors of equal eigenvalues (and singular vectors of equal singular values) are not unique and have no derivative;
the terms that would divide by their difference are left out.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from autograd.rules.arrays import array_of
from autograd.rules.linalg import adjoint
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


@Primitive.row(batched=False)
def cholesky_(a):
    return np.linalg.cholesky(a)


@cholesky_.vjp("a")
def _(g, y):
    inner = adjoint(y) @ g
    n = y.shape[-1]
    inner = inner * (np.tri(n) - 0.5 * np.eye(n)).astype(inner.real.dtype)  # the lower triangle, half the diagonal
    inverse = np.linalg.inv(y)
    s = adjoint(inverse) @ inner @ inverse
    return (s + adjoint(s)) / 2


@composition(np.linalg.cholesky, samples=("f(s33)", "f(s233)"))
def cholesky(a, *, upper=False):
    # Only one triangle is read by NumPy; the gradient is that of a symmetric matrix.
    a = (a + adjoint(a)) / 2
    return adjoint(cholesky_(a)) if upper else cholesky_(a)


@Primitive.row(outputs=2, batched=False)
def eigh_(a, *, UPLO):
    return tuple(np.linalg.eigh(a, UPLO))


@eigh_.vjp("a")
def _(g, y):
    w, v = y
    gw, gv = g
    h = adjoint(v)
    middle = gw[..., None] * np.eye(w.shape[-1], dtype=w.dtype) + _apart(w) * (h @ gv)
    s = v @ middle @ h
    return (s + adjoint(s)) / 2


@composition(np.linalg.eigh, samples=("f(s33)[0]", "f(s233)[0]", "np.abs(f(s33)[1])"))
def eigh(a, UPLO="L"):
    return EighResult(*eigh_((a + adjoint(a)) / 2, UPLO=UPLO))


@composition(np.linalg.eigvalsh, samples=("f(s33)", "f(s233)"))
def eigvalsh(a, UPLO="L"):
    return np.linalg.eigh(a, UPLO)[0]


@Primitive.row(outputs=3, batched=False)
def svd_(a):
    return tuple(np.linalg.svd(a, full_matrices=False))


@svd_.vjp("a")
def _(g, a_like, y):
    u, s, vh = y
    gu, gs, gvh = g
    m, n = a_like.shape[-2:]
    v, gv = adjoint(vh), adjoint(gvh)
    k = s.shape[-1]
    eye = np.eye(k, dtype=s.dtype)
    f = _apart(s * s)
    su, sv = f * (adjoint(u) @ gu), f * (vh @ gv)
    su, sv = su + adjoint(su), sv + adjoint(sv)
    middle = su * s[..., None, :] + gs[..., None] * eye + s[..., :, None] * sv
    if a_like.dtype.kind == "c":
        turn = eye * (adjoint(u) @ gu)
        middle = middle + (turn - adjoint(turn)) / (2 * s[..., None, :])
    c = u @ middle @ vh
    if m > k:
        c = c + (gu - u @ (adjoint(u) @ gu)) / s[..., None, :] @ vh
    if n > k:
        c = c + u @ (adjoint(gv - v @ (vh @ gv)) / s[..., :, None])
    return c


SVDS = ("f(m33, full_matrices=False)[1]", "f(m43, compute_uv=False)", "f(m234, compute_uv=False)",
        "np.abs(f(m43, full_matrices=False)[0])", "np.abs(f(m34, full_matrices=False)[2])")  # fmt: skip


@composition(np.linalg.svd, samples=SVDS)
def svd(a, full_matrices=True, compute_uv=True, hermitian=False):
    if compute_uv and full_matrices and a.shape[-1] != a.shape[-2]:
        raise TypeError(
            "np.linalg.svd with full_matrices=True has no derivative: the extra vectors are not unique; write "
            "full_matrices=False, or compute_uv=False for the singular values"
        )
    parts = svd_(a)
    return SVDResult(*parts) if compute_uv else parts[1]


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
    m = r @ adjoint(gr) - adjoint(gq) @ q
    n = r.shape[-1]
    low = np.tri(n, k=-1).astype(r.real.dtype)
    sym = m * (low + np.eye(n, dtype=low.dtype)) + adjoint(m * low)
    return adjoint(np.linalg.solve(r, adjoint(gq + q @ sym)))


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
    # Each eigenvector has length 1, so the part of its gradient along itself does nothing.
    along = np.real(np.sum(np.conj(v) * gv, axis=-2))[..., None, :]
    middle = gw[..., None] * np.eye(w.shape[-1]) + np.conj(_apart(w)) * (h @ gv - (h @ v) * along)
    return np.linalg.solve(h, middle @ h)


@composition(np.linalg.eig, samples=("np.abs(f(m33)[0])", "np.abs(f(m233)[0])"))
def eig(a):
    return EigResult(*eig_(a))


@composition(np.linalg.eigvals, samples=("np.abs(f(m33))",))
def eigvals(a):
    return eig_(a)[0]
