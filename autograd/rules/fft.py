"""Fourier transforms. Each is linear, so the gradient goes back through its adjoint."""

from __future__ import annotations

import numpy as np

from autograd.rules.axes import along, one_from_end
from autograd.rules.structural import Primitive, composition

# The norm that the adjoint of a transform uses: scaling moves to the other direction.
SCALE = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}
ONE = ("f(x5)", "f(x34, axis=0)", "f(x34, n=3)", "f(x34, 6)", "f(x4, norm='ortho')", "f(x4, norm='forward')")
SHAPES = ("f(x34)", "f(x34, s=(2, 5), axes=(0, 1))", "f(x234, axes=(0, 1))", "f(x34, norm='ortho')")
HALVES = ("f(z34)", "f(z34, s=(2, 5), axes=(0, 1))", "f(z234, axes=(0, 1))")


def _fit(x, n, axis):
    """Cut or fill with zeros to length n."""
    m = x.shape[axis]
    if n < m:
        return x[along(axis, slice(0, n))]
    if n > m:
        shape = tuple(n - m if i - x.ndim == axis else k for i, k in enumerate(x.shape))
        return np.concatenate([x, np.zeros(shape, x.dtype)], axis=axis)
    return x


def _pair(function, inverse):
    def forward(x, *, axis, norm):
        return function(x, axis=axis, norm=norm)

    forward.__name__ = function.__name__ + "_"
    row = Primitive(forward)

    @row.vjp("x")
    def _(g, axis, norm):
        return inverse(g, axis=axis, norm=SCALE[norm])

    @composition(function, samples=(*ONE, "f(z5)"))
    def transform(a, n=None, axis=-1, norm=None):
        axis = one_from_end(axis, a.ndim)
        return row(_fit(a, a.shape[axis] if n is None else n, axis), axis=axis, norm=norm)


_pair(np.fft.fft, np.fft.ifft)
_pair(np.fft.ifft, np.fft.fft)


@Primitive
def rfft_(x, *, axis, norm):
    return np.fft.rfft(x, axis=axis, norm=norm)


@rfft_.vjp("x")
def _(g, x_like, axis, norm):
    n = x_like.shape[axis]
    return np.real(np.fft.ifft(_fit(g, n, axis), axis=axis, norm=SCALE[norm]))


@composition(np.fft.rfft, samples=ONE)
def rfft(a, n=None, axis=-1, norm=None):
    axis = one_from_end(axis, a.ndim)
    return rfft_(_fit(a, a.shape[axis] if n is None else n, axis), axis=axis, norm=norm)


@Primitive
def irfft_(x, *, n, axis, norm):
    return np.fft.irfft(x, n, axis=axis, norm=norm)


@irfft_.vjp("x")
def _(g, n, axis, norm):
    # What lies between the ends stands for two frequencies, itself and its conjugate.
    count = np.full((n // 2 + 1,) + (1,) * (-1 - axis), 2.0, g.real.dtype)
    count[0] = 1
    if n % 2 == 0:
        count[-1] = 1
    return np.fft.rfft(g, axis=axis, norm=SCALE[norm]) * count


@composition(np.fft.irfft, samples=("f(z4)", "f(z34, n=5)", "f(z34, axis=0)", "f(x4, norm='ortho')"))
def irfft(a, n=None, axis=-1, norm=None):
    axis = one_from_end(axis, a.ndim)
    n = 2 * (a.shape[axis] - 1) if n is None else n
    return irfft_(_fit(a, n // 2 + 1, axis), n=n, axis=axis, norm=norm)


@composition(np.fft.hfft, samples=("f(z4)", "f(z34, n=5)"))
def hfft(a, n=None, axis=-1, norm=None):
    return np.fft.irfft(np.conj(a), n, axis, norm=SCALE[norm])


@composition(np.fft.ihfft, samples=("f(x5)", "f(x34, n=3)"))
def ihfft(a, n=None, axis=-1, norm=None):
    return np.conj(np.fft.rfft(a, n, axis, norm=SCALE[norm]))


def _several(function, one, default, last=None, samples=SHAPES):
    @composition(function, samples=samples)
    def transform(a, s=None, axes=default, norm=None):
        if axes is None:
            axes = range(-a.ndim, 0) if s is None else range(-len(s), 0)
        sizes = [None] * len(axes) if s is None else list(s)
        steps = [(one, n, axis) for n, axis in zip(sizes, axes, strict=True)]
        if last is not None:
            steps[-1] = (last, *steps[-1][1:])
        if last is not np.fft.irfft:  # from the last axis on, as NumPy does: the real numbers come first
            steps.reverse()
        for step, n, axis in steps:
            a = step(a, n, axis, norm)
        return a


for _suffix, _default in (("2", (-2, -1)), ("n", None)):
    _several(getattr(np.fft, "fft" + _suffix), np.fft.fft, _default)
    _several(getattr(np.fft, "ifft" + _suffix), np.fft.ifft, _default)
    _several(getattr(np.fft, "rfft" + _suffix), np.fft.fft, _default, np.fft.rfft)
    _several(getattr(np.fft, "irfft" + _suffix), np.fft.ifft, _default, np.fft.irfft, HALVES)
