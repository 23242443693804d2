"""VGG16: thirteen convolutions of 3 x 3 and three dense layers (Simonyan and Zisserman, 2015)."""

from __future__ import annotations

from nn.applications import imagenet_utils
from nn.applications.common import Plan
from nn.applications.imagenet_utils import decode_predictions
from nn.layers import Conv2D, Dense, Flatten, MaxPooling2D

BLOCKS = [(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)]  # how many convolutions, of how many filters

__all__ = ["VGG16", "decode_predictions", "preprocess_input"]


def VGG16(
    include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000,
    classifier_activation="softmax", name="vgg16",
):  # fmt: skip
    """VGG16 with the names of Keras's layers, so that Keras's weights fit; 138 million numbers with its head.

    >>> VGG16(include_top=False, weights=None, input_shape=(32, 32, 3)).output_shape
    (None, 1, 1, 512)
    """
    plan = Plan("VGG16", include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation)
    plan.check_weights(f"vgg16/vgg16_weights_tf_dim_ordering_tf_kernels{'' if include_top else '_notop'}.h5")
    x = plan.start
    for block, (count, filters) in enumerate(BLOCKS, 1):
        for i in range(1, count + 1):
            x = Conv2D(filters, 3, activation="relu", padding="same", name=f"block{block}_conv{i}")(x)
        x = MaxPooling2D(2, strides=2, name=f"block{block}_pool")(x)
    if not plan.include_top:
        return plan.model(plan.pooled(x), name)
    x = Flatten(name="flatten")(x)
    x = Dense(4096, activation="relu", name="fc1")(x)
    x = Dense(4096, activation="relu", name="fc2")(x)
    return plan.model(plan.predictions(x), name)


def preprocess_input(x, data_format=None):
    """Images with pixels from 0 to 255, red green blue, as VGG16 wants them: blue green red, minus ImageNet's mean.

    >>> import numpy as np
    >>> preprocess_input(np.array([[[255.0, 128.0, 0.0]]])).round(3).tolist()
    [[[-103.939, 11.221, 131.32]]]
    """
    return imagenet_utils.preprocess_input(x, data_format, "caffe")
