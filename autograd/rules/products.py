"""Products beyond matmul: dot, inner, outer, tensordot, einsum, kron, cross and their relatives."""

from __future__ import annotations

import functools
import string

import numpy as np

from autograd.rules.arrays import array_of, looking_at, operand
from autograd.rules.indexing import scatter
from autograd.rules.linalg import product
from autograd.rules.structural import Primitive, composition


# -- einsum: its derivative with respect to one operand is an einsum of the others with the gradient -------------------
@Primitive.row(batched=False, masks=True)  # a letter twice in one operand is a diagonal, which leaves the rest out
def einsum_(*arrays, subscripts, optimize=False):
    return np.copy(np.einsum(subscripts, *arrays, optimize=optimize))


@einsum_.vjp("arrays")
def _(g, i, likes, arrays, subscripts):
    inputs, output = subscripts.split("->")
    inputs = inputs.split(",")
    mine = inputs[i]
    others = [(s, a) for k, (s, a) in enumerate(zip(inputs, arrays, strict=True)) if k != i]
    have = set(output).union(*(s for s, _ in others))
    # A letter twice in one operand is a diagonal: find the gradient of the diagonal first, then put it on one.
    once = "".join(dict.fromkeys(mine))
    sizes = dict(zip(mine, likes[i], strict=True))
    kept = "".join(c for c in once if c in have)
    operands = [g, *(np.conj(a) if a.dtype.kind == "c" else a for _, a in others)]
    c = np.einsum(",".join([output, *(s for s, _ in others)]) + "->" + kept, *operands)
    # A letter that was summed out of this operand alone: the same gradient all along it.
    c = np.reshape(c, tuple(sizes[x] if x in kept else 1 for x in once))
    c = np.broadcast_to(c, tuple(sizes[x] for x in once))
    if once == mine:
        return c
    grid = np.ix_(*(np.arange(sizes[x]) for x in once))
    return scatter(c, index=tuple(grid[once.index(x)] for x in mine), shape=tuple(likes[i]))


EINSUMS = ("f('ij,jk->ik', x23, x34)", "f('ij,jk', x23, x34)", "f('ii', x33)", "f('ii->i', x33)", "f('ij->', x23)",
           "f('...ij,...jk->...ik', x223, x34)", "f('i,j,k->ijk', x2, x3, x2)", "f(x23, [0, 1], x34, [1, 2], [0, 2])",
           "f('ij,ij->i', x23, x23)", "f('bij,bj->bi', z222, z22)", "f('ij,jk,kl->il', x22, x23, x32, optimize=True)",
           "f('ij,ij->ij', x23, x13)", "f('i...->...', x23)")  # fmt: skip


@composition(np.einsum, samples=EINSUMS)
def einsum(*operands, optimize=False):
    subscripts, arrays = _subscripts(operands)
    inputs, output = _explicit(subscripts, arrays).split("->")
    inputs = inputs.split(",")
    sizes = {}
    for term, a in zip(inputs, arrays, strict=True):
        if len(term) != a.ndim:
            raise ValueError(f"np.einsum: {term!r} for an array of shape {a.shape}")
        for letter, n in zip(term, a.shape, strict=True):
            sizes[letter] = max(n, sizes.get(letter, n)) if 0 not in (n, sizes.get(letter, n)) else 0
    # An axis of length 1 broadcasts: drop its letter from that operand.
    for k, (term, a) in enumerate(zip(inputs, arrays, strict=True)):
        short = [i for i, (c, n) in enumerate(zip(term, a.shape, strict=True)) if n == 1 != sizes[c]]
        if short:
            arrays[k] = np.reshape(a, [n for i, n in enumerate(a.shape) if i not in short])
            inputs[k] = "".join(c for i, c in enumerate(term) if i not in short)
    settings = {"optimize": optimize} if optimize is not False else {}
    y = einsum_(*arrays, subscripts=",".join(inputs) + "->" + output, **settings)
    moves_only = len(arrays) == 1 and set(inputs[0]) == set(output)
    return looking_at(y, arrays[0]) if moves_only else y  # a transpose or a diagonal


