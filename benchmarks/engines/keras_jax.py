"""Keras on JAX."""

import os

os.environ["KERAS_BACKEND"] = "jax"

from engines.keras_fit import all_cases, version

__all__ = ["all_cases", "version"]
