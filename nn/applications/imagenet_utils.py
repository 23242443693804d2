"""Images as networks for ImageNet want them, and what their answers are called."""

from __future__ import annotations

import json
import os
import re
import warnings

import numpy as np

from autograd import Tensor
from autograd.extend import array_of
from nn.errors import ModelWarning
from nn.layers import Layer
from nn.layers.base import layers
from nn.layers.formats import checked_format
from nn.layers.symbols import Symbol
from nn.settings import whole

MEAN = {"caffe": (103.939, 116.779, 123.68), "torch": (0.485, 0.456, 0.406)}  # "caffe": blue, green, red
SPREAD = (0.229, 0.224, 0.225)
LABELS = "imagenet_class_index.json"
PLACE = f"https://storage.googleapis.com/download.tensorflow.org/data/{LABELS}"


def preprocess_input(x, data_format=None, mode="caffe"):
    """Images with pixels from 0 to 255, red green blue, as a network was trained on them. They are not changed: the
    result is new.

    - "caffe": blue green red, minus ImageNet's mean of each;
    - "tf": from -1 to 1;
    - "torch": from 0 to 1, then minus the mean and divided by the deviation of each channel.

    >>> preprocess_input(np.array([[[255.0, 128.0, 0.0]]]), mode="tf").round(3).tolist()
    [[[1.0, 0.004, -1.0]]]
    """
    axis = -1 if checked_format(data_format) == "channels_last" else -3
    checked_mode(mode)
    if isinstance(x, Symbol):
        return Preprocessing(mode, data_format)(x)
    x = x if isinstance(x, Tensor) else np.asarray(x)
    if x.dtype.kind not in "fiub" or x.ndim not in (3, 4) or (mode != "tf" and x.shape[axis] != 3):
        where = "(batch, channels, height, width)" if axis == -3 else "(batch, height, width, channels)"
        colors = "" if mode == "tf" else " with 3 channels, as load_img(path) has"
        raise ValueError(f"wanted images {where}, or one image{colors}; got the shape {x.shape} of dtype {x.dtype}")
    x = x if x.dtype.kind == "f" else x.astype(np.float32)
    numbers = array_of(x)
    if numbers.size and numbers.min() >= 0 and 0 < numbers.max() <= 1:
        warnings.warn(
            "preprocess_input takes pixels from 0 to 255; these go up to "
            f"{numbers.max():.3g}: if they were divided by 255, give them as they were",
            ModelWarning,
            stacklevel=3,
        )
    return prepared(x, axis, mode)


def checked_mode(mode) -> str:
    """The setting of that name."""
    if mode not in ("caffe", "tf", "torch"):
        raise ValueError(f"mode is 'caffe', 'tf' or 'torch'; got {mode!r:.60}")
    return mode


@layers.add("Preprocessing")
class Preprocessing(Layer):
    """`preprocess_input` as a part of a model, which is saved with it: what that gives for a symbol."""

    def __init__(self, mode="caffe", data_format=None, **others):
        super().__init__(**others)
        self.mode = checked_mode(mode)
        self.data_format = checked_format(data_format)

    def check_input(self, shape):
        channels = shape[-1 if self.data_format == "channels_last" else 1]
        if len(shape) != 4 or (self.mode != "tf" and channels != 3):
            self.refuse(shape, "a batch of images with 3 channels")

    def call(self, x):
        return prepared(x, -1 if self.data_format == "channels_last" else -3, self.mode)


def prepared(x, axis, mode):
    """The same for an array or Tensor of floats that has passed."""
    if mode == "tf":
        return x / 127.5 - 1.0

    def along(numbers):
        return np.asarray(numbers, x.dtype).reshape([-1] + [1] * (-axis - 1))

    if mode == "caffe":
        return np.flip(x, axis) - along(MEAN[mode])
    return (x / 255.0 - along(MEAN[mode])) / along(SPREAD)


def decode_predictions(preds, top=5, labels=None) -> list[list[tuple]]:
    """For each row of chances the `top` classes, the likeliest first, as (identifier, name, chance).

    `labels` is the path to Keras's `imagenet_class_index.json`, or to a text file with a name in each line ("n01440764
    tench" has an identifier too; without, it is the class's number), or a list of names.

    >>> decode_predictions(np.array([[0.1, 0.7, 0.2]]), top=2, labels=["cat", "dog", "bird"])[0][0]
    ('1', 'dog', ...0.7...)
    """
    preds = np.asarray(array_of(preds))
    if preds.ndim != 2 or preds.dtype.kind != "f":
        raise ValueError(
            f"decode_predictions takes the chances of a batch, of shape (samples, classes); got {preds.shape} of dtype "
            f"{preds.dtype}"
        )
    top = whole("decode_predictions: top", top)
    names = names_in(labels)
    if len(names) != preds.shape[1]:
        raise ValueError(f"the predictions are of {preds.shape[1]} classes and the labels of {len(names)}")
    if np.isnan(preds).any():
        raise ValueError("the predictions have nan, which is no chance")
    best = np.argsort(-preds, axis=1, kind="stable")[:, :top]
    return [[(*names[i], row[i]) for i in order] for row, order in zip(preds, best, strict=True)]


def names_in(labels) -> list[tuple[str, str]]:
    """(identifier, name) for each class, from a file or a list."""
    if labels is None:
        raise ValueError(
            f"decode_predictions has no names, and nothing is downloaded: get {LABELS}, which is at {PLACE}, "
            f"and pass labels='.../{LABELS}', or a text file with a name in each line, or a list of names"
        )
    if not isinstance(labels, str | os.PathLike):
        return [(str(i), str(name)) for i, name in enumerate(labels)]
    with open(labels, encoding="utf-8") as file:
        try:
            text = file.read()
        except UnicodeDecodeError as error:
            raise ValueError(f"{labels} is no text: {error}") from error
    if text.lstrip().startswith("{"):
        return _of_json(labels, text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = [re.fullmatch(r"(n\d{8})[\s:,]+(.+)", line) for line in lines]
    return [match.groups() if match else (str(i), lines[i]) for i, match in enumerate(found)]


def _of_json(path, text):
    wrong = f"{path}: wanted JSON such as {{'0': ['n01440764', 'tench'], '1': ...}}"
    try:
        about = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{wrong}: {error}") from error
    found = [about.get(str(i)) for i in range(len(about))]
    if not all(isinstance(pair, list) and len(pair) == 2 and all(isinstance(s, str) for s in pair) for pair in found):
        raise ValueError(f"{wrong}, a pair of texts for each class; got {next(iter(about.items()), None)!r:.80}")
    return [tuple(pair) for pair in found]
