"""Pictures of computation graphs and their gradients, to be built on `autograd`. Nothing is here yet."""

__all__: list[str] = []
