"""MobileNetV2: narrow between its blocks, wide inside, where each channel has its own window (Sandler et al., 2018)."""

from __future__ import annotations

import math

from nn.applications import imagenet_utils
from nn.applications.common import Plan
from nn.applications.imagenet_utils import decode_predictions
from nn.layers import (
    Add,
    BatchNormalization,
    Conv2D,
    DepthwiseConv2D,
    GlobalAveragePooling2D,
    ReLU,
    ZeroPadding2D,
)

# filters and stride of the blocks after the first; the others are of stride 1
BLOCKS = [(24, 2), (24, 1), (32, 2), (32, 1), (32, 1), (64, 2), (64, 1), (64, 1), (64, 1), (96, 1), (96, 1), (96, 1),
          (160, 2), (160, 1), (160, 1), (320, 1)]  # fmt: skip
SIZES = (96, 128, 160, 192, 224)  # those for which Keras has weights
WIDTHS = (0.35, 0.5, 0.75, 1.0, 1.3, 1.4)

__all__ = ["MobileNetV2", "decode_predictions", "preprocess_input"]


def MobileNetV2(
    input_shape=None, alpha=1.0, include_top=True, weights="imagenet", input_tensor=None, pooling=None, classes=1000,
    classifier_activation="softmax", name=None,
):  # fmt: skip
    """MobileNetV2 with the names of Keras's layers, so that Keras's weights fit; `alpha` makes all of it wider or
    narrower. 3.5 million numbers with its head and alpha=1.

    >>> MobileNetV2((64, 64, 3), alpha=0.35, include_top=False, weights=None).output_shape
    (None, 2, 2, 1280)
    """
    if isinstance(alpha, bool) or not isinstance(alpha, int | float) or not 0 < alpha < math.inf:
        raise ValueError(f"MobileNetV2: alpha is a number above 0; got {alpha!r:.60}")
    plan = Plan("MobileNetV2", include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation)
    rows, columns = plan.start.shape[1:3]
    plan.check_weights(file_of(alpha, rows if rows == columns and rows in SIZES else 224, plan.include_top))
    x = normalized(plan.start, "Conv1", "bn_Conv1", "Conv1_relu", whole_eighths(32 * alpha), 3, strides=2)
    x = block(x, "expanded_conv_", whole_eighths(int(16 * alpha)), stride=1, widen=1)
    for number, (filters, stride) in enumerate(BLOCKS, 1):
        x = block(x, f"block_{number}_", whole_eighths(int(filters * alpha)), stride, widen=6)
    x = normalized(x, "Conv_1", "Conv_1_bn", "out_relu", whole_eighths(1280 * max(alpha, 1.0)), 1)
    x = plan.predictions(GlobalAveragePooling2D()(x)) if plan.include_top else plan.pooled(x)
    return plan.model(x, name or f"mobilenetv2_{alpha:0.2f}_{rows}")


def block(x, prefix, filters, stride, widen):
    """Wider by a convolution of 1 x 1, a window for each channel, narrow again; and around it, where shapes agree."""
    start, channels = x, x.shape[-1]
    if widen > 1:
        x = normalized(x, f"{prefix}expand", f"{prefix}expand_BN", f"{prefix}expand_relu", widen * channels, 1)
    if stride == 2:
        x = ZeroPadding2D(to_odd(x.shape[1:3]), name=f"{prefix}pad")(x)
    padding = "same" if stride == 1 else "valid"
    x = DepthwiseConv2D(3, strides=stride, use_bias=False, padding=padding, name=f"{prefix}depthwise")(x)
    x = BatchNormalization(momentum=0.999, name=f"{prefix}depthwise_BN")(x)
    x = ReLU(6.0, name=f"{prefix}depthwise_relu")(x)
    x = normalized(x, f"{prefix}project", f"{prefix}project_BN", None, filters, 1)
    return Add(name=f"{prefix}add")([start, x]) if channels == filters and stride == 1 else x


def normalized(x, conv, norm, relu, filters, size, strides=1):
    """A convolution, its normalisation, and what is above 0 and up to 6 of it."""
    x = Conv2D(filters, size, strides=strides, padding="same", use_bias=False, name=conv)(x)
    x = BatchNormalization(momentum=0.999, name=norm)(x)
    return ReLU(6.0, name=relu)(x) if relu else x


def to_odd(sizes):
    """The zeros around an image, so that windows of 3 in steps of 2 end where it ends: one fewer in front of an even
    size, which is what an unknown one counts as."""
    height, width = (0, 0) if sizes[0] is None else (n % 2 for n in sizes)
    return (height, 1), (width, 1)


def whole_eighths(filters) -> int:
    """The multiple of 8 that is nearest, and no less than nine tenths of it.

    >>> whole_eighths(11.2), whole_eighths(33.6), whole_eighths(3)
    (16, 32, 8)
    """
    found = max(8, int(filters + 4) // 8 * 8)
    return found + 8 if found < 0.9 * filters else found


def file_of(alpha, rows, top) -> str:
    """Where Keras has weights for this width and size."""
    end = "" if top else "_no_top"
    return f"mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{float(alpha)}_{rows}{end}.h5"


def preprocess_input(x, data_format=None):
    """Images with pixels from 0 to 255 as MobileNetV2 wants them: from -1 to 1.

    >>> import numpy as np
    >>> preprocess_input(np.array([[[255.0, 127.5, 0.0]]])).tolist()
    [[[1.0, 0.0, -1.0]]]
    """
    return imagenet_utils.preprocess_input(x, data_format, "tf")
