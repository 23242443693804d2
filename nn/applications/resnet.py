"""ResNet50: blocks of three convolutions, with a short way around each (He, Zhang, Ren and Sun, 2015)."""

from __future__ import annotations

from nn.applications import imagenet_utils
from nn.applications.common import Plan
from nn.applications.imagenet_utils import decode_predictions
from nn.layers import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    GlobalAveragePooling2D,
    MaxPooling2D,
    ZeroPadding2D,
)

STACKS = [(3, 64, 1), (4, 128, 2), (6, 256, 2), (3, 512, 2)]  # how many blocks, of how many filters, the first stride

__all__ = ["ResNet50", "decode_predictions", "preprocess_input"]


def ResNet50(
    include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000,
    classifier_activation="softmax", name="resnet50",
):  # fmt: skip
    """ResNet50 with the names of Keras's layers, so that Keras's weights fit; 25.6 million numbers with its head.

    >>> ResNet50(include_top=False, weights=None, input_shape=(64, 64, 3), pooling="avg").output_shape
    (None, 2048)
    """
    plan = Plan("ResNet50", include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation)
    plan.check_weights(f"resnet/resnet50_weights_tf_dim_ordering_tf_kernels{'' if include_top else '_notop'}.h5")
    x = ZeroPadding2D(3, name="conv1_pad")(plan.start)
    x = Conv2D(64, 7, strides=2, name="conv1_conv")(x)
    x = Activation("relu", name="conv1_relu")(normalized(x, "conv1"))
    x = ZeroPadding2D(1, name="pool1_pad")(x)
    x = MaxPooling2D(3, strides=2, name="pool1_pool")(x)
    for number, (count, filters, stride) in enumerate(STACKS, 2):
        for i in range(1, count + 1):
            x = block(x, f"conv{number}_block{i}", filters, stride if i == 1 else 1, widen=i == 1)
    if not plan.include_top:
        return plan.model(plan.pooled(x, ("avg_pool", "max_pool")), name)
    x = GlobalAveragePooling2D(name="avg_pool")(x)
    return plan.model(plan.predictions(x), name)


def block(x, name, filters, stride, widen):
    """y = relu(x + f(x)); where it widens or halves the image, x goes through a convolution of 1 x 1.

    The layers are made in the order that Keras gives them, by how far they are from the end.
    """
    y = Conv2D(filters, 1, strides=stride, name=f"{name}_1_conv")(x)
    y = Activation("relu", name=f"{name}_1_relu")(normalized(y, f"{name}_1"))
    y = Conv2D(filters, 3, padding="same", name=f"{name}_2_conv")(y)
    y = Activation("relu", name=f"{name}_2_relu")(normalized(y, f"{name}_2"))
    if widen:
        x = Conv2D(4 * filters, 1, strides=stride, name=f"{name}_0_conv")(x)
    y = Conv2D(4 * filters, 1, name=f"{name}_3_conv")(y)
    if widen:
        x = normalized(x, f"{name}_0")
    y = Add(name=f"{name}_add")([x, normalized(y, f"{name}_3")])
    return Activation("relu", name=f"{name}_out")(y)


def normalized(x, name):
    return BatchNormalization(axis=3, epsilon=1.001e-5, name=f"{name}_bn")(x)


def preprocess_input(x, data_format=None):
    """Images with pixels from 0 to 255, red green blue, as ResNet50 wants them: blue green red, minus ImageNet's mean.

    >>> import numpy as np
    >>> preprocess_input(np.array([[[255.0, 128.0, 0.0]]])).round(3).tolist()
    [[[-103.939, 11.221, 131.32]]]
    """
    return imagenet_utils.preprocess_input(x, data_format, "caffe")
