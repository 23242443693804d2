"""Optimizers: each moves parameters against their gradients, by a formula that reads like its paper."""

from nn.optimizers import schedules
from nn.optimizers.adam import Adam, Adamax, AdamW, Nadam
from nn.optimizers.adaptive import Adadelta, Adagrad, RMSprop
from nn.optimizers.base import Optimizer, get
from nn.optimizers.clipping import clip_by_global_norm, clip_by_norm, clip_by_value, global_norm
from nn.optimizers.descent import SGD, Lion

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Lion",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "clip_by_global_norm",
    "clip_by_norm",
    "clip_by_value",
    "get",
    "global_norm",
    "schedules",
]
