"""Convolution some samples at a time: the same numbers, gradients and second derivatives as windows and one product."""

import numpy as np
import pytest

import autograd
from autograd import check_grads, functional
from autograd.rules import convolution

CASES = {
    "plain": ((5, 7, 6, 2), (3, 2, 2, 3), {}),
    "strides, gaps, padding": (
        (5, 9, 8, 2),
        (3, 2, 2, 3),
        {"stride": (2, 1), "dilation": (1, 2), "padding": "same"},
    ),
    "strides of more than a window": ((4, 9, 9, 1), (2, 2, 1, 3), {"stride": 3, "padding": ((1, 0), (2, 2))}),
    "windows of one number": ((5, 4, 4, 3), (1, 1, 3, 2), {"stride": 2}),
    "one axis, causal": ((7, 9, 1), (3, 1, 2), {"padding": "causal"}),
    "several axes in front": ((2, 3, 6, 2), (3, 2, 2), {}),
    "no axis in front": ((6, 5, 2), (2, 2, 2, 3), {}),
    "an empty batch": ((0, 6, 5, 2), (2, 2, 2, 3), {}),
}


def arrays(shape, kernel, dtype=float):
    rng = np.random.default_rng(0)
    return tuple(rng.normal(size=s).astype(dtype) for s in (shape, kernel, kernel[-1:]))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("jit", [False, True], ids=["eager", "jit"])
def test_pieces_give_what_all_windows_at_once_give(case, jit, monkeypatch):
    shape, kernel, settings = CASES[case]
    given = arrays(shape, kernel)

    def found(*args):
        y, pull = autograd.vjp(lambda *a: functional.conv(*a, **settings), *args)
        return [y, *pull(np.cos(np.arange(y.size)).reshape(y.shape))]

    monkeypatch.setattr(convolution, "PIECE", 1 << 40)
    whole = found(*given)
    for piece in (1, 400):
        monkeypatch.setattr(convolution, "PIECE", piece)
        run = autograd.jit(found) if jit else found
        for _ in range(2):  # recorded, replayed
            for mine, theirs in zip(run(*given), whole, strict=True):
                np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_every_order_of_derivative(case, monkeypatch):
    shape, kernel, settings = CASES[case]
    monkeypatch.setattr(convolution, "PIECE", 1)
    check_grads(lambda *args: functional.conv(*args, **settings), *arrays(shape, kernel), order=2)


def test_without_a_bias_and_in_mixed_dtypes(monkeypatch):
    x, kernel, bias = arrays((3, 5, 5, 2), (2, 2, 2, 3), np.float32)
    monkeypatch.setattr(convolution, "PIECE", 1 << 40)
    whole = [functional.conv(x, kernel), functional.conv(x, kernel.astype(float), bias)]
    monkeypatch.setattr(convolution, "PIECE", 1)
    for mine, theirs in zip([functional.conv(x, kernel), functional.conv(x, kernel.astype(float), bias)], whole,
                            strict=True):  # fmt: skip
        assert mine.dtype == theirs.dtype
        np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-5)


def test_windows_are_not_kept():
    """A replay needs far less memory than all windows would take, though both passes need them."""
    x, kernel, bias = arrays((64, 16, 16, 16), (5, 5, 16, 8), np.float32)
    loss = autograd.jit(autograd.value_and_grad(lambda k: np.sum(functional.conv(x, k, bias) ** 2)))
    loss(kernel)
    windows = 64 * 12 * 12 * 25 * 16 * 4
    assert loss.program(kernel).peak < windows / 3