def _subscripts(operands):
    """Both spellings as text and a list of arrays."""
    if isinstance(operands[0], str):
        return operands[0].replace(" ", ""), [operand(a) for a in operands[1:]]

    def text(indices):
        return "".join("..." if i is Ellipsis else string.ascii_letters[i] for i in indices)

    end = len(operands) // 2 * 2
    output = "->" + text(operands[end]) if end < len(operands) else ""
    return ",".join(map(text, operands[1:end:2])) + output, [operand(a) for a in operands[:end:2]]


def _explicit(subscripts, arrays):
    """The subscripts with a letter for each axis that `...` stands for, and the output written out."""
    inputs, arrow, output = subscripts.partition("->")
    terms = inputs.split(",")
    free = [c for c in string.ascii_letters if c not in subscripts]
    # How many axes each `...` stands for; the last letters are those of the axes at the end, as in broadcasting.
    counts = [a.ndim - len(t.replace("...", "")) if "..." in t else 0 for t, a in zip(terms, arrays, strict=True)]
    dots = "".join(free[: max(counts)])
    terms = [t.replace("...", dots[len(dots) - n :]) for t, n in zip(terms, counts, strict=True)]
    if arrow:
        output = output.replace("...", dots)
    else:
        letters = inputs.replace(",", "").replace(".", "")
        output = dots + "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    return ",".join(terms) + "->" + output


# -- the rest in terms of matmul, multiplication and einsum ------------------------------------------------
@composition(np.dot, samples=("f(x23, x34)", "f(x3, x3)", "f(x23, x3)", "f(x, x23)", "f(x234, x42)", "f(x23, x232)"))
def dot(a, b):
    a, b = operand(a), operand(b)
    if a.ndim == 0 or b.ndim == 0:
        return a * b
    if a.ndim <= 2 and b.ndim <= 2:
        return product(a, b)
    return np.tensordot(a, b, ((-1,), (-1 if b.ndim == 1 else -2,)))


@composition(np.vdot, samples=("f(x23, x23)", "f(z3, z3)"))
def vdot(a, b):
    return np.sum(np.conj(np.ravel(a)) * np.ravel(b))


@composition(np.inner, samples=("f(x3, x3)", "f(x23, x43)", "f(x, x3)"))
def inner(a, b):
    a, b = operand(a), operand(b)
    return a * b if a.ndim == 0 or b.ndim == 0 else np.tensordot(a, b, ((-1,), (-1,)))


@composition(np.outer, np.linalg.outer, samples=("f(x3, x2)", "f(x22, x3)"))
def outer(a, b):
    return np.ravel(a)[:, None] * np.ravel(b)[None, :]


@composition(np.tensordot, np.linalg.tensordot, samples=("f(x234, x342)", "f(x23, x34, axes=1)", "f(x2, x3, 0)",
                                                         "f(x234, x43, axes=([1, 2], [1, 0]))"))  # fmt: skip
def tensordot(a, b, axes=2):
    a, b = operand(a), operand(b)
    if isinstance(axes, int | np.integer):
        axes = (tuple(range(a.ndim - axes, a.ndim)), tuple(range(axes)))
    left, right = ((x,) if isinstance(x, int | np.integer) else tuple(x) for x in axes)
    left, right = [i % a.ndim for i in left], [i % b.ndim for i in right]
    if [a.shape[i] for i in left] != [b.shape[i] for i in right]:
        raise ValueError(f"np.tensordot: shapes {a.shape} and {b.shape} do not match along axes {left} and {right}")
    free_a = [i for i in range(a.ndim) if i not in left]
    free_b = [i for i in range(b.ndim) if i not in right]
    count = int(np.prod([a.shape[i] for i in left]))
    rows, columns = [a.shape[i] for i in free_a], [b.shape[i] for i in free_b]
    x = np.reshape(np.transpose(a, free_a + left), (int(np.prod(rows)), count))
    y = np.reshape(np.transpose(b, right + free_b), (count, int(np.prod(columns))))
    return np.reshape(np.matmul(x, y), (*rows, *columns))


