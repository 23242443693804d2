"""Callbacks: they watch training, write files, change the learning rate, or end it."""

from nn.callbacks.base import Callback
from nn.callbacks.files import CSVLogger, LambdaCallback, ModelCheckpoint
from nn.callbacks.history import History
from nn.callbacks.progress import Progress
from nn.callbacks.rates import LearningRateScheduler, ReduceLROnPlateau
from nn.callbacks.recorder import Recorder
from nn.callbacks.stopping import EarlyStopping, TerminateOnNaN

__all__ = [
    "CSVLogger",
    "Callback",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "Progress",
    "Recorder",
    "ReduceLROnPlateau",
    "TerminateOnNaN",
]
