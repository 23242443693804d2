"""Write convolutions.npz: what convolutions and pooling of Keras and PyTorch give, and their gradients.

Run it in an environment of its own, which has keras, jax and torch and not this project. The committed file is of:

    pip install keras==3.15.1 jax==0.10.2 torch==2.13.0          # the CPU build of torch
    python tests/nn/reference/make_convolutions.py

`cases` is a list in JSON: what is called (a layer of Keras by its name, or a function of PyTorch, which nn.functional
has), its settings, and the shapes of its arrays: the input, the weights, the result. All their numbers lie one after
the other in `numbers`: input, weights, what the result is multiplied by before it is summed, the result, and the
gradients of that sum for the input and the weights. They are small multiples of 1/8, so that sums are exact in any
order, also in single precision.
"""

import json
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"

import jax
import keras
import numpy as np
import torch
from keras.src.backend.common import dtypes

HERE = Path(__file__).parent
VERSIONS = f"keras {keras.__version__}, jax {jax.__version__}, torch {torch.__version__}"
keras.config.set_floatx("float64")
dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"  # see make.py
rng = np.random.default_rng(0)
cases, numbers = [], []


def eighths(shape):
    return rng.integers(-12, 13, shape) / 8


def apart(shape):
    """No two alike: whose gradient it is where numbers tie, each library decides by itself."""
    return (rng.permutation(np.prod(shape)).reshape(shape) - 20) / 8


def add(name, settings, x, weights, y, run):
    """A case; `run` gives the gradients of the sum of the result times an array, for that array."""
    seed = eighths(y.shape)
    gradients = [np.asarray(g) for g in run(seed)]
    arrays = [x, *weights, seed, np.asarray(y), *gradients]
    assert all(a.dtype == np.float64 for a in arrays), name
    assert [g.shape for g in gradients] == [x.shape, *[w.shape for w in weights]]
    cases.append([name, settings, [x.shape, *[w.shape for w in weights], y.shape]])
    numbers.extend(a.ravel() for a in arrays)


def layer(name, shape, **settings):
    """A layer of Keras on a batch of samples of this shape."""
    made = getattr(keras.layers, name)(**settings)
    x = apart((2, *shape)) if "Pooling" in name else eighths((2, *shape))
    made.build(x.shape)
    weights = [eighths(w.shape) for w in made.weights]

    def call(x, *weights):
        return made.stateless_call(weights, [], x)[0] if weights else made(x)

    y, back = jax.vjp(call, x, *weights)
    assert tuple(made.compute_output_shape(x.shape)) == y.shape
    add(name, settings, x, weights, y, back)


def function(name, shape, size, filters=0, groups=1, channels=2, bias=True, **settings):
    """A function of PyTorch, with channels last; `filters` come out of a convolution."""
    n, inputs = len(size), channels * groups
    x, given = (apart if "pool" in name else eighths)((2, *shape, inputs)), []
    if name == "conv":
        given = [eighths((*size, channels, filters))]
    elif name == "conv_transpose":
        given = [eighths((*size, filters, inputs))]
    if given and bias:
        given.append(eighths(filters))
    first, last = (0, n + 1, *range(1, n + 1)), (0, *range(2, n + 2), 1)
    turned = (n + 1, n, *range(n))  # of a kernel
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, *given)]
    call = getattr(torch.nn.functional, f"{name}{n}d")
    if name == "max_pool" or name == "avg_pool":
        y = call(leaves[0].permute(first), size, **settings).permute(last)
    else:
        more = {"groups": groups} if name == "conv" else {}
        kernel, bias = leaves[1].permute(turned), leaves[2] if bias else None
        y = call(leaves[0].permute(first), kernel, bias, **settings, **more).permute(last)
    settings.pop("count_include_pad", None)
    settings |= {"size": size} if "pool" in name else {"groups": groups} if name == "conv" else {}
    add(name, settings, x, given, y.detach().numpy(), lambda seed: torch.autograd.grad(y, leaves, torch.tensor(seed)))


