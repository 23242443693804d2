"""Transposed and depthwise convolutions: what they are by way of others, their derivatives, and what does not fit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, check_grads, functional, grad, jit, value_and_grad


@st.composite
def settings(draw, most=3, around=3):
    """Sizes of a kernel of so many axes at most, and how it goes over an image with so many zeros around it."""
    n = draw(st.integers(1, most))
    some = st.lists(st.integers(1, 3), min_size=n, max_size=n).map(tuple)
    pairs = st.lists(st.tuples(st.integers(0, around), st.integers(0, around)), min_size=n, max_size=n).map(tuple)
    return draw(some), draw(some), draw(some), draw(pairs)


@given(settings(), st.integers(0, 2), st.integers(0, 99))
def test_a_transposed_convolution_carries_the_gradient_of_a_convolution_back(given_, batch, seed):
    size, stride, dilation, padding = given_
    rng = np.random.default_rng(seed)
    image = [
        (k - 1) * d + 2 + int(more) for k, d, more in zip(size, dilation, rng.integers(0, 3, len(size)), strict=True)
    ]
    x, kernel = rng.standard_normal((batch, *image, 2)), rng.standard_normal((*size, 2, 3))
    how = {"stride": stride, "dilation": dilation, "padding": padding}
    y = functional.conv(Tensor(x), kernel, **how)
    g = rng.standard_normal(y.shape)
    back = grad(lambda x: np.sum(functional.conv(x, kernel, **how) * g))(x)
    whole = [m + low + high for m, (low, high) in zip(image, padding, strict=True)]
    rest = [(m - (k - 1) * d - 1) % s for m, k, d, s in zip(whole, size, dilation, stride, strict=True)]
    found = functional.conv_transpose(g, kernel, output_padding=rest, **how)
    np.testing.assert_allclose(found, back, atol=1e-10)


@given(settings(2, 1), st.sampled_from(["valid", "same", None]), st.integers(0, 99))
def test_derivatives(given_, padding, seed):
    size, stride, dilation, pairs = given_
    rng = np.random.default_rng(seed)
    image = [m if padding else m + 2 for m in rng.integers(1, 3, len(size))]
    x, kernel = rng.standard_normal((2, *image, 2)), rng.standard_normal((*size, 1, 2))
    more = [s - 1 for s in stride] if padding == "valid" else None
    how = {"stride": stride, "dilation": dilation, "padding": padding or pairs, "output_padding": more}
    check_grads(lambda x, kernel, bias: functional.conv_transpose(x, kernel, bias, **how), x, kernel, np.ones(1))
    x = rng.standard_normal((2, *[(k - 1) * d + 1 for k, d in zip(size, dilation, strict=True)], 2))
    kernel, how = np.concatenate([kernel, kernel], axis=-1), {"stride": stride, "dilation": dilation, "padding": pairs}
    check_grads(lambda x, kernel: functional.conv(x, kernel, groups=2, **how), x, kernel)


@given(settings(), st.integers(0, 3), st.integers(1, 3), st.integers(2, 3))
def test_a_depthwise_convolution_is_one_for_each_channel(given_, batch, several, channels):
    size, stride, dilation, padding = given_
    rng = np.random.default_rng(0)
    image = [(k - 1) * d + 2 for k, d in zip(size, dilation, strict=True)]
    x, kernel = rng.standard_normal((batch, *image, channels)), rng.standard_normal((*size, 1, channels * several))
    how = {"stride": stride, "dilation": dilation, "padding": padding}

    def whole(x, kernel):
        return functional.conv(x, kernel, groups=channels, **how)

    def one_by_one(x, kernel):
        kernels = [kernel[..., several * c : several * (c + 1)] for c in range(channels)]
        return np.concatenate([functional.conv(x[..., c : c + 1], k, **how) for c, k in enumerate(kernels)], axis=-1)

    def slopes(f):
        return value_and_grad(lambda x, kernel: np.sum(np.sin(f(x, kernel))), (0, 1))

    np.testing.assert_allclose(whole(x, kernel), one_by_one(x, kernel), atol=1e-12)
    wanted, replayed = slopes(one_by_one)(x, kernel), jit(slopes(whole))
    for found in (slopes(whole)(x, kernel), replayed(x, kernel), replayed(x, kernel)):
        for mine, other in zip((found[0], *found[1]), (wanted[0], *wanted[1]), strict=True):
            np.testing.assert_allclose(mine, other, atol=1e-10)


@pytest.mark.parametrize(
    "call", [lambda x, k: functional.conv(x, k, groups=2), lambda x, k: functional.conv_transpose(x, k, stride=2)]
)
def test_leading_axes_are_batches(call):
    x, kernel = np.random.default_rng(0).standard_normal((2, 3, 4, 5, 2)), np.arange(8.0).reshape(2, 2, 1, 2)
    y = call(x, kernel)
    np.testing.assert_array_equal(y.reshape(6, *y.shape[2:]), call(x.reshape(6, 4, 5, 2), kernel))
    np.testing.assert_array_equal(y[1, 2], call(x[1, 2], kernel))


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_dtypes_stay_and_long_sums_of_half_precision_go_on(dtype):
    x, kernel = np.ones((1, 64, 64, 2), dtype), np.ones((1, 1, 1, 2), dtype)
    y, slopes = value_and_grad(lambda x, k: np.sum(functional.conv(x, k, groups=2)) / 64, (0, 1))(x, kernel)
    assert y.dtype == dtype
    assert [g.dtype for g in slopes] == [dtype, dtype]
    assert slopes[1].ravel().tolist() == [64, 64]
    up = functional.conv_transpose(x, kernel, stride=2)
    assert (up.dtype, up.shape) == (dtype, (1, 128, 128, 1))


@pytest.mark.parametrize(("shape", "kernel", "how", "words"), [
    ((1, 4, 2), (3, 1, 3), {}, r"with as many axes and channels; got the shapes \(1, 4, 2\) and \(3, 1, 3\)"),
    ((4, 2), (3, 3, 1, 2), {}, "with as many axes"),
    ((1, 4, 2), (0, 1, 2), {}, "no numbers in its windows"),
    ((1, 4, 1), (3, 1, 1), {"padding": "causal"}, "padding is 'valid', 'same' or numbers; got 'causal'"),
    ((1, 4, 1), (3, 1, 1), {"output_padding": 1}, "output_padding is less than the stride 1; got 1"),
    ((1, 4, 1), (3, 1, 1), {"stride": 2, "output_padding": -1}, "output_padding is a whole number, 0 or more"),
    ((1, 4, 1), (3, 1, 1), {"stride": 0}, "stride is a whole number, 1 or more"),
    ((1, 1, 1), (2, 1, 1), {"stride": 2, "padding": "same", "output_padding": 0}, "nothing is left of 1 with"),
    ((1, 1, 1), (3, 1, 1), {"padding": 2}, "nothing is left of 1 with a 3 window, stride 1, padding=2"),
    ((1, 0, 1), (3, 1, 1), {}, "nothing is left of 0"),
])  # fmt: skip
def test_what_does_not_fit_is_said(shape, kernel, how, words):
    with pytest.raises(ValueError, match=f"conv_transpose: .*{words}"):
        functional.conv_transpose(np.ones(shape), np.ones(kernel), **how)
