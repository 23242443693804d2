"""Convolutions and pooling give the shapes, numbers and gradients of Keras's layers and of PyTorch's functions.

The arrays were written by `reference/make_convolutions.py`, which says how and with which versions.
"""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import functional, jit, value_and_grad
from nn import layers as L

FILE = dict(np.load(Path(__file__).parent / "reference" / "convolutions.npz"))


def cases():
    """(name, settings, (x, *weights), seed, y, gradients) for each case of the file."""
    numbers, start = FILE["numbers"], 0
    for name, settings, (*given_shapes, y_shape) in json.loads(str(FILE["cases"])):
        arrays = []
        for shape in (*given_shapes, y_shape, y_shape, *given_shapes):
            arrays.append(numbers[start : start + math.prod(shape)].reshape(shape))
            start += math.prod(shape)
        n = len(given_shapes)
        yield name, settings, arrays[:n], arrays[n], arrays[n + 1], arrays[n + 2 :]
    assert start == len(numbers)


def called(case):
    name, settings = case[:2]
    return " ".join([name, *(f"{key}={value}".replace(" ", "") for key, value in settings.items())])


CASES = list(cases())


def function_of(name, settings, inputs, dtype):
    """What the case is about as a function of the input and the weights."""
    if hasattr(functional, name):
        size = (settings["size"],) if "size" in settings else ()
        settings = {key: value for key, value in settings.items() if key != "size"}
        return lambda x, *weights: getattr(functional, name)(x, *size, *weights, **settings)
    layer = getattr(L, name)(dtype=dtype, **settings)
    shape = inputs[0].shape
    layer.build_for(shape)
    assert [w.shape for w in layer.weights] == [w.shape for w in inputs[1:]]
    names = [key.rpartition(".")[2] for key, _ in layer.named_parameters()]

    def call(x, *weights):
        for key, weight in zip(names, weights, strict=True):
            setattr(layer, key, weight)
        return layer(x)

    return call


@pytest.mark.parametrize("case", CASES, ids=called)
def test_numbers_and_gradients(case):
    name, settings, inputs, seed, y, gradients = case
    for dtype, tolerance in (("float64", 1e-13), ("float32", 1e-6)):
        arrays = [a.astype(dtype) for a in inputs]
        call = function_of(name, settings, arrays, dtype)
        found = call(*arrays)
        assert found.dtype == dtype
        np.testing.assert_allclose(found, y, rtol=tolerance, atol=tolerance)
        by = seed.astype(dtype)
        slope = value_and_grad(lambda *a, f=call, by=by: np.sum(f(*a) * by), tuple(range(len(arrays))))
        for run in (slope, jit(slope)) if dtype == "float64" else (slope,):
            for mine, wanted in zip(run(*arrays)[1], gradients, strict=True):
                assert mine.dtype == dtype
                np.testing.assert_allclose(mine, wanted, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("case", [case for case in CASES if case[0][0].isupper()], ids=called)
def test_shapes_are_known_in_advance(case):
    name, settings, (x, *_), _, y, _ = case
    layer = getattr(L, name)(**settings)
    assert layer.compute_output_shape((None, *x.shape[1:])) == (None, *y.shape[1:])
    assert layer(x[:0]).shape == (0, *y.shape[1:])


def test_every_convolution_and_pooling_is_in_the_file():
    kinds = {kind for name in L.__all__ if isinstance(kind := getattr(L, name), type)}
    ours = {kind.__name__ for kind in kinds if hasattr(kind, "axes") and "Global" not in kind.__name__}
    there = {name for name, *_ in CASES}
    assert {name for name in ours if "Conv" in name or "Pooling" in name} <= there
    assert {"conv", "conv_transpose", "max_pool", "avg_pool"} <= there


# -- shapes, by Keras's formulas ---------------------------------------------------------------------------------------
def plain_size(m, k, s, d, padding):
    """How much comes out along an axis of m; nothing where it is less than 1."""
    return math.ceil(m / s) if padding in ("same", "causal") else math.floor((m - d * (k - 1) - 1) / s) + 1


def transposed_size(m, k, s, d, padding, more):
    k = (k - 1) * d + 1
    if padding == "valid":
        return (m - 1) * s + k + (max(k, s) - k if more is None else more)
    return m * s if more is None else (m - 1) * s + k % 2 + more


@given(st.data())
def test_shapes_are_those_of_keras(data):
    n = data.draw(st.integers(1, 3))
    kinds = [f"{name}{n}D" for name in ("Conv", "MaxPooling", "AveragePooling")] + [f"Conv{n}DTranspose"]
    name = data.draw(st.sampled_from(kinds + [f"{k}{n}D" for k in ("DepthwiseConv", "SeparableConv") if n < 3]))
    image, size, strides, dilation = (
        tuple(data.draw(st.lists(st.integers(1, most), min_size=n, max_size=n))) for most in (6, 3, 3, 3)
    )
    padding = data.draw(st.sampled_from(["valid", "same"] + ["causal"] * (name == "Conv1D")))
    batch, channels = data.draw(st.integers(0, 2)), data.draw(st.integers(1, 3))
    settings = {"strides": strides, "padding": padding}
    if "Pooling" in name:
        settings["pool_size"], dilation, out = size, (1,) * n, channels
    else:
        settings |= {"kernel_size": size, "dilation_rate": dilation}
        settings["depth_multiplier" if "Depthwise" in name else "filters"] = 2
        out = 2 * channels if "Depthwise" in name else 2
    axes = list(zip(image, size, strides, dilation, strict=True))
    if "Transpose" in name:
        more = data.draw(st.none() | st.tuples(*[st.integers(0, s - 1) for s in strides]))
        settings["output_padding"] = more
        places = [transposed_size(*a, padding, e) for a, e in zip(axes, more or (None,) * n, strict=True)]
    else:
        places = [plain_size(*a, padding) for a in axes]
    first = data.draw(st.booleans())
    layer = getattr(L, name)(data_format="channels_first" if first else None, **settings)
    x = np.ones((batch, channels, *image) if first else (batch, *image, channels))
    wanted = (batch, out, *places) if first else (batch, *places, out)
    if min(places) >= 1:
        assert layer(x).shape == wanted
        assert layer.compute_output_shape((None, *x.shape[1:])) == (None, *wanted[1:])
        return
    with pytest.raises(nn.ShapeError, match=rf"layer '.*' \({name}\) .*(does not fit into|nothing is left of)"):
        layer(x)


def test_what_does_not_fit_is_said_before_the_first_step():
    x = nn.Input((2, 2, 3))
    with pytest.raises(nn.ShapeError, match=r"'tight' \(Conv2D\).*a 3x3 window does not fit into 2x2; use padding="):
        L.Conv2D(4, 3, name="tight")(x)
    with pytest.raises(nn.ShapeError, match=r"\(DepthwiseConv2D\).*an input of at least 5x3"):
        nn.Sequential([x, L.DepthwiseConv2D((3, 2), dilation_rate=2)])
    with pytest.raises(nn.ShapeError, match=r"\(MaxPooling2D\).*a 3x3 window does not fit into 2x2"):
        nn.Sequential([x, L.MaxPooling2D(3)])