@composition(np.kron, samples=("f(x23, x12)", "f(x2, x3)", "f(x23, x2)"))
def kron(a, b):
    a, b = operand(a), operand(b)
    ndim = max(a.ndim, b.ndim)
    a = np.reshape(a, (1,) * (ndim - a.ndim) + a.shape)
    b = np.reshape(b, (1,) * (ndim - b.ndim) + b.shape)
    wide = np.reshape(a, [n for m in a.shape for n in (m, 1)]) * np.reshape(b, [n for m in b.shape for n in (1, m)])
    return np.reshape(wide, [m * n for m, n in zip(a.shape, b.shape, strict=True)])


@composition(np.cross, np.linalg.cross, samples=("f(x3, x3)", "f(x23, x3)", "f(x32, x32, axis=0)"))
def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = np.moveaxis(operand(a), axisa, -1), np.moveaxis(operand(b), axisb, -1)
    if a.shape[-1] != 3 or b.shape[-1] != 3:
        raise ValueError(f"np.cross of a Tensor takes vectors of 3, not {a.shape[-1]} and {b.shape[-1]}")
    a0, a1, a2 = (a[..., i] for i in range(3))
    b0, b1, b2 = (b[..., i] for i in range(3))
    return np.moveaxis(np.stack([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0], axis=-1), -1, axisc)


@composition(np.vecdot, np.linalg.vecdot, samples=("f(x23, x3)", "f(x23, x23)", "f(x23, x23, axis=0)", "f(z3, z3)"))
def vecdot(x1, x2, axis=-1):
    return np.sum(np.conj(x1) * x2, axis=axis)


if hasattr(np, "matvec"):

    @composition(np.matvec, samples=("f(x23, x3)", "f(x223, x3)"))
    def matvec(x1, x2):
        return np.matmul(x1, x2[..., None])[..., 0]

    @composition(np.vecmat, samples=("f(x2, x23)",))
    def vecmat(x1, x2):
        return np.matmul(np.conj(x1)[..., None, :], x2)[..., 0, :]


@composition(np.linalg.multi_dot, samples=("f([x23, x34, x42])", "f([x3, x34, x4])"))
def multi_dot(arrays):
    """In the order that takes the fewest multiplications, as NumPy does."""
    n = len(arrays)
    if n < 2:
        raise ValueError(f"np.linalg.multi_dot takes at least two arrays, got {n}")
    sizes = [1 if a.ndim == 1 and i == 0 else a.shape[0] for i, a in enumerate(map(operand, arrays))]
    sizes.append(1 if np.ndim(array_of(arrays[-1])) == 1 else np.shape(array_of(arrays[-1]))[1])

    @functools.cache
    def cheapest(i, j):
        """How much the product of arrays i to j costs, and after which of them it is cut in two."""
        if i == j:
            return 0, i
        cut = (cheapest(i, k)[0] + cheapest(k + 1, j)[0] + sizes[i] * sizes[k + 1] * sizes[j + 1] for k in range(i, j))
        return min((cost, k) for k, cost in enumerate(cut, i))

    def product(i, j):
        k = cheapest(i, j)[1]
        return arrays[i] if i == j else np.dot(product(i, k), product(k + 1, j))

    return product(0, n - 1)


@composition(np.trace, samples=("f(x33)", "f(x34, 1)", "f(x234, 0, 1, 2)"))
def trace(a, offset=0, axis1=0, axis2=1):
    return np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1)


@composition(np.linalg.trace, samples=("f(x234)",))
def linalg_trace(x, offset=0):
    return np.sum(np.linalg.diagonal(x, offset=offset), axis=-1)


@composition(np.linalg.matrix_power, samples=("f(m33, 3)", "f(m33, 0)", "f(m33, -2)", "f(m222, 2)"))
def matrix_power(a, n):
    if n == 0:
        return np.where(True, np.eye(a.shape[-1], dtype=a.dtype), a)
    if n < 0:
        a, n = np.linalg.inv(a), -n
    if n == 3:
        return (a @ a) @ a
    y = None
    while n:
        if n & 1:
            y = a if y is None else y @ a
        a = a @ a if n > 1 else a
        n >>= 1
    return np.copy(y) if y is a else y
