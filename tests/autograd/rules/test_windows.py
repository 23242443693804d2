"""Convolutions and pooling against loops over every window, their derivatives, and what does not fit."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, check_grads, functional, jit, value_and_grad

PADDINGS = ["valid", "same", 1, (2, 0), ((1, 0), (0, 2))]


@st.composite
def settings(draw, axes=None):
    """The sizes of an image and a kernel that fits into it, and how it goes over it."""
    n = axes or draw(st.integers(1, 3))
    some = st.lists(st.integers(1, 3), min_size=n, max_size=n).map(tuple)
    size, stride, dilation = draw(some), draw(some), draw(some)
    room = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    image = tuple((k - 1) * d + 1 + more for k, d, more in zip(size, dilation, room, strict=True))
    pairs = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=n, max_size=n)
    padding = draw(st.sampled_from(["valid", "same"] + ["causal"] * (n == 1)) | st.integers(0, 2) | pairs)
    return image, size, stride, dilation, padding


def around(image, size, stride, dilation, padding):
    """The zeros around an image, as TensorFlow's documentation defines them."""
    if padding == "valid":
        return [(0, 0)] * len(image)
    if padding == "causal":
        return [((size[0] - 1) * dilation[0], 0)]
    if padding == "same":
        out = [-(-m // s) for m, s in zip(image, stride, strict=True)]
        total = [
            max((o - 1) * s + (k - 1) * d + 1 - m, 0)
            for o, s, k, d, m in zip(out, stride, size, dilation, image, strict=True)
        ]
        return [(t // 2, t - t // 2) for t in total]
    return [(padding, padding)] * len(image) if isinstance(padding, int) else padding


def windows_of(x, image, size, stride, dilation, padding, fill=0.0):
    """(place, window) for each window of x, which is (batch, *image, channels)."""
    pads = around(image, size, stride, dilation, padding)
    x = np.pad(x, [(0, 0), *pads, (0, 0)], constant_values=fill)
    places = [
        (m + sum(p) - (k - 1) * d - 1) // s + 1
        for m, p, k, d, s in zip(image, pads, size, dilation, stride, strict=True)
    ]
    for place in itertools.product(*map(range, places)):
        inside = tuple(
            slice(p * s, p * s + (k - 1) * d + 1, d) for p, s, k, d in zip(place, stride, size, dilation, strict=True)
        )
        yield place, x[(slice(None), *inside)]


@given(settings(), st.integers(0, 2), st.sampled_from([1, 2]), st.integers(0, 99))
def test_a_convolution_is_each_window_times_the_kernel(given_, batch, groups, seed):
    image, size, stride, dilation, padding = given_
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((batch, *image, 2 * groups))
    kernel = rng.standard_normal((*size, 2, 3 * groups))
    bias = rng.standard_normal(3 * groups)
    y = functional.conv(x, kernel, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)
    for place, window in windows_of(x, image, size, stride, dilation, padding):
        for k in range(groups):
            part = window[..., 2 * k : 2 * k + 2]
            own = np.tensordot(part, kernel[..., 3 * k : 3 * k + 3], part.ndim - 1)
            mine = y[(slice(None), *place)][:, 3 * k : 3 * k + 3]
            np.testing.assert_allclose(mine, own + bias[3 * k : 3 * k + 3], atol=1e-10)
    assert y.shape == (batch, *(p + 1 for p in place), 3 * groups)


@given(settings(), st.integers(0, 2), st.integers(0, 99))
def test_pooling_is_the_largest_number_and_the_mean_of_each_window(given_, batch, seed):
    image, size, stride, _, padding = given_
    if padding != "same":
        padding = "valid"
    x = np.random.default_rng(seed).standard_normal((batch, *image, 2))
    largest, mean = (
        pool(x, size, stride=stride, padding=padding) for pool in (functional.max_pool, functional.avg_pool)
    )
    ones, inside = (1,) * len(size), tuple(range(1, len(size) + 1))
    for place, window in windows_of(x, image, size, stride, ones, padding, np.nan):
        np.testing.assert_array_equal(largest[(slice(None), *place)], np.nanmax(window, axis=inside))
        np.testing.assert_allclose(mean[(slice(None), *place)], np.nanmean(window, axis=inside), atol=1e-12)


@given(settings(), st.sampled_from([1, 2]), st.integers(0, 99))
def test_derivatives(given_, groups, seed):
    image, size, stride, dilation, padding = given_
    rng = np.random.default_rng(seed)
    x, kernel = rng.standard_normal((2, *image, groups)), rng.standard_normal((*size, 1, groups))
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    check_grads(lambda x, kernel, bias: functional.conv(x, kernel, bias, **options), x, kernel, np.ones(groups))
    pools = {"stride": stride, "padding": "same" if padding == "same" else "valid"}
    x = rng.permutation(x.size).reshape(x.shape) / 3.0  # no ties
    check_grads(lambda x: functional.max_pool(x, size, **pools), x)
    check_grads(lambda x: functional.avg_pool(x, size, **pools), x)


def test_lists_are_arrays():
    assert functional.conv([[[1], [2], [3]]], [[[1.0]], [[1.0]]]).tolist() == [[[3.0], [5.0]]]
    assert functional.max_pool([[[1], [2], [3]]], 3).tolist() == [[[3.0]]]


def test_numbers_that_tie_share_the_gradient():
    t = Tensor(np.zeros((1, 2, 2, 1)))
    functional.max_pool(t, 2).backward(np.full((1, 1, 1, 1), 8.0))
    assert t.grad.ravel().tolist() == [2, 2, 2, 2]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtypes_stay(dtype):
    x, kernel = np.ones((2, 5, 4, 3), dtype), np.ones((2, 2, 3, 2), dtype)

    def f(x, kernel):
        y = functional.conv(x, kernel, stride=2, padding="same")
        return np.sum(functional.max_pool(y, 2) + functional.avg_pool(y, 2, padding="same", stride=2)[:, :1, :1])

    assert functional.conv(x, kernel).dtype == functional.avg_pool(x, 2, padding="same").dtype == dtype
    for function in (value_and_grad(f, argnums=(0, 1)), jit(value_and_grad(f, argnums=(0, 1)))):
        for _ in range(2):
            y, grads = function(x, kernel)
            assert y.dtype == dtype
            assert {g.dtype for g in grads} == {np.dtype(dtype)}


def test_whole_numbers_take_the_dtype_of_the_others():
    image, kernel = np.ones((1, 4, 4, 1), np.uint8), np.ones((2, 2, 1, 3), np.float32)
    assert (
        functional.conv(image, kernel).dtype
        == functional.conv_transpose(image, np.swapaxes(kernel, -1, -2)[..., :1]).dtype
        == np.float32
    )
    assert functional.conv(image, kernel, 2).tolist() == functional.conv(image, kernel, [2, 2, 2]).tolist()
    assert functional.conv(image, kernel.astype(int)).dtype == np.float64


def test_means_of_half_precision_do_not_overflow():
    x = np.full((1, 10, 10, 1), 1000, np.float16)
    assert functional.avg_pool(x, 10).item() == functional.avg_pool(x, 9, padding="same").ravel()[0] == 1000
    assert functional.avg_pool(x, 10).dtype == np.float16


@pytest.mark.parametrize(("call", "words"), [
    (lambda f: f.conv(np.ones((1, 2, 2, 1)), np.ones((3, 3, 1, 1))), "3x3 window does not fit into 2x2; use padding="),
    (lambda f: f.conv(np.ones((1, 4, 1)), np.ones((3, 1, 1)), dilation=2), "dilation 2 does not fit into 4"),
    (lambda f: f.conv(np.ones((1, 4, 2)), np.ones((3, 1, 1))), "takes 1 channels"),
    (lambda f: f.conv(np.ones((4, 2)), np.ones((3, 3, 1, 1))), "with as many axes"),
    (lambda f: f.conv(np.ones((1, 4, 1)), np.ones((3, 1, 1)), padding="full"), "padding is 'valid'"),
    (lambda f: f.conv(np.ones((1, 4, 4, 1)), np.ones((3, 3, 1, 1)), padding="causal"), "padding is 'valid'"),
    (lambda f: f.conv(np.ones((1, 4, 1)), np.ones((3, 1, 1)), padding=-1), "0 or more"),
    (lambda f: f.conv(np.ones((1, 4, 1)), np.ones((3, 1, 1)), stride=0), "1 or more"),
    (lambda f: f.conv(np.ones((1, 4, 1)), np.ones((3, 1, 1)), stride=(1, 1)), "or 1 of them"),
    (lambda f: f.conv(np.ones((1, 4, 1)), np.ones((0, 1, 1))), "no numbers in its windows"),
    (lambda f: f.conv(np.ones((1, 4, 1)), np.ones((2, 1, 3)), np.ones(2)), "a number for each filter, 3"),
    (lambda f: f.conv_transpose(np.ones((1, 4, 3)), np.ones((2, 1, 3)), np.ones((1, 1))), "for each filter, 1"),
    (lambda f: f.max_pool(np.ones((1, 4, 1)), 5), "5 window does not fit into 4"),
    (lambda f: f.avg_pool(np.ones((4, 1)), (2, 2)), "a size for each axis"),
    (lambda f: f.max_pool(np.array([["a"]]), 1), "no numbers"),
])  # fmt: skip
def test_what_does_not_fit_is_said(call, words):
    with pytest.raises((ValueError, TypeError), match=words):
        call(functional)


def test_a_view_knows_of_writes_and_its_gradient_is_that_of_fold():
    t = Tensor(np.arange(12.0).reshape(3, 4))
    y = np.lib.stride_tricks.sliding_window_view(t, (2, 2))
    np.sum(y).backward()
    assert t.grad.tolist() == [[1, 2, 2, 1], [2, 4, 4, 2], [1, 2, 2, 1]]


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.2.0", reason="np.pad takes dictionaries since NumPy 2.2")
def test_padding_by_axis():
    x = np.ones((2, 3))
    for width in ({-1: (0, 2)}, {0: 1}, {0: (1, 0), 1: 2}):
        wanted = np.pad(x, width, constant_values=5.0)
        assert np.pad(Tensor(x), width, constant_values=5.0).tolist() == wanted.tolist()
    check_grads(lambda x: np.pad(x, {-1: (0, 2)}), x)
