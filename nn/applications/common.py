"""What the networks share: the shape of their input, their head, and where their weights come from."""

from __future__ import annotations

import os

from nn import activations
from nn.layers import Dense, GlobalAveragePooling2D, GlobalMaxPooling2D, Input
from nn.layers.symbols import Symbol, shape_of
from nn.models import Model
from nn.settings import flag, whole

PLACE = "https://storage.googleapis.com/tensorflow/keras-applications"
CLASSES = 1000  # of ImageNet


class Plan:
    """The settings that all networks take, checked: made first, then the layers, then `model`."""

    def __init__(
        self, network, include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation
    ):
        self.network = network
        self.include_top = flag("include_top", include_top)
        if pooling not in (None, "avg", "max"):
            raise ValueError(f"{network}: pooling is None, 'avg' or 'max'; got {pooling!r:.60}")
        self.pooling = pooling
        self.classes = whole(f"{network}: classes", classes)
        self.classifier_activation = activations.get(classifier_activation)
        self.weights = weights
        self.given = input_tensor
        if input_tensor is None:
            self.inputs = self.start = Input(shape=self.shape(input_shape))
        else:
            self.start = self.checked_tensor(input_tensor, input_shape)
            self.inputs = source_of(input_tensor, network)

    def shape(self, given) -> tuple:
        """The shape of an image: 224 x 224 with a head, which wants a known size, and any size without."""
        if given is None:
            return (224, 224, 3) if self.include_top else (None, None, 3)
        shape = shape_of(given, f"{self.network} input_shape")
        if len(shape) != 3 or shape[2] is None:
            raise ValueError(f"{self.network}: input_shape is (height, width, channels); got {given!r:.60}")
        if any(n is not None and n < 32 for n in shape[:2]):
            raise ValueError(f"{self.network}: input_shape has a height and a width of at least 32; got {shape}")
        if self.include_top and None in shape:
            raise ValueError(
                f"{self.network}: with include_top=True input_shape has sizes that are known; got {shape}. For images "
                "of any size write include_top=False, pooling='avg'"
            )
        return shape

    def checked_tensor(self, tensor, shape):
        if not isinstance(tensor, Symbol):
            raise TypeError(
                f"{self.network}: input_tensor is a symbol, from Input(shape=...) or a layer called on one; got "
                f"{type(tensor).__name__}. Give images to the model that comes back"
            )
        if len(tensor.shape) != 4:
            raise ValueError(
                f"{self.network}: input_tensor is of shape (batch, height, width, channels); got {tensor.shape}"
            )
        own = self.shape(tensor.shape[1:])
        if shape is not None and self.shape(shape) != own:
            raise ValueError(f"{self.network}: input_shape={shape} is not that of input_tensor, {own}")
        return tensor

    def pooled(self, x, names=(None, None)):
        """The mean or the largest of each channel, if `pooling` asks for it."""
        average, largest = names
        if self.pooling == "avg":
            return GlobalAveragePooling2D(name=average)(x)
        return GlobalMaxPooling2D(name=largest)(x) if self.pooling == "max" else x

    def predictions(self, x):
        """The last layer: a chance for each class."""
        return Dense(self.classes, activation=self.classifier_activation, name="predictions")(x)

    def check_weights(self, file) -> None:
        """Refuse weights that are not there, before the time to make a network is spent; `file` is that of Keras."""
        weights = self.weights
        if weights is None:
            return
        if isinstance(weights, str) and weights == "imagenet":
            name = file.rpartition("/")[2]
            raise ValueError(
                f"{self.network}: nothing is downloaded. Get the file {name}, which is at {PLACE}/{file}, and pass its "
                f"path: weights='.../{name}'. weights=None starts from random numbers"
            )
        if not isinstance(weights, str | os.PathLike):
            raise TypeError(
                f"{self.network}: weights is None or the path to a file of weights; got {type(weights).__name__}"
            )
        if not os.path.isfile(weights):
            raise FileNotFoundError(f"{self.network}: weights={os.fspath(weights)!r}: there is no such file")

    def model(self, x, name):
        """The network up to `x`, with its weights read."""
        model = Model(self.inputs, x, name=name)
        if self.weights is not None:
            model.load_weights(self.weights)
        return model


def source_of(symbol, network):
    """The Input that a symbol was computed from."""
    found, waiting = [], [symbol]
    while waiting:
        here = waiting.pop()
        if here.layer is None and not any(here is other for other in found):
            found.append(here)
        waiting += here.inputs
    if len(found) > 1:
        raise ValueError(f"{network}: input_tensor is computed from {len(found)} inputs; wanted one")
    return found[0]
