"""Keras on TensorFlow."""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"

from engines.keras_fit import all_cases, version

__all__ = ["all_cases", "version"]
