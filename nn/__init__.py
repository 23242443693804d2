"""Neurons, layers, losses and training, to be built on `autograd`. Nothing is here yet."""

__all__: list[str] = []
