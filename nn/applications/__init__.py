"""Networks that others have trained, layer for layer as Keras has them, so that Keras's weights fit."""

from nn.applications import imagenet_utils, mobilenet_v2, resnet, resnet50, vgg16
from nn.applications.mobilenet_v2 import MobileNetV2
from nn.applications.resnet import ResNet50
from nn.applications.vgg16 import VGG16

__all__ = ["VGG16", "MobileNetV2", "ResNet50", "imagenet_utils", "mobilenet_v2", "resnet", "resnet50", "vgg16"]