def keras_layers():
    layer("Conv1D", (5, 2), filters=2, kernel_size=2)
    layer("Conv1D", (6, 1), filters=2, kernel_size=3, padding="same", strides=2)
    layer("Conv1D", (7, 1), filters=2, kernel_size=2, padding="causal", dilation_rate=3)
    layer("Conv1D", (6, 1), filters=1, kernel_size=3, padding="causal", strides=2, use_bias=False)
    layer("Conv1D", (4, 5), filters=4, kernel_size=2, data_format="channels_first", groups=2)
    layer("Conv2D", (4, 5, 2), filters=2, kernel_size=(2, 3))
    layer("Conv2D", (5, 4, 1), filters=2, kernel_size=3, strides=(2, 1), padding="same")
    layer("Conv2D", (5, 6, 1), filters=2, kernel_size=2, strides=(3, 2), padding="same", use_bias=False)
    layer("Conv2D", (5, 4, 1), filters=1, kernel_size=2, dilation_rate=(2, 3), padding="same")
    layer("Conv2D", (5, 4, 1), filters=2, kernel_size=2, dilation_rate=(2, 1))
    layer("Conv2D", (3, 3, 4), filters=4, kernel_size=2, groups=2)
    layer("Conv2D", (3, 3, 3), filters=6, kernel_size=2, groups=3, padding="same")
    layer("Conv2D", (2, 4, 3), filters=2, kernel_size=2, data_format="channels_first", padding="same", strides=2)
    layer("Conv2D", (3, 4, 2), filters=3, kernel_size=1, strides=2)
    layer("Conv3D", (3, 2, 3, 1), filters=2, kernel_size=(2, 1, 2))
    layer("Conv3D", (3, 2, 3, 1), filters=1, kernel_size=2, padding="same", strides=(2, 1, 2))
    for more in (None, 0, 1, 2):
        for size in (1, 2, 3, 4, 5):
            for padding in ("valid", "same"):
                layer(
                    "Conv1DTranspose",
                    (3, 1),
                    filters=1,
                    kernel_size=size,
                    strides=3,
                    padding=padding,
                    output_padding=more,
                )
    layer("Conv1DTranspose", (4, 2), filters=1, kernel_size=3, dilation_rate=2, padding="same")
    layer("Conv1DTranspose", (4, 2), filters=1, kernel_size=2, dilation_rate=3)
    layer("Conv2DTranspose", (2, 3, 2), filters=2, kernel_size=3, strides=2, padding="same")
    layer("Conv2DTranspose", (2, 3, 1), filters=2, kernel_size=(2, 3), strides=(1, 2), output_padding=(0, 1))
    layer("Conv2DTranspose", (2, 2, 1), filters=2, kernel_size=2, strides=(3, 2), padding="same", use_bias=False)
    layer("Conv2DTranspose", (2, 2, 3), filters=1, kernel_size=2, dilation_rate=(2, 1), data_format="channels_first")
    layer("Conv3DTranspose", (2, 1, 2, 1), filters=2, kernel_size=(2, 1, 2), strides=(2, 1, 1))
    layer(
        "Conv3DTranspose", (2, 2, 1, 2), filters=1, kernel_size=2, strides=2, padding="same", output_padding=(1, 0, 1)
    )
    layer("DepthwiseConv1D", (5, 2), kernel_size=3, padding="same", strides=2)
    layer("DepthwiseConv1D", (5, 2), kernel_size=2, depth_multiplier=3, use_bias=False)
    layer("DepthwiseConv1D", (2, 6), kernel_size=2, dilation_rate=3, data_format="channels_first")
    layer("DepthwiseConv2D", (4, 3, 3), kernel_size=(2, 3))
    layer("DepthwiseConv2D", (5, 4, 2), kernel_size=3, strides=2, padding="same", depth_multiplier=2)
    layer("DepthwiseConv2D", (5, 4, 2), kernel_size=2, dilation_rate=2, padding="same")
    layer("DepthwiseConv2D", (3, 3, 1), kernel_size=2, depth_multiplier=2)
    layer("DepthwiseConv2D", (2, 3, 4), kernel_size=2, data_format="channels_first", depth_multiplier=2)
    layer("SeparableConv1D", (5, 2), filters=3, kernel_size=3, padding="same", strides=2)
    layer("SeparableConv1D", (5, 2), filters=1, kernel_size=2, depth_multiplier=2, dilation_rate=2)
    layer("SeparableConv2D", (4, 4, 2), filters=3, kernel_size=2, padding="same", strides=2)
    layer("SeparableConv2D", (3, 4, 2), filters=2, kernel_size=2, depth_multiplier=2, use_bias=False)
    layer("SeparableConv2D", (2, 4, 3), filters=2, kernel_size=2, data_format="channels_first")
    for kind in ("Max", "Average"):
        layer(f"{kind}Pooling1D", (6, 2), pool_size=2)
        layer(f"{kind}Pooling1D", (7, 1), pool_size=3, strides=2, padding="same")
        layer(f"{kind}Pooling1D", (2, 5), pool_size=2, strides=3, data_format="channels_first")
        layer(f"{kind}Pooling2D", (4, 5, 2), pool_size=2)
        layer(f"{kind}Pooling2D", (5, 4, 1), pool_size=(3, 2), strides=1, padding="same")
        layer(f"{kind}Pooling2D", (5, 4, 1), pool_size=2, strides=(2, 3), padding="same")
        layer(f"{kind}Pooling2D", (1, 5, 4), pool_size=3, strides=1, data_format="channels_first")
        layer(f"{kind}Pooling3D", (2, 3, 4, 1), pool_size=2)
        layer(f"{kind}Pooling3D", (3, 2, 3, 1), pool_size=(2, 1, 2), strides=(1, 1, 2), padding="same")


