"""ResNet50 under the other name that Keras has for its module."""

from nn.applications.resnet import ResNet50, decode_predictions, preprocess_input

__all__ = ["ResNet50", "decode_predictions", "preprocess_input"]
