"""PyTorch with its fused Adam."""

from engines import torch_eager
from engines.torch_images import image_cases
from engines.torch_training import training_cases


def version():
    return f"{torch_eager.version()}, fused Adam"


def all_cases():
    return {**training_cases(fused=True), **image_cases(fused=True)}