def torch_functions():
    function("conv", (6,), (3,), filters=2, padding=1, stride=2)
    function("conv", (4, 5), (2, 3), filters=4, groups=2, padding=(1, 0), bias=False)
    function("conv", (6, 5), (3, 2), filters=1, stride=(1, 2), dilation=(2, 3), padding=(2, 1))
    function("conv", (5, 4), (3, 3), filters=6, groups=3, channels=1, padding=1, stride=2, dilation=(1, 2))
    function("conv", (3, 2, 3), (2, 1, 2), filters=2, stride=(1, 1, 2), padding=(1, 0, 1))
    function("conv_transpose", (4,), (3,), filters=2, stride=2, padding=1, output_padding=1)
    function("conv_transpose", (3, 2), (2, 3), filters=1, stride=(2, 3), dilation=(3, 2), padding=(1, 2))
    function("conv_transpose", (2, 2), (1, 2), filters=3, stride=(3, 2), output_padding=(2, 0), bias=False)
    function("conv_transpose", (2, 1, 2), (2, 2, 1), filters=2, stride=(1, 2, 2), padding=(1, 0, 0))
    function("max_pool", (6,), (3,), stride=2, padding=1)
    function("max_pool", (4, 5), (2, 3), stride=(1, 2), padding=(1, 1))
    function("max_pool", (2, 4, 3), (2, 2, 2), stride=(1, 2, 1))
    function("avg_pool", (6,), (3,), stride=2, padding=1, count_include_pad=False)
    function("avg_pool", (4, 5), (2, 3), stride=(1, 2), padding=(1, 1), count_include_pad=False)
    function("avg_pool", (2, 4, 3), (2, 2, 2), stride=(1, 2, 1))


if __name__ == "__main__":
    keras_layers()
    torch_functions()
    path = HERE / "convolutions.npz"
    np.savez_compressed(path, versions=VERSIONS, cases=json.dumps(cases), numbers=np.concatenate(numbers))
    print(f"{path.name}: {len(cases)} cases, {path.stat().st_size} bytes")
