"""The idea: a graph of nodes, rows applied to Tensors, and the walk back. Read graph, apply, backward, tensor."""

__all__: list[str] = []
