"""The seed of a model made from symbols, whose layers are there, with weights, before the model is.

What its layers drew by chance when they were called on symbols is drawn anew, by the model's seed. What had a seed of
its own stays, and so does what has changed since: weights that were loaded, set or trained.
"""

from __future__ import annotations

import numpy as np

from nn.layers.base import Layer


def draw_anew(layers: list[Layer], rng: np.random.Generator) -> None:
    """Let layers draw from `rng`: their weights, if these are those they were made with, and whatever comes later."""
    for layer in layers:
        modules = [module for module in layer.all_modules() if isinstance(module, Layer)]
        by_chance = {id(module._rng) for module in modules if module._by_chance}
        for parameter in layer.parameters():
            made = getattr(parameter, "made", None)
            if made is not None and id(made[1]) in by_chance and made[2] == parameter.fingerprint():
                parameter.assign(made[0](parameter.shape, parameter.dtype, rng))
                parameter.made = None
        for module in modules:
            if id(module._rng) in by_chance:
                module._rng, module._by_chance = rng, False
